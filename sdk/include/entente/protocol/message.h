#pragma once
// A Message is one step of a negotiation: who speaks, to whom, having seen what, and one verb.
// A plain value: nothing here says that anybody signed it (see entente/protocol/trust.h).
// Twin of protocol/schema/message.capnp, where every field is explained.

#include <entente/protocol/verbs.h>

namespace entente {

struct Author {
  Party party = Party::unset;
  Actor actor = Actor::unset;
  PublicKey key;
  Digest authority;  // of the mandate or card; zero = the principal's own key
  bool operator==(const Author&) const = default;
};
struct Audience {
  std::string party;  // DID
  Digest card;        // to a brand; else zero
  bool operator==(const Audience&) const = default;
};
struct Seen {
  std::string origin;
  std::uint64_t size = 0;
  Digest root;
  bool operator==(const Seen&) const = default;
};

struct Message {
  std::uint16_t version = protocol_version;
  Environment environment = Environment::unset;
  CaseId case_id;  // zero in `open`
  ActId act_id{};
  Nonce nonce{};
  MessageId prev;  // zero in `open`
  std::int64_t sent_at_ms = 0;
  std::int64_t admit_by_ms = 0;
  Author author;
  Audience audience;
  Seen seen;
  std::vector<PartRef> parts;
  std::vector<Extension> ext;
  Body body;

  Verb verb() const { return verb_of(body); }
  bool operator==(const Message&) const = default;
};

}  // namespace entente
