#pragma once
// A cast of two parties with real keys: it signs, admits and authorises what a test wants said, so
// that a case under test gets nothing that production would not give it.
//
//     Casting cast;
//     auto opened = cast.say(casefile, {.party = Party::consumer, .body = Open{...}}, now_ms);
//
// Needs casting.cpp and the modules wire and identity. Throws what admission or authority say.

#include <entente/casefile/case.h>

#include <memory>
#include <optional>
#include <string>

namespace entente::tests {

struct Said {
  Party party = Party::consumer;
  Actor actor = Actor::ai;  // a person of the brand signs with the operator's key
  Body body;
  std::optional<MessageId> prev;  // unless given, the head
  std::string act;                // unless given, an act of its own
  std::vector<PartRef> parts;
  bool approved = false;   // nests an approval of the principal
  bool lapsed = false;     // the authority knows that the mandate is revoked
  bool principal = false;  // the principal's own key instead of the assistant's
  int mandate = 1;         // or 2
};

class Casting {
 public:
  Casting();
  ~Casting();

  Authorised<Message> say(const Case& casefile, const Said& said, std::int64_t now_ms);
  // Fails as the authority does.
  Result<Authorised<Message>> try_say(const Case& casefile, const Said& said, std::int64_t now_ms);
  Digest mandate(int number) const;  // 1 or 2
  static constexpr const char* brand_did = "did:web:kettle.example";

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace entente::tests
