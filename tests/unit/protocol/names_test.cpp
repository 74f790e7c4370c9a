#include <entente/protocol/card.h>
#include <entente/protocol/log_entry.h>
#include <entente/protocol/mandate.h>
#include <entente/protocol/message.h>

#include <set>

#include "catch.h"
#include "samples.h"

using namespace entente;
using namespace entente::tests;

namespace {

// Every enumerator from unset to `last` has a name of its own that is a code.
template <class Enum>
void check_names(Enum last) {
  std::set<std::string_view> names;
  for (unsigned i = 0; i <= static_cast<unsigned>(last); ++i) {
    const std::string_view spelled = name(static_cast<Enum>(i));
    CAPTURE(spelled);
    CHECK(check_code(spelled).has_value());
    CHECK(names.insert(spelled).second);
  }
  CHECK(names.contains("unset"));
}

}  // namespace

TEST_CASE("every enumerator is spelled as a code, none like another", "[protocol]") {
  check_names(Party::brand);
  check_names(Actor::rules);
  check_names(Environment::production);
  check_names(Basis::goodwill);
  check_names(Ground::concession);
  check_names(PartClass::reference);
  check_names(Settlement::Direction::priced);
  check_names(Due::Unit::business_days);
  check_names(Due::Start::exercise);
  check_names(HandoffRequest::Present::async);
  check_names(HandoffRequest::Level::supervisor);
  check_names(ContinueWhileWaiting::What::offers);
  check_names(Determine::Verdict::partial);
  check_names(Performed::State::unknown);
  check_names(KeyPurpose::bridge);
  check_names(Custody::webauthn);
  check_names(Mandate::Role::operator_);
  check_names(Mandate::Representation::professional);
  check_names(EntryKind::restore);
  check_names(Direction::own);
}

TEST_CASE("names are spelled as on the wire", "[protocol]") {
  CHECK(name(KeyPurpose::operator_) == "operator");
  CHECK(name(Mandate::Role::operator_) == "operator");
  CHECK(name(Custody::brand_hosted) == "brand_hosted");
  CHECK(name(EntryKind::perform_intent) == "perform_intent");
  CHECK(name(EntryKind::checkpoint_seen) == "checkpoint_seen");
  CHECK(name(Shape(OrderChange{})) == "order_change");
  CHECK(name(OrderChange{0, OrderChange::Return{}, {}}) == "return");
  CHECK(name(HandoffAct(ContinueWhileWaiting{})) == "continue_while_waiting");
  CHECK(name(Route(AnswerLater{})) == "async");
}

TEST_CASE("every verb is found by its name, and every body has its verb", "[protocol]") {
  std::set<Verb> verbs;
  for (const Body& body : samples::bodies()) {
    const Verb verb = verb_of(body);
    CHECK(find_verb(name(verb)) == verb);
    verbs.insert(verb);
  }
  CHECK(verbs.size() == verb_count);
  CHECK_FALSE(find_verb("unset").has_value());
  CHECK_FALSE(find_verb("Open").has_value());
}

TEST_CASE("the other party is the other one", "[protocol]") {
  CHECK(other(Party::consumer) == Party::brand);
  CHECK(other(Party::brand) == Party::consumer);
  CHECK(other(Party::unset) == Party::unset);
}
