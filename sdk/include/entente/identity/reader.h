#pragma once
// What every signed read must say of the brand it is for and the time it is for, whoever reads:
// the consumer of a case, or an auditor the log's entries.
//
//     ENTENTE_TRY(check_read(*read, {.did = did, .environment = environment}, now_ms));
//
// protocol/spec/11-transport.md.

#include <entente/core/limits.h>
#include <entente/core/result.h>
#include <entente/protocol/mandate.h>

#include <string_view>

namespace entente {

// A read may not be signed for longer ahead than a message.
inline constexpr std::int64_t read_ms_max = limits::admit_window_ms + limits::skew_ms_max;

struct ReadFor {
  std::string_view did;  // of the brand
  Environment environment = Environment::unset;
};

// Method and path are for whoever serves them. Fails with environment_mismatch, audience_mismatch,
// too_late, or clock_skew if it holds for longer than anybody needs.
Status check_read(const Read& read, const ReadFor& asked, std::int64_t now_ms);

}  // namespace entente
