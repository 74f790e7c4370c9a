#pragma once
// When cases are to be looked at again, one instant each. Thousands of cases sleep; who asks every
// few milliseconds is told only of those whose time has come.

#include <entente/protocol/primitives.h>

#include <cstdint>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace entente {

class Alarms {
 public:
  // In place of what was set before; 0: never.
  void set(const CaseId& case_id, std::int64_t at_ms) {
    clear(case_id);
    if (at_ms == 0) return;
    instants_[case_id] = at_ms;
    order_.emplace(at_ms, case_id);
  }

  std::vector<CaseId> take_due(std::int64_t now_ms) {
    std::vector<CaseId> due;
    while (!order_.empty() && order_.begin()->first <= now_ms) {
      due.push_back(order_.begin()->second);
      clear(due.back());
    }
    return due;
  }

 private:
  void clear(const CaseId& case_id) {
    const auto known = instants_.find(case_id);
    if (known == instants_.end()) return;
    order_.erase({known->second, case_id});
    instants_.erase(known);
  }

  std::unordered_map<CaseId, std::int64_t> instants_;
  std::set<std::pair<std::int64_t, CaseId>> order_;
};

}  // namespace entente
