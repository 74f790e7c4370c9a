#include <entente/replay/reconcile.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "case_fold.h"

namespace entente {
namespace {

// What only two logs together can show. Graded apart: each finding says what it rests on.
class Comparison {
 public:
  Comparison(Report& report, const ReplayedLog& brand, const ReplayedLog& consumer)
      : report_(report), brand_(brand), consumer_(consumer) {}

  void run() {
    if (!is_of_one_brand()) {
      return report_.add({.rule = Rule::card_root,
                          .judgement = Judgement::not_checkable,
                          .log = Party::consumer,
                          .entries = {},
                          .sentence = "a card in the consumer's log is not in the brand's, and its "
                                      "root is not trusted: the two are not compared"});
    }
    for (const UnshownRevoke& no : consumer_.unshown_revokes) check_taken_back(no);
    for (const auto& [case_id, theirs] : consumer_.cases) {
      const auto ours = brand_.cases.find(case_id);
      const bool shown = ours != brand_.cases.end();
      if (!shown && brand_.leaves.empty()) continue;  // evidence of another case
      compare_case(case_id, shown ? ours->second : ReplayedCase{}, theirs);
    }
    if (!brand_.leaves.empty()) compare_checkpoints(consumer_, brand_, Party::brand);
    // A phone that was put back to an old backup has two histories, and has lied to nobody.
    if (!consumer_.leaves.empty()) compare_checkpoints(brand_, consumer_, Party::unset);
  }

 private:
  // Else anybody could make a card for this brand, and receipts under it.
  bool is_of_one_brand() const {
    return consumer_.has_trusted_root ||
           std::ranges::all_of(consumer_.cards, [&](const Digest& card) {
             return std::ranges::find(brand_.cards, card) != brand_.cards.end();
           });
  }

  // Where every case is shown, one of them shows who took the mandate back.
  void check_taken_back(const UnshownRevoke& no) {
    if (!brand_.taken_back || !brand_.cases.contains(no.case_id)) return;
    const auto at = brand_.taken_back->find(no.mandate);
    note(at != brand_.taken_back->end() && at->second <= no.at_ms, Rule::refusal_justified,
         {.entries = {no.entry}, .case_id = no.case_id}, Grade::receipted,
         "refused as if its mandate had been taken back, and the brand's log shows nobody who did");
  }

  void note(bool good, Rule rule, const Where& where, Grade grade, std::string sentence,
            Party at_fault = Party::brand) {
    if (good) return report_.count(rule, Judgement::holds);
    report_.add({.rule = rule,
                 .judgement = Judgement::broken,
                 .at_fault = at_fault,
                 .log = Party::consumer,
                 .entries = where.entries.list(),
                 .case_id = where.case_id,
                 .grade = grade,
                 .sentence = std::move(sentence)});
  }

  void compare_case(const CaseId& case_id, const ReplayedCase& ours, const ReplayedCase& theirs) {
    for (const ReplayedMessage& message : theirs) {
      compare_message(case_id, ours, message);
    }
    check_undelivered(case_id, ours, theirs);
  }

  static const ReplayedMessage* find(const ReplayedCase& in, const MessageId& id) {
    const auto found = std::ranges::find(in, id, &ReplayedMessage::id);
    return found == in.end() ? nullptr : &*found;
  }

  static bool has_act(const ReplayedCase& in, const ReplayedMessage& message) {
    return std::ranges::any_of(in, [&](const ReplayedMessage& other) {
      return other.author_key == message.author_key && other.act == message.act;
    });
  }

  // The entry that the receipt proves is there, whatever became of its content.
  bool has_leaf(const ReplayedMessage& theirs) const {
    const std::uint64_t entry = theirs.brand_entry.value_or(brand_.leaves.size());
    return entry < brand_.leaves.size() && brand_.leaves[entry] == leaf_hash(theirs.receipt->leaf);
  }

  // At the index that the receipt proves, or taken back by that receipt once it was lost there.
  static bool is_kept(const ReplayedMessage& ours, const ReplayedMessage& theirs) {
    if (ours.receipt) return ours.receipt->leaf == theirs.receipt->leaf;
    return ours.entry == theirs.brand_entry;
  }

