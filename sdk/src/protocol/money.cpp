#include <entente/core/limits.h>
#include <entente/protocol/primitives.h>

#include <algorithm>

namespace entente {
namespace {

// ISO 4217 list one, as of January 2026: currencies and funds codes that have a minor unit.
// Metals, testing codes and units of account without one are not money here.
constexpr std::string_view two_digits =
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD "
    "CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS "
    "GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD "
    "LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB "
    "PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW "
    "ZWG";
constexpr std::string_view no_digits =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
constexpr std::string_view three_digits = "BHD IQD JOD KWD LYD OMR TND";
constexpr std::string_view four_digits = "CLF UYW";

bool lists(std::string_view codes, std::string_view code) {
  for (std::size_t at = 0; at + 3 <= codes.size(); at += 4) {
    if (codes.substr(at, 3) == code) return true;
  }
  return false;
}

bool is_code_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == ':' ||
         c == '-';
}

}  // namespace

std::optional<std::uint8_t> find_exponent(std::string_view currency) {
  if (currency.size() != 3) return std::nullopt;
  if (lists(two_digits, currency)) return 2;
  if (lists(no_digits, currency)) return 0;
  if (lists(three_digits, currency)) return 3;
  if (lists(four_digits, currency)) return 4;
  return std::nullopt;
}

std::string format_money(const Money& money) {
  const bool negative = money.amt < 0;
  // Unsigned, so that the smallest integer has a magnitude.
  const auto bits = static_cast<std::uint64_t>(money.amt);
  std::string digits = std::to_string(negative ? 0 - bits : bits);
  if (money.exp > 0) {
    const std::size_t least = std::size_t{money.exp} + 1;
    if (digits.size() < least) digits.insert(0, least - digits.size(), '0');
    digits.insert(digits.size() - money.exp, 1, '.');
  }
  return money.cur + (negative ? " -" : " ") + digits;
}

Status check_money(const Money& money) {
  const auto exponent = find_exponent(money.cur);
  if (!exponent) return fail(ErrorCode::invalid_money, "not a currency of ISO 4217");
  if (*exponent != money.exp)
    return fail(ErrorCode::invalid_money, "not the exponent of " + money.cur);
  if (money.amt < 0) return fail(ErrorCode::invalid_money, "negative");
  if (money.amt > limits::integer_max) return fail(ErrorCode::invalid_money, "beyond 2^53-1");
  return {};
}

Status check_code(std::string_view code) {
  if (code.empty() || code.size() > limits::code_bytes_max ||
      !std::ranges::all_of(code, is_code_character)) {
    return fail(ErrorCode::invalid_code);
  }
  return {};
}

}  // namespace entente
