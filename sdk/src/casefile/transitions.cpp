#include <entente/casefile/transitions.h>

#include <algorithm>
#include <array>

namespace entente {
namespace {

constexpr Party clock = Party::unset;

constexpr std::array table = {
    Transition{Party::consumer, Deed::open, Phase::open, Phase::open, "the case begins"},
    Transition{Party::consumer, Deed::propose_close, Phase::open, Phase::close_proposed, ""},
    Transition{Party::brand, Deed::propose_close, Phase::open, Phase::close_proposed, ""},
    Transition{Party::consumer, Deed::propose_close, Phase::close_proposed, Phase::close_proposed,
               "replaces it"},
    Transition{Party::brand, Deed::propose_close, Phase::close_proposed, Phase::close_proposed,
               "replaces it"},
    Transition{Party::consumer, Deed::finish_close, Phase::close_proposed, Phase::closed,
               "confirmed by the consumer"},
    Transition{clock, Deed::contest_over, Phase::close_proposed, Phase::closed,
               "contest_until has passed"},
    Transition{Party::consumer, Deed::propose, Phase::close_proposed, Phase::open, "close void"},
    Transition{Party::brand, Deed::propose, Phase::close_proposed, Phase::open, "close void"},
    Transition{Party::consumer, Deed::accept, Phase::close_proposed, Phase::open, "close void"},
    Transition{Party::brand, Deed::accept, Phase::close_proposed, Phase::open, "close void"},
    Transition{Party::consumer, Deed::exercise, Phase::close_proposed, Phase::open, "close void"},
    Transition{Party::consumer, Deed::ask_person, Phase::close_proposed, Phase::open, "close void"},
    Transition{Party::consumer, Deed::dispute, Phase::close_proposed, Phase::open, "close void"},
    Transition{Party::consumer, Deed::accept, Phase::closed, Phase::open,
               "crossed the close, which is void"},
    Transition{Party::consumer, Deed::exercise, Phase::closed, Phase::open,
               "reopens, until reopen_until"},
    Transition{Party::consumer, Deed::ask_person, Phase::closed, Phase::open,
               "reopens, until reopen_until"},
    Transition{Party::consumer, Deed::dispute, Phase::closed, Phase::open,
               "reopens, until reopen_until"},
};

using enum Voice;

// Rows of one verb stand together, in the order of its union.
constexpr std::array role_table = {
    Role{Verb::open, "", anyone, nobody},
    Role{Verb::link, "start", anyone, nobody},
    Role{Verb::link, "require", nobody, anyone},
    Role{Verb::link, "prove", anyone, nobody},
    Role{Verb::link, "granted", nobody, anyone},
    Role{Verb::link, "failed", nobody, anyone},
    Role{Verb::inform, "", anyone, anyone},
    Role{Verb::ask, "", anyone, anyone},
    Role{Verb::propose, "", anyone, anyone},
    Role{Verb::accept, "", anyone, anyone},
    Role{Verb::decline, "", anyone, anyone},
    Role{Verb::retract, "", anyone, anyone},
    Role{Verb::determine, "", nobody, anyone},
    Role{Verb::grant, "", nobody, anyone},
    Role{Verb::exercise, "invoke", anyone, nobody},
    Role{Verb::exercise, "acknowledged", nobody, anyone},
    Role{Verb::perform, "", anyone, anyone},
    Role{Verb::confirm, "", anyone, anyone},
    Role{Verb::dispute, "", anyone, anyone},
    Role{Verb::handoff, "request", anyone, anyone},
    Role{Verb::handoff, "ack", nobody, anyone},
    Role{Verb::handoff, "route", nobody, anyone},
    Role{Verb::handoff, "choose", anyone, nobody},
    Role{Verb::handoff, "joined", nobody, person},
    Role{Verb::handoff, "on_hold", nobody, person},
    Role{Verb::handoff, "resumed", nobody, person},
    Role{Verb::handoff, "transferring", nobody, person},
    Role{Verb::handoff, "missed", nobody, anyone},
    Role{Verb::handoff, "return_offered", nobody, person},
    Role{Verb::handoff, "returned", person, nobody},
    Role{Verb::handoff, "concluded", nobody, person},
    Role{Verb::handoff, "confirmed", anyone, nobody},
    Role{Verb::handoff, "disputed", anyone, nobody},
    Role{Verb::handoff, "withdrawn", person, nobody},
    Role{Verb::handoff, "continue_while_waiting", anyone, nobody},
    Role{Verb::leave, "", anyone, nobody},
    Role{Verb::close, "proposed", anyone, anyone},
    Role{Verb::close, "final", anyone, nobody},
    Role{Verb::revoke, "", person, nobody},
    Role{Verb::notice, "", anyone, anyone},
};

std::size_t step_index(const Body& body) {
  if (const auto* link = std::get_if<Link>(&body)) return link->step.index();
  if (const auto* exercise = std::get_if<Exercise>(&body)) return exercise->act.index();
  if (const auto* handoff = std::get_if<Handoff>(&body)) return handoff->act.index();
  if (const auto* close = std::get_if<Close>(&body)) return close->step.index();
  return 0;
}

Deed deed_of_handoff(const HandoffAct& act) {
  const bool asks =
      std::holds_alternative<HandoffRequest>(act) || std::holds_alternative<HandoffDisputed>(act);
  return asks ? Deed::ask_person : Deed::other;
}

}  // namespace

std::span<const Transition> transitions() { return table; }
std::span<const Role> roles() { return role_table; }

Deed deed_of(const Body& body) {
  switch (verb_of(body)) {
    case Verb::open:
      return Deed::open;
    case Verb::propose:
      return Deed::propose;
    case Verb::accept:
      return Deed::accept;
    case Verb::exercise:
      return std::holds_alternative<Invoke>(std::get<Exercise>(body).act) ? Deed::exercise
                                                                          : Deed::other;
    case Verb::handoff:
      return deed_of_handoff(std::get<Handoff>(body).act);
    case Verb::dispute:
      return Deed::dispute;
    case Verb::close:
      return std::holds_alternative<CloseProposed>(std::get<Close>(body).step) ? Deed::propose_close
                                                                               : Deed::finish_close;
    case Verb::link:
    case Verb::inform:
    case Verb::ask:
    case Verb::decline:
    case Verb::retract:
    case Verb::determine:
    case Verb::grant:
    case Verb::perform:
    case Verb::confirm:
    case Verb::leave:
    case Verb::revoke:
    case Verb::notice:
      return Deed::other;
  }
  return Deed::other;
}

Phase next_phase(Party who, Deed deed, Phase from) {
  const auto row = std::ranges::find_if(table, [&](const Transition& each) {
    return each.who == who && each.deed == deed && each.from == from;
  });
  return row == table.end() ? from : row->to;
}

const Role& role_of(const Body& body) {
  const auto first = std::ranges::find(role_table, verb_of(body), &Role::verb);
  return *(first + static_cast<std::ptrdiff_t>(step_index(body)));
}

Voice voice_of(const Role& role, Party party) {
  switch (party) {
    case Party::consumer:
      return role.consumer;
    case Party::brand:
      return role.brand;
    case Party::unset:
      return nobody;
  }
  return nobody;
}

bool may_say(const Author& author, const Body& body) {
  switch (voice_of(role_of(body), author.party)) {
    case nobody:
      return false;
    case person:
      return author.actor == Actor::person;
    case anyone:
      return author.actor != Actor::unset;
  }
  return false;
}

std::string_view name(Phase phase) {
  switch (phase) {
    case Phase::open:
      return "open";
    case Phase::close_proposed:
      return "close_proposed";
    case Phase::closed:
      return "closed";
  }
  return {};
}

std::string_view name(Deed deed) {
  static constexpr std::array<std::string_view, 10> names = {
      "open",    "propose",        "accept",      "exercise",     "handoff request or disputed",
      "dispute", "close proposed", "close final", "time passing", "any other"};
  return names[static_cast<std::size_t>(deed)];
}

std::string_view name(Voice voice) {
  switch (voice) {
    case nobody:
      return "no";
    case person:
      return "a person";
    case anyone:
      return "yes";
  }
  return {};
}

}  // namespace entente
