#include "erasing.h"

#include <entente/core/clock.h>
#include <entente/journal/needed_for_duty.h>

#include <algorithm>

#include "log_keeper.h"
#include "words.h"

namespace entente::cli {
namespace {

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

bool is_of_parts(std::string_view of_class) {
  return of_class != "terms" && of_class != "decision";
}

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
  if (owner == Party::brand && is_needed_for_duty(casefile, due)) {
    spared_.push_back({case_id,
                       "what is owed in it is carried out with its reference and contact "
                       "parts: erase them once it is done"});
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

Result<ExitCode> carry_out(const ErasurePlan& plan, LogKeeper* keeper, const Arguments& arguments,
                           Console& console) {
  const bool dry_run = keeper == nullptr;
  std::vector<std::uint64_t> entries;
  if (!dry_run && !plan.due().empty()) {
    ENTENTE_LET(written, keeper->erase(plan, arguments.has("notify")));
    entries = std::move(written);
  }
  if (arguments.has("json")) {
    console.json(to_value(plan, entries, dry_run));
  } else {
    tell(plan, entries, dry_run, console);
  }
  const bool all = std::ranges::all_of(plan.spared(), &ErasurePlan::Spared::gone);
  return all ? ExitCode::ok : ExitCode::finding;
}

}  // namespace entente::cli
