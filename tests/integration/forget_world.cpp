#include "forget_world.h"

#include <entente/audit/note.h>
#include <entente/journal/content.h>
#include <entente/journal/master_key.h>
#include <entente/wire/codec.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <set>
#include <stdexcept>

namespace fs = std::filesystem;

namespace entente::tests {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

constexpr std::int64_t card_ms = 1'790'000'000'000;

struct Settled {
  TemporaryDirectory directory;
  std::vector<CaseId> cases;

  Settled() {
    const Brand brand = make_brand(1, card_ms);
    DurableShop shop(directory.path() / "writes");
    KettleShop unused;
    EndpointOptions options = kettle_endpoint(directory.path() / "brand", brand, unused);
    options.back_office = &shop;
    options.policy = lenient(options.policy);
    auto endpoint = must(Endpoint::start(std::move(options)));
    for (std::uint8_t number = 1; number <= 2; ++number) {
      LocalBrand connection(*endpoint, brand.card);
      const Goal goal = must(Goal::parse(knowing_goal(number), "goal.yaml"));
      Agreeable principal(number, unused);
      const KeyPair key =
          must(KeyPair::from_seed(Bytes(32, static_cast<std::uint8_t>(number + 100))));
      const fs::path home = directory.path() / ("consumer-" + std::to_string(number));
      auto assistant = must(Assistant::start({.directory = home,
                                              .goal = &goal,
                                              .files = {{"kettle.jpg", to_bytes("a photo of it")}},
                                              .brand = &connection,
                                              .principal = &principal,
                                              .key = &key}));
      cases.push_back(must(assistant->open()));
      const Ending ending = must(assistant->run(cases.back(), 60'000));
      if (ending.kind != Ending::Kind::closed) throw std::runtime_error(ending.outcome);
    }
  }
};

const Settled& settled() {
  static const Settled made;
  return made;
}

std::string whole(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The first column of each row, read beside the store's own code.
std::vector<std::string> column_of(const fs::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  std::vector<std::string> values;
  sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READONLY, nullptr);
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(database));
  }
  while (sqlite3_step(statement) == SQLITE_ROW) {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, 0));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, 0));
    values.emplace_back(data, size);
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return values;
}

}  // namespace

std::unique_ptr<Assistant> ReturningCustomer::meet(std::uint8_t number, BrandConnection& brand) {
  goal_.emplace(*Goal::parse(knowing_goal(number), "goal.yaml"));
  principal_.emplace(number, unused_);
  key_.emplace(std::move(*KeyPair::from_seed(Bytes(32, static_cast<std::uint8_t>(number + 100)))));
  auto started = Assistant::start({.directory = world_.consumer_store(number),
                                   .goal = &*goal_,
                                   .files = {{"kettle.jpg", to_bytes("a photo")}},
                                   .brand = &brand,
                                   .principal = &*principal_,
                                   .key = &*key_});
  if (!started) throw std::runtime_error(describe(started.error()));
  return std::move(*started);
}

std::vector<std::string> whole_case() {
  return {erasable_classes().begin(), erasable_classes().end()};
}

void copy_over(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
}

std::vector<std::string> sentences(const Report& report, Judgement judgement) {
  std::set<std::string> found;
  for (const Finding& each : report.findings) {
    if (each.judgement == judgement) found.insert(each.sentence);
  }
  return {found.begin(), found.end()};
}

std::vector<std::string> Secrets::found_under(const fs::path& directory) const {
  std::vector<std::string> found;
  for (const auto& item : fs::recursive_directory_iterator(directory)) {
    if (!item.is_regular_file()) continue;
    const std::string bytes = whole(item.path());
    for (const auto& [name, secret] : by_name) {
      // Linear, also where both begin with zeros.
      if (::memmem(bytes.data(), bytes.size(), secret.data(), secret.size()) == nullptr) continue;
      found.push_back(name + " in " + item.path().filename().string());
    }
  }
  return found;
}

ForgetWorld::ForgetWorld() : brand(make_brand(1, card_ms)) {
  for (const auto& item : fs::directory_iterator(settled().directory.path())) {
    if (item.is_directory()) copy_over(item.path(), directory.path() / item.path().filename());
  }
  first = settled().cases.at(0);
  second = settled().cases.at(1);
  brand_key =
      Vkey::make("kettle.example/log", SignatureType::ed25519, brand.log.public_key())->encode();
}

fs::path ForgetWorld::consumer_store(int number) const {
  return directory.path() / ("consumer-" + std::to_string(number));
}

Result<std::unique_ptr<Ledger>> ForgetWorld::open() {
  return Ledger::open(
      {.directory = brand_store(), .origin = "kettle.example/log", .spool_bytes = 4096}, brand.log,
      entropy_);
}

ErasureRecord ForgetWorld::wish(std::vector<std::string> classes) const {
  const std::int64_t now_ms = SystemClock().now_ms();
  return {.case_id = first,
          .classes = std::move(classes),
          .reason = "request",
          .authority = "privacy officer",
          .at_ms = now_ms,
          .effective_ms = now_ms};
}

Secrets ForgetWorld::secrets_of(const CaseId& case_id,
                                const std::vector<std::string>& classes) const {
  SystemEntropy entropy;
  const WrapKey master = must(read_master_key(brand_store(), {}));
  const auto keys = must(
      KeyStore::open(brand_store() / "keys.db", master, sealing_craft(entropy), StoreMode::read));
  const auto store = must(open_sqlite_store(brand_store() / "store.db", StoreMode::read));
  Secrets secrets;
  const auto add = [&](const std::string& name, ByteView bytes) {
    if (bytes.size() >= 8) secrets.by_name[name] = to_text(bytes);
  };
  for (const std::string& each : classes) {
    const auto key = keys->content_key(case_id, each);
    if (!key) continue;
    add("key of " + each, *key);
    const auto wrapped =
        column_of(brand_store() / "keys.db",
                  "SELECT wrapped FROM keys WHERE name='" + to_hex(case_id) + "/" + each + "'");
    add("wrapped key of " + each, to_bytes(wrapped.at(0)));
  }
  for (const std::uint64_t index : must(store->entries_of(case_id))) {
    const EntryRow row = must(store->read_entry(index));
    const auto of_class = std::string(content_class(must(decode<LogEntry>(row.leaf)).kind));
    if (std::ranges::find(classes, of_class) == classes.end()) continue;
    const std::string call = "entry " + std::to_string(index);
    const OpenedContent opened =
        must(open_entry(must(keys->content_key(case_id, of_class)), row.sealed, index));
    add("salt of " + call, opened.salt);
    add("content of " + call, opened.content);
    add("sealed " + call, row.sealed);
  }
  for (const PartRow& row : must(store->parts_of(case_id))) {
    const std::string of_class(name(row.part_class));
    if (std::ranges::find(classes, of_class) == classes.end()) continue;
    const std::string call = of_class + " part " + short_hex(row.digest);
    const Part part = must(open_part(must(keys->content_key(case_id, of_class)), row));
    add("salt of " + call, part.salt);
    add("content of " + call, part.content);
    add("sealed " + call, row.sealed);
  }
  return secrets;
}

Report ForgetWorld::audit(const std::vector<fs::path>& sources) const {
  const auto auditor = must(Auditor::open(sources, {.trust = *Trust::in_log(brand_key)}));
  return must(auditor.replay());
}

}  // namespace entente::tests
