#pragma once
// A mandate is a principal's signed permission slip: which key may speak for it, to which brand,
// about what, until when. An approval is its signature under one act, over the text it was shown.
// A read is a signed, expiring request. Twins of the structs in protocol/schema/authority.capnp;
// rules in protocol/spec/03-identity.md.

#include <entente/protocol/primitives.h>

namespace entente {

struct Mandate {
  enum class Role : std::uint8_t { unset, assistant, service_agent, operator_ };
  enum class Representation : std::uint8_t { unset, self, family, guardian, professional };

  PublicKey principal;
  PublicKey assistant;
  Role role = Role::assistant;
  std::string audience;  // one brand's DID
  Environment environment = Environment::unset;
  std::vector<std::uint16_t> versions;
  std::vector<std::string> categories;  // an empty list means none
  std::vector<std::string> verbs;
  std::vector<std::string> remedies;
  std::vector<std::string> approval_exempt;  // remedies whose accept needs no approval
  Representation representation = Representation::self;
  std::int64_t issued_ms = 0;
  std::int64_t expires_ms = 0;
  Nonce nonce{};

  bool operator==(const Mandate&) const = default;
};

std::string_view name(Mandate::Role role);
std::string_view name(Mandate::Representation representation);

struct Approval {
  Digest offer;  // zero: the act below is approved instead
  CaseId case_id;
  ActId act_id{};
  std::string audience;
  Environment environment = Environment::unset;
  Digest mandate;
  Digest text_digest;  // SHA-256 of what render() makes of the act
  std::string language;
  std::int64_t expires_ms = 0;
  Nonce nonce{};

  bool operator==(const Approval&) const = default;
};

struct Read {
  PublicKey key;
  Digest authority;
  std::string audience;
  Environment environment = Environment::unset;
  std::string method;
  std::string path;  // path and query, as sent
  std::int64_t expires_ms = 0;
  Nonce nonce{};
  std::uint64_t seen_size = 0;  // of the brand's log; the answer's consistency proof starts here

  bool operator==(const Read&) const = default;
};

}  // namespace entente
