#pragma once
// What a log keeps, changed by whoever can: by this command where nobody has the log, else by the
// endpoint that has it.
//
//     ENTENTE_LET(keeper, LogKeeper::reach(own, timeout_s));
//     ENTENTE_LET(entries, keeper->erase(plan, false));

#include <entente/agent/log_order.h>

#include "erasing.h"

namespace entente::cli {

inline constexpr OptionRule keeper_timeout_option{
    "timeout", "SECONDS", "how long a running endpoint may take (default: 60)"};

class LogKeeper {
 public:
  // Fails as OpenLog::open() does, but for store_locked of a brand's log. `own` outlives it.
  static Result<std::unique_ptr<LogKeeper>> reach(const OwnLog& own, const Arguments& arguments);

  // Each fails with peer_failed for what a running endpoint says, and with timed_out.
  // The entries of what is due, in its order; with `notify` the other parties are told.
  Result<std::vector<std::uint64_t>> erase(const ErasurePlan& plan, bool notify);
  Result<std::vector<std::uint64_t>> put_holds(const std::vector<HoldRecord>& holds);
  // Wraps all keys anew, unless that was done less than so long ago.
  Status begin_epoch(std::int64_t if_older_ms);

 private:
  LogKeeper(const OwnLog& own, std::unique_ptr<OpenLog> opened, std::int64_t timeout_s)
      : own_(own), opened_(std::move(opened)), timeout_s_(timeout_s) {}
  Result<std::vector<std::uint64_t>> order(LogOrder order) const;
  // In as many orders as it takes.
  template <class Record, class Work>
  Result<std::vector<std::uint64_t>> order_all(const std::vector<Record>& records,
                                               const Work& work) const;

  const OwnLog& own_;
  std::unique_ptr<OpenLog> opened_;  // null: an endpoint has it
  std::int64_t timeout_s_;
};

}  // namespace entente::cli
