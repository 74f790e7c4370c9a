#pragma once
// What may be erased of which case, and why the rest may not; then the deed, and what is told of
// it. `entente erase` and `entente retention run` differ in what they wish for, and in nothing
// else.
//
//     ErasurePlan plan = ...;
//     ENTENTE_TRY(plan.consider(store, case_id, wish));
//     return carry_out(plan, keeper.get(), arguments, console);

#include "own_log.h"

namespace entente::cli {

struct ErasureWish {
  std::vector<std::string> classes;  // empty: all there is of the case
  std::string reason;
  std::string authority;
  std::int64_t at_ms = 0;
  std::int64_t effective_ms = 0;
};

class ErasurePlan {
 public:
  struct Spared {
    CaseId case_id;
    std::string why;
    bool gone = false;  // it was erased before
  };

  // Adds the case to what is due, or to what is spared. Fails with what reading the case says.
  Status consider(const PartyStore& store, const CaseId& case_id, const ErasureWish& wish);
  // The same, where the case is read already.
  void consider(const PartyStore& store, const ReadCase& read, const ErasureWish& wish);

  const std::vector<ErasureRecord>& due() const { return due_; }
  // What the other party of each is to be told, without key and nonce.
  const std::vector<ErasureNotice>& notices() const { return notices_; }
  const std::vector<Spared>& spared() const { return spared_; }

 private:
  std::vector<ErasureRecord> due_;
  std::vector<ErasureNotice> notices_;
  std::vector<Spared> spared_;
};

// True once nothing can be said in the case any more but by opening it again: what it owes is done.
bool has_ended(const Case& casefile);

// Neither what was said nor what was decided, which a case rests on while it is open.
bool is_of_parts(std::string_view of_class);

class LogKeeper;

// Erases what is due and tells it; without a keeper it tells what would be. With `notify` the other
// parties are told, too. The exit code is `finding` if something that was wished for stays.
Result<ExitCode> carry_out(const ErasurePlan& plan, LogKeeper* keeper, const Arguments& arguments,
                           Console& console);

}  // namespace entente::cli
