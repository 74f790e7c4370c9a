#include <entente/casefile/crossing.h>

#include <algorithm>
#include <set>

#include "catch.h"
#include "play.h"

namespace entente::tests {
namespace {

using enum Standing;

// One cell of a table, one of its choices, and the play that meets it.
struct Meeting {
  CrossingTable table;
  Verb verb;
  Standing standing;
  When when;  // the condition under test; always: none of the conditions before it
  Play play;
  MessageId brands, consumers;  // offers on claim 1
  MessageId target;             // of accept, decline, retract
  MessageId source;             // of perform, confirm, dispute
  MessageId before;             // the head before what stands
  MessageId agreement;
  std::string right = "cancellation";
  bool superseding = false;
  Said said;

  bool by_brand() const { return table == CrossingTable::brand; }
  bool own_table() const { return table == CrossingTable::consumer_against_own; }
  bool is(When asked) const { return when == asked; }
};

Offer superseding_offer(const MessageId& agreement) {
  Offer made = propose({1});
  made.supersedes = {agreement};
  return made;
}

// What some verbs need before anything stands: a finished agreement on claim 2, a right.
void prepare(Meeting& m) {
  Play& play = m.play;
  if (m.verb == Verb::perform || m.verb == Verb::confirm || m.verb == Verb::dispute) {
    Offer both = propose({2});
    both.terms.push_back(term(2, {2}));
    both.terms[1].obligor = Party::consumer;
    const auto offer = play.brand(both);
    m.source = play.consumer(tests::accept(offer));
    play.brand(tests::perform(m.source, Performed::State::done, 1));
    play.consumer(tests::perform(m.source, Performed::State::done, 2));
  }
  if (m.verb == Verb::exercise && m.by_brand()) m.source = play.consumer(invoke("access", {}));
  m.brands = play.brand(tests::propose({1}));
  m.consumers = play.consumer(tests::propose({1}));
  // Whoever accepts takes the other's offer; whoever retracts, its own.
  m.target = (m.verb == Verb::retract) == m.by_brand() ? m.brands : m.consumers;
  m.before = play.head();
}

void agree(Meeting& m) {
  Play& play = m.play;
  const bool consumer_accepts = m.own_table() || (m.by_brand() && m.verb == Verb::retract);
  const bool same = m.is(When::same_offer);
  if (consumer_accepts) {
    const auto offer = same ? m.brands : play.brand(tests::propose({1}));
    m.agreement = play.consumer(tests::accept(offer));
  } else {
    const auto offer = same ? m.consumers : play.consumer(tests::propose({1}));
    m.agreement = play.brand(tests::accept(offer));
  }
  if (!m.is(When::superseding) || m.verb == Verb::propose) return;
  m.target = m.by_brand() ? play.consumer(superseding_offer(m.agreement))
                          : play.brand(superseding_offer(m.agreement));
}

void begin_performance(Meeting& m) {
  Play& play = m.play;
  const auto offer = play.consumer(tests::propose({1}));
  m.agreement = play.brand(tests::accept(offer));
  if (m.verb == Verb::accept || m.verb == Verb::decline) {
    m.target = m.by_brand() ? play.consumer(superseding_offer(m.agreement))
                            : play.brand(superseding_offer(m.agreement));
  } else if (m.verb == Verb::retract) {
    m.target = m.by_brand() ? play.brand(superseding_offer(m.agreement)) : offer;
  }
  play.brand(tests::perform(m.agreement, Performed::State::done));
}

void exercise_right(Meeting& m) {
  Play& play = m.play;
  Exercise right = invoke("withdrawal", {1});
  std::get<Invoke>(right.act).offers_wanted = m.is(When::wanted);
  const auto exercised = play.say({.body = right, .approved = true});
  if (m.is(When::same_right)) m.right = "withdrawal";
  if (!m.is(When::wanted) && !m.is(When::performed)) return;
  play.brand(Exercise{
      Acknowledged{exercised, "withdrawal", play.now_ms, 0, {term(1, {1}, Ground::entitlement)}}});
  if (m.is(When::performed)) play.brand(tests::perform(exercised, Performed::State::done));
}

void ask_for_person(Meeting& m) {
  Play& play = m.play;
  const auto hid = play.consumer(ask_person());
  if (m.is(When::continuing)) {
    play.consumer(move(hid, ContinueWhileWaiting{ContinueWhileWaiting::What::offers}));
  }
  if (!m.is(When::unapproved) && !m.is(When::escalating)) return;
  play.brand(move(hid, Acked{AnswerLater{play.now_ms + day_ms}}));
  play.person(move(hid, Joined{"op-1", "agent", "case", "operator_key", no_part, {}}));
}

void end_target(Meeting& m) {
  Play& play = m.play;
  const bool brands = m.target == m.brands;
  play.say({.party = brands ? Party::brand : Party::consumer,
            .actor = Actor::rules,
            .body = Retract{m.target}});
}

void answer_target(Meeting& m) {
  Play& play = m.play;
  const bool brands = m.target == m.brands;
  play.say({.party = brands ? Party::consumer : Party::brand,
            .actor = Actor::rules,
            .body = Decline{m.target, "no"}});
}

void revoke_mandate(Meeting& m) {
  m.play.say({.actor = Actor::person, .body = Revoke{cast().mandate(1)}, .principal = true});
}

void close_case(Meeting& m, bool final) {
  Play& play = m.play;
  const auto proposed = play.brand(close_for(play.now_ms));
  if (!final) return;
  if (m.by_brand()) {
    play.consumer(tests::close_final(proposed));
  } else {
    play.wait(15 * day_ms);
  }
  if (m.is(When::reopen_over)) play.wait(90 * day_ms);
}

void arrange(Meeting& m) {
  switch (m.standing) {
    case ended_offer:
      if (!m.by_brand() && !m.own_table() && m.verb == Verb::retract) m.target = m.brands;
      return end_target(m);
    case answered:
      return answer_target(m);
    case lapsed:
      m.play.brand(tests::inform());
      m.play.wait(366 * day_ms);
      return;
    case close_proposed:
      return close_case(m, false);
    case close_final:
      return close_case(m, true);
    case determination:
      m.play.brand(tests::determine(1));
      return;
    case agreement:
      agree(m);
      if (m.is(When::performed)) {
        m.play.brand(tests::perform(m.agreement, Performed::State::done));
      }
      return;
    case performance:
      return begin_performance(m);
    case exercise:
      return exercise_right(m);
    case handoff:
      return ask_for_person(m);
    case left:
      m.play.consumer(Leave{"done"});
      return;
    case revoked:
    case offer_revoked:
      return revoke_mandate(m);
    case other:
      m.play.brand(tests::inform());
      return;
  }
}

Body new_offer(const Meeting& m) {
  Offer made = m.is(When::superseding) ? superseding_offer(m.agreement) : tests::propose({1});
  made.valid_until_ms = m.play.now_ms + day_ms;
  return made;
}

Body new_close(const Meeting& m) { return close_for(m.play.now_ms); }

Body new_question(const Meeting& m) {
  Question question;
  question.id = 1;
  question.topic = "model";
  question.optional = m.is(When::optional_only);
  return Ask{{question}};
}

Body new_link(const Meeting& m) {
  if (m.by_brand()) return Link{LinkRequire{{"email_otp"}, "email_otp", "c-1"}};
  return Link{LinkStart{"email_otp", 0}};
}

Body new_exercise(const Meeting& m) {
  if (!m.by_brand()) return invoke(m.right, {1});
  return Exercise{Acknowledged{m.source, "access", m.play.now_ms, 0, {}}};
}

Body new_handoff(const Meeting& m) {
  Handoff asked = ask_person();
  if (m.is(When::escalating)) {
    std::get<HandoffRequest>(asked.act).level = HandoffRequest::Level::supervisor;
  }
  if (!m.by_brand()) return asked;
  const HandoffState* ticket = m.play.casefile.handoff();
  return move(ticket ? ticket->hid : MessageId{}, Acked{AnswerLater{m.play.now_ms + day_ms}});
}

Body new_body(const Meeting& m) {
  const std::uint16_t others_term = m.by_brand() ? 2 : 1;
  switch (m.verb) {
    case Verb::link:
      return new_link(m);
    case Verb::inform:
      return tests::inform();
    case Verb::ask:
      return new_question(m);
    case Verb::propose:
      return new_offer(m);
    case Verb::accept:
      return tests::accept(m.target);
    case Verb::decline:
      return Decline{m.target, "no"};
    case Verb::retract:
      return Retract{m.target};
    case Verb::determine:
      return tests::determine(
          1, m.is(When::upholding) ? Determine::Verdict::partial : Determine::Verdict::refused);
    case Verb::grant:
      return Grant{{term(1, {1})}};
    case Verb::exercise:
      return new_exercise(m);
    case Verb::perform:
      return tests::perform(m.source, Performed::State::done, m.by_brand() ? 1 : 2);
    case Verb::confirm:
      return Confirm{m.source, {others_term}};
    case Verb::dispute:
      return Dispute{m.source, {others_term}, "not_received", no_part};
    case Verb::handoff:
      return new_handoff(m);
    case Verb::leave:
      return Leave{"done"};
    case Verb::close:
      return new_close(m);
    case Verb::revoke:
      return Revoke{cast().mandate(m.standing == offer_revoked ? 2 : 1)};
    case Verb::notice:
      return Notice{m.play.head(), "unknown_type"};
    case Verb::open:
      break;
  }
  return Open{};
}

void speak(Meeting& m) {
  m.said.party = m.by_brand() ? Party::brand : Party::consumer;
  m.said.actor = Actor::rules;
  m.said.body = new_body(m);
  m.said.prev = m.is(When::unseen) ? m.before : m.play.head();
  if (m.verb == Verb::revoke) {
    m.said.actor = Actor::person;
    m.said.principal = true;
  } else if (m.standing == revoked) {
    m.said.lapsed = m.verb == Verb::exercise || m.verb == Verb::handoff || m.verb == Verb::leave;
  } else if (m.standing == offer_revoked) {
    m.said.mandate = 2;
  }
  m.play.say(m.said);
}

// The brand has no act against a ticket that nobody asked for.
bool is_playable(const Meeting& m) {
  if (m.by_brand() && m.verb == Verb::handoff) return m.standing == handoff;
  return true;
}

void play_choice(CrossingTable table, Verb verb, Standing standing, const Choice& choice) {
  Meeting m{.table = table, .verb = verb, .standing = standing, .when = choice.when, .play = {}};
  if (!is_playable(m)) return;
  INFO(name(table) << " / " << name(verb) << " / " << name(standing) << " / " << name(choice.when));
  prepare(m);
  arrange(m);
  speak(m);
  CHECK(describe(m.play.outcome) == describe(choice.outcome));
}

constexpr std::array tables = {CrossingTable::consumer_against_brand,
                               CrossingTable::consumer_against_own, CrossingTable::brand};

}  // namespace

TEST_CASE("every choice of every cell is what a case answers when it is met") {
  for (const CrossingTable table : tables) {
    for (const CrossingRow& row : crossing_rows(table)) {
      for (std::size_t v = 0; v < row.verb_count; ++v) {
        for (const Standing standing : crossing_columns(table)) {
          const Cell* cell = find_cell(table, row.verbs[v], standing);
          if (!cell) continue;
          for (std::size_t c = 0; c < cell->count; ++c) {
            play_choice(table, row.verbs[v], standing, cell->choices[c]);
          }
        }
      }
    }
  }
}

TEST_CASE("each verb of a party has exactly one row in each of its tables") {
  for (const CrossingTable table : tables) {
    std::multiset<Verb> listed;
    for (const CrossingRow& row : crossing_rows(table)) {
      for (std::size_t v = 0; v < row.verb_count; ++v) listed.insert(row.verbs[v]);
    }
    for (std::size_t i = 0; i < verb_count; ++i) {
      const Verb verb = static_cast<Verb>(i);
      const Party party = table == CrossingTable::brand ? Party::brand : Party::consumer;
      const bool sayable = std::ranges::any_of(roles(), [&](const Role& role) {
        return role.verb == verb && voice_of(role, party) != Voice::nobody;
      });
      INFO(name(table) << " / " << name(verb));
      CHECK(listed.count(verb) == (sayable && verb != Verb::open ? 1U : 0U));
    }
  }
}

TEST_CASE("only what acts on an offer has cells that cannot be") {
  for (const CrossingTable table : tables) {
    for (const CrossingRow& row : crossing_rows(table)) {
      const bool on_offer = row.verbs[0] == Verb::accept || row.verbs[0] == Verb::decline ||
                            row.verbs[0] == Verb::retract;
      for (const Standing standing : crossing_columns(table)) {
        INFO(name(table) << " / " << name(row.verbs[0]) << " / " << name(standing));
        CHECK((find_cell(table, row.verbs[0], standing) || on_offer || standing == lapsed));
      }
    }
  }
}

TEST_CASE("the last choice of a cell needs no condition, and no earlier one is without") {
  for (const CrossingTable table : tables) {
    for (const CrossingRow& row : crossing_rows(table)) {
      for (const Cell& cell : row.cells) {
        for (std::size_t c = 0; c < cell.count; ++c) {
          CHECK((cell.choices[c].when == When::always) == (c + 1 == cell.count));
        }
      }
    }
  }
}

TEST_CASE("every code of a cell has its place in the precedence") {
  const auto order = crossing_precedence();
  for (const CrossingTable table : tables) {
    for (const CrossingRow& row : crossing_rows(table)) {
      for (const Cell& cell : row.cells) {
        for (std::size_t c = 0; c < cell.count; ++c) {
          const Outcome outcome = cell.choices[c].outcome;
          if (outcome.effect == Effect::binding) continue;
          INFO(name(outcome.code));
          CHECK(std::ranges::count(order, outcome.code) == 1);
        }
      }
    }
  }
}

TEST_CASE("refused beats none beats binding, then the first code of the list wins") {
  const auto order = crossing_precedence();
  for (std::size_t a = 0; a < order.size(); ++a) {
    CHECK(heavier(Outcome::binding(), Outcome::none(order[a])) == Outcome::none(order[a]));
    for (std::size_t b = a; b < order.size(); ++b) {
      CHECK(heavier(Outcome::none(order[b]), Outcome::none(order[a])) == Outcome::none(order[a]));
      CHECK(heavier(Outcome::none(order[a]), Outcome::refused(order[b])) ==
            Outcome::refused(order[b]));
    }
  }
}

}  // namespace entente::tests
