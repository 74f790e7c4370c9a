#include <entente/replay/finding.h>

#include <algorithm>
#include <tuple>

#include "report_form.h"

namespace entente {

std::string_view name(Judgement judgement) {
  switch (judgement) {
    case Judgement::holds:
      return "holds";
    case Judgement::broken:
      return "broken";
    case Judgement::not_checkable:
      return "not_checkable";
    case Judgement::not_applicable:
      return "not_applicable";
  }
  return {};
}

std::string_view name(Grade grade) {
  switch (grade) {
    case Grade::asserted:
      return "asserted";
    case Grade::receipted:
      return "receipted";
    case Grade::witnessed:
      return "witnessed";
    case Grade::timestamped:
      return "timestamped";
  }
  return {};
}

std::string write_before_cases(const Report& report, ReportForm form) {
  return form == ReportForm::text ? text_before_cases(report) : json_before_cases(report);
}
std::string write_case(const CaseSummary& summary, ReportForm form) {
  return form == ReportForm::text ? text_of_case(summary) : json_of_case(summary);
}
std::string write_after_cases(const Report& report, ReportForm form) {
  return form == ReportForm::text ? text_after_cases(report) : json_after_cases(report);
}

void Report::count(Rule rule, Judgement judgement) {
  ++counts[static_cast<std::size_t>(rule)][static_cast<std::size_t>(judgement)];
}

void Report::add(Finding finding) {
  count(finding.rule, finding.judgement);
  if (finding.judgement == Judgement::not_applicable || finding.sentence.empty()) return;
  if (findings.size() >= replay_findings_max) {
    ++left_out;
    return;
  }
  findings.push_back(std::move(finding));
}

std::uint64_t Report::count_of(Rule rule, Judgement judgement) const {
  return counts[static_cast<std::size_t>(rule)][static_cast<std::size_t>(judgement)];
}

std::uint64_t Report::broken() const {
  std::uint64_t sum = 0;
  for (const Rule rule : replay_rules()) sum += count_of(rule, Judgement::broken);
  return sum;
}

void Report::sort() {
  const auto place = [](const Finding& finding) {
    // What is broken comes before what merely cannot be checked, and before what is told.
    const bool told = finding.judgement == Judgement::holds;
    return std::tuple(told, finding.judgement, finding.rule, finding.log, finding.entries,
                      finding.sentence);
  };
  std::ranges::stable_sort(findings, {}, place);
  std::ranges::stable_sort(cases, {}, &CaseSummary::case_id);
}

}  // namespace entente
