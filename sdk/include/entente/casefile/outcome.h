#pragma once
// What a case answers to a message: it counts, it is on record without effect, or it is refused.
//
//     describe(Outcome::none(ErrorCode::no_offer))     "none(no_offer)"
//
// Rules: protocol/spec/05-lifecycle.md.

#include <entente/core/error.h>

#include <string>

namespace entente {

enum class Effect : std::uint8_t { binding, none, refused };

struct Outcome {
  Effect effect = Effect::refused;
  ErrorCode code = ErrorCode::internal;  // meaningless when binding

  static constexpr Outcome binding() { return {Effect::binding, ErrorCode::internal}; }
  // Admitted: it has a position and a receipt, and changes nothing. One thing it may bring: the
  // approval of a right that was exercised before.
  static constexpr Outcome none(ErrorCode code) { return {Effect::none, code}; }
  // Not admitted: no position, and its act id is not used up.
  static constexpr Outcome refused(ErrorCode code) { return {Effect::refused, code}; }

  bool operator==(const Outcome&) const = default;
};

// "binding", "none(no_offer)", "refused(stale_head)".
std::string describe(const Outcome& outcome);

}  // namespace entente
