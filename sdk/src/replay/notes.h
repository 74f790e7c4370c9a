#pragma once
// How the parts of a replay write down what they found: one log's findings, all with that log's
// name on them. Grades are given at the end, when it is known what the log is worth.

#include <entente/replay/finding.h>

namespace entente {

struct Where {
  std::vector<std::uint64_t> entries;
  std::optional<CaseId> case_id;
};

class Notes {
 public:
  explicit Notes(Report& report) : report_(report) {}

  void holds(Rule rule) { report_.count(rule, Judgement::holds); }
  void not_applicable(Rule rule) { report_.count(rule, Judgement::not_applicable); }
  void broken(Rule rule, Where where, Party at_fault, std::string sentence) {
    add(rule, Judgement::broken, std::move(where), at_fault, std::move(sentence));
  }
  void not_checkable(Rule rule, Where where, std::string sentence) {
    add(rule, Judgement::not_checkable, std::move(where), Party::unset, std::move(sentence));
  }
  // Holds, or is broken with this sentence.
  void check(bool good, Rule rule, Where where, Party at_fault, std::string sentence) {
    if (good) return holds(rule);
    broken(rule, std::move(where), at_fault, std::move(sentence));
  }

 private:
  void add(Rule rule, Judgement judgement, Where where, Party at_fault, std::string sentence) {
    report_.add({.rule = rule,
                 .judgement = judgement,
                 .at_fault = at_fault,
                 .entries = std::move(where.entries),
                 .case_id = where.case_id,
                 .sentence = std::move(sentence)});
  }
  Report& report_;
};

}  // namespace entente
