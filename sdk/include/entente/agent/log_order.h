#pragma once
// Erasing under a running endpoint: an order in a file of the data directory, which the endpoint
// takes within a second, and what came of it in another, which whoever ordered waits for. The log
// says what is erased before anything is; the order only asks for it.
//
//     ENTENTE_TRY(write_erase_order("brand/data", {.order = random_digest, .erasures = due}));
//     while (!(outcome = take_erase_outcome("brand/data", random_digest))) ...
//
// Guide: docs/guides/forget-a-person.md.

#include <entente/core/result.h>
#include <entente/protocol/retention.h>

#include <filesystem>
#include <optional>

namespace entente {

inline constexpr std::string_view erase_order_file = "erase.json";
inline constexpr std::string_view taken_order_file = "erasing.json";  // until there is an outcome

struct EraseOrder {
  Digest order;  // new for each
  std::vector<ErasureRecord> erasures;
  bool notify = false;  // the consumers are told
};

struct EraseOutcome {
  Digest order;
  std::vector<std::uint64_t> entries;  // of the log, in the order of what was asked
  std::string error;                   // empty: all of it is done
};

// Durable on return. Fails with store_failed.
Status write_erase_order(const std::filesystem::path& directory, const EraseOrder& order);
// For the endpoint: the order that it took and has not ended, be it in an earlier life, else the
// next. One that cannot be read is dropped: in doubt nothing is destroyed.
std::optional<EraseOrder> take_erase_order(const std::filesystem::path& directory);

// In a file of its own, durable on return; ends the order taken. Fails with store_failed.
Status write_erase_outcome(const std::filesystem::path& directory, const EraseOutcome& outcome);
// Nothing unless there is one; then its file is gone.
std::optional<EraseOutcome> take_erase_outcome(const std::filesystem::path& directory,
                                               const Digest& order);

}  // namespace entente
