#include <entente/policy/remedies_begun.h>

#include <algorithm>
#include <cstring>

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

bool give_back_beside_right(const auto& a, const auto& b) {
  return (a.of_right || b.of_right) && a.gives_back && b.gives_back;
}

bool stand_for_one_another(const Remedy& a, const Remedy& b) {
  return (!a.kind.empty() && a.kind == b.kind) || give_back_beside_right(a, b);
}

std::array<std::uint64_t, 2> mark_of(const MessageId& source) {
  std::array<std::uint64_t, 2> mark{};
  std::memcpy(mark.data(), source.bytes.data(), sizeof mark);
  return mark;
}

std::size_t hash_of(const std::string& order) { return std::hash<std::string>()(order); }

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
  unsettle(key, remedy);
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
    return (of_order != of_order_.end() && std::ranges::any_of(of_order->second, stands)) ||
           has_settled(remedy, thing, since_ms);
  });
}

bool RemediesBegun::has_settled(const Remedy& remedy, const OrderLine& thing,
                                std::int64_t since_ms) const {
  const auto line = numbers_.find(thing.line);
  const auto kind = numbers_.find(remedy.kind);
  const auto [begin, end] = settled_.equal_range(hash_of(thing.order));
  return std::any_of(begin, end, [&](const auto& entry) {
    const Settled& other = entry.second;
    const bool is_older = other.ended_ms != 0 && other.ended_ms <= since_ms;
    const bool overlaps = other.line == 0 || thing.line.empty() ||
                          (line != numbers_.end() && line->second == other.line);
    const bool same = other.kind != 0 && kind != numbers_.end() && kind->second == other.kind;
    return other.source != mark_of(remedy.source) && !is_older && overlaps &&
           (same || give_back_beside_right(remedy, other));
  });
}

void RemediesBegun::end_case(const CaseId& case_id) {
  const auto of_case = of_case_.find(case_id);
  if (of_case == of_case_.end()) return;
  for (const Key& key : Keys(of_case->second)) settle(key);
}

void RemediesBegun::settle(const Key& key) {
  const auto found = begun_.find(key);
  const auto& [remedy, at_ms, ended_ms] = found->second;
  for (const OrderLine& thing : remedy.things) {
    settled_.emplace(hash_of(thing.order), Settled{.source = mark_of(remedy.source),
                                                   .at_ms = at_ms,
                                                   .ended_ms = ended_ms,
                                                   .line = number_of(thing.line),
                                                   .kind = number_of(remedy.kind),
                                                   .term = remedy.term,
                                                   .of_right = remedy.of_right,
                                                   .gives_back = remedy.gives_back});
  }
  drop(found);
}

// Its case had ended, and goes on.
void RemediesBegun::unsettle(const Key& key, const Remedy& remedy) {
  for (const OrderLine& thing : remedy.things) {
    const auto [begin, end] = settled_.equal_range(hash_of(thing.order));
    for (auto next = begin; next != end;) {
      const auto found = next++;
      const Settled& known = found->second;
      if (known.source == mark_of(key.first) && known.term == key.second) settled_.erase(found);
    }
  }
}

std::uint32_t RemediesBegun::number_of(const std::string& name) {
  return numbers_.try_emplace(name, static_cast<std::uint32_t>(numbers_.size())).first->second;
}

void RemediesBegun::let_pass(std::int64_t now_ms) {
  if (now_ms - passed_ms_ < day_ms) return;
  passed_ms_ = now_ms;
  for (auto next = begun_.begin(); next != begun_.end();) {
    const auto found = next++;
    if (found->second.at_ms < now_ms - remembered_ms) drop(found);
  }
  std::erase_if(settled_,
                [&](const auto& old) { return old.second.at_ms < now_ms - remembered_ms; });
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
