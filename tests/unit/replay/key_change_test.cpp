// A log that has changed its key twice, as strangers see it: tiles, a checkpoint, and what is shown
// of the entries that changed it.

#include <entente/crypto/signature.h>
#include <entente/replay/key_change.h>
#include <entente/wire/log_life.h>
#include <entente/wire/part.h>

#include <map>

#include "catch.h"

using namespace entente;

namespace {

constexpr const char* origin = "kettle.example/log";
constexpr std::int64_t start_ms = 1'790'000'000'000;

KeyPair key_of(std::uint8_t seed) { return std::move(*KeyPair::from_seed(Bytes(32, seed))); }

Vkey vkey_of(std::uint8_t seed, const std::string& name = origin) {
  return *Vkey::make(name, SignatureType::ed25519, key_of(seed).public_key());
}

// Signed by the keys that it names, unless by others.
LogKeyRecord record_of(const Vkey& from, const Vkey& to, std::uint8_t old_seed,
                       std::uint8_t new_seed) {
  LogKeyRecord record{.old_vkey = from.encode(), .new_vkey = to.encode(), .at_ms = start_ms};
  const Bytes statement = log_key_statement(record);
  record.old_signature = *key_of(old_seed).sign(statement);
  record.new_signature = *key_of(new_seed).sign(statement);
  return record;
}

// A log in memory; its entries are of kind key or freeze.
struct RotatedLog final : TileReader, LeafReader {
  std::vector<Bytes> leaves;
  std::vector<std::pair<std::uint64_t, Bytes>> changes;  // entry, record
  std::map<std::string, Bytes> files;
  MemoryNodes nodes;
  MerkleTree tree;

  std::array<std::uint8_t, 32> salt_of(std::uint64_t index) const {
    return {static_cast<std::uint8_t>(index)};
  }
  void add(EntryKind kind, const Bytes& content) {
    const LogEntry leaf{.kind = kind,
                        .time_ms = start_ms + static_cast<std::int64_t>(leaves.size()),
                        .direction = Direction::own,
                        .commit = commitment(salt_of(leaves.size()), content),
                        .engine = "entente/test"};
    if (kind == EntryKind::key) changes.emplace_back(leaves.size(), content);
    leaves.push_back(encode(leaf));
    nodes.add(tree.append(leaf_hash(leaves.back())));
  }
  void fill(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) add(EntryKind::freeze, to_bytes("freeze"));
  }
  void change(std::uint8_t from, std::uint8_t to) {
    add(EntryKind::key, encode(record_of(vkey_of(from), vkey_of(to), from, to)));
  }
  // What anybody gets: no entries, unless they are shown.
  void publish(std::uint8_t seed, bool with_entries = false) {
    files.clear();
    const std::string note = *sign_checkpoint({origin, tree.size(), tree.root()}, key_of(seed));
    files["checkpoint"] = to_bytes(note);
    for (const Tile& tile : tiles_of(tree.size())) {
      if (tile.kind == TileKind::hashes) files[tile_path(tile)] = *render_hash_tile(nodes, tile);
      if (tile.kind == TileKind::entries && with_entries) {
        files[tile_path(tile)] = *render_entry_bundle(*this, tile);
      }
    }
    for (std::size_t i = 0; i < changes.size(); ++i) {
      files[key_change_path(i + 1)] = to_bytes(shown(i, note));
    }
  }
  std::string shown(std::size_t number, const std::string& note) const {
    const auto& [index, record] = changes[number];
    const std::string proof = *encode_proof(
        {.index = index,
         .hashes = *inclusion_proof(nodes, index, decode_unverified_checkpoint(note)->size),
         .checkpoint = note});
    return *encode_key_change({leaves[index], salt_of(index), proof}, record);
  }

  Result<Bytes> read(const std::string& path) const override {
    const auto found = files.find(path);
    if (found == files.end()) return fail(ErrorCode::file_missing, path);
    return found->second;
  }
  Result<Bytes> read_leaf(std::uint64_t index) const override { return leaves[index]; }
};

RotatedLog rotated() {
  RotatedLog log;
  log.fill(3);
  log.change(1, 2);
  log.fill(300);
  log.change(2, 3);
  log.fill(5);
  log.publish(3);
  return log;
}

