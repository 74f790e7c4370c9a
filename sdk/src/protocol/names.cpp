// The spelling of every enum and variant: as in the JSON view, in policies and on the wire.
#include <entente/protocol/card.h>
#include <entente/protocol/log_entry.h>
#include <entente/protocol/mandate.h>
#include <entente/protocol/message.h>
#include <entente/protocol/retention.h>

#include <algorithm>

namespace entente {
namespace {

template <std::size_t size>
using Names = std::array<std::string_view, size>;

// Throws, which is a bug found, if an enumerator was added and its name forgotten.
template <std::size_t size, class Enum>
std::string_view pick(const Names<size>& names, Enum value) {
  return names.at(static_cast<std::size_t>(value));
}

template <class... Alternative, std::size_t size>
std::string_view pick(const Names<size>& names, const std::variant<Alternative...>& value) {
  static_assert(sizeof...(Alternative) == size);
  return names.at(value.index());
}

constexpr Names<verb_count> verbs = {"open",     "link",    "inform",  "ask",       "propose",
                                     "accept",   "decline", "retract", "determine", "grant",
                                     "exercise", "perform", "confirm", "dispute",   "handoff",
                                     "leave",    "close",   "revoke",  "notice"};

constexpr Names<23> entry_kinds = {
    "unset",           "message",       "refusal",  "facts",   "decision", "perform_intent",
    "perform_result",  "handoff_clock", "card",     "mandate", "policy",   "key",
    "checkpoint_seen", "cosignature",   "hold",     "erasure", "access",   "freeze",
    "timestamp",       "notice",        "rollover", "backup",  "restore"};

constexpr Names<16> handoff_acts = {"request",   "ack",
                                    "route",     "choose",
                                    "joined",    "on_hold",
                                    "resumed",   "transferring",
                                    "missed",    "return_offered",
                                    "returned",  "concluded",
                                    "confirmed", "disputed",
                                    "withdrawn", "continue_while_waiting"};

constexpr Names<13> shapes = {"money",           "credit", "goods",       "repair", "order_change",
                              "contract_change", "hold",   "instalments", "travel", "visit",
                              "record",          "none",   "payment"};

}  // namespace

std::string_view name(Party party) { return pick(Names<3>{"unset", "consumer", "brand"}, party); }
std::string_view name(Actor actor) {
  return pick(Names<4>{"unset", "person", "ai", "rules"}, actor);
}
std::string_view name(Environment environment) {
  return pick(Names<3>{"unset", "sandbox", "production"}, environment);
}
std::string_view name(Basis basis) {
  return pick(Names<4>{"unset", "statutory", "contract", "goodwill"}, basis);
}
std::string_view name(Ground ground) {
  return pick(Names<3>{"unset", "entitlement", "concession"}, ground);
}
std::string_view name(PartClass part_class) {
  return pick(Names<6>{"unset", "contact", "special", "media", "prose", "reference"}, part_class);
}
std::string_view name(Settlement::Direction direction) {
  return pick(Names<5>{"unset", "pays", "receives", "even", "priced"}, direction);
}
std::string_view name(const Shape& shape) { return pick(shapes, shape); }
std::string_view name(const OrderChange& change) {
  return pick(Names<6>{"address", "payment", "items", "cancel", "return", "exchange"},
              change.change);
}
std::string_view name(Due::Unit unit) {
  return pick(Names<4>{"unset", "hours", "days", "business_days"}, unit);
}
std::string_view name(Due::Start start) {
  return pick(Names<4>{"unset", "agreement", "condition", "exercise"}, start);
}
std::string_view name(HandoffRequest::Present present) {
  return pick(Names<4>{"unset", "live", "callback", "async"}, present);
}
std::string_view name(HandoffRequest::Level level) {
  return pick(Names<3>{"unset", "agent", "supervisor"}, level);
}
std::string_view name(ContinueWhileWaiting::What what) {
  return pick(Names<4>{"unset", "nothing", "updates", "offers"}, what);
}
std::string_view name(const HandoffAct& act) { return pick(handoff_acts, act); }
std::string_view name(const Route& route) {
  return pick(Names<4>{"queued", "scheduled", "unavailable", "async"}, route);
}
std::string_view name(Determine::Verdict verdict) {
  return pick(Names<3>{"unset", "refused", "partial"}, verdict);
}
std::string_view name(Performed::State state) {
  return pick(Names<6>{"unset", "started", "partial", "done", "failed", "unknown"}, state);
}
std::string_view name(KeyPurpose purpose) {
  return pick(Names<6>{"unset", "message", "log", "cosign", "operator", "bridge"}, purpose);
}
std::string_view name(Custody custody) {
  return pick(Names<5>{"unset", "device", "server", "brand_hosted", "webauthn"}, custody);
}
std::string_view name(Mandate::Role role) {
  return pick(Names<4>{"unset", "assistant", "service_agent", "operator"}, role);
}
std::string_view name(Mandate::Representation representation) {
  return pick(Names<5>{"unset", "self", "family", "guardian", "professional"}, representation);
}
std::string_view name(ErasureAnswer answer) {
  return pick(Names<4>{"unset", "erased", "held", "refused"}, answer);
}
std::string_view name(EntryKind kind) { return pick(entry_kinds, kind); }
std::string_view name(Direction direction) {
  return pick(Names<4>{"unset", "received", "sent", "own"}, direction);
}

Party other(Party party) {
  switch (party) {
    case Party::consumer:
      return Party::brand;
    case Party::brand:
      return Party::consumer;
    case Party::unset:
      break;
  }
  return Party::unset;
}

Verb verb_of(const Body& body) { return static_cast<Verb>(body.index()); }
std::string_view name(Verb verb) { return pick(verbs, verb); }

std::optional<Verb> find_verb(std::string_view name) {
  const auto found = std::ranges::find(verbs, name);
  if (found == verbs.end()) return std::nullopt;
  return static_cast<Verb>(found - verbs.begin());
}

}  // namespace entente
