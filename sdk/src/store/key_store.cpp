#include <entente/store/key_store.h>

#include <chrono>
#include <unordered_map>

#include "database.h"

namespace entente {
namespace {

// A key that was destroyed keeps its row, of epoch 0 and without the key. Names come in no order,
// and each new one changes another page where they are sorted: only how they begin is.
constexpr Database::Kind key_kind = {0x456e7432, R"sql(
CREATE TABLE epochs(epoch INTEGER PRIMARY KEY, wrapped BLOB NOT NULL, began_ms INTEGER NOT NULL);
CREATE TABLE keys(number INTEGER PRIMARY KEY, name TEXT NOT NULL, epoch INTEGER NOT NULL,
                  wrapped BLOB NOT NULL);
CREATE INDEX keys_by_name ON keys(substr(name, 1, 16));
)sql"};

constexpr std::size_t held_keys_max = 8192;
constexpr std::size_t wrapped_at_once = 1024;

std::string name_of(const CaseId& case_id, std::string_view content_class) {
  return to_hex(case_id) + "/" + std::string(content_class);
}

struct NamedKey {
  std::int64_t number = 0;
  std::string name;
  WrapKey key{};
};

}  // namespace

struct KeyStore::State {
  Database database;
  KeyCraft craft;
  StoreMode mode;
  WrapKey master{};
  std::int64_t epoch = 0;
  std::int64_t began_ms = 0;
  WrapKey epoch_key{};
  Statement find, insert;
  std::unordered_map<std::string, WrapKey> held;  // by name, as in the table
  std::vector<std::string> unwritten;

  // Of the key in the row at hand.
  Result<WrapKey> unwrap(const Statement::Use& row, const std::string& name) const {
    if (row.number(0) == 0) return fail(ErrorCode::content_withheld, "the key is destroyed");
    if (row.number(0) != epoch) return fail(ErrorCode::store_corrupt, "a key of another epoch");
    return craft.unwrap(epoch_key, row.bytes(1), name);
  }

