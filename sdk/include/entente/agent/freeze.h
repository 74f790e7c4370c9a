#pragma once
// The switch that stops a brand's automated agent: an order in a file of the data directory. A
// running endpoint takes it within a second, a stopped one at its next start.
//
//     ENTENTE_TRY(write_freeze_order("brand/data", {.frozen = true, .order = random_digest,
//                                                   .by = "ana", .reason = "wrong prices", ...}));
//
// While it is frozen the agent promises nothing: each open case that waits for it is handed over to
// people, and so is each that opens. What was agreed is performed, rights are acknowledged, links
// are proven. Each order becomes an entry of the log. Guide: docs/guides/run-an-endpoint.md.

#include <entente/core/result.h>
#include <entente/protocol/log_entry.h>

#include <filesystem>

namespace entente {

inline constexpr std::string_view freeze_order_file = "automation.json";

// Durable on return. `order` must be new. Fails with store_failed.
Status write_freeze_order(const std::filesystem::path& directory, const FreezeRecord& order);
// The last one; nothing if none was ever given. One that cannot be read is an order to stop.
std::optional<FreezeRecord> read_freeze_order(const std::filesystem::path& directory);

}  // namespace entente
