#include <entente/core/clock.h>
#include <entente/policy/goal.h>

#include "catch.h"
#include "table.h"

using namespace entente;
using namespace entente::tests;
using namespace std::string_literals;

namespace {

std::string goal_text(const std::string& want, const std::string& more = "") {
  return "entente: goal/1\nbrand: did:web:shop.example\nlanguage: en\njurisdiction: es\n"
         "mandate:\n  categories: [delivery, contract]\n  verbs: [open, accept]\n"
         "  remedies: [correction_of_record, exchange, plan_change]\n  expires: 1h\n"
         "wants:\n  - " +
         want + "\n" + more;
}
const std::string address =
    "{claim: delivery.wrong_address, remedy: correction_of_record, order_change: {order: \"#1\", "
    "address: {city: Austin, zip: \"78701\"}}}";

std::string refused(const std::string& text) {
  const auto goal = Goal::parse(text, "g.yaml");
  if (goal) return "(read)";
  CHECK(goal.error().code == ErrorCode::goal_invalid);
  return goal.error().detail;
}

}  // namespace

TEST_CASE("the example goal opens a case with its evidence", "[policy]") {
  const Goal goal = example_goal();
  CHECK(goal.brand() == "did:web:kettle.example");
  CHECK(goal.files() == std::vector<std::string>{"kettle.jpg"});
  CHECK(opening(goal).error().code == ErrorCode::file_missing);
  const Speech speech = value_of(opening(goal, example_files()));
  const Open& open = std::get<Open>(speech.body);
  REQUIRE(open.claims.size() == 1);
  const Claim& claim = open.claims[0];
  CHECK(claim.claim_id == 1);
  CHECK(claim.basis == Basis::statutory);
  CHECK(claim.occurred_ms == *parse_instant_ms("2026-11-14"));
  CHECK(claim.items == std::vector<Line>{{0, "kettle-17", 1, ""}});
  REQUIRE(claim.desired.size() == 2);
  CHECK(claim.desired[1] == Wish{"compensation_goodwill", AnyShape{}});
  CHECK_FALSE(open.handoff);
  REQUIRE(speech.added.size() == 3);
  CHECK(to_text(speech.added[0].content) == "K-2291");
  CHECK(speech.added[1].part_class == PartClass::prose);
  CHECK(speech.added[2].part_class == PartClass::media);
  CHECK(to_text(speech.added[2].content) == "a photo");
}

TEST_CASE("what is acceptable is not in what is said", "[policy][negative]") {
  const Speech speech = value_of(opening(example_goal(), example_files()));
  const Open& open = std::get<Open>(speech.body);
  for (const Wish& wish : open.claims[0].desired) {
    CHECK(std::holds_alternative<AnyShape>(wish.exactly));
  }
  for (const NewPart& part : speech.added) {
    CHECK(to_text(part.content).find("400") == std::string::npos);
    CHECK(to_text(part.content).find("1500") == std::string::npos);
  }
}

TEST_CASE("a mandate says what the goal says, and nothing more", "[policy]") {
  const Mandate mandate = example_goal().mandate(1000);
  CHECK(mandate.audience == "did:web:kettle.example");
  CHECK(mandate.categories == std::vector<std::string>{"goods_nonconformity"});
  CHECK(mandate.approval_exempt.empty());
  CHECK(mandate.issued_ms == 1000);
  CHECK(mandate.expires_ms == 1000 + 30 * day_ms);
  CHECK(mandate.environment == Environment::unset);
  CHECK(mandate.representation == Mandate::Representation::self);
}

TEST_CASE("the link travels with the opening", "[policy]") {
  const auto start = opening_link(example_goal());
  REQUIRE(start);
  CHECK(std::get<LinkStart>(std::get<Link>(start->body).step) == LinkStart{"email_otp", 0});
  CHECK(to_text(start->added.at(0).content) == "ana@example.com");
  const auto known = value_of(
      Goal::parse(goal_text(address, "link: {method: knowledge, email: e@x.org}\n"), "g.yaml"));
  const auto proof = opening_link(known);
  REQUIRE(proof);
  CHECK(std::get<LinkProve>(std::get<Link>(proof->body).step) == LinkProve{"knowledge", "", 0});
  CHECK_FALSE(opening_link(value_of(Goal::parse(goal_text(address), "g.yaml"))));
}

TEST_CASE("the goal of the worked example is read as it stands and opens as it opens", "[policy]") {
  const auto path = find_shared("WALKTHROUGHS.md");
  if (!path) return;
  const auto blocks = find_blocks(read_file(*path), "```yaml\n");
  REQUIRE(blocks.size() >= 3);
  const Goal goal = value_of(Goal::parse(blocks[2], "shop.goal.yaml"));
  const Speech speech = value_of(opening(goal));
  const Open& open = std::get<Open>(speech.body);
  REQUIRE(open.claims.size() == 3);
  CHECK(speech.added.size() == 4);
  CHECK(open.claims[1].code == "x-retail:item_change");
  const auto& items = std::get<OrderChange>(open.claims[1].desired[0].exactly);
  const auto& back = std::get<OrderChange>(open.claims[2].desired[0].exactly);
  CHECK(items.settlement->direction == Settlement::Direction::priced);
  CHECK(items.settlement->method == back.settlement->method);
  CHECK(items.order != back.order);
  const auto& first = std::get<OrderChange>(open.claims[0].desired[0].exactly);
  CHECK(first.order == items.order);
  CHECK_FALSE(first.settlement);
  const auto& part = speech.added.at(std::get<OrderChange::Address>(first.change).part);
  CHECK(part.part_class == PartClass::contact);
  CHECK(to_text(part.content).find("\"zip\":\"78240\"") != std::string::npos);
}

