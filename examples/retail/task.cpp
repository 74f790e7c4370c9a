#include "task.h"

#include <algorithm>
#include <array>

namespace retail {
namespace {

using entente::ErrorCode;
using entente::fail;

Result<Task> read_task(const Json& from, std::size_t number) {
  Task task;
  task.number = number;
  task.user_id = text_of(from, "user_id");
  const auto actions = from.find("actions");
  if (task.user_id.empty() || actions == from.end() || !actions->is_array()) {
    return fail(ErrorCode::json_invalid,
                "task " + std::to_string(number) + ": expected user_id and actions");
  }
  for (const Json& action : *actions) {
    const std::string name = text_of(action, "name");
    const auto kwargs = action.find(action.contains("kwargs") ? "kwargs" : "arguments");
    if (name.empty()) return fail(ErrorCode::json_invalid, "an action without a name");
    if (is_read(name)) continue;
    task.actions.push_back({name, kwargs == action.end() ? Json::object() : *kwargs});
  }
  return task;
}

}  // namespace

bool is_read(std::string_view action_name) {
  constexpr std::array<std::string_view, 5> beginnings = {"find_", "get_", "list_", "calculate",
                                                          "think"};
  return std::ranges::any_of(
      beginnings, [&](std::string_view beginning) { return action_name.starts_with(beginning); });
}

Result<std::vector<Task>> read_tasks(const std::filesystem::path& file) {
  ENTENTE_LET(json, read_json(file));
  if (!json.is_array()) return fail(ErrorCode::json_invalid, "expected a list of tasks");
  std::vector<Task> tasks;
  for (const Json& item : json) {
    ENTENTE_LET(task, read_task(item, tasks.size()));
    tasks.push_back(std::move(task));
  }
  return tasks;
}

}  // namespace retail
