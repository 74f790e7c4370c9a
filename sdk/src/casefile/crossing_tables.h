#pragma once
// How the crossing tables are written down; read them through entente/casefile/crossing.h.

#include <entente/casefile/crossing.h>

namespace entente {

std::span<const CrossingRow> consumer_against_brand_rows();
std::span<const CrossingRow> consumer_against_own_rows();
std::span<const CrossingRow> brand_rows();

namespace crossing {

constexpr Choice binds(std::string_view note = {}) {
  return {When::always, Outcome::binding(), note};
}
constexpr Choice binds_when(When when, std::string_view note = {}) {
  return {when, Outcome::binding(), note};
}
constexpr Choice none(ErrorCode code, std::string_view note = {}) {
  return {When::always, Outcome::none(code), note};
}
constexpr Choice none_when(When when, ErrorCode code) { return {when, Outcome::none(code), {}}; }
constexpr Choice refused(ErrorCode code) { return {When::always, Outcome::refused(code), {}}; }
constexpr Choice refused_when(When when, ErrorCode code) {
  return {when, Outcome::refused(code), {}};
}

struct Entry {
  Standing standing;
  Cell cell;
};

template <class... C>
constexpr Entry at(Standing standing, C... choices) {
  return {standing, Cell{{choices...}, sizeof...(choices)}};
}

struct Verbs {
  std::array<Verb, 4> list{};
  std::size_t count = 0;
};
template <class... V>
constexpr Verbs verbs(V... each) {
  return {{each...}, sizeof...(each)};
}

template <class... E>
constexpr CrossingRow row(Verbs verbs, E... entries) {
  CrossingRow made{verbs.list, verbs.count, {}};
  ((made.cells[static_cast<std::size_t>(entries.standing)] = entries.cell), ...);
  return made;
}

}  // namespace crossing
}  // namespace entente
