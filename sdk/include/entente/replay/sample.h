#pragma once
// Which cases an auditor reads with his own eyes: drawn by a rule that leaves no choice to anybody
// once the log and the seed are fixed, and that everybody can repeat.
//
//     const Digest seed = sample_seed(checkpoint, from_dice);
//     ENTENTE_LET(sample, draw_sample(report.cases, {.fields = {"remedy"}, .size = 20}, seed));
//
// The method is consistent sampling (Rivest 2018): each case has a ticket, SHA-256 of seed and case
// id, and the smallest tickets of each stratum are drawn. Strata share the size in proportion to
// their cases by largest remainder, after one for each where the size suffices. Pure.

#include <entente/replay/finding.h>

#include <span>

namespace entente {

// SHA-256("entente/sample/v1\0" || SHA-256(checkpoint) || seed): who chose the log could not choose
// the cases, as long as the seed was taken after the checkpoint.
Digest sample_seed(std::string_view checkpoint, ByteView seed);

// The fields that strata are made of: category, remedy, outcome, handoff, phase, month.
std::span<const std::string_view> sample_fields();

struct SamplePlan {
  std::vector<std::string> fields;  // of sample_fields(); none: one stratum
  std::uint64_t size = 0;
};

struct SampleStratum {
  std::vector<std::string> values;  // of the fields, in their order
  std::uint64_t cases = 0;
  std::uint64_t drawn = 0;
  bool operator==(const SampleStratum&) const = default;
};
struct SampledCase {
  CaseId case_id;
  std::size_t stratum = 0;  // in Sample::strata
  Digest ticket;
  bool operator==(const SampledCase&) const = default;
};
struct Sample {
  std::uint64_t cases = 0;            // to draw from
  std::vector<SampleStratum> strata;  // by their values
  std::vector<SampledCase> drawn;     // by stratum, then by ticket
  bool operator==(const Sample&) const = default;
};

// A case that stands in two logs is one. Fails with wrong_use for a field that there is not, or a
// size of 0.
Result<Sample> draw_sample(std::span<const CaseSummary> cases, const SamplePlan& plan,
                           const Digest& seed);

}  // namespace entente
