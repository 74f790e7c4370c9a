#pragma once
// Has the newest checkpoint of a log dated now and then, and puts the tokens on record. On a thread
// of its own: nobody who negotiates ever waits for an authority.

#include <entente/endpoint.h>
#include <entente/journal/sequencer.h>

#include "metrics.h"

namespace entente {

struct LogTimestamperParts {
  Sequencer& sequencer;
  Clock& clock;
  TimestampPeer authority;
  std::shared_ptr<Metrics> metrics;
  std::function<void(const std::string&)> tell;  // trouble, for the person who runs this
};

class LogTimestamper {
 public:
  explicit LogTimestamper(LogTimestamperParts parts);
  ~LogTimestamper();  // ends the call under way

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace entente
