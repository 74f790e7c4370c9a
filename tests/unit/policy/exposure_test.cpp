#include <entente/policy/exposure.h>
#include <entente/protocol/verbs.h>

#include <array>
#include <random>

#include "catch.h"

using namespace entente;

namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t noon_ms = 20'000 * day_ms + day_ms / 2;

MessageId id(std::uint8_t number) {
  MessageId id;
  id.bytes[0] = number;
  return id;
}

Term refund(std::int64_t amt, const char* cur = "EUR") {
  Term term;
  term.purpose = "refund_full";
  term.shape = MoneyTo{{cur, amt, 2}, "original_payment"};
  return term;
}

Term priced(Settlement::Direction direction) {
  Term term;
  term.purpose = "exchange";
  OrderChange change;
  change.change = OrderChange::Items{};
  change.settlement = Settlement{direction, {"EUR", 700, 2}, no_part};
  term.shape = change;
  return term;
}

// Promised on a case of its own, to be taken up until `until_ms`.
void reserve(Exposure& exposure, const MessageId& offer, const char* account,
             const std::vector<Term>& terms, std::int64_t at_ms, std::int64_t until_ms = 0) {
  exposure.reserve({.message = offer,
                    .case_id = offer,
                    .account = account,
                    .terms = terms,
                    .at_ms = at_ms,
                    .until_ms = until_ms});
}

std::int64_t euros(const Promised& promised) {
  const auto found = promised.money.find("EUR");
  return found == promised.money.end() ? 0 : found->second;
}

}  // namespace

TEST_CASE("a term counts for its purpose, its shape and its group", "[policy]") {
  using Families = std::vector<std::string>;
  CHECK(families_of(refund(1)) == Families{"refund_full", "money", "refund"});
  CHECK(families_of(priced(Settlement::Direction::receives)) ==
        Families{"exchange", "order_change", "refund"});
  CHECK(families_of(priced(Settlement::Direction::pays)) == Families{"exchange", "order_change"});
  Term goodwill;
  goodwill.purpose = "compensation_goodwill";
  goodwill.shape = Credit{{"EUR", 5, 2}, 0};
  CHECK(families_of(goodwill) == Families{"compensation_goodwill", "credit", "compensation"});
}

TEST_CASE("money to the consumer is what the brand gives", "[policy]") {
  CHECK(money_to_consumer(refund(5))->amt == 5);
  CHECK(money_to_consumer(priced(Settlement::Direction::receives))->amt == 700);
  CHECK_FALSE(money_to_consumer(priced(Settlement::Direction::pays)));
  Term own = refund(5);
  own.obligor = Party::consumer;
  CHECK_FALSE(money_to_consumer(own));
}

TEST_CASE("an offer is reserved once, released once, and kept for good", "[policy]") {
  Exposure exposure;
  const auto promised = [&] { return euros(exposure.to_customer("a", "refund", 0)); };
  reserve(exposure, id(1), "a", {refund(100)}, noon_ms);
  reserve(exposure, id(1), "a", {refund(900)}, noon_ms);
  CHECK(promised() == 100);
  reserve(exposure, id(2), "a", {refund(30), refund(4)}, noon_ms);
  CHECK(promised() == 134);
  CHECK(exposure.to_customer("a", "refund", 0).count == 3);
  exposure.release(id(2));
  exposure.release(id(2));
  exposure.release(id(9));
  CHECK(promised() == 100);
  CHECK(euros(exposure.on_day("refund", noon_ms)) == 100);
  exposure.keep(id(1));
  exposure.release(id(1));
  CHECK(promised() == 100);
  CHECK(euros(exposure.on_day("refund", noon_ms)) == 100);
  CHECK(exposure.to_customer("b", "refund", 0) == Promised{});
  CHECK(exposure.to_customer("a", "repair", 0) == Promised{});
}

TEST_CASE("days and currencies are counted apart, and a replaced offer left out", "[policy]") {
  Exposure exposure;
  reserve(exposure, id(1), "a", {refund(100)}, noon_ms);
  reserve(exposure, id(2), "b", {refund(20), refund(3, "USD")}, noon_ms);
  reserve(exposure, id(3), "a", {refund(7)}, noon_ms - day_ms);
  CHECK(euros(exposure.on_day("refund", noon_ms)) == 120);
  CHECK(exposure.on_day("refund", noon_ms).money.at("USD") == 3);
  CHECK(euros(exposure.on_day("refund", noon_ms, id(1))) == 20);
  CHECK(euros(exposure.on_day("refund", noon_ms, id(3))) == 120);
  CHECK(euros(exposure.on_day("refund", noon_ms - day_ms)) == 7);
  CHECK(euros(exposure.to_customer("a", "refund", 0)) == 107);
  CHECK(euros(exposure.to_customer("a", "refund", noon_ms - day_ms + 1)) == 100);
  CHECK(euros(exposure.to_customer("a", "refund", 0, id(1))) == 7);
}

