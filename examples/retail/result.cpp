#include "result.h"

#include <sstream>

namespace retail {
namespace {

using entente::ErrorCode;
using entente::fail;
using Line = nlohmann::ordered_json;

Action action_of(const Json& from) {
  return {text_of(from, "name"), from.value("kwargs", Json::object())};
}

}  // namespace

std::string to_line(const TaskResult& result) {
  Line line;
  line["task"] = result.task;
  line["executed"] = Line::array();
  for (const Executed& one : result.executed) {
    line["executed"].push_back(
        {{"name", one.call.name}, {"kwargs", one.call.kwargs}, {"accept", one.accept}});
  }
  line["refused"] = Line::array();
  for (const Refused& one : result.refused) {
    line["refused"].push_back(
        {{"name", one.request.name}, {"kwargs", one.request.kwargs}, {"reason", one.reason}});
  }
  line["handoff"] = result.handoff;
  line["case"] = result.case_id;
  line["outcome"] = result.outcome;
  if (!result.trouble.empty()) line["trouble"] = result.trouble;
  return line.dump() + "\n";
}

Result<std::vector<TaskResult>> read_results(const std::filesystem::path& file) {
  ENTENTE_LET(text, read_text(file));
  std::vector<TaskResult> results;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object() || !json.value("task", Json()).is_number_unsigned()) {
      return fail(ErrorCode::json_invalid,
                  file.string() + ":" + std::to_string(results.size() + 1));
    }
    TaskResult result;
    result.task = json.at("task").get<std::size_t>();
    for (const Json& one : json.value("executed", Json::array())) {
      result.executed.push_back({action_of(one), text_of(one, "accept")});
    }
    for (const Json& one : json.value("refused", Json::array())) {
      result.refused.push_back({action_of(one), text_of(one, "reason")});
    }
    result.handoff = json.value("handoff", false);
    result.case_id = text_of(json, "case");
    result.outcome = text_of(json, "outcome");
    result.trouble = text_of(json, "trouble");
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace retail
