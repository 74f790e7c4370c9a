#include "table.h"

#include <entente/crypto/hash.h>

#include <algorithm>

namespace entente::tests {
namespace {

// The salt is the same for equal content, so that equal content is an equal part.
PartRef to_ref(const NewPart& part) {
  Bytes named = to_bytes(part.media_type);
  append(named, part.content);
  return {sha256(named), part.media_type, part.content.size(), part.part_class};
}

}  // namespace

MessageId Table::say(Party party, const Speech& speech) {
  now_ms += 60'000;
  Said said;
  said.party = party;
  said.actor = party == Party::brand ? Actor::rules : Actor::ai;
  said.body = speech.body;
  said.parts = speech.repeated;
  for (const NewPart& part : speech.added) said.parts.push_back(to_ref(part));
  const auto message = cast.say(casefile, said, now_ms);
  const Outcome outcome = casefile.admit(message, now_ms);
  if (outcome != Outcome::binding()) throw std::runtime_error(describe(outcome));
  return message.id();
}

MessageId Table::approve(const MessageId& offer) {
  now_ms += 60'000;
  Said said;
  said.body = Accept{offer, {}};
  said.approved = true;
  const auto message = cast.say(casefile, said, now_ms);
  const Outcome outcome = casefile.admit(message, now_ms);
  if (outcome != Outcome::binding()) throw std::runtime_error(describe(outcome));
  return message.id();
}

Situation Table::situation(std::uint16_t claim) const {
  return {casefile, claim, facts, exposure, "customer", assurance, now_ms};
}

Verdict Table::decide(const Policy& policy, std::uint16_t claim) const {
  return entente::decide(policy, situation(claim));
}

MessageId Table::answer(const Policy& policy, std::uint16_t claim) {
  const Verdict verdict = decide(policy, claim);
  if (!verdict.speech) throw std::runtime_error("nothing to say: " + verdict.person_reason);
  return say(Party::brand, *verdict.speech);
}

void Table::report_done(const MessageId& source, std::uint16_t term) {
  Performed done;
  done.term = term;
  done.state = Performed::State::done;
  say(Party::brand, Perform{source, {done}});
}

void Table::set(const std::string& fact, Scalar value) {
  const auto found = std::ranges::find(facts.facts, fact, &Fact::name);
  if (found == facts.facts.end()) {
    facts.facts.push_back({fact, std::move(value)});
  } else {
    found->value = std::move(value);
  }
}

Goal example_goal() {
  return value_of(Goal::parse(read_example("kettle.goal.yaml"), "kettle.goal.yaml"));
}

std::map<std::string, Bytes> example_files() { return {{"kettle.jpg", to_bytes("a photo")}}; }

void set_kettle_facts(Table& table) {
  table.set("order.mine", true);
  table.set("item.age", DurationFact{70 * day_ms});
  table.set("item.misuse", false);
  table.set("item.price", euros(3990));
  table.set("item.out_of_stock", false);
}

void Table::promise(const MessageId& offer, const std::string& account,
                    const std::vector<Term>& terms) {
  exposure.reserve({.message = offer,
                    .case_id = casefile.id(),
                    .account = account,
                    .terms = terms,
                    .at_ms = now_ms});
}

}  // namespace entente::tests
