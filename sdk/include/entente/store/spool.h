#pragma once
// Room on the disk that was taken in advance, for the few records that must be kept when nothing
// else can be written: on a full disk these bytes are still ours.
//
//     ENTENTE_LET(spool, Spool::open("brand/unlogged", spool_bytes));
//     ENTENTE_TRY(spool.append(sealed));       // durable on return
//
// Records are the caller's to seal and to check: one that a crash cut off is given as it lies.

#include <entente/core/bytes.h>
#include <entente/core/result.h>

#include <filesystem>
#include <vector>

namespace entente {

class Spool {
 public:
  // Makes the file at its full size if it is not there. Fails with store_failed.
  static Result<Spool> open(const std::filesystem::path& file, std::size_t bytes);
  Spool(Spool&& other) noexcept;
  Spool& operator=(Spool&& other) noexcept;
  ~Spool();

  // How large a record may be to be kept beside those that are there.
  std::size_t room() const;
  // Fails with store_failed if there is no room or the disk refuses; what was there stays.
  Status append(ByteView record);
  // Oldest first. Fails with store_failed.
  Result<std::vector<Bytes>> records() const;
  // Overwrites the records.
  Status clear();
  // Overwrites what lies behind them: records that a crash cut off, or that were there before.
  Status wipe();

 private:
  Spool(int descriptor, std::size_t bytes) : descriptor_(descriptor), bytes_(bytes) {}
  int descriptor_ = -1;
  std::size_t bytes_ = 0;
  std::size_t used_ = 0;
};

}  // namespace entente