  void compare_message(const CaseId& case_id, const ReplayedCase& ours,
                       const ReplayedMessage& theirs) {
    const Where where{.entries = {theirs.entry}, .case_id = case_id};
    const ReplayedMessage* own = find(ours, theirs.id);
    const std::string call = theirs.verb + " " + short_hex(theirs.id);
    if (theirs.receipt) {
      // The brand's log key signed that this message stands at this index of its log.
      const bool kept = own != nullptr ? is_kept(*own, theirs) : has_leaf(theirs);
      note(kept, Rule::both_receipts, where, Grade::receipted,
           "the brand gave a receipt for " + call + " and its log does not have it there");
      if (own == nullptr && kept) {
        report_.add({.rule = Rule::both_messages,
                     .judgement = Judgement::not_checkable,
                     .log = Party::consumer,
                     .entries = where.entries.list(),
                     .case_id = case_id,
                     .sentence = call + " stands where the receipt says, erased or not shown"});
      }
      if (own == nullptr) return;
      note(own->position == theirs.position && own->effect == theirs.effect, Rule::both_messages,
           where, Grade::receipted, call + " stands elsewhere, or with another effect");
      return compare_parts(where, *own, theirs);
    }
    if (own == nullptr) {
      report_.count(Rule::both_messages, Judgement::not_applicable);  // never admitted
      // What was signed for has its entry before anything that came later.
      const bool goes_on = brand_.last_ms > theirs.signed_for_ms + unlogged_ms_max;
      if (theirs.signed_for_ms != 0 && goes_on && !has_act(ours, theirs)) {
        note(false, Rule::log_backfilled, where, Grade::receipted,
             call +
                 " was signed for while the log could not be written, and the log goes on "
                 "without it");
      }
      return;
    }
    report_.add({.rule = Rule::both_messages,
                 .judgement = Judgement::not_checkable,
                 .log = Party::consumer,
                 .entries = where.entries.list(),
                 .case_id = case_id,
                 .sentence = call + " was admitted, but its receipt has not reached the consumer"});
  }

  void compare_parts(const Where& where, const ReplayedMessage& own,
                     const ReplayedMessage& theirs) {
    // The one who received says what arrived; the other must have named it.
    const std::vector<Digest>& received = theirs.parts_received;
    const bool named = std::ranges::all_of(received, [&](const Digest& digest) {
      return std::ranges::find(own.parts_named, digest) != own.parts_named.end();
    });
    note(named, Rule::both_parts, where, Grade::receipted,
         "a part is said to have arrived that its message does not name", Party::unset);
  }

  // What the brand says it said, up to the last position that the consumer knows.
  void check_undelivered(const CaseId& case_id, const ReplayedCase& ours,
                         const ReplayedCase& theirs) {
    std::optional<std::uint64_t> known;
    for (const ReplayedMessage& message : theirs) {
      if (message.position) known = std::max(known.value_or(0), *message.position);
    }
    for (const ReplayedMessage& message : ours) {
      if (find(theirs, message.id) != nullptr) continue;
      const std::string call = message.verb + " " + short_hex(message.id);
      if (known && message.position && *message.position <= *known) {
        note(false, Rule::both_messages, {.entries = {message.entry}, .case_id = case_id},
             Grade::asserted,
             call + " is in the brand's log, below what the consumer knows, and not in its log",
             Party::unset);
      } else {
        report_.add({.rule = Rule::both_messages,
                     .judgement = Judgement::not_checkable,
                     .log = Party::brand,
                     .entries = {message.entry},
                     .case_id = case_id,
                     .sentence = call + " has not reached the consumer's log"});
      }
    }
  }

  // `witness` saw checkpoints of `log`; the log's own leaves give its root at those sizes.
  void compare_checkpoints(const ReplayedLog& witness, const ReplayedLog& log, Party at_fault) {
    std::vector<const SeenCheckpoint*> seen;
    for (const SeenCheckpoint& each : witness.seen) {
      // Another assistant of the same person has another log under the same name.
      const bool is_of_other = log.consumer_key && each.verified_by != log.consumer_key;
      if (each.verified_by && !is_of_other && each.checkpoint.origin == log.checkpoint.origin) {
        seen.push_back(&each);
      }
    }
    std::ranges::stable_sort(seen, {}, [](const SeenCheckpoint* each) {
      return std::pair(each->checkpoint.size, each->checkpoint.root);
    });
    const auto repeated = std::ranges::unique(seen, {}, [](const SeenCheckpoint* each) {
      return std::pair(each->checkpoint.size, each->checkpoint.root);
    });
    seen.erase(repeated.begin(), repeated.end());
    MerkleTree tree;
    for (const SeenCheckpoint* each : seen) {
      const std::uint64_t size = each->checkpoint.size;
      const Where where{.entries = {each->entry}, .case_id = {}};
      if (size > log.leaves.size()) {
        note(false, Rule::both_checkpoints, where, Grade::receipted,
             "the log has signed " + std::to_string(size) + " entries and shows " +
                 std::to_string(log.leaves.size()),
             at_fault);
        continue;
      }
      while (tree.size() < size) tree.append(log.leaves[tree.size()]);
      note(tree.root() == each->checkpoint.root, Rule::both_checkpoints, where, Grade::receipted,
           "the log signed another history of " + std::to_string(size) + " entries", at_fault);
    }
  }

