#include "audit_world.h"

#include <entente/audit/note.h>
#include <entente/core/limits.h>
#include <entente/journal/content.h>
#include <entente/protocol/log_entry.h>
#include <entente/wire/codec.h>
#include <entente/wire/log_life.h>

#include <set>
#include <stdexcept>

#include "shared_data.h"

namespace fs = std::filesystem;

namespace entente::tests {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

void must(const Status& status) {
  if (!status) throw std::runtime_error(describe(status.error()));
}

void copy_live(const fs::path& from, const fs::path& to) {
  fs::create_directory(to);
  for (const auto& item : fs::directory_iterator(from)) {
    const std::string name = item.path().filename().string();
    if (name == "lock" || name.ends_with("-shm")) continue;
    fs::copy(item.path(), to / name);
  }
}

}  // namespace

Aftermath::Aftermath() : brand(make_brand(1, SystemClock().now_ms())) {
  brand_key =
      Vkey::make("kettle.example/log", SignatureType::ed25519, brand.log.public_key())->encode();
  KettleShop shop;
  auto endpoint = must(Endpoint::start(kettle_endpoint(brand_store(), brand, shop)));
  LocalBrand connection(*endpoint, brand.card);
  const Goal goal = must(Goal::parse(kettle_goal(), "goal.yaml"));
  Agreeable principal(1, shop);
  const KeyPair key = must(KeyPair::from_seed(Bytes(32, 101)));
  auto assistant = must(Assistant::start({.directory = consumer_store(),
                                          .goal = &goal,
                                          .files = {{"kettle.jpg", to_bytes("a photo")}},
                                          .brand = &connection,
                                          .principal = &principal,
                                          .key = &key}));
  case_id = must(assistant->open());
  const Ending ending = must(assistant->run(case_id, 60'000));
  if (ending.kind != Ending::Kind::closed) throw std::runtime_error("it ended: " + ending.outcome);
  must(assistant->poll(case_id, 0));
  if (!endpoint->wait_idle(10'000)) throw std::runtime_error("the brand does not come to rest");
  copy_live(brand_store(), live_brand());
  copy_live(consumer_store(), live_consumer());
  assistant.reset();
  endpoint->stop();
  endpoint.reset();
}

const Aftermath& aftermath() {
  static const Aftermath made;
  return made;
}

namespace {

constexpr std::int64_t cosigned_s = 1'795'510'445;

KeyPair watcher() { return must(KeyPair::from_seed(Bytes(32, 9))); }

}  // namespace

Vkey watcher_key() {
  return must(Vkey::make("w.example", SignatureType::cosignature_v1, watcher().public_key()));
}

void watch_brand_store(const fs::path& to) {
  fs::copy(aftermath().brand_store(), to, fs::copy_options::recursive);
  SystemEntropy entropy;
  auto ledger =
      must(Ledger::open({.directory = to, .origin = "kettle.example/log", .master_key_file = {}},
                        aftermath().brand.log, entropy));
  const std::string& note = ledger->checkpoint_note();
  const std::string line = must(cosign_checkpoint(must(decode_unverified_checkpoint(note)),
                                                  watcher_key().name(), watcher(), cosigned_s));
  const CosignatureRecord record{.note = must(add_signature(note, line)), .at_ms = 1};
  ledger->append({.kind = EntryKind::cosignature,
                  .direction = Direction::received,
                  .time_ms = SystemClock().now_ms(),
                  .content = encode(record)});
  must(ledger->commit());
}

namespace {

Result<Report> audit(const std::vector<fs::path>& sources) {
  ENTENTE_LET(trust, Trust::in_log(aftermath().brand_key));
  ENTENTE_LET(auditor, Auditor::open(sources, {.trust = trust}));
  return auditor.replay();
}

}  // namespace

std::vector<std::string> broken_in(const std::vector<fs::path>& sources) {
  const auto report = audit(sources);
  if (!report) return {"error: " + std::string(name(report.error().code))};
  std::set<std::string> broken;
  for (const Finding& finding : report->findings) {
    if (finding.judgement != Judgement::broken) continue;
    broken.insert(std::string(name(finding.rule)) +
                  (finding.at_fault == Party::unset ? "" : " by ") +
                  (finding.at_fault == Party::unset ? "" : std::string(name(finding.at_fault))));
  }
  return {broken.begin(), broken.end()};
}

std::string report_text(const std::vector<fs::path>& sources) {
  const auto report = audit(sources);
  return report ? to_text(*report) + to_json(*report) : "error: " + describe(report.error());
}

void rewrite_log(const fs::path& from, const fs::path& to, const KeyPair& log_key, const Edit& edit,
                 const Add& add) {
  SystemEntropy entropy;
  auto old =
      must(Ledger::open({.directory = from, .origin = "kettle.example/log", .master_key_file = {}},
                        log_key, entropy));
  auto made = must(Ledger::open(
      {.directory = to, .origin = "kettle.example/log", .master_key_file = {}}, log_key, entropy));
  for (std::uint64_t index = 0; index < old->size(); ++index) {
    const StoredEntry entry = must(old->read(index));
    const EntryRow row = must(old->store().read_entry(index));
    EditedEntry edited{.kind = entry.leaf.kind,
                       .case_id = row.case_id.value_or(no_case),
                       .draft = {.kind = entry.leaf.kind,
                                 .case_id = row.case_id,
                                 .position = entry.leaf.position,
                                 .direction = entry.leaf.direction,
                                 .time_ms = entry.leaf.time_ms,
                                 .content = entry.content,
                                 .parts_received = entry.leaf.parts_received,
                                 .effect = entry.leaf.effect},
                       .index = index};
    if (edit(edited)) made->append(edited.draft);
  }
  if (add) {
    for (const EntryDraft& draft : add()) made->append(draft);
  }
  for (const CaseRow& row : must(old->store().cases())) {
    for (const Part& part : must(old->parts_of(row.case_id))) made->keep_part(row.case_id, part);
    made->put_case(row);
  }
  must(made->commit());
}

}  // namespace entente::tests
