#pragma once
// Where a request belongs in a trace that began elsewhere: W3C Trace Context, `traceparent` of
// version 00. A header that is not one starts a trace of our own, as the standard asks.

#include <entente/core/clock.h>

#include <optional>
#include <string>
#include <string_view>

namespace entente {

struct TraceContext {
  std::string trace_id;   // 32 hex digits, not all zero
  std::string parent_id;  // 16 hex digits, not all zero; empty: the trace begins here
  std::string span_id;    // ours
};

// `header` is the field's value, if there was one.
TraceContext continue_trace(std::optional<std::string_view> header, Entropy& entropy);

}  // namespace entente
