#pragma once
// Answers that wait for the brand to have something to say, by the case they wait for.

#include <functional>

#include "alarms.h"
#include "batch.h"

namespace entente {

struct Waiting {
  Reply reply;
  std::int64_t until_ms = 0;
  bool reader = false;  // waits for news even when no work is under way
  std::function<void(Delivery)> done;
};

class Waiters {
 public:
  using IsReady = std::function<bool(const Waiting&)>;
  using Answer = std::function<Delivery(const Reply&)>;

  // Requires a reply with a case.
  void add(Waiting waiting);
  // Those of one case that are ready get their answer and are forgotten.
  void answer(const CaseId& case_id, const IsReady& is_ready, const Answer& answer);
  void answer_all(const Answer& answer);
  // Cases where somebody has waited long enough.
  std::vector<CaseId> take_due(std::int64_t now_ms) { return patience_.take_due(now_ms); }

  bool has(const CaseId& case_id) const { return by_case_.contains(case_id); }
  std::size_t count() const;

 private:
  void set_patience(const CaseId& case_id, const std::vector<Waiting>& waiting);

  std::unordered_map<CaseId, std::vector<Waiting>> by_case_;
  Alarms patience_;
};

}  // namespace entente
