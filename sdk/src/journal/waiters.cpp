#include "waiters.h"

#include <algorithm>

namespace entente {

void Waiters::add(Waiting waiting) {
  const CaseId case_id = *waiting.reply.case_id;
  auto& of_case = by_case_[case_id];
  of_case.push_back(std::move(waiting));
  set_patience(case_id, of_case);
}

void Waiters::answer(const CaseId& case_id, const IsReady& is_ready, const Answer& answer) {
  const auto found = by_case_.find(case_id);
  if (found == by_case_.end()) return;
  std::erase_if(found->second, [&](const Waiting& waiting) {
    if (!is_ready(waiting)) return false;
    waiting.done(answer(waiting.reply));
    return true;
  });
  set_patience(case_id, found->second);
  if (found->second.empty()) by_case_.erase(found);
}

void Waiters::answer_all(const Answer& answer) {
  for (const auto& [case_id, of_case] : std::exchange(by_case_, {})) {
    for (const Waiting& waiting : of_case) waiting.done(answer(waiting.reply));
  }
  patience_ = {};
}

std::size_t Waiters::count() const {
  std::size_t count = 0;
  for (const auto& [case_id, of_case] : by_case_) count += of_case.size();
  return count;
}

void Waiters::set_patience(const CaseId& case_id, const std::vector<Waiting>& waiting) {
  const auto first = std::ranges::min_element(waiting, {}, &Waiting::until_ms);
  patience_.set(case_id, first == waiting.end() ? 0 : first->until_ms);
}

}  // namespace entente
