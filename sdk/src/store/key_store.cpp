#include <entente/store/key_store.h>

#include <unordered_map>

#include "database.h"

namespace entente {
namespace {

constexpr Database::Kind key_kind = {0x456e7432, R"sql(
CREATE TABLE epochs(epoch INTEGER PRIMARY KEY, wrapped BLOB NOT NULL);
CREATE TABLE keys(name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, wrapped BLOB NOT NULL)
  WITHOUT ROWID;
)sql"};

constexpr std::size_t held_keys_max = 8192;

}  // namespace

struct KeyStore::State {
  Database database;
  KeyCraft craft;
  StoreMode mode;
  std::int64_t epoch = 1;
  WrapKey epoch_key{};
  Statement find, insert;
  std::unordered_map<std::string, WrapKey> held;  // by name, as in the table
  std::vector<std::string> unwritten;

  Result<std::optional<WrapKey>> read(const std::string& name) {
    auto use = find.use();
    use.bind_text(name);
    ENTENTE_LET(found, use.step());
    if (!found) return std::optional<WrapKey>();
    ENTENTE_LET(key, craft.unwrap(epoch_key, use.bytes(0), name));
    return std::optional(key);
  }

  Result<WrapKey> find_or_make(const std::string& name) {
    if (const auto known = held.find(name); known != held.end()) return known->second;
    ENTENTE_LET(stored, read(name));
    if (!stored && mode == StoreMode::read) {
      return fail(ErrorCode::content_withheld, "the key of this content is gone");
    }
    if (held.size() >= held_keys_max && unwritten.empty()) held.clear();
    if (!stored) unwritten.push_back(name);
    return held.emplace(name, stored ? *stored : craft.generate()).first->second;
  }
};

KeyStore::KeyStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
KeyStore::~KeyStore() = default;

Result<std::unique_ptr<KeyStore>> KeyStore::open(const std::filesystem::path& file,
                                                 const WrapKey& master, KeyCraft craft,
                                                 StoreMode mode) {
  ENTENTE_LET(database, Database::open(file, key_kind, mode));
  auto state = std::make_unique<State>(State{.database = std::move(database),
                                             .craft = std::move(craft),
                                             .mode = mode,
                                             .find = {},
                                             .insert = {},
                                             .held = {},
                                             .unwritten = {}});
  ENTENTE_LET(find, state->database.prepare("SELECT wrapped FROM keys WHERE name=?"));
  state->find = std::move(find);
  ENTENTE_LET(newest, state->database.prepare(
                          "SELECT epoch, wrapped FROM epochs ORDER BY epoch DESC LIMIT 1"));
  auto use = newest.use();
  ENTENTE_LET(found, use.step());
  if (found) {
    state->epoch = use.number(0);
    ENTENTE_LET(key, state->craft.unwrap(master, use.bytes(1), "epoch"));
    state->epoch_key = key;
  } else {
    if (mode == StoreMode::read) return fail(ErrorCode::store_corrupt, "no epoch key");
    state->epoch_key = state->craft.generate();
    const Bytes wrapped = state->craft.wrap(master, state->epoch_key, "epoch");
    ENTENTE_LET(add, state->database.prepare("INSERT INTO epochs VALUES(1, ?)"));
    ENTENTE_TRY(add.use().bind(ByteView(wrapped)).run());
  }
  if (mode == StoreMode::write) {
    ENTENTE_LET(insert, state->database.prepare("INSERT INTO keys VALUES(?,?,?)"));
    state->insert = std::move(insert);
  }
  return std::unique_ptr<KeyStore>(new KeyStore(std::move(state)));
}

Result<WrapKey> KeyStore::content_key(const CaseId& case_id, std::string_view content_class) {
  return state_->find_or_make(to_hex(case_id) + "/" + std::string(content_class));
}

Result<WrapKey> KeyStore::secret(std::string_view name) {
  return state_->find_or_make("secret/" + std::string(name));
}

void KeyStore::abandon() { state_->database.abandon(); }

Status KeyStore::flush() {
  State& s = *state_;
  if (s.unwritten.empty()) return {};
  ENTENTE_TRY(s.database.run("BEGIN IMMEDIATE"));
  for (const std::string& name : s.unwritten) {
    const Bytes wrapped = s.craft.wrap(s.epoch_key, s.held.at(name), name);
    const Status added = s.insert.use().bind_text(name).bind(s.epoch).bind(ByteView(wrapped)).run();
    if (!added) {
      [[maybe_unused]] const Status undone = s.database.run("ROLLBACK");
      return added;
    }
  }
  ENTENTE_TRY(s.database.run("COMMIT"));
  s.unwritten.clear();
  return {};
}

}  // namespace entente
