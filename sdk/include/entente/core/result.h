#pragma once
// Result<T>: a value, or the Error that explains why there is none.
//
// Whatever a peer, a clock, a disk, the network or a person can cause comes back as a Result;
// expected absence is std::optional from a find_ function; a bug is an assertion.
//
//     ENTENTE_LET(mandate, decode_mandate(bytes));   // leaves with the error, or names the value
//     ENTENTE_TRY(store.commit());                   // the same, without a value

#include <entente/core/error.h>

#include <expected>
#include <string>
#include <utility>

namespace entente {

// std::expected is not [[nodiscard]] in GCC 12; this is, so a forgotten check does not compile.
template <class T>
struct [[nodiscard]] Result : std::expected<T, Error> {
  using std::expected<T, Error>::expected;
};

using Status = Result<void>;

// return fail(ErrorCode::card_expired, "expired at ...");
inline std::unexpected<Error> fail(ErrorCode code, std::string detail = {}) {
  return std::unexpected<Error>(Error{code, std::move(detail)});
}

}  // namespace entente

// Both leave the enclosing function with the error of `expression`.
#define ENTENTE_TRY(expression)                                            \
  do {                                                                     \
    if (auto tried_ = (expression); !tried_) {                             \
      return std::unexpected<::entente::Error>(std::move(tried_).error()); \
    }                                                                      \
  } while (false)

#define ENTENTE_LET(name, expression)                                           \
  auto name##_result = (expression);                                            \
  if (!name##_result) {                                                         \
    return std::unexpected<::entente::Error>(std::move(name##_result).error()); \
  }                                                                             \
  auto& name = *name##_result
