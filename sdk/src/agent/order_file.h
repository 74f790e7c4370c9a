#pragma once
// Orders to a running endpoint as small files in its data directory: durable, and whole or not
// there.

#include <entente/core/limits.h>
#include <entente/text/json.h>

#include <filesystem>

namespace entente {

// In place of whatever is there. Fails with store_failed.
Status replace_order_file(const std::filesystem::path& directory, std::string_view name,
                          const Json& json);
// Its text, or the beginning of it; nothing if there is none.
std::optional<std::string> read_order_file(const std::filesystem::path& directory,
                                           std::string_view name,
                                           std::size_t bytes_max = limits::json_bytes_max);

}  // namespace entente