TEST_CASE("a human can be asked for in the first message", "[policy]") {
  const Goal plain = value_of(Goal::parse(goal_text(address, "handoff: first\n"), "g.yaml"));
  const Open open = std::get<Open>(value_of(opening(plain)).body);
  REQUIRE(open.handoff);
  CHECK(open.handoff->principal_present == HandoffRequest::Present::live);
  CHECK(open.handoff->needs == no_part);
  const Goal rich = value_of(
      Goal::parse(goal_text(address,
                            "handoff: {when: first, present: callback, channels: [phone], needs: I "
                            "hear badly}\n"),
                  "g.yaml"));
  const Speech speech = value_of(opening(rich));
  const auto& request = *std::get<Open>(speech.body).handoff;
  CHECK(request.principal_present == HandoffRequest::Present::callback);
  CHECK(request.channels == std::vector<std::string>{"phone"});
  CHECK(speech.added.at(request.needs).part_class == PartClass::special);
  const Speech later = person_request(rich, "deadlock");
  const auto& asked = std::get<HandoffRequest>(std::get<Handoff>(later.body).act);
  CHECK(asked.reason == "deadlock");
  CHECK(asked.needs == 0);
}

TEST_CASE("what is wrong in a goal is told with its place", "[policy][negative]") {
  const std::vector<std::pair<std::string, std::string>> wants = {
      {"{claim: delivery.lost, remedy: exchange}", "g.yaml:11:13: expected a claim"},
      {"{claim: delivery.late, remedy: exchnage}", "g.yaml:11:36: expected a remedy"},
      {"{claim: billing.tax, remedy: exchange}", "does not list the category billing"},
      {"{claim: delivery.late, remedy: refund_full}", "does not list the remedy refund_full"},
      {"{claim: delivery.late}", "expected the key \"remedy\""},
      {"{claim: delivery.late, remedy: exchange, remedies: [exchange]}", "not both"},
      {"{claim: delivery.late, remedies: []}", "expected at least one remedy"},
      {"{claim: delivery.late, remedies: [exchange], goods: [{line: a}]}", "belongs to one remedy"},
      {"{claim: delivery.late, remedy: exchange, order_change: {order: a}}", "expected a change"},
      {"{claim: delivery.late, remedy: exchange, order_change: {order: a, cancel: b, items: "
       "[{line: c}]}}",
       "found a second"},
      {"{claim: delivery.late, remedy: exchange, order_change: {order: a, return: [{line: c}]}}",
       "exchange does not come in this shape"},
      {"{claim: delivery.late, remedy: exchange, order_change: {order: a, items: []}}",
       "expected at least one line"},
      {"{claim: delivery.late, remedy: exchange, order_change: {order: a, items: [{line: c, qty: "
       "0}]}}",
       "expected a whole number from 1"},
      {"{claim: delivery.late, remedy: exchange, ask: {plan_change: {cur: EUR, amt: 5}}}",
       "not among the remedies wanted"},
      {"{claim: delivery.late, remedy: exchange, evidence: [{file: a}]}", "\"media_type\""},
      {"{claim: delivery.late, remedy: exchange, evidence: [{file: a, media_type: jpeg}]}",
       "expected a media type like image/jpeg"},
      {"{claim: delivery.late, remedy: exchange, basis: revenge}", "expected one of statutory"},
      {"{claim: delivery.late, remedy: exchange, occurred: yesterday}", "expected a time"},
      {"{claim: delivery.late, remedy: exchange, price: 3}", "found \"price\""}};
  for (const auto& [want, message] : wants) {
    CAPTURE(want);
    const std::string found = refused(goal_text(want));
    CAPTURE(found);
    CHECK(found.starts_with("g.yaml:11:"));
    CHECK(found.find(message) != std::string::npos);
  }
  const std::vector<std::pair<std::string, std::string>> frames = {
      {"acceptable: {exact: maybe}\n", "g.yaml:12:21: expected true or false"},
      {"acceptable: {exact: true, remedies: [exchange]}\n", "exact leaves nothing to choose"},
      {"acceptable: {pays_at_most: 50}\n", "expected money in minor units"},
      {"acceptable: {rounds_at_most: -1}\n", "expected a whole number"},
      {"ask_me_when: [{waives: some}]\n", "g.yaml:12:24: expected any"},
      {"ask_me_when: [{bored: true}]\n", "expected one of waives, pays, asked, offer"},
      {"human_when: [{silence: 0s}]\n", "expected a duration of at least 1s"},
      {"human_when: [{refused: some}]\n", "expected any"},
      {"leave_when: [{rounds: many}]\n", "expected exceeded"},
      {"handoff: last\n", "g.yaml:12:10: expected first"},
      {"handoff: {channels: []}\n", "expected at least one channel"},
      {"handoff: {channels: [smoke]}\n", "expected one of case"},
      {"link: {method: guess}\n", "expected one of knowledge"},
      {"goals: []\n", "g.yaml:12:1: expected one of entente, brand"}};
  for (const auto& [more, message] : frames) {
    CAPTURE(more);
    const std::string found = refused(goal_text(address, more));
    CAPTURE(found);
    CHECK(found.starts_with("g.yaml:12:"));
    CHECK(found.find(message) != std::string::npos);
  }
  CHECK(refused("entente: policy/1\n").find("expected") != std::string::npos);
  std::string text = goal_text(address);
  text.replace(text.find("did:web:shop.example"), 20, "shop.example");
  CHECK(refused(text).find("g.yaml:2:8: expected the DID of a brand") == 0);
  text = goal_text(address);
  text.replace(text.find("[open, accept]"), 14, "[open, steal]");
  CHECK(refused(text).find("g.yaml:7:17: expected a verb") == 0);
}
