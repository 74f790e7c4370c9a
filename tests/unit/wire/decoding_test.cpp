// What decode() takes and refuses at each limit. One defect per rule is in conformance/vectors/.
#include <entente/core/limits.h>
#include <entente/wire/codec.h>

#include "catch.h"
#include "samples.h"

using namespace entente;
using namespace entente::tests;

namespace {

template <class T>
std::optional<ErrorCode> verdict(const T& value) {
  const auto back = decode<T>(encode(value));
  if (!back) return back.error().code;
  CHECK(*back == value);
  return std::nullopt;
}

Message with_line(const std::string& text) {
  Claim claim = samples::claim(1);
  claim.items = {{.part = 0, .line = text, .qty = 1}};
  return samples::message(Open{.claims = {claim}});
}

Message with_reason(const std::string& code) {
  return samples::message(Decline{samples::digest(1), code});
}

Message with_amount(const Money& money) {
  return samples::message(samples::offer({samples::term(1, MoneyTo{money, "original_payment"})}));
}

Message with_claims(std::size_t count) {
  Open open;
  for (std::size_t id = 1; id <= count; ++id) {
    open.claims.push_back({.claim_id = static_cast<std::uint16_t>(id),
                           .category = "other",
                           .code = "other",
                           .basis = Basis::goodwill});
  }
  return samples::message(std::move(open));
}

}  // namespace

TEST_CASE("untrusted text is UTF-8 that shows what it is", "[wire]") {
  for (const char* text : {"a", "l\u00EDnea 3", "\u7D19", "\U0001F600", "it's <b>here</b>"}) {
    CHECK(verdict(with_line(text)) == std::nullopt);
  }
  const std::vector<std::string> refused = {"\x01",
                                            "a\nb",
                                            "a\tb",
                                            "\x7F",
                                            "\xC2\x85",  // control characters
                                            "\u202Eabc",
                                            "a\u2066",
                                            "\u2069",  // marks that turn text around
                                            "\xC0\xAF",
                                            "\xE0\x80\x80",
                                            "\xF0\x80\x80\x80",  // overlong
                                            "\xED\xA0\x80",
                                            "\xF4\x90\x80\x80",
                                            "\xF5\x80\x80\x80",  // surrogate, beyond Unicode
                                            "\xE2\x82",
                                            "\x80",
                                            "a\xFF",
                                            std::string("a\0b", 3)};
  for (const std::string& text : refused) {
    CAPTURE(to_hex(view(text)));
    CHECK(verdict(with_line(text)) == ErrorCode::malformed);
  }
}

TEST_CASE("a code has one to sixty-four characters of its alphabet", "[wire]") {
  CHECK(verdict(with_reason(std::string(64, 'a'))) == std::nullopt);
  CHECK(verdict(with_reason(std::string(65, 'a'))) == ErrorCode::invalid_code);
  for (int c = 1; c < 256; ++c) {
    const auto character = static_cast<char>(c);
    const bool allowed =
        std::string_view("abcdefghijklmnopqrstuvwxyz0123456789_.:-").find(character) !=
        std::string_view::npos;
    CAPTURE(c);
    const auto got = verdict(with_reason(std::string("a") + character));
    CHECK(got == (allowed ? std::nullopt : std::optional(ErrorCode::invalid_code)));
  }
}

TEST_CASE("money is a currency in use, its exponent, and no debt", "[wire]") {
  CHECK(verdict(with_amount({"EUR", 0, 2})) == std::nullopt);
  CHECK(verdict(with_amount({"JPY", 5, 0})) == std::nullopt);
  CHECK(verdict(with_amount({"TND", limits::integer_max, 3})) == std::nullopt);
  for (const Money& money : {Money{"EUR", 1, 0}, Money{"JPY", 1, 2}, Money{"EUR", -1, 2},
                             Money{"EUR", limits::integer_max + 1, 2}, Money{"XXX", 1, 2},
                             Money{"eur", 1, 2}, Money{"EU", 1, 2}}) {
    CAPTURE(money.cur, money.amt);
    CHECK(verdict(with_amount(money)) == ErrorCode::invalid_money);
  }
  CHECK(verdict(with_amount({"EURO", 1, 2})) == ErrorCode::too_large);
}

