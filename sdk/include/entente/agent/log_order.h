#pragma once
// Orders to a running endpoint about what its log keeps: erase, hold, begin an epoch of the keys.
// Each is a file of its own in the data directory, which the endpoint carries out within a second,
// oldest first; what came of it is another file, which whoever ordered waits for. The log says what
// is erased or held; an order only asks for it.
//
//     ENTENTE_TRY(write_log_order("brand/data", {.id = random_digest,
//                                                .work = EraseOrder{.erasures = due}}));
//     while (!(outcome = take_log_outcome("brand/data", random_digest))) ...
//
// Guide: docs/guides/forget-a-person.md.

#include <entente/core/result.h>
#include <entente/protocol/retention.h>

#include <filesystem>
#include <optional>
#include <variant>

namespace entente {

inline constexpr std::string_view log_orders_directory = "orders";  // of the data directory
inline constexpr std::size_t log_order_records_max = 256;  // the writer stands still for them

struct EraseOrder {
  std::vector<ErasureRecord> erasures;
  bool notify = false;  // the consumers are told
};
// Holds, and ends of holds.
struct HoldOrder {
  std::vector<HoldRecord> holds;
};
// All keys are wrapped anew, unless that was done less than so long ago.
struct EpochOrder {
  std::int64_t if_older_ms = 0;
};

struct LogOrder {
  Digest id;  // new for each
  std::variant<EraseOrder, HoldOrder, EpochOrder> work;
};

struct LogOrderOutcome {
  Digest order;
  std::vector<std::uint64_t> entries;  // of the log, in the order of what was asked
  std::string error;                   // empty: all of it is done
};

// Durable on return. Fails with too_large (more records than that), store_failed.
Status write_log_order(const std::filesystem::path& directory, const LogOrder& order);
// For the endpoint: the oldest that has no outcome, be it from an earlier life. One that cannot be
// read is answered so: in doubt nothing is destroyed.
std::optional<LogOrder> next_log_order(const std::filesystem::path& directory);

// Durable on return; ends the order. Fails with store_failed.
Status write_log_outcome(const std::filesystem::path& directory, const LogOrderOutcome& outcome);
// Nothing unless there is one; then its file is gone.
std::optional<LogOrderOutcome> take_log_outcome(const std::filesystem::path& directory,
                                                const Digest& order);

}  // namespace entente
