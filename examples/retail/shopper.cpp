#include "shopper.h"

#include <entente/crypto/system.h>

#include "goal.h"

namespace retail {
namespace {

using entente::Assistant;
using entente::Case;
using entente::CaseId;
using entente::Ending;
using entente::ErrorCode;
using entente::KeyPair;

constexpr std::int64_t task_ms = 60'000;

KeyPair make_key() {
  entente::SystemEntropy entropy;
  return KeyPair::generate(entropy);
}

void add_refusals(const Case& casefile, const TaskGoal& goal, TaskResult& result) {
  for (const auto& [id, claim] : casefile.claims()) {
    if (!claim.determination || id == 0 || id > goal.claims.size()) continue;
    result.refused.push_back({*goal.claims[id - 1U], claim.determination->reason});
  }
}

bool is_over(const Case& casefile) {
  return casefile.phase() == entente::Phase::closed || casefile.consumer_left() ||
         casefile.handoff_pending();
}

}  // namespace

Customer::Customer() : key_(make_key()) {}

Shopper::Shopper(std::filesystem::path store, const Brand& brand,
                 entente::BrandConnection& connection)
    : store_(std::move(store)), brand_(brand), connection_(connection), key_(make_key()) {}

Result<CaseId> to_case_id(const std::string& hex) {
  ENTENTE_LET(bytes, entente::from_hex(hex));
  return entente::to_digest(bytes);
}

TaskResult Shopper::run(const Task& task, const std::string& email) {
  TaskResult result{.task = task.number};
  if (task.actions.empty()) {
    result.outcome = "nothing_asked";
    return result;
  }
  if (const Status done = negotiate(task, email, result); !done) {
    result.trouble = entente::describe(done.error());
  }
  return result;
}

Status Shopper::negotiate(const Task& task, const std::string& email, TaskResult& result) {
  const TaskGoal wanted = goal_of(task, brand_.did(), email);
  ENTENTE_LET(goal, entente::Goal::parse(wanted.yaml, "task-" + std::to_string(task.number)));
  ENTENTE_LET(assistant, Assistant::start({.directory = store_,
                                           .goal = &goal,
                                           .brand = &connection_,
                                           .principal = &customer_,
                                           .key = &key_}));
  ENTENTE_LET(case_id, assistant->open());
  result.case_id = to_hex(case_id);
  ENTENTE_LET(ending, finish(*assistant, case_id, wanted.wants_person));
  const Case& casefile = *assistant->find_case(case_id);
  add_refusals(casefile, wanted, result);
  result.handoff = casefile.handoff() != nullptr;
  result.outcome = ending.kind == Ending::Kind::closed ? ending.outcome : name(ending.kind);
  return {};
}

// A person is asked for once everything else is settled, instead of agreeing to close.
Result<Ending> Shopper::finish(Assistant& assistant, const CaseId& case_id,
                               bool wants_person) const {
  entente::SystemClock clock;
  const std::int64_t until_ms = clock.now_ms() + task_ms;
  while (wants_person && clock.now_ms() < until_ms && !is_over(*assistant.find_case(case_id))) {
    const entente::Move move = assistant.next(case_id);
    const bool closes = std::holds_alternative<entente::moves::CloseFinal>(move.what);
    ENTENTE_TRY(closes ? assistant.ask_for_person(case_id, "consumer_asked")
                       : assistant.carry_out(case_id, move));
  }
  return assistant.run(case_id, task_ms);
}

}  // namespace retail