TEST_CASE("terms on standby and of the consumer are no exposure", "[policy]") {
  Exposure exposure;
  Term standby = refund(100);
  standby.standby = true;
  Term own = refund(100);
  own.obligor = Party::consumer;
  reserve(exposure, id(1), "a", {standby, own}, noon_ms);
  CHECK(exposure.to_customer("a", "refund", 0) == Promised{});
}

TEST_CASE("what no cap looks back to is forgotten, and does not come back", "[policy]") {
  Exposure exposure;
  for (std::uint8_t day = 0; day < 10; ++day) {
    reserve(exposure, id(day), "a", {refund(1)}, noon_ms + day * day_ms);
    exposure.keep(id(day));
  }
  exposure.let_pass(noon_ms + (366 + 4) * day_ms);
  CHECK(euros(exposure.to_customer("a", "refund", 0)) == 6);
  CHECK(exposure.on_day("refund", noon_ms + 3 * day_ms) == Promised{});
  CHECK(euros(exposure.on_day("refund", noon_ms + 4 * day_ms)) == 1);
  reserve(exposure, id(3), "a", {refund(1)}, noon_ms + 3 * day_ms);
  CHECK(euros(exposure.to_customer("a", "refund", 0)) == 6);
}

TEST_CASE("an offer counts until it cannot be taken up any more, unless it was", "[policy]") {
  Exposure exposure;
  reserve(exposure, id(1), "a", {refund(1)}, noon_ms, noon_ms + 10);
  reserve(exposure, id(2), "a", {refund(20)}, noon_ms, noon_ms + 10);
  reserve(exposure, id(3), "a", {refund(300)}, noon_ms, noon_ms + 10);
  exposure.keep(id(2));
  CHECK(exposure.extend(id(3), noon_ms + 20));
  CHECK_FALSE(exposure.extend(id(9), noon_ms + 20));
  exposure.let_pass(noon_ms + 10);
  CHECK(euros(exposure.to_customer("a", "refund", 0)) == 321);
  exposure.let_pass(noon_ms + 11);
  CHECK(euros(exposure.to_customer("a", "refund", 0)) == 320);
  exposure.let_pass(noon_ms + 21);
  CHECK(euros(exposure.to_customer("a", "refund", 0)) == 20);
  CHECK(euros(exposure.on_day("refund", noon_ms)) == 20);
}

namespace {

Term for_claim(Term term, std::uint16_t claim = 1) {
  term.claims = {claim};
  return term;
}

Term of(const char* purpose, Shape shape) {
  Term term;
  term.purpose = purpose;
  term.shape = std::move(shape);
  return for_claim(term);
}

}  // namespace

TEST_CASE("one thing is made good once at a time, whoever asks and in whatever case", "[policy]") {
  const std::vector<Term> whole = {of("repair", Repair{}), of("replacement", Goods{}),
                                   for_claim(refund(1)), of("redelivery", Goods{})};
  for (const Term& first : whole) {
    for (const Term& second : whole) {
      Exposure exposure;
      exposure.note_claim(id(1), 1, {{"K-1", "a"}}, true);
      exposure.note_claim(id(2), 1, {{"K-1", "a"}}, true);
      exposure.note_claim(id(3), 1, {{"K-1", "b"}}, true);
      exposure.note_claim(id(4), 1, {{"K-1", ""}}, true);
      exposure.note_claim(id(5), 1, {{"K-2", "a"}}, true);
      reserve(exposure, id(1), "a", {first}, noon_ms, noon_ms + 10);
      CHECK_FALSE(exposure.is_given_elsewhere(id(1), second, noon_ms));  // its own claim
      CHECK(exposure.is_given_elsewhere(id(2), second, noon_ms));
      CHECK_FALSE(exposure.is_given_elsewhere(id(3), second, noon_ms));
      CHECK(exposure.is_given_elsewhere(id(4), second, noon_ms));  // the order holds the line
      CHECK_FALSE(exposure.is_given_elsewhere(id(5), second, noon_ms));
      CHECK_FALSE(exposure.is_given_elsewhere(id(2), of("voucher", Credit{}), noon_ms));
      exposure.let_pass(noon_ms + 11);
      CHECK_FALSE(exposure.is_given_elsewhere(id(2), second, noon_ms));
    }
  }
}

