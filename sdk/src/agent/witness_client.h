#pragma once
// Shows the newest checkpoint of a log to its witnesses, and puts what they sign on record. On a
// thread of its own: nobody who negotiates ever waits for a witness.

#include <entente/endpoint.h>
#include <entente/journal/sequencer.h>

namespace entente {

struct WitnessClientParts {
  Sequencer& sequencer;
  Clock& clock;
  Vkey log;
  std::vector<WitnessPeer> witnesses;
  std::int64_t every_ms = 0;
  std::function<void(const std::string&)> tell;  // trouble, for the person who runs this
};

class WitnessClient {
 public:
  explicit WitnessClient(WitnessClientParts parts);
  ~WitnessClient();  // ends the call under way

  // What is to be published when `newest` is the log's newest note: the newest that has
  // cosignatures, unless its witnesses are long behind. It never gets smaller. From any thread.
  std::string published(const std::string& newest);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace entente
