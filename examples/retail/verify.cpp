#include "verify.h"

#include <algorithm>
#include <array>

namespace retail {
namespace {

constexpr std::array<std::string_view, 7> known_calls = {
    "cancel_pending_order",          "modify_pending_order_address", "modify_pending_order_payment",
    "modify_pending_order_items",    "modify_user_address",          "return_delivered_order_items",
    "exchange_delivered_order_items"};

bool is_known(const std::string& name) {
  return std::ranges::find(known_calls, name) != known_calls.end();
}

struct Expected {
  std::vector<Action> writes;
  std::vector<Refused> refusals;
  bool handoff = false;
};

// Action by action on fresh tables, as the shop would if every customer were honest.
Expected expect(const Task& task, Model& model) {
  Expected expected;
  for (const Action& action : task.actions) {
    if (!is_known(action.name)) {
      expected.handoff = true;
      // The shop works through requests in order: what a person has to decide holds up the rest.
      if (action.name != transfer) break;
      continue;
    }
    const std::string reason = model.forbids(action);
    if (!reason.empty()) {
      expected.refusals.push_back({action, reason});
      continue;
    }
    model.apply(action);
    expected.writes.push_back(action);
  }
  return expected;
}

bool same(const Action& a, const Action& b) { return a.name == b.name && a.kwargs == b.kwargs; }

std::string spelled(const Action& action) { return action.name + action.kwargs.dump(); }

std::string compare_writes(const Expected& expected, const TaskResult& result) {
  for (std::size_t i = 0; i < std::max(expected.writes.size(), result.executed.size()); ++i) {
    if (i >= result.executed.size()) return "not executed: " + spelled(expected.writes[i]);
    const Executed& done = result.executed[i];
    if (i >= expected.writes.size()) return "executed too: " + spelled(done.call);
    if (!same(expected.writes[i], done.call)) {
      return "executed " + spelled(done.call) + " instead of " + spelled(expected.writes[i]);
    }
  }
  return {};
}

std::string compare_refusals(const Expected& expected, const TaskResult& result) {
  for (std::size_t i = 0; i < std::max(expected.refusals.size(), result.refused.size()); ++i) {
    if (i >= result.refused.size()) {
      return "not refused: " + spelled(expected.refusals[i].request);
    }
    const Refused& refused = result.refused[i];
    if (i >= expected.refusals.size()) return "refused too: " + spelled(refused.request);
    // A results file may name the request alone.
    const bool named = refused.request.name == expected.refusals[i].request.name;
    if (!named) return "refused " + refused.request.name;
    if (refused.reason != expected.refusals[i].reason) {
      return "refused for " + refused.reason + ", not " + expected.refusals[i].reason;
    }
  }
  return {};
}

std::string compare_accepts(const TaskResult& result) {
  constexpr std::size_t digest_hex = 64;
  std::set<std::string> accepts;
  for (const Executed& done : result.executed) {
    if (done.accept.size() != digest_hex) return "no accept for " + spelled(done.call);
    if (!accepts.insert(done.accept).second) return "one accept for two writes";
  }
  return {};
}

std::size_t count_forbidden(const Documents& documents, const Task& task,
                            const TaskResult& result) {
  std::size_t forbidden = 0;
  Model model(documents, task.user_id);
  for (const Executed& done : result.executed) {
    if (!is_known(done.call.name) || !model.forbids(done.call).empty()) {
      ++forbidden;
    } else {
      model.apply(done.call);
    }
  }
  return forbidden;
}

}  // namespace

void Totals::add(const Totals& other) {
  tasks += other.tasks;
  right += other.right;
  writes += other.writes;
  refused += other.refused;
  forbidden_writes += other.forbidden_writes;
}

std::string Totals::text() const {
  return std::to_string(tasks) + " tasks: " + std::to_string(right) + " right, " +
         std::to_string(writes) + " writes executed, " + std::to_string(refused) + " refused, " +
         std::to_string(forbidden_writes) + " forbidden writes";
}

Judged judge(const Documents& documents, const Task& task, const TaskResult& result,
             const Database* tables) {
  Judged judged;
  judged.totals = {.tasks = 1,
                   .right = 0,
                   .writes = result.executed.size(),
                   .refused = result.refused.size(),
                   .forbidden_writes = count_forbidden(documents, task, result)};
  Model model(documents, task.user_id);
  const Expected expected = expect(task, model);
  judged.wrong = result.trouble;
  const auto look = [&](std::string found) {
    if (judged.wrong.empty()) judged.wrong = std::move(found);
  };
  look(compare_writes(expected, result));
  look(compare_refusals(expected, result));
  look(compare_accepts(result));
  if (expected.handoff != result.handoff) {
    look(result.handoff ? "handed to a person without need" : "not handed to a person");
  }
  if (judged.wrong.empty() && tables != nullptr) {
    const auto difference = model.compare(*tables);
    look(difference ? *difference : entente::describe(difference.error()));
  }
  judged.totals.right = judged.wrong.empty() ? 1 : 0;
  return judged;
}

}  // namespace retail