TEST_CASE("a case that has ended promises nothing more, and what it was promised counts on",
          "[policy]") {
  Exposure exposure;
  exposure.note_claim(id(1), 1, {{"K-1", "a"}}, true);
  exposure.note_claim(id(2), 1, {{"K-1", "a"}}, true);
  reserve(exposure, id(1), "a", {for_claim(refund(1))}, noon_ms);
  exposure.keep(id(1));
  exposure.end_case(id(1));
  CHECK_FALSE(exposure.knows_claim(id(1), 1));
  CHECK(exposure.knows_claim(id(2), 1));
  CHECK(exposure.is_given_elsewhere(id(2), for_claim(refund(1)), noon_ms));
  CHECK(euros(exposure.to_customer("a", "refund", 0)) == 1);
}

// One told when cases end, and one that never is: both must say the same of every customer and day.
TEST_CASE("a case that ends and goes on again changes no sum", "[policy]") {
  std::minstd_rand random(7);
  const auto below = [&](std::uint32_t most) { return static_cast<std::uint8_t>(random() % most); };
  const std::array accounts = {"", "a", "b"};
  const auto promise = [&](Exposure& exposure, std::uint8_t number) {
    const std::uint8_t case_number = number % 8;
    std::vector<Term> terms = {refund(number + 1), refund(2, number % 3 == 0 ? "USD" : "EUR")};
    if (number % 2 == 0) terms.push_back(priced(Settlement::Direction::receives));
    const std::int64_t at_ms = noon_ms + std::int64_t{number % 5} * 90 * day_ms;
    if (exposure.extend(id(number), at_ms + day_ms)) return;
    exposure.reserve({.message = id(number),
                      .case_id = id(case_number),
                      .account = accounts[number % 3],
                      .terms = terms,
                      .at_ms = at_ms,
                      .until_ms = at_ms + day_ms});
  };
  Exposure told;
  Exposure untold;
  for (int step = 0; step < 4'000; ++step) {
    const auto number = static_cast<std::uint8_t>(1 + below(64));  // id 0 is none
    const std::uint8_t what = below(8);
    for (Exposure* each : {&told, &untold}) {
      promise(*each, number);
      if (what < 4) each->keep(id(number));
      if (what == 4) each->release(id(number));
      if (what == 5) each->let_pass(noon_ms + step * day_ms / 8);
    }
    if (what == 6) told.end_case(id(below(8)));
    const std::int64_t at_ms = noon_ms + std::int64_t{below(5)} * 90 * day_ms;
    const MessageId standing = what == 7 ? id(number) : MessageId{};
    for (const char* family : {"refund", "money", "exchange", "refund_full"}) {
      for (const char* account : accounts) {
        REQUIRE(told.to_customer(account, family, at_ms) ==
                untold.to_customer(account, family, at_ms));
      }
      REQUIRE(told.on_day(family, at_ms, standing) == untold.on_day(family, at_ms, standing));
    }
  }
}

TEST_CASE("facts that were asked for after a remedy was carried out decide themselves",
          "[policy]") {
  Exposure exposure;
  exposure.note_claim(id(1), 1, {{"K-1", ""}}, true);
  exposure.note_claim(id(2), 1, {{"K-1", "a"}}, true);
  exposure.note_claim(id(2), 2, {{"K-1", "a"}}, true);
  const Term wanted = for_claim(refund(1));
  reserve(exposure, id(1), "a", {wanted}, noon_ms);
  exposure.keep(id(1));
  const auto given = [&](std::int64_t asked_ms) {
    return exposure.is_given_elsewhere(id(2), wanted, asked_ms);
  };
  CHECK(given(noon_ms + 99));
  exposure.carry_out(id(1), noon_ms + 50);
  CHECK(given(noon_ms + 49));
  CHECK_FALSE(given(noon_ms + 50));
  exposure.carry_out(id(1), 0);  // disputed
  CHECK(given(noon_ms + 99));
  // Two claims of one case are two claims.
  reserve(exposure, id(2), "a", {for_claim(refund(1), 2)}, noon_ms);
  exposure.release(id(1));
  CHECK(exposure.knows_all_things());
  exposure.keep(id(2));
  CHECK(given(noon_ms));
  exposure.note_claim(id(3), 1, {}, false);
  CHECK_FALSE(exposure.knows_all_things());
}

TEST_CASE("huge promises neither overflow nor come back small", "[policy][negative]") {
  Exposure exposure;
  const std::int64_t most = (std::int64_t{1} << 53) - 1;
  for (int i = 0; i < 1200; ++i) {
    MessageId each;
    each.bytes[0] = static_cast<std::uint8_t>(i & 0xff);
    each.bytes[1] = static_cast<std::uint8_t>(i >> 8);
    reserve(exposure, each, "a", {refund(most)}, noon_ms);
  }
  CHECK(euros(exposure.to_customer("a", "refund", 0)) > most);
  CHECK(euros(exposure.on_day("refund", noon_ms)) > most);
}
