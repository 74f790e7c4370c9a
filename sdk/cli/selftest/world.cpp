#include "selftest/world.h"

#include <entente/crypto/system.h>
#include <entente/journal/ledger.h>
#include <entente/wire/admission.h>

#include "brand.h"
#include "consumer.h"
#include "demo/homes.h"
#include "files.h"
#include "key_file.h"

#include <algorithm>
#include <iostream>

namespace fs = std::filesystem;

namespace entente::cli::selftest {
namespace {

constexpr std::int64_t patience_ms = 30'000;
constexpr const char* origin = "kettle.example/log";

// What the two parties tell meanwhile is of no interest here.
class Hush {
 public:
  Hush() : was_(std::cout.rdbuf(nullptr)) {}
  Hush(const Hush&) = delete;
  Hush& operator=(const Hush&) = delete;
  ~Hush() {
    std::cout.rdbuf(was_);
    std::cout.clear();
  }

 private:
  std::streambuf* was_;
};

Result<CaseId> negotiate(const DemoPlace& place, Clock& clock) {
  const Hush hush;
  Console unheard;
  ENTENTE_LET(config, read_brand_config(place.brand() / "brand.yaml"));
  ENTENTE_LET(brand, Brand::start(config, {.clock = clock, .on_trouble = {}}));
  ENTENTE_LET(home, read_consumer_file(place.consumer()));
  ENTENTE_LET(consumer, Consumer::start(home, unheard, Person::Answers::yes));
  ENTENTE_LET(case_id, consumer->assistant().open());
  ENTENTE_LET(ending, consumer->assistant().run(case_id, patience_ms));
  consumer.reset();
  brand->stop();
  if (ending.kind == Ending::Kind::closed) return case_id;
  return fail(ErrorCode::internal, "the case did not come to a close: " + ending.outcome);
}

Result<Trust> trust_in(const fs::path& card_file) {
  ENTENTE_LET(envelope, read_armoured(card_file, "CARD"));
  ENTENTE_LET(card, Admission::admit<Card>(envelope));
  ENTENTE_LET(trust, Trust::in_log(card->log_vkey));
  trust.roots.push_back({card->did(), card->root_key, {}});
  return trust;
}

}  // namespace

Result<World> make_world(const fs::path& directory) {
  SystemClock clock;
  SystemEntropy entropy;
  ENTENTE_LET(place, make_demo_place(directory));
  ENTENTE_TRY(lay_out_brand(place, clock, entropy));
  ENTENTE_TRY(lay_out_consumer(place, place.consumer(), "kettle.goal.yaml"));
  ENTENTE_LET(case_id, negotiate(place, clock));
  ENTENTE_LET(key, read_key_file(place.brand() / "keys/log.key"));
  ENTENTE_LET(trust, trust_in(place.brand() / "card.entente"));
  World world{.brand = place.brand() / "data",
              .consumer = place.consumer() / "data",
              .exported = directory / "export",
              .evidence = directory / "case.json",
              .log_key = std::move(key),
              .trust = std::move(trust)};
  const ExportOptions how{.master_key_file = {}, .log_key = &world.log_key, .checkpoint = {}};
  ENTENTE_TRY(export_log(world.brand, world.exported, how));
  ENTENTE_TRY(export_evidence(world.brand, to_hex(case_id), world.evidence, how));
  return world;
}

Status copy_tree(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy(from, to, fs::copy_options::recursive, error);
  if (error) return fail(ErrorCode::store_failed, to.string() + ": " + error.message());
  return {};
}

Status flip(const fs::path& file) {
  ENTENTE_LET(bytes, read_file(file));
  if (bytes.empty()) return fail(ErrorCode::file_invalid, file.string() + " is empty");
  bytes[bytes.size() / 2] ^= 1;
  return write_file(file, bytes);
}

Result<fs::path> first_file(const fs::path& below) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& item : fs::recursive_directory_iterator(below, error)) {
    if (item.is_regular_file()) files.push_back(item.path());
  }
  if (files.empty()) return fail(ErrorCode::file_missing, below.string());
  return *std::ranges::min_element(files);
}

Status rewrite_log(const World& world, const fs::path& to, const Edit& edit) {
  SystemEntropy entropy;
  const fs::path from = to.string() + ".from";  // opened to be written, so not the original
  ENTENTE_TRY(copy_tree(world.brand, from));
  const auto open = [&](const fs::path& at) {
    return Ledger::open({.directory = at, .origin = origin, .master_key_file = {}}, world.log_key,
                        entropy);
  };
  ENTENTE_LET(old, open(from));
  ENTENTE_LET(made, open(to));
  for (std::uint64_t index = 0; index < old->size(); ++index) {
    ENTENTE_LET(stored, old->read(index));
    ENTENTE_LET(row, old->store().read_entry(index));
    Entry entry{.kind = stored.leaf.kind, .index = index, .content = std::move(stored.content)};
    if (!edit(entry)) continue;
    made->append({.kind = stored.leaf.kind,
                  .case_id = row.case_id,
                  .position = stored.leaf.position,
                  .direction = stored.leaf.direction,
                  .time_ms = stored.leaf.time_ms,
                  .content = std::move(entry.content),
                  .parts_received = stored.leaf.parts_received,
                  .effect = stored.leaf.effect});
  }
  ENTENTE_LET(cases, old->store().cases());
  for (const CaseRow& row : cases) {
    ENTENTE_LET(parts, old->parts_of(row.case_id));
    for (const Part& part : parts) made->keep_part(row.case_id, part);
    made->put_case(row);
  }
  return made->commit();
}

}  // namespace entente::cli::selftest
