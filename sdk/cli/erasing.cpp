#include "erasing.h"

#include <entente/agent/erase_order.h>
#include <entente/core/clock.h>
#include <entente/journal/notice.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "file_back_office.h"
#include "key_file.h"
#include "words.h"

namespace entente::cli {
namespace {

constexpr std::chrono::milliseconds look_every{50};

bool is_of_parts(std::string_view each) { return each != "terms" && each != "decision"; }

std::vector<std::string> all_classes() {
  return {erasable_classes().begin(), erasable_classes().end()};
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string gone_by(const ErasureOnRecord& erasure) {
  return "erased before (entry " + std::to_string(erasure.entry) + ", " + erasure.record.reason +
         ")";
}

Json to_value(const ErasurePlan& plan, const std::vector<std::uint64_t>& entries, bool dry_run) {
  Json erased = Json::array();
  for (std::size_t i = 0; i < plan.due().size(); ++i) {
    const ErasureRecord& each = plan.due()[i];
    Json classes = Json::array();
    for (const std::string& of_class : each.classes) classes.push(of_class);
    Json item = Json::object({{"case", to_hex(each.case_id)},
                              {"classes", std::move(classes)},
                              {"reason", each.reason},
                              {"effective", format_rfc3339(each.effective_ms)}});
    item.add("entry", dry_run ? Json() : Json(entries[i]));
    erased.push(std::move(item));
  }
  Json spared = Json::array();
  for (const ErasurePlan::Spared& each : plan.spared()) {
    spared.push(
        Json::object({{"case", to_hex(each.case_id)}, {"why", each.why}, {"gone", each.gone}}));
  }
  return Json::object(
      {{"dry_run", dry_run}, {"erased", std::move(erased)}, {"spared", std::move(spared)}});
}

void tell(const ErasurePlan& plan, const std::vector<std::uint64_t>& entries, bool dry_run,
          Console& console) {
  for (std::size_t i = 0; i < plan.due().size(); ++i) {
    const ErasureRecord& each = plan.due()[i];
    console.line(
        "case " + short_hex(each.case_id) + ": " +
        (dry_run ? "would be erased" : "erased (entry " + std::to_string(entries[i]) + ")") + ": " +
        joined(each.classes));
  }
  for (const ErasurePlan::Spared& each : plan.spared()) {
    console.line("case " + short_hex(each.case_id) + ": " + each.why);
  }
  if (plan.due().empty()) console.line("nothing is erased");
  if (plan.due().empty() || dry_run) return;
  const ErasureRecord& last = plan.due().back();
  if (last.effective_ms > last.at_ms) {
    console.line("Backups made before this hold the keys until " + when(last.effective_ms) +
                 "; then nobody can read it.");
  } else {
    console.line(
        "Nobody can read it any more, unless there is a backup of keys.db (retention: "
        "backups_kept says for how long).");
  }
}

}  // namespace

bool has_ended(const Case& casefile) { return casefile.phase() == Phase::closed; }

Status ErasurePlan::consider(const PartyStore& store, const CaseId& case_id,
                             const ErasureWish& wish) {
  if (const ErasureOnRecord* gone = store.retention().find_erasure(case_id, "terms")) {
    spared_.push_back({case_id, gone_by(*gone), true});
    return {};
  }
  ENTENTE_LET(read, store.read(case_id));
  consider(store, read, wish);
  return {};
}

void ErasurePlan::consider(const PartyStore& store, const ReadCase& read, const ErasureWish& wish) {
  const CaseId& case_id = read.casefile.id();
  const RetentionRecords& records = store.retention();
  if (const HoldOnRecord* hold = records.hold_on(case_id, wish.at_ms)) {
    spared_.push_back({case_id, "held until " + when(hold->record.until_ms) + " (" +
                                    hold->record.reason + ", entry " + std::to_string(hold->entry) +
                                    ")"});
    return;
  }
  const Party owner = store.owner();
  ErasureRecord due{.case_id = case_id,
                    .classes = wish.classes.empty() ? all_classes() : wish.classes,
                    .reason = wish.reason,
                    .authority = wish.authority,
                    .at_ms = wish.at_ms,
                    .effective_ms = wish.effective_ms};
  Case casefile = read.casefile;
  casefile.advance(wish.at_ms);
  if (!std::ranges::all_of(due.classes, is_of_parts) && !has_ended(casefile)) {
    spared_.push_back({case_id, "still " + std::string(name(casefile.phase())) +
                                    ": until it ends only parts can be erased, with --class"});
    return;
  }
  const ErasureOnRecord* earlier = nullptr;
  std::erase_if(due.classes, [&](const std::string& each) {
    const ErasureOnRecord* gone = records.find_erasure(case_id, each);
    if (gone != nullptr) earlier = gone;
    return gone != nullptr;
  });
  if (due.classes.empty()) {
    spared_.push_back({case_id, gone_by(*earlier), true});
    return;
  }
  notices_.push_back({.case_id = case_id,
                      .classes = due.classes,
                      .reason = due.reason,
                      .audience = owner == Party::brand ? read.consumer_did : read.brand_did,
                      .environment = store.card()->environment,
                      .at_ms = due.at_ms});
  due_.push_back(std::move(due));
}

namespace {

// Of a case that is erased whole a brand tells nobody anything any more, not even that it was.
bool can_tell(const OwnLog& own, const ErasureNotice& notice) {
  return !own.is_brand() || std::ranges::all_of(notice.classes, is_of_parts);
}

Status tell_other_parties(const ErasurePlan& plan, const OwnLog& own, Ledger& ledger) {
  ENTENTE_LET(key, read_key_file(own.speaking_key));
  SystemEntropy entropy;
  for (ErasureNotice notice : plan.notices()) {
    if (!can_tell(own, notice)) continue;
    notice.authority = own.card;
    entropy.fill(notice.nonce);
    ENTENTE_TRY(tell_erasure(ledger, notice, key));
  }
  return ledger.commit();
}

}  // namespace

Eraser eraser_at_rest(const OwnLog& own, Ledger& ledger, bool notify) {
  return [&own, &ledger, notify](const ErasurePlan& plan) -> Result<std::vector<std::uint64_t>> {
    ENTENTE_LET(entries, erase(ledger, plan.due()));
    if (own.is_brand()) {
      for (const ErasureRecord& each : plan.due()) {
        ENTENTE_TRY(forget_work(own.data, each.case_id, each.classes));
      }
    }
    if (notify) ENTENTE_TRY(tell_other_parties(plan, own, ledger));
    return entries;
  };
}

// The store is left alone meanwhile: whoever reads it keeps it from being built anew.
Eraser eraser_by_order(const OwnLog& own, bool notify, std::int64_t timeout_s) {
  return [&own, notify, timeout_s](const ErasurePlan& plan) -> Result<std::vector<std::uint64_t>> {
    SystemEntropy entropy;
    EraseOrder order{.order = {}, .erasures = plan.due(), .notify = notify};
    entropy.fill(order.order.bytes);
    ENTENTE_TRY(write_erase_order(own.data, order));
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(timeout_s);
    while (std::chrono::steady_clock::now() < until) {
      if (const auto outcome = take_erase_outcome(own.data, order.order)) {
        if (outcome->error.empty()) return outcome->entries;
        return fail(ErrorCode::peer_failed, "the endpoint says: " + outcome->error);
      }
      std::this_thread::sleep_for(look_every);
    }
    return fail(ErrorCode::timed_out,
                "the order stands, but the endpoint has not carried it out "
                "within " +
                    std::to_string(timeout_s) + " s");
  };
}

Result<ExitCode> carry_out(const ErasurePlan& plan, const Eraser& eraser,
                           const Arguments& arguments, Console& console) {
  std::vector<std::uint64_t> entries;
  if (eraser && !plan.due().empty()) {
    ENTENTE_LET(written, eraser(plan));
    entries = std::move(written);
  }
  if (arguments.has("json")) {
    console.json(to_value(plan, entries, !eraser));
  } else {
    tell(plan, entries, !eraser, console);
  }
  const bool all = std::ranges::all_of(plan.spared(), &ErasurePlan::Spared::gone);
  return all ? ExitCode::ok : ExitCode::finding;
}

}  // namespace entente::cli
