#include <entente/crypto/signature.h>
#include <entente/replay/key_change.h>
#include <entente/wire/log_life.h>
#include <entente/wire/part.h>

#include <algorithm>

namespace entente {
namespace {

constexpr std::size_t salt_bytes = 32;

std::unexpected<Error> refuse(std::string why) {
  return fail(ErrorCode::proof_invalid, std::move(why));
}

Error at(const std::string& path, const Error& error) {
  return {error.code, path + ": " + error.detail};
}

// What stands behind a leaf, as the extra line of a proof carries it.
struct Opening {
  ByteView leaf;
  ByteView salt;
  ByteView record;
};

Result<Opening> split(ByteView extra) {
  if (extra.size() < 2) return refuse("no entry is shown");
  const std::size_t length = std::size_t{extra[0]} << 8 | extra[1];
  extra = extra.subspan(2);
  if (extra.size() < length + salt_bytes) return refuse("no entry is shown whole");
  return Opening{.leaf = extra.first(length),
                 .salt = extra.subspan(length, salt_bytes),
                 .record = extra.subspan(length + salt_bytes)};
}

}  // namespace

// Whoever has stolen one of the two keys alone cannot make such a record.
Result<KeyChange> verify_key_change(const LogKeyRecord& record, std::int64_t at_ms,
                                    std::uint64_t entry) {
  const auto from = Vkey::decode(record.old_vkey);
  const auto to = Vkey::decode(record.new_vkey);
  if (!from || !to || from->name() != to->name()) return refuse("the change of key names no keys");
  const Bytes statement = log_key_statement(record);
  if (!verify(from->public_key(), statement, record.old_signature) ||
      !verify(to->public_key(), statement, record.new_signature)) {
    return refuse("the change of key is not signed by the old key and by the new one");
  }
  return KeyChange{*from, *to, at_ms, entry};
}

bool follows(const KeyChange& change, const KeyChange& before) {
  return before.to.name() != change.from.name() || before.to == change.from;
}

Result<std::string> encode_key_change(const Receipt& receipt, ByteView record) {
  ENTENTE_LET(proof, decode_proof(receipt.proof));
  append_u16(proof.extra, static_cast<std::uint16_t>(receipt.leaf.size()));
  append(proof.extra, ByteView(receipt.leaf));
  append(proof.extra, ByteView(receipt.salt));
  append(proof.extra, record);
  return encode_proof(proof);
}

Result<ShownKeyChange> decode_key_change(std::string_view file) {
  auto proof = decode_proof(file);
  if (!proof) return refuse(describe(proof.error()));
  ENTENTE_LET(opening, split(proof->extra));
  const auto leaf = decode<LogEntry>(opening.leaf);
  if (!leaf || leaf->kind != EntryKind::key || !leaf->blind_case.is_zero()) {
    return refuse("the entry is no change of key");
  }
  if (commitment(opening.salt, opening.record) != leaf->commit) {
    return refuse("what is shown is not what the entry commits to");
  }
  const auto record = decode<LogKeyRecord>(opening.record);
  if (!record) return refuse("the change of key names no keys");
  ENTENTE_LET(change, verify_key_change(*record, leaf->time_ms, proof->index));
  const Digest hash = leaf_hash(opening.leaf);
  return ShownKeyChange{.change = change, .leaf_hash = hash, .proof = std::move(*proof)};
}

std::string key_change_path(std::uint64_t number) {
  return "key/" + std::to_string(number) + ".tlog-proof";
}

Result<std::vector<ShownKeyChange>> read_key_changes(const TileReader& files) {
  std::vector<ShownKeyChange> changes;
  while (changes.size() < key_changes_max) {
    const std::string path = key_change_path(changes.size() + 1);
    const auto file = files.read(path);
    if (!file && file.error().code == ErrorCode::file_missing) break;
    if (!file) return std::unexpected(file.error());
    auto shown = decode_key_change(to_text(*file));
    if (!shown) return std::unexpected(at(path, shown.error()));
    if (!changes.empty()) {
      const KeyChange& before = changes.back().change;
      const bool in_order = before.entry < shown->change.entry && follows(shown->change, before);
      if (!in_order) return refuse(path + ": starts from a key that was changed before");
    }
    changes.push_back(std::move(*shown));
  }
  return changes;
}

namespace {

// Under the checkpoint of its own, which one of the log's keys has signed: these changes name all.
std::optional<TreeHead> head_of(const ShownKeyChange& shown,
                                std::span<const ShownKeyChange> changes) {
  for (const auto& [change, leaf_hash, proof] : changes) {
    for (const Vkey& key : {change.from, change.to}) {
      const auto proved = verify_proof_of_leaf_hash(shown.proof, shown.leaf_hash, key);
      if (proved) return proved->head();
    }
  }
  return std::nullopt;
}

}  // namespace

Status check_key_changes(std::span<const ShownKeyChange> changes, const TiledLog& log) {
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const ShownKeyChange& shown = changes[i];
    const std::string path = key_change_path(i + 1);
    const auto entry = log.nodes.read_node(0, shown.change.entry);
    if (!entry || *entry != shown.leaf_hash) {
      return refuse(path + ": its entry is not in this log");
    }
    const auto head = head_of(shown, changes);
    if (!head) return refuse(path + ": its own proof does not hold under a key of the log");
    if (head->size > log.cosigned.checkpoint.size) continue;  // it was taken later
    const auto then = root_of(log.nodes, head->size);
    if (!then || *then != head->root) return refuse(path + ": its own proof is of another tree");
  }
  return {};
}

std::vector<KeyChange> follow_changes(std::vector<TrustedKey>& keys,
                                      std::span<const KeyChange> changes) {
  std::vector<KeyChange> followed;
  for (const KeyChange& change : changes) {
    const auto known = std::ranges::find_if(keys, [&](const TrustedKey& each) {
      return each.key == change.from && each.window.covers(change.at_ms);
    });
    if (known == keys.end()) continue;
    // The entry itself is still signed by the old key.
    known->window.until_ms = std::min(known->window.until_ms, change.at_ms + 1);
    keys.push_back({change.to, {.from_ms = change.at_ms}});
    followed.push_back(change);
  }
  return followed;
}

}  // namespace entente
