#pragma once
// What customers want: a tasks file, in the form of the tau-bench retail tasks.
//
//     ENTENTE_LET(tasks, read_tasks("tasks_train.json"));
//     for (const Action& action : tasks[0].actions) ...

#include "files.h"

namespace retail {

struct Action {
  std::string name;  // "cancel_pending_order"
  Json kwargs;
};

struct Task {
  std::size_t number = 0;  // place in the file, from 0
  std::string user_id;
  std::vector<Action> actions;  // requests only; reads are left out
};

// A hand-over to a person, not a write.
inline constexpr std::string_view transfer = "transfer_to_human_agents";

// Looking something up or thinking is no request.
bool is_read(std::string_view action_name);

// Fails with file_missing, json_invalid.
Result<std::vector<Task>> read_tasks(const std::filesystem::path& file);

}  // namespace retail
