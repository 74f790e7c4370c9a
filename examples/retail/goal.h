#pragma once
// A task as the goal file of the customer's assistant: one want per action, in their order, to be
// had exactly as asked.

#include <string>

#include "task.h"

namespace retail {

struct TaskGoal {
  std::string yaml;
  // The action behind each claim; claim ids count from 1.
  std::vector<const Action*> claims;
  bool wants_person = false;
};

// The e-mail address links the account.
TaskGoal goal_of(const Task& task, const std::string& brand_did, const std::string& email);

}  // namespace retail