TEST_CASE("a balance among the facts may be negative, a remedy never", "[wire]") {
  Facts facts = samples::facts();
  facts.facts = {{"account.balance", Scalar(Money{"EUR", -limits::integer_max, 2})}};
  CHECK(verdict(facts) == std::nullopt);
  facts.facts = {{"account.balance", Scalar(Money{"EUR", -limits::integer_max - 1, 2})}};
  CHECK(verdict(facts) == ErrorCode::out_of_range);
}

TEST_CASE("integers stay where every language has them exactly", "[wire]") {
  Message message = samples::message(Leave{});
  message.sent_at_ms = limits::integer_max;
  message.admit_by_ms = limits::integer_max;
  CHECK(verdict(message) == std::nullopt);
  message.admit_by_ms = limits::integer_max + 1;
  CHECK(verdict(message) == ErrorCode::out_of_range);
  LogEntry entry = samples::log_entry();
  entry.position = limits::integer_max;
  CHECK(verdict(entry) == std::nullopt);
  entry.position += 1;
  CHECK(verdict(entry) == ErrorCode::out_of_range);
}

TEST_CASE("lists end at their limit", "[wire]") {
  CHECK(verdict(with_claims(limits::list_items_max)) == std::nullopt);
  CHECK(verdict(with_claims(limits::list_items_max + 1)) == ErrorCode::too_large);
  CHECK(verdict(with_line(std::string(limits::text_bytes_max, 'a'))) == std::nullopt);
  CHECK(verdict(with_line(std::string(limits::text_bytes_max + 1, 'a'))) == ErrorCode::too_large);
  Parcel parcel;
  parcel.envelopes.assign(limits::parcel_envelopes_max, Bytes{1});
  CHECK(verdict(parcel) == std::nullopt);
  parcel.envelopes.push_back({1});
  CHECK(verdict(parcel) == ErrorCode::too_large);
  parcel.envelopes.assign(1, Bytes(limits::envelope_bytes_max + 1, 1));
  CHECK(verdict(parcel) == ErrorCode::too_large);
}

TEST_CASE("a message may be as large as an envelope and no larger", "[wire]") {
  Message message = samples::message(Leave{});
  message.ext = {{"x-a:b", false, Bytes(limits::envelope_bytes_max - 1024, 7)}};
  CHECK(verdict(message) == std::nullopt);
  message.ext.front().bytes.resize(limits::envelope_bytes_max);
  CHECK(verdict(message) == ErrorCode::too_large);
}

TEST_CASE("a part index names a part of the same message", "[wire]") {
  Message message = samples::message(Inform{.text = 2});
  CHECK(verdict(message) == std::nullopt);
  message.body = Inform{.text = 3};
  CHECK(verdict(message) == ErrorCode::out_of_range);
  message.body = Link{LinkProve{"email_otp", "c", no_part}};
  CHECK(verdict(message) == ErrorCode::out_of_range);
}

TEST_CASE("failure remedies lead to a person in the end", "[wire]") {
  Term first = samples::term(1, NoAction{"x"});
  Term second = samples::term(2, NoAction{"x"});
  Term third = samples::term(3, NoAction{"x"});
  second.standby = third.standby = true;
  first.on_failure = ToTerm{2};
  second.on_failure = ToTerm{3};
  const auto offered = [&] {
    return verdict(samples::message(samples::offer({first, second, third})));
  };
  CHECK(offered() == std::nullopt);
  third.on_failure = ToTerm{2};  // a circle
  CHECK(offered() == ErrorCode::invalid_terms);
  third.on_failure = ToTerm{4};  // nobody
  CHECK(offered() == ErrorCode::invalid_terms);
  third.on_failure = ToTerm{1};  // not a standby
  CHECK(offered() == ErrorCode::invalid_terms);
}

TEST_CASE("a duty may keep its amount back, an offer may not", "[wire]") {
  const Term silent = samples::term(1, MoneyTo{{}, "original_payment"});
  CHECK(verdict(samples::message(Exercise{Acknowledged{.of = samples::digest(1),
                                                       .right = "withdrawal",
                                                       .received_ms = 1,
                                                       .duties = {silent}}})) == std::nullopt);
  CHECK(verdict(samples::message(samples::offer({silent}))) == ErrorCode::invalid_money);
  CHECK(verdict(samples::message(Grant{{silent}})) == ErrorCode::invalid_money);
}
