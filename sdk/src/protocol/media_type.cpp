#include <entente/protocol/media_type.h>

#include <algorithm>

namespace entente {
namespace {

bool is_of_media_type(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$&-^_.+/;= ").find(c) != std::string_view::npos;
}

}  // namespace

bool is_media_type(std::string_view text) {
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < text.size() &&
         std::ranges::all_of(text, is_of_media_type);
}

}  // namespace entente
