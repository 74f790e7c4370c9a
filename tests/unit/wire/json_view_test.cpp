#include <entente/text/json.h>
#include <entente/wire/json_view.h>

#include "catch.h"
#include "samples.h"

using namespace entente;
using namespace entente::tests;

namespace {

template <class T>
Json parsed(const T& value) {
  const auto text = json_view(value);
  if (!text) FAIL(describe(text.error()));
  const auto json = parse_json(*text);
  if (!json) FAIL(describe(json.error()));
  return *json;
}

}  // namespace

TEST_CASE("the view of a message reads as the specification writes it", "[wire]") {
  Message message = samples::message(samples::offer({samples::term(
      1, OrderChange{0, OrderChange::Return{{{.line = "k-17"}}},
                     Settlement{Settlement::Direction::receives, samples::euros(4995), 1}})}));
  const Json view = parsed(message);
  CHECK(view.get_text("environment") == std::string("sandbox"));
  CHECK(view.get_text("sent_at_ms") == std::string("2026-11-18T11:06:40.000Z"));
  CHECK(view.get_text({"author", "party"}) == std::string("brand"));
  CHECK(view.get_text("case_id") == to_hex(samples::digest(10)));
  const auto term = view.get_object({"body", "propose", "terms", 0});
  REQUIRE(term.has_value());
  CHECK((*term)->get_text("obligor") == std::string("brand"));
  CHECK((*term)->get_text({"due", "unit"}) == std::string("days"));
  CHECK((*term)->get_integer({"order_change", "order"}) == 0);
  CHECK((*term)->get_text({"order_change", "return", 0, "line"}) == std::string("k-17"));
  CHECK((*term)->get_integer({"order_change", "settlement", "amount", "amt"}) == 4995);
}

TEST_CASE("what is empty is left out", "[wire]") {
  const Json view = parsed(samples::message(Accept{samples::digest(1), {}}));
  CHECK(view.find({"body", "accept", "offer"}) != nullptr);
  CHECK(view.find({"body", "accept", "approval"}) == nullptr);
  CHECK(view.find("ext") == nullptr);
  const Json opened = parsed(samples::message(Open{.claims = {samples::claim(1)}}));
  CHECK(opened.find("case_id") == nullptr);
  CHECK(opened.find("seen") == nullptr);
  CHECK(opened.find({"body", "open", "handoff"}) == nullptr);
}

TEST_CASE("lengths of time are numbers, instants are dates", "[wire]") {
  const Json card = parsed(samples::card());
  CHECK(card.get_integer({"human", "target_ms"}) == 180'000);
  CHECK(card.get_integer({"periods", "reopen_ms"}) == 30 * samples::day_ms);
  CHECK(card.get_text("expires_ms") == std::string("2027-02-16T11:06:40.000Z"));
}

TEST_CASE("every kind has a view", "[wire]") {
  for (const Message& message : samples::messages()) {
    const Json view = parsed(message);
    CHECK(view.find({"body", name(message.verb())}) != nullptr);
  }
  CHECK(parsed(samples::mandate()).get_text("role") == std::string("assistant"));
  CHECK(parsed(samples::approval()).find("text_digest") != nullptr);
  CHECK(parsed(samples::read()).get_text("method") == std::string("GET"));
  CHECK(parsed(samples::refusal()).get_integer("retry_after_ms") == 5'000);
  CHECK(parsed(samples::parcel()).get_text({"parts", 0, "class"}) == std::string("prose"));
  CHECK(parsed(samples::log_entry()).get_text("kind") == std::string("message"));
  CHECK(parsed(samples::facts()).get_text({"facts", 1, "code"}) == std::string("delivered"));
  CHECK(parsed(samples::decision()).get_text("rule") == std::string("entitlements[0]"));
  CHECK(parsed(samples::performance()).get_text("state") == std::string("done"));
  CHECK(parsed(samples::handoff_clock()).get_text("event") == std::string("offered"));
  CHECK(parsed(samples::freeze()).get_text("by") == std::string("ops@kettle.example"));
  CHECK(parsed(samples::checkpoint_seen()).get_integer("from_size") == 9);
}
