#include <entente/agent/custody.h>
#include <entente/crypto/hash.h>
#include <entente/crypto/system.h>
#include <entente/crypto/timestamp.h>
#include <entente/protocol/log_entry.h>
#include <entente/wire/codec.h>

#include "../commands.h"
#include "../custody_record.h"
#include "../files.h"
#include "selftest/world.h"

#include <algorithm>
#include <cstdlib>

namespace fs = std::filesystem;

namespace entente::cli {
namespace {

using selftest::World;
using Sources = std::vector<fs::path>;

Result<Report> judge(const Sources& sources, const Trust& trust) {
  ENTENTE_LET(auditor, Auditor::open(sources, {.trust = trust}));
  return auditor.replay();
}

// What is done to a copy in `place` before it is judged.
using Attempt = Result<Report> (*)(const World& world, const fs::path& place);

struct Trial {
  std::string_view what;
  // Which rule must be broken; none: nothing may be; "refused": the file is no source any more.
  std::string_view finds;
  Attempt attempt;
};
constexpr std::string_view refused = "refused";

Result<fs::path> copied(const fs::path& from, const fs::path& place) {
  ENTENTE_TRY(selftest::copy_tree(from, place));
  return place;
}

Result<Report> with_flipped(const World& world, const fs::path& place, std::string_view below) {
  ENTENTE_LET(copy, copied(world.exported, place));
  ENTENTE_LET(file, selftest::first_file(copy / below));
  ENTENTE_TRY(selftest::flip(file));
  return judge({copy}, world.trust);
}

Result<Report> leave_alone(const World& world, const fs::path&) {
  return judge({world.brand, world.consumer}, world.trust);
}
Result<Report> leave_export(const World& world, const fs::path&) {
  return judge({world.exported, world.consumer}, world.trust);
}
Result<Report> leave_evidence(const World& world, const fs::path&) {
  return judge({world.evidence}, world.trust);
}
Result<Report> flip_entry(const World& world, const fs::path& place) {
  return with_flipped(world, place, "tile/entries");
}
Result<Report> flip_hash(const World& world, const fs::path& place) {
  return with_flipped(world, place, "tile/0");
}
Result<Report> flip_content(const World& world, const fs::path& place) {
  return with_flipped(world, place, "content");
}
Result<Report> flip_part(const World& world, const fs::path& place) {
  return with_flipped(world, place, "parts");
}
Result<Report> flip_evidence(const World& world, const fs::path& place) {
  ENTENTE_LET(copy, copied(world.evidence, place));
  ENTENTE_TRY(selftest::flip(copy));
  return judge({copy}, world.trust);
}
Result<Report> remove_file(const World& world, const fs::path& place) {
  ENTENTE_LET(copy, copied(world.exported, place));
  ENTENTE_LET(file, selftest::first_file(copy / "content"));
  fs::remove(file);
  return judge({copy}, world.trust);
}
Result<Report> add_file(const World& world, const fs::path& place) {
  ENTENTE_LET(copy, copied(world.exported, place));
  ENTENTE_TRY(write_file(copy / "tile/extra", std::string_view("x")));
  return judge({copy}, world.trust);
}

// One bit of an entry where the store keeps it: the engine that wrote it.
Result<Report> flip_store(const World& world, const fs::path& place) {
  ENTENTE_LET(copy, copied(world.brand, place));
  ENTENTE_LET(bytes, read_file(copy / "store.db"));
  const std::string_view engine = "entente/";
  const auto found = std::ranges::search(bytes, view(engine));
  if (found.empty()) return fail(ErrorCode::internal, "no entry in the store's file");
  found.front() ^= 1;
  ENTENTE_TRY(write_file(copy / "store.db", bytes));
  return judge({copy}, world.trust);
}

Result<Report> sign_with_another_key(const World& world, const fs::path& place) {
  SystemEntropy entropy;
  const KeyPair other = KeyPair::generate(entropy);
  ENTENTE_TRY(
      export_log(world.brand, place, {.master_key_file = {}, .log_key = &other, .checkpoint = {}}));
  return judge({place}, world.trust);
}
Result<Report> use_expired_key(const World& world, const fs::path&) {
  Trust trust = world.trust;
  trust.logs.front().window.until_ms = 1;
  return judge({world.exported}, trust);
}
Result<Report> use_another_root(const World& world, const fs::path&) {
  SystemEntropy entropy;
  Trust trust = world.trust;
  trust.roots.front().root = KeyPair::generate(entropy).public_key();
  return judge({world.exported}, trust);
}

// From here on the brand itself lies, with its own key: every hash and signature holds.
Result<Report> rewrite(const World& world, const fs::path& place, const selftest::Edit& edit) {
  ENTENTE_TRY(selftest::rewrite_log(world, place, edit));
  return judge({place, world.consumer}, world.trust);
}
Result<Report> forget_a_message(const World& world, const fs::path& place) {
  std::uint64_t last = 0;
  ENTENTE_TRY(selftest::rewrite_log(world, place.string() + ".look", [&](const auto& entry) {
    if (entry.kind == EntryKind::message) last = entry.index;
    return true;
  }));
  return rewrite(world, place, [last](const auto& entry) { return entry.index != last; });
}
Result<Report> cut_the_end(const World& world, const fs::path& place) {
  return rewrite(world, place, [](const auto& entry) { return entry.index < 8; });
}
Result<Report> forge_a_decision(const World& world, const fs::path& place) {
  bool changed = false;
  return rewrite(world, place, [&](selftest::Entry& entry) {
    if (entry.kind != EntryKind::decision || changed) return true;
    auto decision = decode<DecisionRecord>(entry.content);
    if (!decision || decision->rule.empty()) return true;
    decision->rule = "another_rule";
    entry.content = encode(*decision);
    changed = true;
    return true;
  });
}

Result<fs::path> in_custody(const World& world, const fs::path& place) {
  ENTENTE_LET(tool, own_tool());
  AcquireOptions options;
  options.tool = std::move(tool);
  options.at_ms = SystemClock().now_ms();
  ENTENTE_TRY(acquire_log(world.exported, place, options));
  return place;
}
Result<Report> keep_well(const World& world, const fs::path& place) {
  ENTENTE_LET(custody, in_custody(world, place));
  return judge({custody}, world.trust);
}
Result<Report> flip_in_custody(const World& world, const fs::path& place) {
  ENTENTE_LET(custody, in_custody(world, place));
  ENTENTE_LET(file, selftest::first_file(custody / "source/content"));
  ENTENTE_TRY(selftest::flip(file));
  return judge({custody}, world.trust);
}
Result<Report> remove_line(const World& world, const fs::path& place) {
  ENTENTE_LET(custody, in_custody(world, place));
  ENTENTE_LET(tool, own_tool());
  for (const char* command : {"audit replay", "audit why"}) {
    CustodyLine line;
    line.command = command;
    line.tool = tool;
    ENTENTE_TRY(record_custody(custody, line));
  }
  ENTENTE_LET(text, read_text(custody / "custody.jsonl"));
  const std::size_t first = text.find('\n') + 1;
  text.erase(first, text.find('\n', first) + 1 - first);
  ENTENTE_TRY(write_file(custody / "custody.jsonl", text));
  return judge({custody}, world.trust);
}

// A checkpoint dated by an authority that is made here; `dated` is what the token is over.
Result<Report> dated(const World& world, const fs::path& place, std::string_view other) {
  const std::int64_t now_ms = SystemClock().now_ms();
  ENTENTE_LET(files, TimestampAuthority::make("tsa.example", now_ms - 60'000, now_ms + 60'000));
  ENTENTE_LET(authority, TimestampAuthority::open(files));
  ENTENTE_LET(certificate, certificate_from_pem(files.certificate_pem));
  ENTENTE_LET(tool, own_tool());
  AcquireOptions options;
  options.tool = std::move(tool);
  options.at_ms = now_ms;
  options.timestamp = [&](ByteView checkpoint) -> Result<Bytes> {
    const TimestampQuery query{sha256(other.empty() ? checkpoint : view(other)), 1};
    ENTENTE_LET(reply, authority.answer(encode(query), now_ms, 1));
    return token_of_reply(reply, query);
  };
  ENTENTE_TRY(acquire_log(world.exported, place, options));
  Trust trust = world.trust;
  trust.authorities.push_back({certificate, {}});
  return judge({place}, trust);
}
Result<Report> date_it(const World& world, const fs::path& place) {
  return dated(world, place, "");
}
Result<Report> date_another(const World& world, const fs::path& place) {
  return dated(world, place, "another checkpoint");
}

constexpr std::array trials = {
    Trial{"an honest brand and its customer, as stores", "", leave_alone},
    Trial{"the same, the brand's log as an export", "", leave_export},
    Trial{"the evidence of their case", "", leave_evidence},
    Trial{"the export in custody", "", keep_well},
    Trial{"its checkpoint dated by a time-stamp authority", "", date_it},
    Trial{"a bit of an entry, in an export", "log.readable", flip_entry},
    Trial{"a bit of an entry, in a store", "log.root", flip_store},
    Trial{"a bit of a hash tile", "log.nodes", flip_hash},
    Trial{"a bit of what stands behind an entry", "log.readable", flip_content},
    Trial{"a bit of a part", "log.readable", flip_part},
    Trial{"a bit of the evidence of a case", refused, flip_evidence},
    Trial{"a file that is gone", "log.readable", remove_file},
    Trial{"a file that nobody listed", "log.readable", add_file},
    Trial{"a checkpoint signed by another key", "log.signed", sign_with_another_key},
    Trial{"a key outside the times it is trusted for", "log.key", use_expired_key},
    Trial{"cards of a root that is not the trusted one", "card.root", use_another_root},
    Trial{"a message that the brand took out and signed over", "both.receipts", forget_a_message},
    Trial{"the end of the log cut off and signed over", "both.checkpoints", cut_the_end},
    Trial{"a decision that the policy does not give", "decision.replayed", forge_a_decision},
    Trial{"a file changed in custody", "custody.files", flip_in_custody},
    Trial{"a line taken out of the record of custody", "custody.record", remove_line},
    Trial{"a time stamp of another checkpoint", "log.timestamped", date_another},
};

// Whether it went as it must, and how it went.
std::pair<bool, std::string> verdict_of(const Trial& trial, const Result<Report>& report) {
  if (!report) {
    const bool known = report.error().code == ErrorCode::file_invalid ||
                       report.error().code == ErrorCode::json_invalid ||
                       report.error().code == ErrorCode::not_canonical;
    return {trial.finds == refused && known, describe(report.error())};
  }
  if (trial.finds == refused) return {false, "it was read as if nothing had happened"};
  if (trial.finds.empty()) {
    return {report->broken() == 0, std::to_string(report->broken()) + " broken"};
  }
  const auto rule = find_rule(trial.finds);
  const bool found = rule && report->count_of(*rule, Judgement::broken) > 0;
  return {found, std::string(trial.finds) + (found ? "" : " not found")};
}

struct TemporaryPlace {
  fs::path path;
  ~TemporaryPlace() {
    std::error_code error;
    if (!path.empty()) fs::remove_all(path, error);
  }
};

Result<ExitCode> run(const Arguments& arguments, Console& console) {
  TemporaryPlace place;
  std::string pattern = (fs::temp_directory_path() / "entente-selftest-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return fail(ErrorCode::store_failed, pattern);
  place.path = pattern;
  ENTENTE_LET(world, selftest::make_world(place.path / "world"));
  ENTENTE_LET(tool, own_tool());
  Json list = Json::array();
  std::size_t good = 0;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const Trial& trial = trials[i];
    const auto [as_it_must, how] =
        verdict_of(trial, trial.attempt(world, place.path / std::to_string(i)));
    good += as_it_must ? 1 : 0;
    const std::string expected = trial.finds.empty() ? "sound" : std::string(trial.finds);
    list.push(Json::object(
        {{"trial", trial.what}, {"expected", expected}, {"passed", as_it_must}, {"found", how}}));
    if (arguments.has("json")) continue;
    console.line(
        console.paint(as_it_must ? Ink::good : Ink::bad, as_it_must ? "ok    " : "FAILED") + "  " +
        std::string(trial.what) + ": " + harmless(as_it_must ? expected : how));
  }
  const ExitCode code = good == trials.size() ? ExitCode::ok : ExitCode::finding;
  if (arguments.has("json")) {
    console.json(Json::object({{"passed", good},
                               {"of", trials.size()},
                               {"program", to_hex(tool.program)},
                               {"library", to_hex(tool.library)},
                               {"trials", std::move(list)}}));
    return code;
  }
  console.line(std::to_string(good) + " of " + std::to_string(trials.size()) +
               " as they must be, by the program " + short_hex(tool.program) + " and the library " +
               short_hex(tool.library));
  return code;
}

}  // namespace

Verb audit_selftest() {
  return {.path = "audit selftest",
          .summary = "show that this very program finds each known kind of tampering",
          .operands = {},
          .options = {json_option},
          .run = run,
          .example = "entente audit selftest"};
}

}  // namespace entente::cli
