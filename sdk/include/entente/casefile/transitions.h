#pragma once
// The life of a case as one table: who does what in which phase, and the phase that follows; and
// who may say which verb at all.
//
//     next_phase(Party::consumer, Deed::dispute, Phase::closed)     Phase::open: it reopens
//
// What a message may still meet on its way (an offer retracted, a person asked for) is in
// crossing.h. Both tables are printed into protocol/spec/05-lifecycle.md.

#include <entente/protocol/message.h>

#include <span>

namespace entente {

enum class Phase : std::uint8_t { open, close_proposed, closed };
std::string_view name(Phase phase);

// What a message does to the phase of its case; most do nothing.
enum class Deed : std::uint8_t {
  open,
  propose,
  accept,
  exercise,
  ask_person,  // handoff request, or a handoff's conclusion disputed
  dispute,
  propose_close,
  finish_close,
  contest_over,  // the clock: contest_until has passed
  other
};
std::string_view name(Deed deed);
Deed deed_of(const Body& body);

struct Transition {
  Party who = Party::unset;  // unset: the clock
  Deed deed = Deed::other;
  Phase from = Phase::open;
  Phase to = Phase::open;
  std::string_view note;
};
std::span<const Transition> transitions();

// The phase after a binding deed; `from` itself where the table has no row.
Phase next_phase(Party who, Deed deed, Phase from);

// Which actors of a party may say a step of a verb: any of them, only a person, or nobody.
enum class Voice : std::uint8_t { nobody, person, anyone };
std::string_view name(Voice voice);

struct Role {
  Verb verb = Verb::open;
  std::string_view step;  // of the verb's union, empty if it has none: "prove", "joined"
  Voice consumer = Voice::nobody;
  Voice brand = Voice::nobody;
};
std::span<const Role> roles();

// The row of a body. Every body has one.
const Role& role_of(const Body& body);
Voice voice_of(const Role& role, Party party);
// True if this party and kind of actor may say this body at all.
bool may_say(const Author& author, const Body& body);

}  // namespace entente
