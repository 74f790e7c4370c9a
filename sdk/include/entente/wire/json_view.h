#pragma once
// The JSON view: what a person or a log viewer reads. Same names as the schema in snake_case; bytes
// as hex, instants as RFC 3339. Made by reflection over the schema; it is shown, never signed.

#include <entente/core/result.h>
#include <entente/wire/codec.h>

#include <string>

namespace entente {

// Canonical payload bytes of a signed kind, or of a log record, to pretty JSON.
// Fails with unknown_type or malformed.
template <class T>
Result<std::string> json_view(const T& value);

#define ENTENTE_DECLARE(T) \
  template <>              \
  Result<std::string> json_view<T>(const T& value);
ENTENTE_WIRE_TYPES(ENTENTE_DECLARE)
#undef ENTENTE_DECLARE

}  // namespace entente
