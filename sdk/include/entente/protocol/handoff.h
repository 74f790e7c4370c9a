#pragma once
// The way to a human, as it is said: a request that nobody can refuse, the routing that answers it,
// and the person who joins. The states it moves through are in entente/casefile/handoff_machine.h;
// twin of the Handoff structs in protocol/schema/message.capnp.

#include <entente/protocol/primitives.h>

#include <variant>

namespace entente {

struct HandoffRequest {
  enum class Present : std::uint8_t { unset, live, callback, async };
  enum class Level : std::uint8_t { unset, agent, supervisor };
  std::string reason;
  Present principal_present = Present::unset;
  std::vector<std::string> channels;
  std::string language;
  PartIndex needs = no_part;
  Level level = Level::agent;
  bool operator==(const HandoffRequest&) const = default;
};

std::string_view name(HandoffRequest::Present present);
std::string_view name(HandoffRequest::Level level);

struct Slot {
  std::string id;
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;
  std::string channel;
  bool operator==(const Slot&) const = default;
};
struct AnswerLater {
  std::int64_t reply_by_ms = 0;
  bool operator==(const AnswerLater&) const = default;
};
struct OtherContact {
  std::string how;
  bool operator==(const OtherContact&) const = default;
};
using Alternative = std::variant<Slot, AnswerLater, OtherContact>;

struct Queued {
  bool first_in_line = false;
  std::uint32_t place = 0;  // from 1; 0 = not said
  std::int64_t eta_ms = 0;  // an instant; 0 = unknown
  std::string basis;
  std::int64_t next_update_by_ms = 0;
  std::vector<Alternative> alternatives;
  bool operator==(const Queued&) const = default;
};
struct Unavailable {
  std::string why;
  std::int64_t next_open_ms = 0;
  std::vector<Alternative> alternatives;
  bool operator==(const Unavailable&) const = default;
};
// Where a request stands while nobody has joined.
using Route = std::variant<Queued, Slot, Unavailable, AnswerLater>;

struct Acked {
  Route route;
  bool operator==(const Acked&) const = default;
};
struct Routed {
  Route route;
  bool operator==(const Routed&) const = default;
};
struct ChooseSlot {
  std::string slot;
  bool operator==(const ChooseSlot&) const = default;
};
struct ChooseAsync {
  bool operator==(const ChooseAsync&) const = default;
};
struct Chosen {
  std::variant<ChooseSlot, ChooseAsync> choice;
  bool operator==(const Chosen&) const = default;
};
struct Joined {
  std::string operator_ref;
  std::string role;
  std::string channel;
  std::string assurance;  // operator_key, idp_attested, platform_asserted
  PartIndex event = no_part;
  Digest package;  // zero = none
  bool operator==(const Joined&) const = default;
};
struct OnHold {
  std::int64_t resume_by_ms = 0;
  bool operator==(const OnHold&) const = default;
};
struct Resumed {
  bool operator==(const Resumed&) const = default;
};
struct Transferring {
  std::string to;
  std::string cause;
  bool operator==(const Transferring&) const = default;
};
struct Missed {
  bool operator==(const Missed&) const = default;
};
struct ReturnOffered {
  bool operator==(const ReturnOffered&) const = default;
};
struct Returned {
  bool operator==(const Returned&) const = default;
};
struct Concluded {
  std::string disposition;
  bool operator==(const Concluded&) const = default;
};
struct HandoffConfirmed {
  bool operator==(const HandoffConfirmed&) const = default;
};
struct HandoffDisputed {
  std::string reason;
  bool operator==(const HandoffDisputed&) const = default;
};
struct HandoffWithdrawn {
  bool operator==(const HandoffWithdrawn&) const = default;
};
struct ContinueWhileWaiting {
  enum class What : std::uint8_t { unset, nothing, updates, offers };
  What what = What::unset;
  bool operator==(const ContinueWhileWaiting&) const = default;
};

using HandoffAct =
    std::variant<HandoffRequest, Acked, Routed, Chosen, Joined, OnHold, Resumed, Transferring,
                 Missed, ReturnOffered, Returned, Concluded, HandoffConfirmed, HandoffDisputed,
                 HandoffWithdrawn, ContinueWhileWaiting>;

struct Handoff {
  Digest hid;  // id of the message that asked; zero in the request itself
  HandoffAct act;
  bool operator==(const Handoff&) const = default;
};

std::string_view name(ContinueWhileWaiting::What what);
// "request", "ack", "joined" ...
std::string_view name(const HandoffAct& act);
// "queued", "scheduled", "unavailable", "async".
std::string_view name(const Route& route);

}  // namespace entente
