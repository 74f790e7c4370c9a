#include <entente/core/error.h>

#include <algorithm>
#include <array>

namespace entente {
namespace {

struct Row {
  ErrorCode code;
  std::string_view name;
  std::string_view group;
  std::string_view meaning;
};

constexpr auto rows = std::to_array<Row>({
#define ENTENTE_CODE(code, group, meaning) {ErrorCode::code, #code, #group, meaning},
    ENTENTE_ERROR_CODES(ENTENTE_CODE)
#undef ENTENTE_CODE
});

constexpr auto codes = [] {
  std::array<ErrorCode, rows.size()> all{};
  std::ranges::transform(rows, all.begin(), &Row::code);
  return all;
}();

const Row& row(ErrorCode code) { return rows.at(static_cast<std::size_t>(code)); }

}  // namespace

std::string_view name(ErrorCode code) { return row(code).name; }
std::string_view meaning(ErrorCode code) { return row(code).meaning; }
std::string_view group(ErrorCode code) { return row(code).group; }
std::span<const ErrorCode> error_codes() { return codes; }

std::optional<ErrorCode> find_error_code(std::string_view name) {
  const auto found = std::ranges::find(rows, name, &Row::name);
  return found == rows.end() ? std::nullopt : std::optional(found->code);
}

std::string describe(const Error& error) {
  std::string text(name(error.code));
  if (!error.detail.empty()) text += ": " + error.detail;
  return text;
}

}  // namespace entente
