#pragma once
// What became of a task: one line of the results file.
//
//     {"task":7,"executed":[...],"refused":[...],"handoff":false,"case":"4f0c...","outcome":"..."}

#include "task.h"

namespace retail {

struct Executed {
  Action call;
  std::string accept;  // id of the accept that it rests on, hex
};
struct Refused {
  Action request;
  std::string reason;  // code of the policy
};

struct TaskResult {
  std::size_t task = 0;
  std::vector<Executed> executed;  // in the order carried out
  std::vector<Refused> refused;
  bool handoff = false;
  std::string case_id;  // hex; empty if nothing was asked
  std::string outcome;
  std::string trouble;  // why the task could not be run to its end; not part of the line unless set
};

std::string to_line(const TaskResult& result);
// Fails with json_invalid, file_missing.
Result<std::vector<TaskResult>> read_results(const std::filesystem::path& file);

}  // namespace retail
