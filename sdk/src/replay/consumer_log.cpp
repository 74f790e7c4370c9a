// A consumer's log: what it said is here before it was sent, what the brand said is here with the
// brand's receipt, and only the receipts say in which order the two met.

#include <entente/audit/proof.h>
#include <entente/core/limits.h>
#include <entente/identity/gate.h>
#include <entente/protocol/act.h>
#include <entente/replay/judge.h>
#include <entente/wire/codec.h>
#include <entente/wire/part.h>

#include <algorithm>
#include <cstdlib>
#include <unordered_map>

#include "believed.h"
#include "party_log.h"
#include "refusals.h"

namespace entente {
namespace {

struct Held {
  Verified<Message> message;
  std::uint64_t entry = 0;
  std::int64_t own_ms = 0;
  LogEntry leaf;  // of this log
};

struct ConsumerCase {
  CaseFold fold;
  std::vector<Held> held;
  std::vector<PresentedRefusal> refusals;
  PartBook book;
  bool opened = false;
};

// A receipt that holds, and what it says.
struct Receipted {
  const Held* held;
  LogEntry leaf;  // of the brand's log
  std::uint64_t index = 0;
  std::string log;  // its origin
  Receipt receipt;
  TakenBack::Place place() const { return {log, {leaf.time_ms, index}}; }
};

class ConsumerLog final : public PartyLog {
 public:
  explicit ConsumerLog(const PartyLogParts& parts) : parts_(parts) {}

  void take(const OpenEntry& entry) override;
  // Its messages have no order before the last receipt is read.
  void end_case(const Digest& /*blind_case*/) override {}
  void finish() override;

 private:
  Notes& notes() { return parts_.notes; }
  void take_message(ConsumerCase& live, const OpenEntry& entry);
  void take_refusal(ConsumerCase& live, const OpenEntry& entry);
  void take_contradiction(const ConsumerCase& live, const OpenEntry& entry);
  void check_filed(const ConsumerCase& live, const OpenEntry& entry);
  std::map<std::uint64_t, Receipted> place(ConsumerCase& live);
  std::optional<Receipted> open_receipt(const ConsumerCase& live, const LoggedReceipt& logged,
                                        std::span<const Vkey> log_keys);
  void fold(ConsumerCase& live, const std::map<std::uint64_t, Receipted>& placed);
  void check_stands_by(const ConsumerCase& live, const Receipted& receipted);
  void check_own_word(const ConsumerCase& live, const Receipted& receipted);
  void take_back_mandates(const std::map<std::uint64_t, Receipted>& placed);
  void judge_refusal(const ConsumerCase& live, const PresentedRefusal& presented);
  bool rests_on_unshown_revoke(const Message& refused, const Refusal& refusal) const;
  void drop_unowed(ConsumerCase& live);
  bool would_be_admitted(const Case& casefile, const Verified<Message>& message,
                         std::int64_t at_ms) const;
  void add_unplaced(ConsumerCase& live, const std::map<std::uint64_t, Receipted>& placed);
  void trace(const ConsumerCase& live, const Saying& saying);

