// What an auditor is handed: evidence, an export, a store, each perhaps written by an enemy. He
// gets a report or a refusal, the same twice, and never an accusation that hashes do not carry.
#include <entente/auditor.h>
#include <entente/core/limits.h>
#include <entente/crypto/hash.h>
#include <entente/journal/ledger.h>
#include <entente/text/json.h>
#include <entente/wire/envelope.h>

#include <algorithm>
#include <fstream>

#include "agent/auditor_export.h"
#include "fuzz.h"
#include "samples.h"
#include "shared_data.h"
#include "temporary_directory.h"
#include "told_log.h"

namespace fs = std::filesystem;

namespace entente::fuzz {
namespace {

namespace samples = tests::samples;

constexpr std::size_t changes_max = 16;

// In memory where the system has such a place: every input writes its files.
fs::path scratch() {
  static const tests::TemporaryDirectory directory(fs::exists("/dev/shm") ? "/dev/shm" : "");
  return directory.path();
}

fs::path fresh(const char* name) {
  const fs::path path = scratch() / name;
  fs::remove_all(path);
  return path;
}

void spill(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

struct Asked {
  std::vector<fs::path> sources;
  AuditorOptions options;
  std::uint8_t more = 0;  // bits: verify the log alone too, ask why
};

std::optional<Report> ask(const Asked& asked) {
  const auto auditor = Auditor::open(asked.sources, asked.options);
  if (!auditor) {
    require(auditor.error().code != ErrorCode::internal, "a stranger's file is not our fault");
    return std::nullopt;
  }
  if ((asked.more & 1) != 0) static_cast<void>(auditor->verify_log());
  if ((asked.more & 2) != 0) static_cast<void>(auditor->why("0"));
  const auto report = auditor->replay();
  if (!report) {
    require(report.error().code != ErrorCode::internal, "a stranger's file is not our fault");
    return std::nullopt;
  }
  constexpr JsonLimits as_large{.bytes_max = std::size_t{1} << 28};
  require(parse_json(to_json(*report), as_large).has_value(), "a report is JSON");
  require(!to_text(*report).empty(), "a report can be read");
  return *report;
}

void evidence(Input input) {
  const std::uint8_t how = input.byte();
  std::string text = to_text(input.rest());
  if ((how & 1) != 0) {
    // As its writer would have written it: canonical, with the digest of the rest.
    const auto json = parse_json(text, {.bytes_max = std::size_t{1} << 22});
    if (!json || !json->is_object()) return;
    std::vector<JsonMember> members(json->members().begin(), json->members().end());
    std::erase_if(members, [](const JsonMember& member) { return member.key == "sha256"; });
    Json whole = Json::object(std::move(members));
    const auto body = canonical_json(whole);
    if (!body) return;
    whole.add("sha256", to_hex(sha256(view(*body))));
    text = *canonical_json(whole);
  }
  const fs::path file = fresh("evidence.json");
  spill(file, text);
  ask({.sources = {file}, .options = {}, .more = static_cast<std::uint8_t>(how >> 1)});
}

// Told without a contradiction, the hashes of a log are nobody's fault.
void check_hashes(const Report& report) {
  for (const Finding& finding : report.findings) {
    if (finding.judgement != Judgement::broken) continue;
    for (const Rule rule : {Rule::log_leaf, Rule::log_chain, Rule::log_commitment, Rule::log_root,
                            Rule::log_signed, Rule::log_nodes}) {
      if (finding.rule == rule) throw Broken("the hashes are honest, and yet: " + finding.sentence);
    }
  }
}

void told_evidence(Input input) {
  Asked asked{.sources = {}, .options = {}, .more = input.byte()};
  for (const char* name : {"brand.json", "consumer.json"}) {
    if (input.is_empty()) break;
    ToldLog log(input);
    if (log.case_id().is_zero()) continue;
    const fs::path file = fresh(name);
    const Status written =
        write_evidence(log, to_hex(log.case_id()), file, {.log_key = &log.key()});
    if (!written) continue;  // an origin that no checkpoint can have
    asked.sources.push_back(file);
    asked.options.trust.logs.push_back({*Vkey::decode(log.vkey()), {}});
  }
  if (asked.sources.empty()) return;
  if (const auto report = ask(asked)) check_hashes(*report);
}

std::vector<fs::path> files_below(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

void change(const fs::path& file, Input& input) {
  std::string bytes = tests::read_file(file);
  const std::size_t at = bytes.empty() ? 0 : input.number(3) % bytes.size();
  switch (input.below(5)) {
    case 0:
      if (!bytes.empty()) bytes[at] = static_cast<char>(input.byte());
      break;
    case 1:
      bytes.insert(at, text_of(input.take(input.byte())));
      break;
    case 2:
      bytes.erase(at, input.byte());
      break;
    case 3:
      bytes.resize(at);
      break;
    default:
      fs::remove(file);
      return;
  }
  spill(file, bytes);
}

// The list of an export made true again for the files as they are now.
void list_again(const fs::path& directory) {
  const fs::path manifest = directory / "manifest.json";
  const auto json = parse_json(fs::exists(manifest) ? tests::read_file(manifest) : "",
                               {.bytes_max = std::size_t{1} << 22});
  if (!json || !json->is_object()) return;
  Json files = Json::array();
  for (const fs::path& file : files_below(directory)) {
    if (file == manifest) continue;
    const std::string bytes = tests::read_file(file);
    files.push(Json::object({{"path", file.lexically_relative(directory).generic_string()},
                             {"bytes", bytes.size()},
                             {"sha256", to_hex(sha256(view(bytes)))}}));
  }
  Json whole = *json;
  whole.add("files", std::move(files));
  if (const auto text = canonical_json(whole)) spill(manifest, *text);
}

void told_export(Input input) {
  const std::uint8_t how = input.byte();
  ToldLog log(input);
  const fs::path directory = fresh("export");
  if (!write_export(log, directory, {.log_key = &log.key()})) return;
  const auto files = files_below(directory);
  const bool is_changed = !input.is_empty();
  for (std::size_t i = 0; i < changes_max && !input.is_empty(); ++i) {
    const fs::path& file = files[input.below(files.size() > 256 ? 256 : files.size())];
    if (fs::exists(file)) change(file, input);
  }
  if ((how & 1) != 0) list_again(directory);
  const auto report = ask({.sources = {directory},
                           .options = {.trust = *Trust::in_log(log.vkey())},
                           .more = static_cast<std::uint8_t>(how >> 1)});
  if (!is_changed && report) check_hashes(*report);
}

// A small store that comes out the same in every process.
const fs::path& honest_store() {
  static const fs::path made = [] {
    const fs::path directory = scratch() / "honest";
    tests::SeededEntropy entropy(7);
    const KeyPair key = samples::key(samples::brand_key);
    const auto ledger = Ledger::open(
        {.directory = directory, .origin = "kettle.example/log", .master_key_file = {}}, key,
        entropy);
    require(ledger.has_value(), "a store can be made");
    for (const Message& message : samples::messages()) {
      const auto envelope = sign(message, samples::key(samples::signer_of(message)));
      (*ledger)->append({.kind = EntryKind::message,
                         .case_id = samples::digest(10),
                         .position = 0,
                         .direction = Direction::received,
                         .time_ms = samples::now_ms,
                         .content = *envelope,
                         .parts_received = {},
                         .effect = "binding"});
    }
    require((*ledger)->commit().has_value(), "a store can be written");
    return directory;
  }();
  return made;
}

void store(Input input) {
  const std::uint8_t more = input.byte();
  const fs::path directory = fresh("store");
  fs::copy(honest_store(), directory);
  const auto files = files_below(directory);
  for (std::size_t i = 0; i < changes_max && !input.is_empty(); ++i) {
    const fs::path& file = files[input.below(files.size())];
    if (fs::exists(file)) change(file, input);
  }
  ask({.sources = {directory}, .options = {}, .more = more});
}

}  // namespace

void audit(ByteView bytes) {
  Input input(bytes);
  switch (input.below(4)) {
    case 0:
      return evidence(input);
    case 1:
      return told_evidence(input);
    case 2:
      return told_export(input);
    default:
      return store(input);
  }
}

}  // namespace entente::fuzz
