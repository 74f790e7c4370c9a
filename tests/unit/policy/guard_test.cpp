// The limits that hold every negotiator, also one that was talked into something.
#include <entente/policy/decide.h>

#include "catch.h"
#include "table.h"

using namespace entente;
using namespace entente::tests;

namespace {

struct Guarded : Table {
  Policy policy = example_policy("kettle");
  Guarded() {
    set_kettle_facts(*this);
    say(Party::consumer, value_of(opening(example_goal(), example_files())));
  }
  Speech worded(const std::vector<OfferChoice>& choices) {
    return value_of(word_offer(policy, situation(1), choices));
  }
  std::string judged(const Speech& speech) {
    const Status status = check_limits(policy, situation(1), speech);
    return status ? "allowed" : std::string(name(status.error().code));
  }
  template <class Change>
  std::string judged(Speech speech, Change change) {
    change(std::get<Offer>(speech.body));
    return judged(speech);
  }
};

std::string refused(const Result<Speech>& speech) {
  return speech ? "worded" : std::string(name(speech.error().code));
}

}  // namespace

TEST_CASE("a negotiator chooses among what the policy has", "[policy]") {
  Guarded table;
  const auto choices = allowed_choices(table.policy, table.situation(1));
  REQUIRE(choices.size() == 3);
  CHECK(choices[0].remedy == "repair");
  CHECK(choices[1].remedy == "replacement");
  CHECK(choices[2].remedy == "compensation_goodwill");
  CHECK(choices[2].amount == euros(800));
  const Speech speech = table.worded({{"replacement", {}}, {"compensation_goodwill", euros(650)}});
  CHECK(table.judged(speech) == "allowed");
  CHECK(find_value(std::get<Offer>(speech.body).terms[1]) == euros(650));
  CHECK(table.judged(table.worded({{"repair", {}}})) == "allowed");
}

TEST_CASE("what decide offers passes its own guard", "[policy]") {
  Guarded table;
  const MessageId own = table.answer(table.policy, 1);
  CHECK(table.judged({table.offer(own), (*table.casefile.find_message(own))->parts, {}}) ==
        "allowed");
}

TEST_CASE("a negotiator cannot word what the policy does not have", "[policy][negative]") {
  Guarded table;
  const auto attempt = [&](std::vector<OfferChoice> choices) {
    return refused(word_offer(table.policy, table.situation(1), choices));
  };
  CHECK(attempt({{"refund_full", euros(3990)}}) == "author_forbidden");
  CHECK(attempt({{"no_such_remedy", {}}}) == "author_forbidden");
  CHECK(attempt({{"replacement", {}}, {"compensation_goodwill", euros(801)}}) ==
        "exposure_exceeded");
  CHECK(attempt({{"compensation_goodwill", euros(500)}}) == "below_entitlement");
  CHECK(attempt({{"repair", {}}, {"replacement", {}}}) == "author_forbidden");
  CHECK(attempt({{"repair", {}}, {"repair", {}}}) == "author_forbidden");
  CHECK(attempt({{"repair", {}},
                 {"compensation_goodwill", euros(100)},
                 {"compensation_goodwill", euros(100)}}) == "author_forbidden");
  CHECK(attempt({{"repair", {}}, {"compensation_goodwill", {"USD", 100, 2}}}) ==
        "author_forbidden");
  CHECK(attempt({}) == "wrong_use");
}

TEST_CASE("an offer below what is owed is found, whatever is cut", "[policy][negative]") {
  Guarded table;
  const Speech fair = table.worded({{"replacement", {}}});
  const auto below = [&](auto change) {
    Speech speech = fair;
    change(std::get<Offer>(speech.body));
    return below_entitlement(table.policy, table.situation(1), speech);
  };
  CHECK_FALSE(below([](Offer&) {}));
  CHECK(below([](Offer& offer) { offer.waives = {"statutory_warranty"}; }));
  CHECK(below([](Offer& offer) { offer.terms.clear(); }));
  CHECK(below([](Offer& offer) { offer.terms[0].obligor = Party::consumer; }));
  CHECK(below([](Offer& offer) { offer.terms[0].standby = true; }));
  CHECK(below([](Offer& offer) { offer.terms[0].ground = Ground::concession; }));
  CHECK(below([](Offer& offer) { offer.terms[0].claims = {2}; }));
  CHECK(below([](Offer& offer) { offer.terms[0].basis = "shop.mercy"; }));
  CHECK(below([](Offer& offer) { offer.terms[0].purpose = "explanation"; }));
  CHECK(below([](Offer& offer) { offer.terms[0].due.n = 60; }));
  CHECK(below([](Offer& offer) { offer.terms[0].due.from = Due::Start::condition; }));
  CHECK(below([](Offer& offer) { offer.terms[0].due.at_ms = 1; }));
  CHECK(below([](Offer& offer) { offer.terms[0].blocks = true; }));
  CHECK(below([](Offer& offer) { std::get<Goods>(offer.terms[0].shape).lines.clear(); }));
  CHECK(below([](Offer& offer) { std::get<Goods>(offer.terms[0].shape).lines[0].qty = 2; }));
  CHECK(below(
      [](Offer& offer) { std::get<Goods>(offer.terms[0].shape).lines[0].line = "kettle-1"; }));
  CHECK(below([](Offer& offer) {
    std::get<GoodsReturn>(offer.terms[0].condition).fees = Party::consumer;
  }));
  CHECK(
      below([](Offer& offer) { std::get<GoodsReturn>(offer.terms[0].condition).by_ms -= day_ms; }));
  CHECK(
      below([](Offer& offer) { offer.terms[0].condition = EvidenceCondition{"receipt_invoice"}; }));
  CHECK(below([](Offer& offer) {
    offer.terms[0].condition =
        PaymentCondition{Settlement{Settlement::Direction::pays, euros(1), no_part}};
  }));
  // No return asked is more, not less.
  CHECK_FALSE(below([](Offer& offer) { offer.terms[0].condition = NoCondition{}; }));
  table.set("item.misuse", Unknown{});
  CHECK(below([](Offer&) {}));
  table.set("item.misuse", true);
  CHECK_FALSE(below([](Offer& offer) { offer.terms.clear(); }));
}

