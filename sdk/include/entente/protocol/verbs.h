#pragma once
// What a message can say: one struct per verb, and Body, which is exactly one of them. Who may say
// each, and what it does to a case, is in entente/casefile/. Twin of protocol/schema/message.capnp,
// where every field is explained.

#include <entente/protocol/handoff.h>
#include <entente/protocol/terms.h>

namespace entente {

struct Open {
  std::vector<Claim> claims;
  std::string jurisdiction;
  std::string language;
  std::vector<CaseId> related_cases;
  std::optional<HandoffRequest> handoff;
  bool operator==(const Open&) const = default;
};

struct LinkStart {
  std::string method;
  PartIndex contact = no_part;
  bool operator==(const LinkStart&) const = default;
};
struct LinkRequire {
  std::vector<std::string> methods;
  std::string assurance;
  std::string challenge;
  bool operator==(const LinkRequire&) const = default;
};
struct LinkProve {
  std::string method;
  std::string challenge;
  PartIndex proof = no_part;
  bool operator==(const LinkProve&) const = default;
};
struct LinkGranted {
  PartIndex account_ref = no_part;
  std::string assurance;
  std::int64_t expires_ms = 0;
  bool operator==(const LinkGranted&) const = default;
};
struct LinkFailed {
  std::string reason;
  bool operator==(const LinkFailed&) const = default;
};
struct Link {
  std::variant<LinkStart, LinkRequire, LinkProve, LinkGranted, LinkFailed> step;
  bool operator==(const Link&) const = default;
};

struct Answer {
  std::uint16_t question = 0;
  PartIndex text = no_part;
  bool operator==(const Answer&) const = default;
};
struct Inform {
  PartIndex text = no_part;
  bool canned = false;
  std::vector<Claim> claims;
  std::vector<Answer> answers;
  std::int64_t awaiting_principal_until_ms = 0;
  bool operator==(const Inform&) const = default;
};
struct Question {
  std::uint16_t id = 0;
  std::string topic;
  PartIndex text = no_part;
  bool optional = false;
  std::int64_t answer_by_ms = 0;
  bool operator==(const Question&) const = default;
};
struct Ask {
  std::vector<Question> questions;
  bool operator==(const Ask&) const = default;
};

struct Offer {
  std::vector<Term> terms;
  std::int64_t valid_until_ms = 0;
  std::int64_t inventory_until_ms = 0;
  Digest replaces;
  Digest answers;
  std::vector<Digest> supersedes;
  std::vector<std::string> waives;
  std::string lapse_if;
  std::int64_t toll_max_ms = 0;
  Bytes approval;  // an envelope, or empty
  bool operator==(const Offer&) const = default;
};
struct Accept {
  Digest offer;
  Bytes approval;
  bool operator==(const Accept&) const = default;
};
struct Decline {
  Digest offer;
  std::string reason;
  bool operator==(const Decline&) const = default;
};
struct Retract {
  Digest offer;
  bool operator==(const Retract&) const = default;
};

struct Adr {
  std::string body;
  std::string url;
  bool participates = false;
  bool operator==(const Adr&) const = default;
};
struct Determine {
  enum class Verdict : std::uint8_t { unset, refused, partial };
  std::uint16_t claim = 0;
  Verdict result = Verdict::unset;
  std::string reason;
  std::vector<std::string> facts;
  std::string basis;
  std::int64_t contest_until_ms = 0;
  Adr adr;  // empty body: none named
  PartIndex text = no_part;
  bool after_contest = false;
  bool operator==(const Determine&) const = default;
};
std::string_view name(Determine::Verdict verdict);

struct Grant {
  std::vector<Term> terms;
  bool operator==(const Grant&) const = default;
};

struct Invoke {
  std::string right;
  std::vector<std::uint16_t> claims;
  PartIndex subject = no_part;
  std::string effective;
  bool offers_wanted = false;
  Bytes approval;
  bool operator==(const Invoke&) const = default;
};
struct Acknowledged {
  Digest of;
  std::string right;
  std::int64_t received_ms = 0;
  std::int64_t awaiting_link_until_ms = 0;
  std::vector<Term> duties;
  bool operator==(const Acknowledged&) const = default;
};
struct Exercise {
  std::variant<Invoke, Acknowledged> act;
  bool operator==(const Exercise&) const = default;
};

struct Performed {
  enum class State : std::uint8_t { unset, started, partial, done, failed, unknown };
  std::uint16_t term = 0;
  State state = State::unset;
  bool of_condition = false;
  Money amount;
  std::uint32_t qty = 0;
  PartIndex reference = no_part;
  bool operator==(const Performed&) const = default;
};
std::string_view name(Performed::State state);
struct Perform {
  Digest source;
  std::vector<Performed> items;
  bool operator==(const Perform&) const = default;
};
struct Confirm {
  Digest source;
  std::vector<std::uint16_t> terms;
  bool operator==(const Confirm&) const = default;
};
struct Dispute {
  Digest source;
  std::vector<std::uint16_t> terms;
  std::string reason;
  PartIndex text = no_part;
  bool operator==(const Dispute&) const = default;
};

struct Leave {
  std::string reason;
  bool operator==(const Leave&) const = default;
};
struct CloseProposed {
  std::string outcome;
  std::int64_t contest_until_ms = 0;
  std::int64_t reopen_until_ms = 0;
  bool operator==(const CloseProposed&) const = default;
};
struct CloseFinal {
  Digest of;
  std::vector<Digest> confirms;
  bool operator==(const CloseFinal&) const = default;
};
struct Close {
  std::variant<CloseProposed, CloseFinal> step;
  bool operator==(const Close&) const = default;
};
struct Revoke {
  Digest mandate;
  bool operator==(const Revoke&) const = default;
};
struct Notice {
  Digest of;
  std::string code;
  bool operator==(const Notice&) const = default;
};

using Body =
    std::variant<Open, Link, Inform, Ask, Offer, Accept, Decline, Retract, Determine, Grant,
                 Exercise, Perform, Confirm, Dispute, Handoff, Leave, Close, Revoke, Notice>;

// The verbs, in the order of Body.
enum class Verb : std::uint8_t {
  open,
  link,
  inform,
  ask,
  propose,
  accept,
  decline,
  retract,
  determine,
  grant,
  exercise,
  perform,
  confirm,
  dispute,
  handoff,
  leave,
  close,
  revoke,
  notice
};
inline constexpr std::size_t verb_count = std::variant_size_v<Body>;
Verb verb_of(const Body& body);
std::string_view name(Verb verb);
std::optional<Verb> find_verb(std::string_view name);

}  // namespace entente