  PartyLogParts parts_;
  std::unordered_map<Digest, std::unique_ptr<ConsumerCase>> cases_;  // by blinded case
  std::vector<SeenCheckpoint> seen_;
  TakenBack taken_back_;
  std::set<Digest> taken_back_here_;  // mandates, by what this log shows
};

ReplayedMessage describe_held(const Held& held) {
  ReplayedMessage noted{.id = held.message.id(),
                        .author = held.message->author.party,
                        .author_key = held.message->author.key,
                        .act = held.message->act_id,
                        .verb = std::string(name(held.message->verb())),
                        .entry = held.entry,
                        .position = {},
                        .receipt = {},
                        .brand_entry = {},
                        .effect = {},
                        .own_ms = held.own_ms,
                        .parts_named = {},
                        .parts_received = held.leaf.parts_received};
  for (const PartRef& ref : held.message->parts) noted.parts_named.push_back(ref.digest);
  return noted;
}

void ConsumerLog::take(const OpenEntry& entry) {
  if (entry.leaf.kind == EntryKind::checkpoint_seen) {
    note_seen(entry, parts_.documents.brand_vkey(), Party::brand, seen_, notes());
    if (!seen_.empty()) parts_.documents.brand_size = seen_.back().checkpoint.size;
    return;
  }
  if (entry.leaf.blind_case.is_zero()) return;
  auto& live = cases_[entry.leaf.blind_case];
  if (!live) live = std::make_unique<ConsumerCase>();
  if (entry.leaf.kind == EntryKind::erasure && entry.content) {
    live->book.erasures.take(entry.index, *entry.content);
  }
  if (!entry.content) {
    notes().not_checkable(Rule::case_admitted, {.entries = {entry.index}, .case_id = {}},
                          "an entry is not shown: " + entry.withheld);
    return;
  }
  if (entry.leaf.kind == EntryKind::message) take_message(*live, entry);
  if (entry.leaf.kind == EntryKind::refusal) take_refusal(*live, entry);
  if (entry.leaf.kind == EntryKind::freeze) take_contradiction(*live, entry);
}

void ConsumerLog::take_message(ConsumerCase& live, const OpenEntry& entry) {
  const Where where{.entries = {entry.index}, .case_id = {}};
  const auto message = Admission::admit<Message>(*entry.content);
  if (!message) {
    return notes().broken(Rule::message_authentic, where, Party::consumer,
                          "the message does not verify: " + describe(message.error()));
  }
  notes().holds(Rule::message_authentic);
  const bool opens = (*message)->verb() == Verb::open;
  if (opens && !live.opened) {
    live.opened = true;
    live.fold.id = message->id();
    parts_.source.compare_opening(*message);
    read_parts(parts_.source, live.fold, live.book, notes());
  }
  const bool own = (*message)->author.party == Party::consumer;
  notes().check(case_id_of(*message) == live.fold.id &&
                    entry.leaf.direction == (own ? Direction::sent : Direction::received),
                Rule::log_record, where, Party::consumer,
                "the message is of another case or direction than its entry says");
  check_filed(live, entry);
  live.book.note(**message, entry, own);
  live.held.push_back({*message, entry.index, entry.leaf.time_ms, entry.leaf});
}

void ConsumerLog::take_refusal(ConsumerCase& live, const OpenEntry& entry) {
  const Where where{.entries = {entry.index}, .case_id = live.fold.id};
  const auto refusal = Admission::admit<Refusal>(*entry.content);
  const auto& authority = parts_.documents.authority;
  if (!refusal || !authority) {
    return notes().broken(Rule::message_authentic, where, Party::unset,
                          "the refusal does not verify");
  }
  // Its place in the brand's log is not known here: a key of any card will do.
  const Status of_brand = authority->check_brand_key(refusal->signer(), KeyPurpose::message);
  notes().check(of_brand.has_value(), Rule::message_authentic, where, Party::unset,
                "the refusal is not signed by a key of the brand");
  check_filed(live, entry);
  if ((*refusal)->unlogged && of_brand) {
    live.fold.unlogged.try_emplace((*refusal)->message, Unlogged{entry.index, (*refusal)->at_ms});
    return;
  }
  live.refusals.push_back({**refusal, entry.index});
  if (!of_brand) return;
  live.fold.casefile.note_busy(**refusal);
  live.fold.busies.push_back(**refusal);
}

// What the brand signed against itself speaks for itself, whatever else is in this log.
void ConsumerLog::take_contradiction(const ConsumerCase& live, const OpenEntry& entry) {
  const Where where{.entries = {entry.index}, .case_id = live.fold.id};
  const auto read = contradiction_from_json(to_text(*entry.content));
  const auto log = parts_.documents.brand_vkey();
  std::vector<TrustedKey> own;
  if (log) own.push_back({*log, {}});
  const auto finding = read ? judge(*read, own) : Result<Finding>(std::unexpected(read.error()));
  // Under another key than the brand's, anybody can contradict himself.
  if (!finding || finding->grade == Grade::asserted) {
    return notes().broken(Rule::log_record, where, Party::consumer,
                          "a contradiction is on record that proves nothing against this brand");
  }
  notes().broken(finding->rule, where, finding->at_fault, finding->sentence);
}

void ConsumerLog::check_filed(const ConsumerCase& live, const OpenEntry& entry) {
  if (!entry.filed) return;
  notes().check(*entry.filed == live.fold.id, Rule::log_index,
                {.entries = {entry.index}, .case_id = live.fold.id}, Party::unset,
                "the entry is filed under another case");
}

std::optional<Receipted> ConsumerLog::open_receipt(const ConsumerCase& live,
                                                   const LoggedReceipt& logged,
                                                   std::span<const Vkey> log_keys) {
  const Where where{.entries = {}, .case_id = live.fold.id};
  const std::string call = "the receipt of " + short_hex(logged.message);
  const Receipt& receipt = logged.receipt;
  const auto proof = decode_proof(receipt.proof);
  auto shown = proof ? Result<Checkpoint>(fail(ErrorCode::key_unknown))
                     : Result<Checkpoint>(std::unexpected(proof.error()));
  std::optional<Vkey> by;
  for (std::size_t i = 0; i < log_keys.size() && proof && !shown; ++i) {
    shown = verify_proof_of_leaf(*proof, receipt.leaf, log_keys[i]);
    if (shown) by = log_keys[i];
  }
  if (!shown) {
    notes().broken(Rule::log_receipt, where, Party::unset,
                   call + " does not hold: " + describe(shown.error()));
    return std::nullopt;
  }
  const auto leaf = decode<LogEntry>(receipt.leaf);
  const auto held = std::ranges::find_if(
      live.held, [&](const Held& each) { return each.message.id() == logged.message; });
  const bool opens = leaf && held != live.held.end() && leaf->kind == EntryKind::message &&
                     commitment(receipt.salt, held->message.envelope()) == leaf->commit;
  notes().check(opens, Rule::log_receipt, where, Party::unset,
                [&] { return call + " does not open to that message"; });
  if (!opens) return std::nullopt;
  seen_.push_back({.entry = held->entry, .checkpoint = *shown, .verified_by = by});
  return Receipted{&*held, *leaf, proof->index, shown->origin, receipt};
}

std::map<std::uint64_t, Receipted> ConsumerLog::place(ConsumerCase& live) {
  std::map<std::uint64_t, Receipted> placed;
  const Where where{.entries = {}, .case_id = live.fold.id};
  const auto receipts = parts_.source.receipts_of(live.fold.id);
  if (!receipts) {
    notes().broken(Rule::log_receipt, where, Party::unset,
                   "the receipts cannot be read: " + describe(receipts.error()));
    return placed;
  }
  const std::vector<Vkey>& log_keys = parts_.documents.log_keys();
  if (log_keys.empty()) {
    notes().not_checkable(Rule::log_receipt, where, "the key of the brand's log is not on record");
    return placed;
  }
  for (const LoggedReceipt& logged : *receipts) {
    auto receipted = open_receipt(live, logged, log_keys);
    if (!receipted) continue;
    const auto [at, fresh] = placed.try_emplace(receipted->leaf.position, *receipted);
    if (fresh) continue;
    notes().broken(
        Rule::log_fork,
        {.entries = {at->second.held->entry, receipted->held->entry}, .case_id = live.fold.id},
        Party::brand, "two receipts of the brand for one position");
  }
  return placed;
}

// What this log wrote down of a brand's message is what the receipt says.
void ConsumerLog::check_own_word(const ConsumerCase& live, const Receipted& receipted) {
  const LogEntry& own = receipted.held->leaf;
  if (own.direction != Direction::received) return;
  notes().check(own.position == receipted.leaf.position && own.effect == receipted.leaf.effect,
                Rule::log_record, {.entries = {receipted.held->entry}, .case_id = live.fold.id},
                Party::consumer,
                "the entry and the brand's receipt disagree on position or effect");
}

// What the brand has said it cannot disown, by no card of any later day.
void ConsumerLog::check_stands_by(const ConsumerCase& live, const Receipted& receipted) {
  const Message& said = *receipted.held->message;
  if (said.author.party != Party::brand || !parts_.documents.authority) return;
  const auto from = parts_.documents.authority->find_revocation(said.author.key, receipted.log);
  if (!from || receipted.index < *from) return;
  notes().broken(Rule::card_chain, {.entries = {receipted.held->entry}, .case_id = live.fold.id},
                 Party::brand,
                 "a card revokes from entry " + std::to_string(*from) +
                     " of the brand's log on the key that has spoken there at entry " +
                     std::to_string(receipted.index));
}

void ConsumerLog::fold(ConsumerCase& live, const std::map<std::uint64_t, Receipted>& placed) {
  for (const auto& [position, receipted] : placed) {
    check_own_word(live, receipted);
    check_stands_by(live, receipted);
    if (!live.fold.lost.empty() || !parts_.documents.authority) continue;
    if (position > live.fold.casefile.next_position()) {
      live.fold.lost = "before position " + std::to_string(position) + ": messages are missing";
      // A consumer believes a position only once it has all before it.
      notes().broken(Rule::log_position,
                     {.entries = {receipted.held->entry}, .case_id = live.fold.id}, Party::consumer,
                     "the case cannot be followed " + live.fold.lost);
      continue;
    }
    Saying saying{
        .message = receipted.held->message,
        .brand_ms = receipted.leaf.time_ms,
        .brand_index =
            taken_back_.time_of(live.fold.casefile, *receipted.held->message, receipted.place())
                .index,
        .position = position,
        .effect = receipted.leaf.effect,
        .noted = describe_held(*receipted.held)};
    saying.noted.position = position;
    saying.noted.receipt = receipted.receipt;
    saying.noted.brand_entry = receipted.index;
    saying.noted.effect = receipted.leaf.effect;
    saying.noted.brand_ms = receipted.leaf.time_ms;
    if (receipted.held->leaf.direction == Direction::sent) {
      saying.noted.parts_received = receipted.leaf.parts_received;
    }
    trace(live, saying);
    Authority& authority = *parts_.documents.authority;
    if (const auto lack = find_lack(authority, *saying.message)) {
      live.fold.lost = "before position " + std::to_string(position) + ": " + *lack + " is missing";
      notes().not_checkable(Rule::message_authority,
                            {.entries = {receipted.held->entry}, .case_id = live.fold.id},
                            "the case cannot be followed " + live.fold.lost);
      continue;
    }
    believe_taken_back(live.fold, authority, saying, notes());
    believe_told_busy(live.fold, authority, saying, notes());
    fold_saying(live.fold, authority, saying, notes());
  }
  drop_unowed(live);
  add_unplaced(live, placed);
}

// Whoever is loaded signs before it has looked. What gate and tables refuse is owed to nobody, and
// a word for what this log does not show may be one for that.
void ConsumerLog::drop_unowed(ConsumerCase& live) {
  std::erase_if(live.fold.unlogged, [&](const auto& signed_for) {
    const auto& [id, word] = signed_for;
    if (live.fold.casefile.find_position(id)) return false;
    const auto held =
        std::ranges::find(live.held, id, [](const Held& each) { return each.message.id(); });
    if (held == live.held.end()) {
      notes().not_checkable(Rule::log_backfilled,
                            {.entries = {word.entry}, .case_id = live.fold.id},
                            "message " + short_hex(id) + ", signed for without a log, is not here");
      return true;
    }
    if (would_be_admitted(live.fold.casefile, held->message, word.at_ms)) return false;
    notes().not_applicable(Rule::log_backfilled);
    return true;
  });
}

bool ConsumerLog::would_be_admitted(const Case& casefile, const Verified<Message>& message,
                                    std::int64_t at_ms) const {
  const Case nothing;
  const Case& before = message->verb() == Verb::open ? nothing : casefile;
  const auto authorised =
      pass_gate(*parts_.documents.authority, before, message, {.now_ms = at_ms, .index = 0});
  return authorised && before.judge(*authorised, at_ms).effect != Effect::refused;
}

void ConsumerLog::trace(const ConsumerCase& live, const Saying& saying) {
  if (!is_wanted(parts_.options, saying.message.id())) return;
  parts_.result.traces.push_back({.case_id = live.fold.id, .message = saying.noted, .lines = {}});
}

// A message of the brand is believed only with its receipt; an own one may still wait for it.
void ConsumerLog::add_unplaced(ConsumerCase& live,
                               const std::map<std::uint64_t, Receipted>& placed) {
  for (const Held& held : live.held) {
    const bool has_receipt = std::ranges::any_of(
        placed, [&](const auto& item) { return item.second.held->entry == held.entry; });
    if (has_receipt) continue;
    live.fold.unplaced.push_back(describe_held(held));
    const auto word = live.fold.unlogged.find(held.message.id());
    if (word != live.fold.unlogged.end()) {
      live.fold.unplaced.back().signed_for_ms = word->second.at_ms;
    }
    const Where where{.entries = {held.entry}, .case_id = live.fold.id};
    if (held.leaf.direction == Direction::received) {
      notes().broken(Rule::log_receipt, where, Party::consumer,
                     "a message of the brand is on record without a receipt that proves it");
    } else {
      notes().not_checkable(Rule::log_receipt, where, "an own message without receipt");
    }
  }
}

// By their place in the brand's log, which counts in all cases: in whichever order they are folded.
void ConsumerLog::take_back_mandates(const std::map<std::uint64_t, Receipted>& placed) {
  if (!parts_.documents.authority) return;
  Authority& authority = *parts_.documents.authority;
  for (const auto& [position, receipted] : placed) {
    const Message& said = *receipted.held->message;
    if (!is_principals_revoke(authority, said)) continue;
    taken_back_.take(authority, said, receipted.place());
    taken_back_here_.insert(std::get<Revoke>(said.body).mandate);
  }
}

void ConsumerLog::judge_refusal(const ConsumerCase& live, const PresentedRefusal& presented) {
  if (!parts_.documents.authority) return;
  const Authority& authority = *parts_.documents.authority;
  const Refusal& refusal = presented.refusal;
  std::optional<Verified<Message>> refused;
  for (const Held& held : live.held) {
    if (held.message.id() == refusal.message) refused = held.message;
  }
  if (refused && rests_on_unshown_revoke(**refused, refusal)) {
    parts_.result.unshown_revokes.push_back(
        {presented.entry, live.fold.id, (*refused)->author.authority, refusal.at_ms});
    return notes().not_checkable(
        Rule::refusal_justified, {.entries = {presented.entry}, .case_id = live.fold.id},
        "whether its mandate was taken back stands in a case that is not shown");
  }
  check_refusal(live.fold, authority, taken_back_, presented, refused, notes());
}

bool ConsumerLog::rests_on_unshown_revoke(const Message& refused, const Refusal& refusal) const {
  return refusal.code == name(ErrorCode::mandate_revoked) && !is_never_refused(refused) &&
         !taken_back_here_.contains(refused.author.authority);
}

void ConsumerLog::finish() {
  ReplayedLog& result = parts_.result;
  std::map<CaseId, ConsumerCase*> by_id;
  for (auto& [blind, live] : cases_) {
    if (live->opened) by_id[live->fold.id] = live.get();
  }
  std::map<CaseId, std::map<std::uint64_t, Receipted>> placed;
  for (auto& [case_id, live] : by_id) placed.emplace(case_id, place(*live));
  for (const auto& [case_id, receipts] : placed) take_back_mandates(receipts);
  for (auto& [case_id, live] : by_id) {
    fold(*live, placed.at(case_id));
    const bool any = live->fold.casefile.is_open();
    if (any || !live->fold.unlogged.empty()) check_duties(live->fold, {}, notes());
    for (const PresentedRefusal& refusal : live->refusals) judge_refusal(*live, refusal);
    check_book(live->fold, live->book, notes());
    parts_.source.compare_case(live->fold.casefile, Party::consumer);
    keep_case(summarise(live->fold), parts_.options, result);
    if (!parts_.options.keep_for_comparison) continue;
    std::vector<ReplayedMessage> messages = std::move(live->fold.messages);
    messages.insert(messages.end(), live->fold.unplaced.begin(), live->fold.unplaced.end());
    result.cases.emplace(case_id, std::move(messages));
  }
  keep_seen(seen_, Party::brand, parts_.options, result);
}

}  // namespace

std::unique_ptr<PartyLog> make_consumer_log(const PartyLogParts& parts) {
  return std::make_unique<ConsumerLog>(parts);
}

}  // namespace entente