TEST_CASE("an offer beyond the policy is stopped, whatever is added", "[policy][negative]") {
  Guarded table;
  const Speech fair = table.worded({{"replacement", {}}, {"compensation_goodwill", euros(500)}});
  REQUIRE(table.judged(fair) == "allowed");
  const auto judged = [&](auto change) { return table.judged(fair, change); };
  CHECK(judged([](Offer& offer) { offer.waives = {"withdrawal"}; }) == "below_entitlement");
  CHECK(judged([](Offer& offer) { std::get<Credit>(offer.terms[1].shape).amount.amt = 801; }) ==
        "exposure_exceeded");
  CHECK(judged([](Offer& offer) {
          std::get<Credit>(offer.terms[1].shape).expires_ms += 365 * day_ms;
        }) == "exposure_exceeded");
  CHECK(judged([](Offer& offer) { offer.terms[0].due.n = 1; }) == "exposure_exceeded");
  CHECK(judged([](Offer& offer) { offer.terms[0].condition = NoCondition{}; }) ==
        "exposure_exceeded");
  CHECK(judged([](Offer& offer) { offer.terms[1].ground = Ground::entitlement; }) ==
        "author_forbidden");
  CHECK(judged([](Offer& offer) { offer.terms[1].shape = MoneyTo{euros(500), "bank"}; }) ==
        "author_forbidden");
  CHECK(judged([](Offer& offer) { offer.terms[1].claims = {1, 2}; }) == "author_forbidden");
  CHECK(judged([](Offer& offer) { offer.terms[1].standby = true; }) == "author_forbidden");
  CHECK(judged([](Offer& offer) { offer.terms[1].on_failure = ToTerm{1}; }) == "author_forbidden");
  CHECK(judged([](Offer& offer) { offer.valid_until_ms += 30 * day_ms; }) == "author_forbidden");
  CHECK(judged([](Offer& offer) { offer.toll_max_ms += 1; }) == "author_forbidden");
  CHECK(judged([](Offer& offer) { offer.inventory_until_ms += day_ms; }) == "author_forbidden");
  CHECK(judged([](Offer& offer) { offer.lapse_if = "item.opened"; }) == "author_forbidden");
  CHECK(judged([](Offer& offer) {
          Term own = offer.terms[0];
          own.obligor = Party::consumer;
          own.shape = Payment{Settlement{Settlement::Direction::pays, euros(100), no_part}};
          offer.terms.push_back(own);
        }) == "author_forbidden");
  Speech elsewhere = fair;
  elsewhere.repeated.at(0).digest.bytes[0] ^= 1;  // the line is of another order
  CHECK(table.judged(elsewhere) == "author_forbidden");
  CHECK(table.judged(Speech{Accept{}, {}, {}}) == "wrong_use");
}

TEST_CASE("what another case is made good with is not promised here, too", "[policy][negative]") {
  Guarded table;
  const Speech fair = table.worded({{"replacement", {}}, {"compensation_goodwill", euros(500)}});
  MessageId other;
  other.bytes[0] = 9;
  table.exposure.note_claim(table.casefile.id(), 1, {{"K-2291", "kettle-17"}}, true);
  table.exposure.note_claim(other, 1, {{"K-2291", "kettle-17"}}, true);
  Term repair;
  repair.purpose = "repair";
  repair.claims = {1};
  repair.shape = Repair{};
  const std::vector<Term> terms = {repair};
  table.exposure.reserve({.message = other,
                          .case_id = other,
                          .account = "somebody else",
                          .terms = terms,
                          .at_ms = table.now_ms});
  CHECK(table.judged(fair) == "remedy_given");
  CHECK(table.decide(table.policy, 1).person_reason == "remedy_given");
  table.exposure.release(other);
  CHECK(table.judged(fair) == "allowed");
  CHECK(table.decide(table.policy, 1).person_reason.empty());
}

