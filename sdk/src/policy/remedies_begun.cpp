#include <entente/policy/remedies_begun.h>

#include <algorithm>

namespace entente {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t remembered_ms = 366 * day_ms;

// An order is written by a consumer, and read by a brand that may not mind how.
std::string plain(std::string_view order) {
  std::string written;
  for (const char c : order) {
    const bool is_space = c == ' ' || (c >= '\t' && c <= '\r');
    if (!is_space) written += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return written;
}

bool have_one_claim(const Remedy& a, const Remedy& b) {
  if (a.case_id != b.case_id) return false;
  if (a.claims.empty() || b.claims.empty()) return true;
  return std::ranges::find_first_of(a.claims, b.claims) != a.claims.end();
}

// Of a whole order each line is a part.
bool have_one_thing(const Remedy& a, const Remedy& b) {
  return std::ranges::any_of(a.things, [&](const OrderLine& one) {
    return std::ranges::any_of(b.things, [&](const OrderLine& other) {
      return one.order == other.order &&
             (one.line.empty() || other.line.empty() || one.line == other.line);
    });
  });
}

bool stand_for_one_another(const Remedy& a, const Remedy& b) {
  if (!a.kind.empty() && a.kind == b.kind) return true;
  return (a.of_right || b.of_right) && a.gives_back && b.gives_back;
}

}  // namespace

Remedy remedy_of(const Case& casefile, const Binding& binding, const Term& term,
                 const std::function<std::optional<std::string>(const PartRef&)>& text_of) {
  Remedy remedy{.source = binding.source,
                .term = term.id,
                .case_id = casefile.id(),
                .of_right = binding.kind == Binding::Kind::exercise,
                .kind = kind_of_remedy(term),
                .claims = term.claims,
                .things = {}};
  const auto families = families_of(term);
  remedy.gives_back =
      remedy.kind == made_good || std::ranges::find(families, "refund") != families.end();
  const auto add = [&](const MessageId& said_in, PartIndex part, const std::string& line) {
    const auto* message = casefile.find_message(said_in);
    if (message == nullptr || part >= (*message)->parts.size()) return;
    const std::string order = plain(text_of((*message)->parts[part]).value_or(""));
    if (!order.empty()) remedy.things.push_back({order, line});
  };
  for (const auto& [id, state] : casefile.claims()) {
    const bool is_named = std::ranges::find(term.claims, id) != term.claims.end();
    if (!is_named && !term.claims.empty()) continue;
    for (const Line& line : state.claim.items) add(state.message, line.part, line.line);
  }
  const auto right = casefile.exercises().find(binding.source);
  if (right != casefile.exercises().end()) {
    add(binding.source, right->second.invoke.subject, {});
  }
  return remedy;
}

void RemediesBegun::begin(const Remedy& remedy, std::int64_t at_ms) {
  const Key key{remedy.source, remedy.term};
  if ((remedy.kind.empty() && !remedy.gives_back) || begun_.contains(key)) return;
  begun_.emplace(key, Begun{.remedy = remedy, .at_ms = at_ms});
  of_case_[remedy.case_id].insert(key);
  for (const OrderLine& thing : remedy.things) of_order_[thing.order].insert(key);
}

void RemediesBegun::end(const MessageId& source, std::uint16_t term, std::int64_t at_ms) {
  const auto found = begun_.find({source, term});
  if (found != begun_.end()) found->second.ended_ms = at_ms;
}

void RemediesBegun::take_back(const MessageId& source, std::uint16_t term) {
  const auto found = begun_.find({source, term});
  if (found != begun_.end()) drop(found);
}

bool RemediesBegun::has_other(const Remedy& remedy, std::int64_t since_ms) const {
  const auto stands = [&](const Key& key) {
    const auto& [other, at_ms, ended_ms] = begun_.at(key);
    return other.source != remedy.source && (ended_ms == 0 || ended_ms > since_ms) &&
           stand_for_one_another(remedy, other) &&
           (have_one_claim(remedy, other) || have_one_thing(remedy, other));
  };
  const auto of_case = of_case_.find(remedy.case_id);
  if (of_case != of_case_.end() && std::ranges::any_of(of_case->second, stands)) return true;
  return std::ranges::any_of(remedy.things, [&](const OrderLine& thing) {
    const auto of_order = of_order_.find(thing.order);
    return of_order != of_order_.end() && std::ranges::any_of(of_order->second, stands);
  });
}

void RemediesBegun::let_pass(std::int64_t now_ms) {
  if (now_ms - passed_ms_ < day_ms) return;
  passed_ms_ = now_ms;
  for (auto next = begun_.begin(); next != begun_.end();) {
    const auto found = next++;
    if (found->second.at_ms < now_ms - remembered_ms) drop(found);
  }
}

void RemediesBegun::drop(std::map<Key, Begun>::iterator found) {
  const auto leave = [&](auto& index, const auto& name) {
    const auto keys = index.find(name);
    if (keys == index.end()) return;
    keys->second.erase(found->first);
    if (keys->second.empty()) index.erase(keys);
  };
  leave(of_case_, found->second.remedy.case_id);
  for (const OrderLine& thing : found->second.remedy.things) leave(of_order_, thing.order);
  begun_.erase(found);
}

}  // namespace entente
