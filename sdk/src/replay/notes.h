#pragma once
// How the parts of a replay write down what they found: one log's findings, all with that log's
// name on them. Grades are given at the end, when it is known what the log is worth.

#include <entente/replay/finding.h>

#include <initializer_list>
#include <span>
#include <type_traits>

namespace entente {

// The entries that show something: never more than two, and no allocation for what holds.
class Entries {
 public:
  Entries() = default;
  Entries(std::initializer_list<std::uint64_t> entries) : count_(entries.size()) {
    std::copy(entries.begin(), entries.end(), at_.begin());
  }
  std::vector<std::uint64_t> list() const { return {at_.begin(), at_.begin() + count_}; }

 private:
  std::array<std::uint64_t, 2> at_{};
  std::size_t count_ = 0;
};

struct Where {
  Entries entries;
  std::optional<CaseId> case_id;
};

class Notes {
 public:
  explicit Notes(Report& report) : report_(report) {}

  void holds(Rule rule) { report_.count(rule, Judgement::holds); }
  void not_applicable(Rule rule) { report_.count(rule, Judgement::not_applicable); }
  // What holds and is worth a sentence.
  void tell(Rule rule, const Where& where, std::string sentence) {
    add(rule, Judgement::holds, where, Party::unset, std::move(sentence));
  }
  void broken(Rule rule, const Where& where, Party at_fault, std::string sentence) {
    add(rule, Judgement::broken, where, at_fault, std::move(sentence));
  }
  void not_checkable(Rule rule, const Where& where, std::string sentence) {
    add(rule, Judgement::not_checkable, where, Party::unset, std::move(sentence));
  }
  // Holds, or is broken with this sentence: its text, or a function that words it, as most of what
  // is checked holds and needs no words.
  template <class Sentence>
  void check(bool good, Rule rule, const Where& where, Party at_fault, const Sentence& sentence) {
    if (good) return holds(rule);
    if constexpr (std::is_invocable_v<const Sentence&>) {
      broken(rule, where, at_fault, sentence());
    } else {
      broken(rule, where, at_fault, sentence);
    }
  }

 private:
  void add(Rule rule, Judgement judgement, const Where& where, Party at_fault,
           std::string sentence) {
    report_.add({.rule = rule,
                 .judgement = judgement,
                 .at_fault = at_fault,
                 .entries = where.entries.list(),
                 .case_id = where.case_id,
                 .sentence = std::move(sentence)});
  }
  Report& report_;
};

}  // namespace entente
