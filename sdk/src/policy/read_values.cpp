#include <entente/protocol/vocabulary.h>

#include <algorithm>

#include "reading.h"

namespace entente::policy {
namespace {

constexpr std::array units = {Due::Unit::hours, Due::Unit::days, Due::Unit::business_days};
constexpr std::array starts = {Due::Start::agreement, Due::Start::condition, Due::Start::exercise};
constexpr std::array periods = {Cap::Period::customer_day, Cap::Period::day,
                                Cap::Period::customer_year};
constexpr std::array<std::string_view, 2> groups = {"refund", "compensation"};
constexpr std::array<std::string_view, 13> shapes = {
    "money",       "credit", "goods", "repair", "order_change", "contract_change", "hold",
    "instalments", "travel", "visit", "record", "none",         "payment"};

}  // namespace

std::optional<Cap::Period> find_period(std::string_view spelled) {
  for (const Cap::Period period : periods) {
    if (name(period) == spelled) return period;
  }
  return std::nullopt;
}

Result<Money> read_money(const YamlReader& place) {
  ENTENTE_LET(written, place.money());
  const auto exponent = find_exponent(written.currency);
  if (!exponent) return place.field("cur").expected("a currency in use, as ISO 4217 has it");
  return Money{written.currency, written.amount, *exponent};
}

Result<Amount> read_amount(const YamlReader& place, const PolicyRules& rules) {
  Amount amount;
  if (place.kind() == YamlKind::map && place.find("fact")) {
    ENTENTE_TRY(place.closed({"fact"}));
    ENTENTE_LET(fact, read_fact_name(place.field("fact"), rules));
    if (fact->type != FactDeclaration::Type::money) {
      return place.field("fact").expected("a fact of type money");
    }
    amount.fact = fact->name;
    return amount;
  }
  ENTENTE_LET(money, read_money(place));
  amount.written = std::move(money);
  return amount;
}

Result<Due> read_due(const YamlReader& place) {
  ENTENTE_TRY(place.closed({"n", "unit", "calendar", "from"}));
  Due due;
  ENTENTE_LET(n, place.field("n").integer(0, 3650));
  due.n = static_cast<std::uint16_t>(n);
  if (const auto unit = place.find("unit")) {
    ENTENTE_LET(value, read_enum(*unit, units));
    due.unit = value;
  }
  if (const auto calendar = place.find("calendar")) {
    ENTENTE_LET(code, calendar->code());
    due.calendar = std::move(code);
  }
  if (const auto from = place.find("from")) {
    ENTENTE_LET(value, read_enum(*from, starts));
    due.from = value;
  }
  return due;
}

Result<ClaimPattern> read_pattern(const YamlReader& place) {
  ENTENTE_LET(spelled, place.code());
  ClaimPattern pattern;
  const std::size_t dot = spelled.find('.');
  pattern.category = spelled.substr(0, dot);
  if (dot != std::string::npos) pattern.code = spelled.substr(dot + 1);
  const bool known = pattern.code.empty()
                         ? find_category(pattern.category) || is_extension_code(pattern.category)
                         : check_claim_code(pattern.category, pattern.code).has_value();
  if (!known) {
    return place.expected("a claim of the vocabulary such as goods_nonconformity.defective");
  }
  return pattern;
}

Result<std::string> read_assurance(const YamlReader& place) {
  const Words allowed = words(Vocabulary::assurance);
  return place.one_of(YamlReader::Names(allowed.begin(), allowed.end()));
}

Result<std::string> read_family(const YamlReader& place) {
  ENTENTE_LET(family, place.code());
  const bool known = std::ranges::find(groups, family) != groups.end() ||
                     std::ranges::find(shapes, family) != shapes.end() || find_remedy(family) ||
                     is_extension_code(family);
  if (!known) return place.expected("a remedy, a shape, refund or compensation");
  return family;
}

Result<Cap> read_cap(const YamlReader& place, Cap::Period period, std::string family) {
  Cap cap{period, std::move(family), std::nullopt, {}};
  if (place.kind() == YamlKind::scalar) {
    ENTENTE_LET(count, place.integer(0));
    cap.count = count;
    return cap;
  }
  if (place.kind() != YamlKind::list) {
    ENTENTE_LET(money, read_money(place));
    cap.money.push_back(std::move(money));
    return cap;
  }
  ENTENTE_LET(items, place.items());
  if (items.empty()) return place.refuse("expected at least one amount");
  for (const YamlReader& item : items) {
    ENTENTE_LET(money, read_money(item));
    if (std::ranges::find(cap.money, money.cur, &Money::cur) != cap.money.end()) {
      return item.refuse("expected each currency once");
    }
    cap.money.push_back(std::move(money));
  }
  return cap;
}

Result<std::vector<Cap>> read_caps(const YamlReader& place) {
  std::vector<Cap> caps;
  ENTENTE_TRY(place.closed({"per_customer_day", "per_day", "per_customer_year"}));
  ENTENTE_LET(entries, place.entries());
  for (const YamlEntry& entry : entries) {
    ENTENTE_LET(families, entry.value.entries());
    for (const YamlEntry& one : families) {
      ENTENTE_LET(family, read_family(one.key));
      ENTENTE_LET(cap, read_cap(one.value, *find_period(entry.key.node()->text), family));
      caps.push_back(std::move(cap));
    }
  }
  return caps;
}

}  // namespace entente::policy
