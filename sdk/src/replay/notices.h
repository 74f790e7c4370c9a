#pragma once
// What a log says the parties told each other about forgetting, in one case: told to whoever reads
// the report, and held against the erasures on record.

#include <entente/protocol/log_entry.h>

#include "erasures.h"
#include "notes.h"

namespace entente {

class NoticeBook {
 public:
  // An entry of kind notice, whose content opens its commitment. False if it is neither a signed
  // notice nor a signed answer.
  bool take(std::uint64_t entry, Direction direction, ByteView content);
  // Once the case has ended, or the log: whoever says that something is erased has an erasure.
  void check(const Erasures& erasures, Party owner, Notes& notes) const;

 private:
  struct Told {
    std::uint64_t entry = 0;
    Direction direction = Direction::unset;
    Digest id;
    ErasureNotice notice;
  };
  struct Answered {
    std::uint64_t entry = 0;
    Direction direction = Direction::unset;
    ErasureAck ack;
  };
  const Answered* answer_to(const Told& told) const;
  const Told* find(const Digest& id) const;

  std::vector<Told> told_;
  std::vector<Answered> answered_;
};

}  // namespace entente
