#pragma once
// Media types of parts, as they are written here: RFC 6838 in lower case, with parameters.

#include <string_view>

namespace entente {

// "image/jpeg", "text/plain; charset=utf-8"; of at most limits::media_type_bytes_max elsewhere.
bool is_media_type(std::string_view text);

}  // namespace entente
