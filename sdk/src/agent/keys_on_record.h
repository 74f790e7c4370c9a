#pragma once
// What the records of a case say about each key of its performances.

#include <entente/journal/case_record.h>
#include <entente/protocol/log_entry.h>

namespace entente {

bool is_settled(Performed::State state);  // done or failed

struct KeyRecord {
  bool intended = false;
  std::optional<PerformanceRecord> last;

  bool is_settled() const { return last && entente::is_settled(last->state); }
  std::uint32_t answers() const { return last ? last->lookups : 0; }  // of the back office
};

using KeysOnRecord = std::map<Digest, KeyRecord>;

KeysOnRecord keys_on_record(const std::vector<StoredEntry>& records);
// Nothing intended, if the key is on no record.
KeyRecord find_key(const KeysOnRecord& keys, const Digest& key);

}  // namespace entente
