#include <entente/core/clock.h>
#include <entente/protocol/facts.h>

#include <algorithm>

namespace entente {
namespace {

struct Unit {
  std::int64_t ms;
  std::string_view name;
};

// "70d", "36h": the largest unit that gives a whole number, as policies spell durations.
std::string format_duration(std::int64_t ms) {
  constexpr std::array units = {Unit{86'400'000, "d"}, Unit{3'600'000, "h"}, Unit{60'000, "m"},
                                Unit{1'000, "s"}, Unit{1, "ms"}};
  const auto unit = std::ranges::find_if(units, [&](const Unit& u) { return ms % u.ms == 0; });
  return std::to_string(ms / unit->ms) + std::string(unit->name);
}

struct Formatter {
  std::string operator()(const Unknown&) const { return "unknown"; }
  std::string operator()(const CodeFact& fact) const { return fact.code; }
  std::string operator()(bool fact) const { return fact ? "true" : "false"; }
  std::string operator()(const CountFact& fact) const { return std::to_string(fact.count); }
  std::string operator()(const Money& fact) const { return format_money(fact); }
  std::string operator()(const DurationFact& fact) const { return format_duration(fact.ms); }
  std::string operator()(const InstantFact& fact) const { return format_utc_minute(fact.at_ms); }
  std::string operator()(const RefFact& fact) const { return fact.ref; }
};

}  // namespace

const Fact* Facts::find(std::string_view name) const {
  const auto found = std::ranges::find(facts, name, &Fact::name);
  return found == facts.end() ? nullptr : &*found;
}

std::string format_scalar(const Scalar& value) { return std::visit(Formatter{}, value); }

}  // namespace entente
