#include <entente/policy/exposure.h>
#include <entente/protocol/verbs.h>

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
  exposure.reserve(id(1), "a", {refund(100)}, noon_ms);
  exposure.reserve(id(1), "a", {refund(900)}, noon_ms);
  CHECK(promised() == 100);
  exposure.reserve(id(2), "a", {refund(30), refund(4)}, noon_ms);
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
  exposure.reserve(id(1), "a", {refund(100)}, noon_ms);
  exposure.reserve(id(2), "b", {refund(20), refund(3, "USD")}, noon_ms);
  exposure.reserve(id(3), "a", {refund(7)}, noon_ms - day_ms);
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
  exposure.reserve(id(1), "a", {standby, own}, noon_ms);
  CHECK(exposure.to_customer("a", "refund", 0) == Promised{});
}

TEST_CASE("what is forgotten no longer counts, what came later does", "[policy]") {
  Exposure exposure;
  for (std::uint8_t day = 0; day < 10; ++day) {
    exposure.reserve(id(day), "a", {refund(1)}, noon_ms + day * day_ms);
    exposure.keep(id(day));
  }
  exposure.forget_before(noon_ms + 4 * day_ms);
  CHECK(euros(exposure.to_customer("a", "refund", 0)) == 6);
  CHECK(exposure.on_day("refund", noon_ms + 3 * day_ms) == Promised{});
  CHECK(euros(exposure.on_day("refund", noon_ms + 4 * day_ms)) == 1);
}

TEST_CASE("huge promises neither overflow nor come back small", "[policy][negative]") {
  Exposure exposure;
  const std::int64_t most = (std::int64_t{1} << 53) - 1;
  for (int i = 0; i < 1200; ++i) {
    MessageId each;
    each.bytes[0] = static_cast<std::uint8_t>(i & 0xff);
    each.bytes[1] = static_cast<std::uint8_t>(i >> 8);
    exposure.reserve(each, "a", {refund(most)}, noon_ms);
  }
  CHECK(euros(exposure.to_customer("a", "refund", 0)) > most);
  CHECK(euros(exposure.on_day("refund", noon_ms)) > most);
}