  Result<std::optional<WrapKey>> read(const std::string& name) {
    auto use = find.use();
    use.bind_text(name);
    ENTENTE_LET(found, use.step());
    if (!found) return std::optional<WrapKey>();
    ENTENTE_LET(key, unwrap(use, name));
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

  Status read_epoch() {
    ENTENTE_LET(newest, database.prepare("SELECT epoch, wrapped, began_ms FROM epochs "
                                         "ORDER BY epoch DESC LIMIT 1"));
    auto use = newest.use();
    ENTENTE_LET(found, use.step());
    if (!found) return {};
    epoch = use.number(0);
    began_ms = use.number(2);
    ENTENTE_LET(key, craft.unwrap(master, use.bytes(1), "epoch"));
    epoch_key = key;
    return {};
  }

  Status add_epoch(std::int64_t number, const WrapKey& key, std::int64_t now_ms) const {
    const Bytes wrapped = craft.wrap(master, key, "epoch");
    ENTENTE_LET(add, database.prepare("INSERT INTO epochs VALUES(?,?,?)"));
    return add.use().bind(number).bind(ByteView(wrapped)).bind(now_ms).run();
  }

  Status bury(std::span<const KeyScope> scopes) const {
    ENTENTE_LET(empty,
                database.prepare("UPDATE keys SET epoch=0, wrapped=x'' "
                                 "WHERE substr(name, 1, 16)=substr(?1, 1, 16) AND +name=?1"));
    ENTENTE_LET(add, database.prepare("INSERT INTO keys VALUES(NULL, ?, 0, x'')"));
    for (const KeyScope& scope : scopes) {
      const std::string name = name_of(scope.case_id, scope.content_class);
      ENTENTE_TRY(empty.use().bind_text(name).run());
      if (database.changed_rows() == 0) ENTENTE_TRY(add.use().bind_text(name).run());
    }
    return {};
  }

  // Some of the keys of this epoch, in the order in which they were made.
  Result<std::vector<NamedKey>> some_after(const Statement& read, std::int64_t last) const {
    std::vector<NamedKey> some;
    auto use = read.use();
    use.bind(last).bind(epoch);
    for (;;) {
      ENTENTE_LET(found, use.step());
      if (!found) return some;
      NamedKey& next = some.emplace_back(NamedKey{use.number(3), use.text(2), {}});
      ENTENTE_LET(key, unwrap(use, next.name));
      next.key = key;
    }
  }

  Status wrap_all(std::int64_t next, const WrapKey& next_key) const {
    const std::string page =
        "SELECT epoch, wrapped, name, number FROM keys WHERE number>? AND epoch=? "
        "ORDER BY number LIMIT " +
        std::to_string(wrapped_at_once);
    ENTENTE_LET(read, database.prepare(page.c_str()));
    ENTENTE_LET(update, database.prepare("UPDATE keys SET epoch=?, wrapped=? WHERE number=?"));
    for (std::int64_t last = 0;;) {
      ENTENTE_LET(some, some_after(read, last));
      if (some.empty()) return {};
      for (const auto& [number, name, key] : some) {
        const Bytes wrapped = craft.wrap(next_key, key, name);
        ENTENTE_TRY(update.use().bind(next).bind(ByteView(wrapped)).bind(number).run());
      }
      last = some.back().number;
    }
  }

  Status begin_epoch(std::span<const KeyScope> destroyed, const NamedKey& next,
                     std::int64_t now_ms) const {
    ENTENTE_TRY(bury(destroyed));
    ENTENTE_TRY(wrap_all(epoch + 1, next.key));
    ENTENTE_TRY(database.run("DELETE FROM epochs"));
    return add_epoch(epoch + 1, next.key, now_ms);
  }

  Status write_new() const {
    for (const std::string& name : unwritten) {
      const Bytes wrapped = craft.wrap(epoch_key, held.at(name), name);
      ENTENTE_TRY(insert.use().bind_text(name).bind(epoch).bind(ByteView(wrapped)).run());
    }
    return {};
  }

  // All of it or nothing.
  template <class Work>
  Status in_transaction(Work work) const {
    ENTENTE_TRY(database.run("BEGIN IMMEDIATE"));
    if (const Status done = work(); !done) {
      [[maybe_unused]] const Status undone = database.run("ROLLBACK");
      return done;
    }
    return database.run("COMMIT");
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
                                             .master = master,
                                             .find = {},
                                             .insert = {},
                                             .held = {},
                                             .unwritten = {}});
  ENTENTE_LET(find,
              state->database.prepare("SELECT epoch, wrapped FROM keys "
                                      "WHERE substr(name, 1, 16)=substr(?1, 1, 16) AND +name=?1"));
  state->find = std::move(find);
  ENTENTE_TRY(state->read_epoch());
  if (state->epoch == 0) {
    if (mode == StoreMode::read) return fail(ErrorCode::store_corrupt, "no epoch key");
    state->epoch = 1;
    state->epoch_key = state->craft.generate();
    state->began_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
    ENTENTE_TRY(state->add_epoch(state->epoch, state->epoch_key, state->began_ms));
  }
  if (mode == StoreMode::write) {
    ENTENTE_LET(insert, state->database.prepare("INSERT INTO keys VALUES(NULL,?,?,?)"));
    state->insert = std::move(insert);
  }
  return std::unique_ptr<KeyStore>(new KeyStore(std::move(state)));
}

Result<WrapKey> KeyStore::content_key(const CaseId& case_id, std::string_view content_class) {
  return state_->find_or_make(name_of(case_id, content_class));
}

Result<bool> KeyStore::is_destroyed(const KeyScope& scope) {
  auto use = state_->find.use();
  const std::string name = name_of(scope.case_id, scope.content_class);
  use.bind_text(name);
  ENTENTE_LET(found, use.step());
  return found && use.number(0) == 0;
}

Result<WrapKey> KeyStore::secret(std::string_view name) {
  return state_->find_or_make("secret/" + std::string(name));
}

void KeyStore::abandon() { state_->database.abandon(); }
std::int64_t KeyStore::epoch() const { return state_->epoch; }
std::int64_t KeyStore::epoch_began_ms() const { return state_->began_ms; }

Status KeyStore::flush() {
  State& s = *state_;
  if (s.unwritten.empty()) return {};
  ENTENTE_TRY(s.in_transaction([&] { return s.write_new(); }));
  s.unwritten.clear();
  return {};
}

Status KeyStore::destroy(std::span<const KeyScope> scopes, std::int64_t now_ms) {
  State& s = *state_;
  if (!s.unwritten.empty()) return fail(ErrorCode::internal, "keys wait to be written");
  const NamedKey next{0, "epoch", s.craft.generate()};
  ENTENTE_TRY(s.in_transaction([&] { return s.begin_epoch(scopes, next, now_ms); }));
  s.held.clear();
  s.epoch += 1;
  s.epoch_key = next.key;
  s.began_ms = now_ms;
  return s.database.compact();
}

}  // namespace entente
