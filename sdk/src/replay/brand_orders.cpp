// Orders to stop the automated agent: kept, and handed over to people meanwhile.

#include <entente/wire/codec.h>

#include "brand_log.h"

namespace entente {

bool has_person(const Case& casefile) {
  const HandoffState* handoff = casefile.handoff();
  return handoff != nullptr && is_live(handoff->stage);
}

// The order is the brand's own word, and may be kept back like its decisions.
void BrandLog::take_freeze(const OpenEntry& entry) {
  const Where where{.entries = {entry.index}, .case_id = {}};
  if (!entry.content) {
    return notes().not_checkable(Rule::freeze_respected, where, "the order is not shown");
  }
  const auto order = decode<FreezeRecord>(*entry.content);
  notes().check(order.has_value(), Rule::log_record, where, Party::brand,
                "an order to stop or go on that is none");
  if (!order) return;
  if (!order->frozen) check_handed_over();
  frozen_ = order->frozen ? std::optional(frozen_.value_or(entry.index)) : std::nullopt;
}

void BrandLog::check_silence(const BrandCase& live, std::uint64_t entry, Actor actor,
                             bool promises) {
  if (!frozen_ || !promises || actor == Actor::person) return;
  notes().broken(Rule::freeze_respected, {.entries = {*frozen_, entry}, .case_id = live.fold.id},
                 Party::brand, "the automated agent spoke or decided while it was stopped");
}

// The agent would speak next, if it were not stopped.
bool BrandLog::awaits_agent(const BrandCase& live) const {
  const Policy* policy = parts_.documents.newest_policy();
  if (policy == nullptr || parts_.is_partial || !live.fold.lost.empty()) return false;
  const Case& casefile = live.fold.casefile;
  return casefile.phase() != Phase::closed && next_claim(*policy, casefile).has_value();
}

// No answer is owed by a stopped agent; that a person has the case is.
void BrandLog::check_handed_over() {
  if (!frozen_) return;
  const auto judge = [&](const CaseId& case_id, bool handed_over) {
    notes().check(handed_over, Rule::freeze_respected, {.entries = {*frozen_}, .case_id = case_id},
                  Party::brand,
                  "case " + short_hex(case_id) +
                      " waited for the stopped agent and was not handed over to a person");
  };
  for (const auto& [blind, live] : cases_) {
    if (awaits_agent(*live)) judge(live->fold.id, has_person(live->fold.casefile));
  }
  for (const CaseId& case_id : left_waiting_) judge(case_id, false);
}

}  // namespace entente
