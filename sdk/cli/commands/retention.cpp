// What has outlived its time: erased by the rules of brand.yaml, as a timer of the operator asks.

#include <entente/core/clock.h>

#include <algorithm>

#include "../commands.h"
#include "../log_keeper.h"

namespace entente::cli {
namespace {

// With its last word, or once the time had passed in which its close could be disputed.
std::int64_t ended_ms(const Case& as_last_said) {
  const std::int64_t last_ms = as_last_said.admitted_ms(as_last_said.next_position() - 1);
  if (has_ended(as_last_said)) return last_ms;
  return std::max(last_ms, as_last_said.contest_until_ms());
}

// All of the case once nobody may open it again, else its parts, class by class.
std::vector<std::string> outlived(const ReadCase& read, const RetentionRules& rules,
                                  std::int64_t now_ms) {
  Case casefile = read.casefile;
  casefile.advance(now_ms);
  std::vector<std::string> classes;
  if (!has_ended(casefile)) return classes;
  const std::int64_t since_ms = ended_ms(read.casefile);
  const bool all = rules.keep_cases_ms && since_ms + *rules.keep_cases_ms <= now_ms &&
                   casefile.reopen_until_ms() <= now_ms;
  if (all) return {erasable_classes().begin(), erasable_classes().end()};
  for (const auto& [each, keep_ms] : rules.keep) {
    const bool there = std::ranges::any_of(read.parts, [&of_class = each](const auto& item) {
      return name(item.second.part_class) == of_class;
    });
    if (there && since_ms + keep_ms <= now_ms) classes.push_back(each);
  }
  return classes;
}

Result<ErasurePlan> plan_for(const OwnLog& own, std::int64_t now_ms) {
  ENTENTE_LET(store, own.read());
  ENTENTE_LET(rows, store.cases());
  ErasurePlan plan;
  for (const CaseRow& row : rows) {
    if (store.retention().find_erasure(row.case_id, "terms") != nullptr) continue;
    ENTENTE_LET(read, store.read(row.case_id));
    ErasureWish wish{.classes = outlived(read, own.retention, now_ms),
                     .reason = "retention",
                     .authority = "retention of brand.yaml",
                     .at_ms = now_ms,
                     .effective_ms = now_ms + own.retention.backups_kept_ms};
    if (!wish.classes.empty()) plan.consider(store, read, wish);
  }
  return plan;
}

Result<ExitCode> run_retention(const Arguments& arguments, Console& console) {
  ENTENTE_LET(own, read_own_log(arguments));
  const std::int64_t now_ms = SystemClock().now_ms();
  if (own.retention.keep.empty() && !own.retention.keep_cases_ms && own.retention.epoch_ms == 0) {
    return fail(ErrorCode::wrong_use, "the configuration says nothing under retention.keep");
  }
  if (arguments.has("dry-run")) {
    ENTENTE_LET(plan, plan_for(own, now_ms));
    return carry_out(plan, nullptr, arguments, console);
  }
  ENTENTE_LET(keeper, LogKeeper::reach(own, arguments));
  ENTENTE_LET(plan, plan_for(own, now_ms));
  ENTENTE_LET(code, carry_out(plan, keeper.get(), arguments, console));
  // An erasure has begun an epoch already.
  if (own.retention.epoch_ms != 0) ENTENTE_TRY(keeper->begin_epoch(own.retention.epoch_ms));
  return code;
}

Result<ExitCode> run_rotate(const Arguments& arguments, Console& console) {
  ENTENTE_LET(own, read_own_log(arguments));
  ENTENTE_LET(keeper, LogKeeper::reach(own, arguments));
  ENTENTE_TRY(keeper->begin_epoch(0));
  console.line("All content keys are wrapped anew; the key they were wrapped by is destroyed.");
  return ExitCode::ok;
}

}  // namespace

Verb retention_run() {
  std::vector<OptionRule> options = own_log_options();
  options.insert(options.begin(),
                 {{"dry-run", "", "say what would be erased"}, keeper_timeout_option});
  options.push_back(json_option);
  return {.path = "retention run",
          .summary = "erase what has outlived the times that brand.yaml gives",
          .operands = {},
          .options = std::move(options),
          .run = run_retention,
          .example = "entente retention run --dry-run --config brand/brand.yaml"};
}

Verb key_rotate() {
  std::vector<OptionRule> options = own_log_options();
  options.push_back(keeper_timeout_option);
  return {.path = "key rotate",
          .summary = "begin a new epoch of the keys that content at rest lies under",
          .operands = {},
          .options = std::move(options),
          .run = run_rotate,
          .example = "entente key rotate --config brand/brand.yaml"};
}

}  // namespace entente::cli
