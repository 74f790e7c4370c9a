#include "keys_on_record.h"

#include <entente/wire/codec.h>

namespace entente {

bool is_settled(Performed::State state) {
  return state == Performed::State::done || state == Performed::State::failed;
}

KeysOnRecord keys_on_record(const std::vector<StoredEntry>& records) {
  KeysOnRecord keys;
  for (const StoredEntry& entry : records) {
    const bool intent = entry.leaf.kind == EntryKind::perform_intent;
    if (!intent && entry.leaf.kind != EntryKind::perform_result) continue;
    auto record = decode<PerformanceRecord>(entry.content);
    if (!record) continue;
    KeyRecord& key = keys[record->key];
    key.intended = key.intended || intent;
    key.last = std::move(*record);
  }
  return keys;
}

KeyRecord find_key(const KeysOnRecord& keys, const Digest& key) {
  const auto found = keys.find(key);
  return found == keys.end() ? KeyRecord() : found->second;
}

}  // namespace entente
