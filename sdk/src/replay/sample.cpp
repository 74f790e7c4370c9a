#include <entente/replay/sample.h>

#include <entente/core/clock.h>
#include <entente/crypto/hash.h>

#include <algorithm>
#include <map>
#include <set>

namespace entente {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view seed_label = "entente/sample/v1\0"sv;
constexpr std::array fields = {"category"sv, "remedy"sv, "outcome"sv,
                               "handoff"sv,  "phase"sv,  "month"sv};
constexpr std::size_t month_bytes = 7;  // "2026-11"

// Each value once, in the order of the alphabet; a case has as many claims and terms as it likes.
template <class T, class Get>
std::string joined(const std::vector<T>& items, Get get) {
  std::set<std::string> values;
  for (const T& item : items) values.insert(get(item));
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : "+") + value;
  return text.empty() ? "none" : text;
}

std::string value_of(const CaseSummary& one, std::string_view field) {
  if (field == "category")
    return joined(one.claims, [](const auto& claim) { return claim.category; });
  if (field == "remedy") return joined(one.terms, [](const auto& term) { return term.purpose; });
  if (field == "outcome")
    return joined(one.claims, [](const auto& claim) { return claim.outcome; });
  if (field == "handoff") return joined(one.handoffs, [](const auto& each) { return each.stage; });
  if (field == "phase") return one.phase;
  return one.opened_ms == 0 ? "unknown" : format_utc_date(one.opened_ms).substr(0, month_bytes);
}

Digest ticket_of(const Digest& seed, const CaseId& case_id) {
  return sha256({seed.bytes, case_id.bytes});
}

// As many of each as `share` says, by largest remainder; ties go to the stratum that comes first.
// `share` is never more than the whole, so no stratum gives more than it has.
void apportion(std::vector<SampleStratum>& strata, std::uint64_t share, std::uint64_t reserved) {
  std::uint64_t whole = 0;
  for (const SampleStratum& each : strata) whole += each.cases - reserved;
  if (whole == 0) return;
  std::vector<std::pair<std::uint64_t, std::size_t>> remainders;  // negated: largest first
  std::uint64_t left = share;
  for (std::size_t i = 0; i < strata.size(); ++i) {
    const auto quota = static_cast<unsigned __int128>(share) * (strata[i].cases - reserved);
    const auto floor = static_cast<std::uint64_t>(quota / whole);
    strata[i].drawn += floor;
    left -= floor;
    remainders.emplace_back(whole - static_cast<std::uint64_t>(quota % whole), i);
  }
  std::ranges::sort(remainders);
  for (std::uint64_t i = 0; i < left; ++i) ++strata[remainders[i].second].drawn;
}

void share_out(std::vector<SampleStratum>& strata, std::uint64_t size) {
  if (size < strata.size()) return apportion(strata, size, 0);
  for (SampleStratum& each : strata) each.drawn = 1;
  apportion(strata, size - strata.size(), 1);
}

Status check(const SamplePlan& plan) {
  if (plan.size == 0) return fail(ErrorCode::wrong_use, "a sample of no case");
  for (const std::string& field : plan.fields) {
    if (std::ranges::find(fields, field) != fields.end()) continue;
    std::string known;
    for (const std::string_view each : fields) {
      known += (known.empty() ? "" : ", ") + std::string(each);
    }
    return fail(ErrorCode::wrong_use, "no such field: " + field + " (" + known + ")");
  }
  return {};
}

}  // namespace

Digest sample_seed(std::string_view checkpoint, ByteView seed) {
  const Digest digest = sha256(view(checkpoint));
  return sha256({view(seed_label), digest.bytes, seed});
}

std::span<const std::string_view> sample_fields() { return fields; }

Result<Sample> draw_sample(std::span<const CaseSummary> cases, const SamplePlan& plan,
                           const Digest& seed) {
  ENTENTE_TRY(check(plan));
  std::map<std::vector<std::string>, std::vector<SampledCase>> by_values;
  std::set<CaseId> known;
  for (const CaseSummary& one : cases) {
    if (!known.insert(one.case_id).second) continue;
    std::vector<std::string> values;
    for (const std::string& field : plan.fields) values.push_back(value_of(one, field));
    by_values[values].push_back({one.case_id, 0, ticket_of(seed, one.case_id)});
  }
  Sample sample{.cases = known.size(), .strata = {}, .drawn = {}};
  for (const auto& [values, members] : by_values) {
    sample.strata.push_back({.values = values, .cases = members.size()});
  }
  if (!sample.strata.empty()) share_out(sample.strata, std::min(plan.size, sample.cases));
  std::size_t at = 0;
  for (auto& [values, members] : by_values) {
    std::ranges::sort(members, {}, &SampledCase::ticket);
    for (std::uint64_t i = 0; i < sample.strata[at].drawn; ++i) {
      sample.drawn.push_back(members[i]);
      sample.drawn.back().stratum = at;
    }
    ++at;
  }
  return sample;
}

}  // namespace entente
