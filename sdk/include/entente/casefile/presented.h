#pragma once
// A signed busy proves that its message was presented: see Case::note_busy().

#include <cstdint>

namespace entente {

struct Refusal;

// Until when an accept that was so told may come back and count as having come then.
std::int64_t busy_until_ms(const Refusal& busy);

}  // namespace entente