// As `entente log verify` does. The keys by which the newest checkpoint is believed.
Result<std::vector<TrustedKey>> follow(const RotatedLog& log, const std::string& trusted) {
  ENTENTE_LET(shown, read_key_changes(log));
  std::vector<KeyChange> changes;
  for (const ShownKeyChange& each : shown) changes.push_back(each.change);
  ENTENTE_LET(trust, Trust::in_log(trusted));
  std::vector<TrustedKey> keys = trust.keys_of(origin);
  follow_changes(keys, changes);
  std::vector<Vkey> vkeys;
  for (const TrustedKey& each : keys) vkeys.push_back(each.key);
  if (vkeys.empty()) return fail(ErrorCode::key_unknown);
  ENTENTE_LET(tiled, verify_tiled_log(log, {.log = vkeys.back(), .witnesses = {}}));
  ENTENTE_TRY(check_key_changes(shown, tiled));
  return keys;
}

ErrorCode refusal(const RotatedLog& log, std::uint8_t trusted = 1) {
  const auto keys = follow(log, vkey_of(trusted).encode());
  REQUIRE_FALSE(keys);
  return keys.error().code;
}

}  // namespace

TEST_CASE("whoever pinned a log's first key believes its newest by hash tiles alone",
          "[replay][tiles]") {
  for (const bool with_entries : {false, true}) {
    RotatedLog log = rotated();
    log.publish(3, with_entries);
    for (std::uint8_t pinned = 1; pinned <= 3; ++pinned) {
      const auto keys = follow(log, vkey_of(pinned).encode());
      if (!keys) FAIL(int{pinned} << ": " << describe(keys.error()));
      CHECK(keys->back().key == vkey_of(3));
      CHECK(keys->size() == 4U - pinned);
    }
    CHECK(refusal(log, 4) == ErrorCode::checkpoint_invalid);  // a key that never was one of it
  }
}

TEST_CASE("a key is believed until its change, and the next from there", "[replay][tiles]") {
  const auto keys = *follow(rotated(), vkey_of(1).encode());
  const std::int64_t changed_ms = start_ms + 3;
  CHECK(keys[0].window == TrustWindow{.from_ms = 0, .until_ms = changed_ms + 1});
  CHECK(keys[1].window == TrustWindow{.from_ms = changed_ms, .until_ms = start_ms + 304 + 1});
  CHECK(keys[2].window.until_ms == limits::integer_max);
  // Who believed the first key for another time believes nothing that follows from it.
  std::vector<TrustedKey> late = {{vkey_of(1), {.from_ms = changed_ms + 1}}};
  const KeyChange change{vkey_of(1), vkey_of(2), changed_ms, 3};
  CHECK(follow_changes(late, {&change, 1}).empty());
  CHECK(late.size() == 1);
}

TEST_CASE("a change of key that one of both keys has not signed is none", "[replay][attack]") {
  // Who has the old key alone, the new one alone, neither; or both, of two logs.
  const std::string pot = "pot.example/log";
  const LogKeyRecord forged[] = {
      record_of(vkey_of(1), vkey_of(2), 1, 1), record_of(vkey_of(1), vkey_of(2), 2, 2),
      record_of(vkey_of(1), vkey_of(2), 8, 9), record_of(vkey_of(1), vkey_of(2, pot), 1, 2),
      record_of(vkey_of(1, pot), vkey_of(2), 1, 2)};
  for (const LogKeyRecord& record : forged) {
    RotatedLog log;
    log.fill(3);
    log.add(EntryKind::key, encode(record));
    log.publish(2);
    CHECK(refusal(log) == ErrorCode::proof_invalid);
  }
  // The record of one change with the signatures of another.
  RotatedLog log = rotated();
  LogKeyRecord mixed = record_of(vkey_of(1), vkey_of(3), 1, 3);
  const LogKeyRecord other = record_of(vkey_of(1), vkey_of(2), 1, 2);
  mixed.old_signature = other.old_signature;
  log.changes = {{3, encode(mixed)}};
  CHECK_FALSE(verify_key_change(mixed, start_ms, 3));
}

TEST_CASE("a change of another log's key changes nobody's", "[replay][attack]") {
  RotatedLog log;
  log.fill(3);
  const std::string pot = "pot.example/log";
  log.add(EntryKind::key, encode(record_of(vkey_of(1, pot), vkey_of(2, pot), 1, 2)));
  log.publish(2);
  CHECK(refusal(log) == ErrorCode::checkpoint_invalid);  // the second key signs, and is nobody's
}