  Report& report_;
  const ReplayedLog& brand_;
  const ReplayedLog& consumer_;
};

void merge(Report& into, Report from) {
  std::ranges::move(from.logs, std::back_inserter(into.logs));
  if (into.cases.empty()) {
    into.cases = std::move(from.cases);
  } else {
    std::ranges::move(from.cases, std::back_inserter(into.cases));
  }
  into.left_out += from.left_out;
  for (std::size_t rule = 0; rule < rule_count; ++rule) {
    for (std::size_t judgement = 0; judgement < 4; ++judgement) {
      into.counts[rule][judgement] += from.counts[rule][judgement];
    }
  }
  for (Finding& finding : from.findings) {
    if (into.findings.size() < replay_findings_max) {
      into.findings.push_back(std::move(finding));
    } else {
      ++into.left_out;
    }
  }
}

// Two who saw two histories of one size prove the fork without the brand's help; so do two copies
// of one log. A brand has signed two on purpose, a phone may have come back from a copy. Views are
// told in order of origin, size and root.
class ForkSearch {
 public:
  explicit ForkSearch(Report& report) : report_(report) {}

  void take(std::string_view origin, const LogView& view) {
    const TreeHead& head = view.head;
    if (origin != origin_ || head.size != size_) {
      finish();
      origin_ = origin;
      size_ = head.size;
    }
    const bool other = histories_ == 0 || head.root != root_;
    if (other) ++histories_;
    if (other) is_brands_ = false;
    root_ = head.root;
    if (view.signed_by != Party::brand || std::exchange(is_brands_, true)) return;
    ++signed_by_brand_;
  }
  void finish() {
    if (histories_ > 1) {
      report_.add({.rule = Rule::both_checkpoints,
                   .judgement = Judgement::broken,
                   .at_fault = signed_by_brand_ > 1 ? Party::brand : Party::unset,
                   .log = Party::unset,
                   .entries = {},
                   .grade = Grade::receipted,
                   .sentence = origin_ + " has " + std::to_string(histories_) + " histories of " +
                               std::to_string(size_) + " entries"});
    }
    histories_ = 0;
    signed_by_brand_ = 0;
  }

 private:
  Report& report_;
  std::string origin_;
  std::uint64_t size_ = 0;
  Digest root_;
  std::uint64_t histories_ = 0;
  std::uint64_t signed_by_brand_ = 0;  // of these
  bool is_brands_ = false;             // the newest of them
};

void read_views(std::span<const ReplayedLog> logs,
                const std::function<void(std::string_view, const LogView&)>& take) {
  std::map<std::string, std::vector<LogView>> all;
  for (const ReplayedLog& log : logs) {
    for (const auto& [origin, views] : log.views) {
      std::ranges::copy(views, std::back_inserter(all[origin]));
    }
  }
  for (auto& [origin, views] : all) {
    std::ranges::sort(views, {}, [](const LogView& view) {
      return std::tuple(view.head.size, view.head.root, view.signed_by);
    });
    for (const LogView& view : views) take(origin, view);
  }
}

}  // namespace

Report reconcile(std::span<ReplayedLog> logs, const ViewReader& views) {
  Report report;
  for (ReplayedLog& log : logs) merge(report, std::move(log.report));
  for (const ReplayedLog& brand : logs) {
    if (brand.owner != Party::brand) continue;
    for (const ReplayedLog& consumer : logs) {
      if (consumer.owner == Party::consumer) Comparison(report, brand, consumer).run();
    }
  }
  ForkSearch forks(report);
  const auto take = [&](std::string_view origin, const LogView& view) { forks.take(origin, view); };
  if (views) {
    views(take);
  } else {
    read_views(logs, take);
  }
  forks.finish();
  report.sort();
  return report;
}

}  // namespace entente
