#include <entente/core/limits.h>
#include <entente/protocol/terms.h>

#include <limits>

#include "catch.h"
#include "samples.h"

using namespace entente;
using namespace entente::tests;

TEST_CASE("exponents are those of ISO 4217", "[protocol]") {
  for (const char* code : {"EUR", "USD", "GBP", "CHF", "MRU", "XCG", "ZWG", "AED"}) {
    CHECK(find_exponent(code) == 2);
  }
  for (const char* code : {"JPY", "KRW", "VND", "ISK", "CLP", "XAF", "XPF", "BIF"}) {
    CHECK(find_exponent(code) == 0);
  }
  for (const char* code : {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}) {
    CHECK(find_exponent(code) == 3);
  }
  CHECK(find_exponent("CLF") == 4);
  CHECK(find_exponent("UYW") == 4);
}

TEST_CASE("what is no currency in use has no exponent", "[protocol]") {
  for (const char* code :
       {"", "EU", "EURO", "eur", "XXX", "XAU", "XTS", "DEM", "HRK", "UR ", "D A", " AE", "EUR "}) {
    CAPTURE(code);
    CHECK_FALSE(find_exponent(code).has_value());
  }
}

TEST_CASE("money is written with its exponent", "[protocol]") {
  CHECK(format_money({"EUR", 500, 2}) == "EUR 5.00");
  CHECK(format_money({"EUR", 5, 2}) == "EUR 0.05");
  CHECK(format_money({"EUR", -5, 2}) == "EUR -0.05");
  CHECK(format_money({"EUR", 0, 2}) == "EUR 0.00");
  CHECK(format_money({"JPY", 500, 0}) == "JPY 500");
  CHECK(format_money({"TND", 1234567, 3}) == "TND 1234.567");
  CHECK(format_money({"EUR", std::numeric_limits<std::int64_t>::min(), 2}) ==
        "EUR -92233720368547758.08");
}

TEST_CASE("money that is wrong is refused", "[protocol]") {
  CHECK(check_money({"EUR", 0, 2}).has_value());
  CHECK(check_money({"EUR", limits::integer_max, 2}).has_value());
  for (const Money& money : {Money{}, Money{"EUR", 1, 3}, Money{"EUR", -1, 2},
                             Money{"EUR", limits::integer_max + 1, 2}, Money{"QQQ", 1, 2}}) {
    CHECK(check_money(money).error().code == ErrorCode::invalid_money);
  }
}

TEST_CASE("a term's value is what its obligor gives", "[protocol]") {
  const Money fifty = samples::euros(5000);
  const auto settle = [&](Settlement::Direction direction) {
    return OrderChange{0, OrderChange::Cancel{"x"}, Settlement{direction, fifty, no_part}};
  };
  using Direction = Settlement::Direction;
  const auto value_of = [](Shape shape, Party obligor) {
    Term term = samples::term(1, std::move(shape));
    term.obligor = obligor;
    return find_value(term);
  };
  CHECK(value_of(MoneyTo{fifty, "bank"}, Party::brand) == fifty);
  CHECK(value_of(MoneyTo{{}, "bank"}, Party::brand) == std::nullopt);
  CHECK(value_of(Credit{fifty, 0}, Party::brand) == fifty);
  CHECK(value_of(settle(Direction::receives), Party::brand) == fifty);
  CHECK(value_of(settle(Direction::pays), Party::brand) == std::nullopt);
  CHECK(value_of(settle(Direction::pays), Party::consumer) == fifty);
  CHECK(value_of(Payment{{Direction::pays, fifty, no_part}}, Party::consumer) == fifty);
  CHECK(value_of(OrderChange{0, OrderChange::Address{1}, {}}, Party::brand) == std::nullopt);
  CHECK(value_of(Instalments{{{1, fifty}, {2, fifty}}}, Party::consumer) == samples::euros(10000));
  CHECK(value_of(Instalments{{{1, fifty}, {2, Money{"USD", 1, 2}}}}, Party::consumer) ==
        std::nullopt);
  CHECK(value_of(Goods{}, Party::brand) == std::nullopt);
}
