#pragma once
// A log as anybody published it (c2sp.org/tlog-tiles), checked whole: the signed checkpoint, every
// entry bundle, every hash tile, and that all three say the same. The entries may be anything, and
// kept back: then the lowest hashes stand for them.
//
//     ENTENTE_LET(log, verify_tiled_log(files, {.log = log_vkey}));
//     log.cosigned.checkpoint.size                  // so many entries are under that signature
//
// What entries of ours mean is for replay. protocol/spec/06-audit-log.md.

#include <entente/audit/earlier_checkpoint.h>
#include <entente/audit/tiles.h>

#include <functional>

namespace entente {

// Where the files lie: a directory, a web server.
class TileReader {
 public:
  virtual ~TileReader() = default;
  // The bytes under "checkpoint", the path of a tile, or of what else lies beside them, at most
  // bundle_bytes_max. Fails with file_missing if nothing lies there.
  virtual Result<Bytes> read(const std::string& path) const = 0;
};

// Whom to believe.
struct TiledLogKeys {
  Vkey log;                      // signs the checkpoint
  std::vector<Vkey> witnesses;   // whose lines count
  std::vector<Vkey> older = {};  // of the log before that one
};

struct TiledLog {
  CosignedCheckpoint cosigned;
  // What lies beside it as "checkpoint.cosigned", of the log's first so many entries; nothing if
  // none does, or none of the log's keys has signed it.
  std::optional<CosignedCheckpoint> earlier;
  bool is_earlier_of_stranger = false;  // none of them has
  std::uint64_t bundles = 0;            // none: the entries are not shown
  std::uint64_t hash_tiles = 0;
  MemoryNodes nodes;
};

// Hears how many entries were read, of how many.
using TileProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;

// A partial tile may be gone where its full tile is there; of bundles all are there or none. Fails
// with checkpoint_invalid, with log_corrupt and the path of what does not agree, or with what the
// reader says. Needs memory for two hashes per entry.
Result<TiledLog> verify_tiled_log(const TileReader& files, const TiledLogKeys& keys,
                                  const TileProgress& progress = {});

}  // namespace entente