TEST_CASE("a change of key counts as an entry of this very log", "[replay][attack]") {
  const RotatedLog sound = rotated();
  // Both keys have signed it, and it is proved: in another tree, or at another place.
  RotatedLog other;
  other.fill(2);
  other.change(1, 2);
  other.change(2, 3);
  other.publish(3);
  for (const std::size_t number : {1, 2}) {
    RotatedLog log = sound;
    log.files[key_change_path(number)] = other.files[key_change_path(number)];
    CHECK(refusal(log) == ErrorCode::proof_invalid);
  }
  // Taken out of the log, and shown all the same.
  RotatedLog without;
  without.fill(310);
  without.publish(3);
  without.files[key_change_path(1)] = sound.files.at(key_change_path(1));
  without.files[key_change_path(2)] = sound.files.at(key_change_path(2));
  CHECK(refusal(without) == ErrorCode::proof_invalid);
  // Shown with the tiles of this log and a proof under a checkpoint of another history of it.
  RotatedLog fork;
  fork.fill(3);
  fork.change(1, 2);
  fork.add(EntryKind::freeze, to_bytes("another"));
  RotatedLog log = sound;
  const std::string note =
      *sign_checkpoint({origin, fork.tree.size(), fork.tree.root()}, key_of(3));
  log.files[key_change_path(1)] = to_bytes(fork.shown(0, note));
  CHECK(refusal(log) == ErrorCode::proof_invalid);
  // The same of one that is said to be newer than these tiles.
  RotatedLog longer;
  longer.fill(4);
  longer.change(1, 2);
  longer.fill(400);
  longer.publish(3);
  log.files[key_change_path(1)] = longer.files[key_change_path(1)];
  CHECK(refusal(log) == ErrorCode::proof_invalid);
}

TEST_CASE("changes of key are followed in order, and none is left out", "[replay][attack]") {
  const RotatedLog sound = rotated();
  const Bytes first = sound.files.at(key_change_path(1));
  const Bytes second = sound.files.at(key_change_path(2));
  RotatedLog log = sound;
  log.files.erase(key_change_path(2));
  CHECK(refusal(log) == ErrorCode::checkpoint_invalid);
  log = sound;
  log.files[key_change_path(1)] = second;
  log.files.erase(key_change_path(2));
  CHECK(refusal(log) == ErrorCode::checkpoint_invalid);
  log.files[key_change_path(2)] = first;
  CHECK(refusal(log) == ErrorCode::proof_invalid);
  // A key that was changed is not changed again.
  RotatedLog twice;
  twice.change(1, 2);
  twice.change(1, 3);
  twice.publish(3);
  CHECK(refusal(twice) == ErrorCode::proof_invalid);
}

TEST_CASE("what is shown of a change of key may be older or newer than the checkpoint",
          "[replay][tiles]") {
  RotatedLog log = rotated();
  const std::map<std::string, Bytes> older = log.files;
  log.fill(70);
  log.publish(3);
  const std::map<std::string, Bytes> newer = log.files;
  for (const std::size_t number : {1, 2}) {
    const std::string path = key_change_path(number);
    log.files = newer;
    log.files[path] = older.at(path);
    CHECK(follow(log, vkey_of(1).encode()));
    log.files = older;
    log.files[path] = newer.at(path);
    CHECK(follow(log, vkey_of(1).encode()));
  }
  // It was taken while another key signed, which those who pinned the newest do not know.
  RotatedLog early;
  early.fill(3);
  early.change(1, 2);
  early.publish(2);
  log.files = newer;
  log.files[key_change_path(1)] = early.files.at(key_change_path(1));
  for (std::uint8_t pinned = 1; pinned <= 3; ++pinned) {
    CHECK(follow(log, vkey_of(pinned).encode()));
  }
  // A key that none of them names has signed it.
  const std::string note = *sign_checkpoint({origin, log.tree.size(), log.tree.root()}, key_of(9));
  log.files[key_change_path(1)] = to_bytes(log.shown(0, note));
  CHECK(refusal(log) == ErrorCode::proof_invalid);
}

TEST_CASE("no byte of what is shown of a change of key can be changed", "[replay][attack]") {
  const RotatedLog sound = rotated();
  const std::string path = key_change_path(1);
  for (std::size_t at = 0; at < sound.files.at(path).size(); ++at) {
    RotatedLog log = sound;
    log.files[path][at] ^= 1;
    CAPTURE(at);
    CHECK_FALSE(follow(log, vkey_of(1).encode()));
  }
  for (const char* bad : {"", "c2sp.org/tlog-proof@v1\nindex 3\n\n"}) {
    CHECK(decode_key_change(bad).error().code == ErrorCode::proof_invalid);
  }
}
