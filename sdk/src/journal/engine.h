#pragma once
// What wrote an entry: stands in every leaf, so an auditor knows which rules to replay with.

#include <string_view>

namespace entente {

inline constexpr std::string_view engine_version = "entente/" ENTENTE_VERSION;

}  // namespace entente
