#pragma once
// What happened, as lines of JSON for an operator's log: requests, deeds, trouble. Never a word of
// what was said, a name, an account or an address; a case is the first digits of its id.

#include <entente/core/clock.h>
#include <entente/text/json.h>

#include <functional>
#include <mutex>

#include "trace_context.h"

namespace entente {

struct RequestSeen {
  std::string_view method;
  std::string_view route;  // a pattern
  int status = 0;
  std::int64_t took_us = 0;
  TraceContext trace;
};

class EventLog {
 public:
  using Sink = std::function<void(std::string_view line)>;  // without the newline

  // Without a sink nothing is written.
  EventLog(Sink sink, Clock& clock);

  // From any thread; the sink is called by one at a time.
  void write(std::string_view event, std::vector<JsonMember> fields);
  void request(const RequestSeen& request);
  bool is_on() const { return static_cast<bool>(sink_); }

 private:
  Sink sink_;
  Clock& clock_;
  std::mutex mutex_;
};

}  // namespace entente
