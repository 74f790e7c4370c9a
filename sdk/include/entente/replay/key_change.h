#pragma once
// A change of a log's key as its entry binds it: both keys have signed it, so that whoever believes
// the old one believes the new. The record is behind a commitment, and whoever has the tiles of a
// log alone is shown it beside them, as a C2SP proof file that opens its entry: "key/1.tlog-proof"
// is the first change, and so on. Nothing in it is personal.
//
//     ENTENTE_LET(changes, read_key_changes(files));
//     follow_changes(keys, changes);                       // whom to believe now, and since when
//     ENTENTE_TRY(check_key_changes(changes, tiled_log));
//
// protocol/spec/06-audit-log.md, P-06-57 and P-06-63.

#include <entente/audit/proof.h>
#include <entente/audit/tiled_log.h>
#include <entente/protocol/log_life.h>
#include <entente/protocol/parcel.h>
#include <entente/replay/trust.h>

namespace entente {

struct KeyChange {
  Vkey from;
  Vkey to;
  std::int64_t at_ms = 0;   // of the entry
  std::uint64_t entry = 0;  // its index
};

// Fails with proof_invalid unless both keys are of one log and have signed the record.
Result<KeyChange> verify_key_change(const LogKeyRecord& record, std::int64_t at_ms,
                                    std::uint64_t entry);
// No key is changed twice.
bool follows(const KeyChange& change, const KeyChange& before);

// One proof file: the entry's receipt, and the record that it opens to. Fails as encode_proof()
// does.
Result<std::string> encode_key_change(const Receipt& receipt, ByteView record);

struct ShownKeyChange {
  KeyChange change;
  Digest leaf_hash;
  Proof proof;
};
// The record is what the leaf commits to, and both keys have signed it; of the proof nothing is
// verified. Fails with proof_invalid.
Result<ShownKeyChange> decode_key_change(std::string_view file);

inline constexpr std::uint64_t key_changes_max = 64;  // that are followed
// "key/1.tlog-proof"
std::string key_change_path(std::uint64_t number);
// All that lie beside the tiles, in order. Fails with proof_invalid and the path, or with what the
// reader says.
Result<std::vector<ShownKeyChange>> read_key_changes(const TileReader& files);
// Each is an entry of this very log, and its own proof holds under a key that one of them names.
// Fails with proof_invalid and the path.
Status check_key_changes(std::span<const ShownKeyChange> changes, const TiledLog& log);

// Each change from a key that is believed at its time: that key until then, the new one since.
// Returns the changes that were so followed.
std::vector<KeyChange> follow_changes(std::vector<TrustedKey>& keys,
                                      std::span<const KeyChange> changes);

}  // namespace entente
