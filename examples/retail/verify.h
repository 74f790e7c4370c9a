#pragma once
// Is a result right? Asked of the model, which has the shop's rules from the handbook, never of
// the policy or the log.

#include <set>

#include "model.h"
#include "result.h"

namespace retail {

struct Totals {
  std::size_t tasks = 0;
  std::size_t right = 0;
  std::size_t writes = 0;
  std::size_t refused = 0;
  std::size_t forbidden_writes = 0;

  void add(const Totals& other);
  // "500 tasks: 500 right, 724 writes executed, 20 refused, 0 forbidden writes"
  std::string text() const;
};

struct Judged {
  Totals totals;
  std::string wrong;  // why; empty if right
};

// Each allowed action was executed once, in order, with equal kwargs, on an accept of its own; each
// forbidden one was refused for the right reason. With the shop's tables, these too must be what
// the executed calls make of fresh ones.
Judged judge(const Documents& documents, const Task& task, const TaskResult& result,
             const Database* tables);

}  // namespace retail
