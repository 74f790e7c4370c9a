#pragma once
// The second gate: from Verified to Authorised, for one case at one moment. Live journals and
// replay pass the same messages through it and must get the same verdicts.
//
//     ENTENTE_LET(message, pass_gate(authority, casefile, verified, {.now_ms = t, .index = i}));

#include <entente/casefile/case.h>
#include <entente/identity/authority.h>

#include <map>

namespace entente {

struct GateTime {
  std::int64_t now_ms = 0;
  std::uint64_t index = 0;  // in the brand's log
};

// Finds what the message refers to in the case, admits the approval nested in it, and asks the
// authority. Fails as Authority::authorise does.
Result<Authorised<Message>> pass_gate(const Authority& authority, const Case& casefile,
                                      const Verified<Message>& message, GateTime time);

// After a message took its place: a `revoke` ends the mandate it names from this log index on, if
// its author is whom that mandate speaks for.
void take_back_mandate(Authority& authority, const Message& message, std::uint64_t index);

// True of a `revoke` that ends the mandate it names, wherever it may stand: signed by that
// mandate's principal. False where the mandate is not known.
bool is_principals_revoke(const Authority& authority, const Message& message);

// Mandates taken back, as receipts tell it to a consumer. An index orders what a log has under one
// name. What that log then loses stands at indices that it gives anew under the next one, and only
// the time of the log says which came first.
class TakenBack {
 public:
  struct Place {
    std::string log;  // its origin
    GateTime time;
  };
  void take(Authority& authority, const Message& message, const Place& place);
  // When and where the gate is to judge a message of this case that stands there.
  GateTime time_of(const Case& casefile, const Message& message, const Place& place) const;

 private:
  std::map<Digest, Place> first_;  // by mandate
};

// The approval envelope nested in an act; empty if the act has none or carries none.
ByteView nested_approval(const Body& body);

// The DID of the consumer who opened the case: its principal's did:key.
std::string consumer_did(const Authority& authority, const Message& opening);

}  // namespace entente