TEST_CASE("caps, assurance and never_automate hold every negotiator", "[policy][negative]") {
  Guarded table;
  const Speech fair = table.worded({{"replacement", {}}, {"compensation_goodwill", euros(500)}});
  Term given;
  given.purpose = "compensation_goodwill";
  given.shape = Credit{euros(600), 0};
  const MessageId earlier = table.casefile.id();
  table.promise(earlier, "customer", {given});
  CHECK(table.judged(fair) == "exposure_exceeded");
  table.exposure.release(earlier);
  CHECK(table.judged(fair) == "allowed");
  table.assurance = "knowledge";
  CHECK(table.judged(fair) == "assurance_too_low");
  table.assurance = "email_otp";
  table.set("item.price", euros(60000));
  CHECK(table.judged(fair) == "author_forbidden");
  CHECK(allowed_choices(table.policy, table.situation(1)).empty());
  table.set("item.price", Unknown{});
  CHECK(table.judged(fair) == "author_forbidden");
}

TEST_CASE("a consumer's own offer is accepted within the same limits", "[policy][negative]") {
  Guarded table;
  Speech own = table.worded({{"replacement", {}}});
  auto& offer = std::get<Offer>(own.body);
  offer.approval = to_bytes("an envelope");
  offer.valid_until_ms += 300 * day_ms;
  CHECK(table.judged(own) == "allowed");
  offer.terms[0].purpose = "refund_full";
  offer.terms[0].shape = MoneyTo{euros(3990), "original_payment"};
  CHECK(table.judged(own) == "author_forbidden");
}

TEST_CASE("a refund is neither cut, raised nor turned elsewhere", "[policy][negative]") {
  Table table;
  const Policy policy = example_policy("retail");
  table.assurance = "knowledge";
  PartRef order;
  order.digest.bytes[0] = 1;
  order.media_type = "text/plain";
  order.part_class = PartClass::reference;
  OrderChange cancel{0, OrderChange::Cancel{"no_longer_needed"}, std::nullopt};
  Open open;
  open.language = "en";
  open.jurisdiction = "us-tx";
  open.claims = {
      {1, "contract", "cancellation", Basis::contract, {}, 0, {{"refund_full", cancel}}}};
  table.say(Party::consumer, Speech{open, {order}, {}});
  table.set("order.mine", true);
  table.set("order.status", CodeFact{"pending"});
  table.set("order.total", Money{"USD", 900, 2});
  table.set("order.original_method", RefFact{"card_1"});
  const Speech fair = value_of(
      word_offer(policy, table.situation(1), std::vector<OfferChoice>{{"refund_full", {}}}));
  CHECK(fair == *table.decide(policy, 1).speech);
  const auto judged = [&](auto change) {
    Speech speech = fair;
    change(speech, std::get<OrderChange>(std::get<Offer>(speech.body).terms[0].shape));
    const Status status = check_limits(policy, table.situation(1), speech);
    return status ? "allowed" : std::string(name(status.error().code));
  };
  CHECK(judged([](Speech&, OrderChange&) {}) == "allowed");
  CHECK(judged([](Speech&, OrderChange& change) { change.settlement->amount.amt = 901; }) ==
        "exposure_exceeded");
  CHECK(judged([](Speech&, OrderChange& change) { change.settlement->amount.amt = 899; }) ==
        "below_entitlement");
  CHECK(judged([](Speech&, OrderChange& change) {
          change.settlement->direction = Settlement::Direction::pays;
        }) == "below_entitlement");
  CHECK(judged([](Speech&, OrderChange& change) { change.settlement->amount.cur = "EUR"; }) ==
        "author_forbidden");
  CHECK(judged([](Speech&, OrderChange& change) { change.settlement.reset(); }) ==
        "author_forbidden");
  CHECK(judged([](Speech&, OrderChange& change) {
          change.change = OrderChange::Cancel{"ordered_by_mistake"};
        }) == "author_forbidden");
  CHECK(judged([](Speech& speech, OrderChange&) {
          speech.added.at(0).content = to_bytes("card_of_a_thief");
        }) == "author_forbidden");
  CHECK(judged([](Speech& speech, OrderChange&) { speech.repeated.at(0).digest.bytes[0] = 9; }) ==
        "author_forbidden");
  table.set("order.status", CodeFact{"delivered"});
  CHECK(judged([](Speech&, OrderChange&) {}) == "author_forbidden");
  table.set("order.status", Unknown{});
  CHECK(judged([](Speech&, OrderChange&) {}) == "author_forbidden");
}
