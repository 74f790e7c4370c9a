#include "play.h"

#include <entente/casefile/summary.h>

#include "catch.h"

namespace entente::tests {

Casting& cast() {
  static Casting shared;
  return shared;
}

Play::Play() {
  consumer(open_claims());
  REQUIRE(outcome == Outcome::binding());
}

MessageId Play::say(const Said& said) {
  const auto id = try_say(said);
  REQUIRE(id);
  return *id;
}

std::optional<MessageId> Play::try_say(const Said& said) {
  now_ms += 1000;
  Said with_part = said;
  if (with_part.parts.empty()) with_part.parts = {part()};
  const auto message = cast().try_say(casefile, with_part, now_ms);
  if (!message) return std::nullopt;
  const std::string before = describe(casefile);
  const Outcome foreseen = casefile.judge(*message, now_ms);
  REQUIRE(describe(casefile) == before);
  const std::uint64_t position = casefile.next_position();
  outcome = casefile.admit(*message, now_ms);
  REQUIRE(outcome == foreseen);
  const bool admitted = outcome.effect != Effect::refused;
  REQUIRE(casefile.next_position() == position + (admitted ? 1 : 0));
  REQUIRE((casefile.find_message(message->id()) != nullptr) == admitted);
  return message->id();
}

MessageId Play::consumer(Body body) { return say({.body = std::move(body)}); }
MessageId Play::brand(Body body) {
  return say({.party = Party::brand, .actor = Actor::rules, .body = std::move(body)});
}
MessageId Play::person(Body body) {
  return say({.party = Party::brand, .actor = Actor::person, .body = std::move(body)});
}
MessageId Play::consumer_unseen(Body body, const MessageId& prev) {
  return say({.body = std::move(body), .prev = prev});
}

std::string Play::status(const MessageId& offer) const {
  return std::string(name(casefile.offers().at(offer).status));
}
std::string Play::stage() const {
  return std::string(casefile.handoff() ? name(casefile.handoff()->stage) : "none");
}

void check(const Play& play, std::string_view outcome) { CHECK(describe(play.outcome) == outcome); }

std::int64_t clock_at(const Case& casefile, std::string_view kind) {
  for (const CaseClock& each : casefile.clocks()) {
    if (each.kind == kind) return each.at_ms;
  }
  return 0;
}

MessageId agree(Play& play) { return agree(play, propose({1})); }

MessageId agree(Play& play, Offer offer) {
  const auto agreed = play.consumer(accept(play.brand(std::move(offer))));
  REQUIRE(play.outcome == Outcome::binding());
  return agreed;
}

}  // namespace entente::tests
