// The brand's log, folded as it is read.

#include <entente/identity/gate.h>
#include <entente/identity/linked_account.h>
#include <entente/policy/exposure_fold.h>
#include <entente/protocol/act.h>
#include <entente/wire/codec.h>

#include <algorithm>

#include "believed.h"
#include "brand_log.h"

namespace entente {
namespace {

bool promises(Verb verb) {
  return verb == Verb::propose || verb == Verb::accept || verb == Verb::grant ||
         verb == Verb::determine;
}

// Words that a policy may have found. What is said of links, performance, waiting and closing
// follows from the case alone, and no decision may claim it.
bool may_be_decided(const Body& body) {
  return !std::holds_alternative<Link>(body) && !std::holds_alternative<Perform>(body) &&
         !std::holds_alternative<Confirm>(body) && !std::holds_alternative<Dispute>(body) &&
         !std::holds_alternative<Handoff>(body) && !std::holds_alternative<Close>(body) &&
         !std::holds_alternative<Notice>(body);
}

}  // namespace

void BrandLog::take(const OpenEntry& entry) {
  last_ms_ = std::max(last_ms_, entry.leaf.time_ms);
  if (entry.leaf.kind == EntryKind::message) return take_message(entry);
  if (entry.leaf.kind == EntryKind::freeze) return take_freeze(entry);
  lost_ends_.take(entry);
  if (entry.leaf.blind_case.is_zero()) return;
  if (BrandCase* live = case_of(entry)) {
    check_filed(*live, entry);
    take_record(*live, entry);
  } else if (entry.leaf.kind != EntryKind::mandate && !unseen_.contains(entry.leaf.blind_case)) {
    notes().broken(Rule::log_record, {.entries = {entry.index}, .case_id = {}}, Party::brand,
                   "an entry of a case that no message has opened");
  }
}

BrandCase* BrandLog::case_of(const OpenEntry& entry) {
  const auto known = cases_.find(entry.leaf.blind_case);
  return known == cases_.end() ? nullptr : known->second.get();
}

// What the store files under a case must be of that case, so that nothing hides from its owner.
void BrandLog::check_filed(const BrandCase& live, const OpenEntry& entry) {
  if (!entry.filed) return;
  notes().check(*entry.filed == live.fold.id, Rule::log_index,
                {.entries = {entry.index}, .case_id = live.fold.id}, Party::unset,
                "the entry is filed under another case");
}

void BrandLog::take_message(const OpenEntry& entry) {
  BrandCase* live = case_of(entry);
  const Where where{.entries = {entry.index},
                    .case_id = live ? std::optional(live->fold.id) : std::nullopt};
  if (!entry.content) return miss_message(entry);
  const auto message = Admission::admit<Message>(*entry.content);
  if (!message) {
    if (live != nullptr) live->fold.lost = "a message that nobody signed";
    return notes().broken(Rule::message_authentic, where, Party::brand,
                          "the message does not verify: " + describe(message.error()));
  }
  notes().holds(Rule::message_authentic);
  if (live == nullptr) {
    if (unseen_.contains(entry.leaf.blind_case)) {
      return notes().not_checkable(Rule::case_admitted, where, "what opened the case is not shown");
    }
    if ((*message)->verb() != Verb::open) {
      return notes().broken(Rule::case_admitted, where, Party::brand,
                            "the first message of a case does not open one");
    }
    open_case(entry, *message);
    live = case_of(entry);
  }
  check_filed(*live, entry);
  admit(*live, entry, *message);
}

// What was promised in it counts in other cases too, and cannot be told any more.
void BrandLog::miss_message(const OpenEntry& entry) {
  BrandCase* live = case_of(entry);
  hides_cases_ = true;
  if (live == nullptr) {
    unseen_.insert(entry.leaf.blind_case);
  } else if (live->fold.lost.empty()) {
    live->fold.lost = "entry " + std::to_string(entry.index) + " is not shown";
  }
  notes().not_checkable(
      Rule::case_admitted,
      {.entries = {entry.index}, .case_id = live ? std::optional(live->fold.id) : std::nullopt},
      "a message is not shown: " + entry.withheld);
}

void BrandLog::open_case(const OpenEntry& entry, const Verified<Message>& message) {
  auto live = std::make_unique<BrandCase>(notes());
  live->fold.id = message.id();
  if (parts_.documents.authority) {
    live->consumer = consumer_did(*parts_.documents.authority, *message);
  }
  parts_.source.compare_opening(message);
  read_parts(parts_.source, live->fold, live->book, notes());
  cases_.emplace(entry.leaf.blind_case, std::move(live));
}

void BrandLog::admit(BrandCase& live, const OpenEntry& entry, const Verified<Message>& message) {
  const Where where{.entries = {entry.index}, .case_id = live.fold.id};
  const bool own = message->author.party == Party::brand;
  const bool is_regained = entry.leaf.direction == Direction::own;
  notes().check(
      case_id_of(message) == live.fold.id &&
          (is_regained || entry.leaf.direction == (own ? Direction::sent : Direction::received)),
      Rule::log_record, where, Party::brand,
      "the message is of another case or direction than its entry says");
  if (!live.fold.lost.empty()) {
    return notes().not_checkable(Rule::case_admitted, where,
                                 "the case cannot be followed " + live.fold.lost);
  }
  if (!parts_.documents.authority) {
    live.fold.lost = "no card is on record";
    return notes().not_checkable(Rule::message_authority, where, "no card is on record");
  }
  if (!check_mandate_on_record(live, entry, *message)) return;
  const auto word = is_regained ? first_word(live, entry, message) : std::nullopt;
  if (is_regained && !word) return;
  const std::int64_t brand_ms = word ? word->time_ms : entry.leaf.time_ms;
  std::vector<Digest> named;
  for (const PartRef& ref : message->parts) named.push_back(ref.digest);
  live.book.note(*message, entry, own);
  settle_exposure();
  const Saying saying{.message = message,
                      .brand_ms = brand_ms,
                      .brand_index = entry.index,
                      .position = entry.leaf.position,
                      .effect = entry.leaf.effect,
                      .is_regained = is_regained,
                      .noted = {.id = message.id(),
                                .author = message->author.party,
                                .author_key = message->author.key,
                                .act = message->act_id,
                                .verb = std::string(name(message->verb())),
                                .entry = entry.index,
                                .position = entry.leaf.position,
                                .receipt = word ? std::optional(word->receipt) : std::nullopt,
                                .brand_entry = entry.index,
                                .effect = entry.leaf.effect,
                                .brand_ms = brand_ms,
                                .own_ms = 0,
                                .parts_named = std::move(named),
                                .parts_received = entry.leaf.parts_received}};
  std::optional<Before> before;
  const bool has_decision = own && !is_regained && may_be_decided(message->body);
  if (has_decision) before.emplace(message.id(), live.fold.casefile);
  Authority& authority = *parts_.documents.authority;
  if (parts_.is_partial || hides_cases_) {
    believe_taken_back(live.fold, authority, saying, notes());
  }
  if (!fold_saying(live.fold, authority, saying, notes())) return;
  after_admission(live, saying, std::move(before));
}

// Who took it back counts it from when it was first admitted, and only the receipt says when.
std::optional<FirstWord> BrandLog::first_word(BrandCase& live, const OpenEntry& entry,
                                              const Verified<Message>& message) {
  const Where where{.entries = {entry.index}, .case_id = live.fold.id};
  if (!live.receipts) {
    live.receipts = parts_.source.receipts_of(live.fold.id).value_or(std::vector<LoggedReceipt>());
  }
  auto word = lost_ends_.find(entry, message, *live.receipts);
  if (!word) {
    live.fold.lost = "after entry " + std::to_string(entry.index) + ": no receipt says when it was";
    notes().broken(Rule::log_receipt, where, Party::brand,
                   "a message is on record as taken back, and no receipt of this log's earlier "
                   "name proves that it was lost");
    return std::nullopt;
  }
  ++live.regained;
  notes().tell(
      Rule::log_receipt, where,
      "lost and taken back: it was entry " + std::to_string(word->index) + " of " + word->log);
  return std::move(*word);
}

// Another case's record is none here: this one must stand alone.
bool BrandLog::check_mandate_on_record(BrandCase& live, const OpenEntry& entry,
                                       const Message& message) {
  const bool needed =
      message.author.party == Party::consumer && !message.author.authority.is_zero();
  if (!needed || parts_.documents.has_mandate(entry.leaf.blind_case, message.author.authority)) {
    return true;
  }
  notes().broken(Rule::message_authority, {.entries = {entry.index}, .case_id = live.fold.id},
                 Party::brand,
                 "a message was admitted under mandate " + short_hex(message.author.authority) +
                     ", which is not on record in its case");
  live.fold.lost = "after entry " + std::to_string(entry.index) + ": a message without authority";
  return false;
}

void BrandLog::after_admission(BrandCase& live, const Saying& saying,
                               std::optional<Before> before) {
  unsettled_ = &live;
  if (is_wanted(parts_.options, saying.message.id())) {
    parts_.result.traces.push_back({.case_id = live.fold.id, .message = saying.noted, .lines = {}});
  }
  if (saying.message->author.party == Party::consumer) {
    if (is_principals_revoke(*parts_.documents.authority, *saying.message)) {
      taken_back_.try_emplace(std::get<Revoke>(saying.message->body).mandate, saying.brand_ms);
    }
    live.answers.clear();
    note_speaker(live, saying.message->author.key);
    return;
  }
  parts_.documents.note_spoken(saying.message->author.key, saying.noted.entry);
  live.performance.take_report(live.fold, saying);
  if (saying.is_regained) return;  // what led to it was lost
  check_silence(live, saying.noted.entry, saying.message->author.actor,
                promises(saying.message->verb()));
  if (!before) return;
  before->casefile.advance(saying.brand_ms);
  if (std::holds_alternative<Exercise>(saying.message->body)) {
    check_acknowledgement(live.fold, saying, parts_.documents.newest_policy(), before->casefile,
                          notes());
  }
  live.answers.push_back(std::move(*before));
  constexpr std::size_t answers_max = 4;
  if (live.answers.size() > answers_max) live.answers.erase(live.answers.begin());
}

// Whoever spoke last for the consumer signs the consumer's log.
void BrandLog::note_speaker(BrandCase& live, const PublicKey& key) {
  if (live.consumer_vkey && live.consumer_vkey->public_key() == key) return;
  const auto vkey = Vkey::make(live.consumer, SignatureType::ed25519, key);
  live.consumer_vkey = vkey ? std::optional(*vkey) : std::nullopt;
}

// In log order, after each message, as the live agent does; but not before the decision behind
// that message, which is the entry after it, was made without it.
void BrandLog::settle_exposure() {
  if (unsettled_ == nullptr) return;
  const Case& casefile = unsettled_->fold.casefile;
  const CaseFold& fold = unsettled_->fold;
  const auto text_of = [&fold](const PartRef& ref) -> std::optional<std::string> {
    const Part* part = fold.find_part(ref);
    return part == nullptr ? std::nullopt : std::optional(to_text(part->content));
  };
  const auto account_at = [&](std::uint64_t position) {
    const auto link = find_account_link_at(casefile, position);
    const auto account = link ? text_of(link->account) : std::string();
    hides_cases_ = hides_cases_ || !account;
    return account.value_or("");
  };
  fold_exposure(exposure_, casefile, {.account_at = account_at, .text_of = text_of});
  unsettled_ = nullptr;
}

std::optional<std::string> BrandLog::account_at(const BrandCase& live, const Case& casefile,
                                                std::int64_t at_ms) const {
  const auto link = find_account_link(casefile, at_ms);
  if (!link) return "";
  const Part* part = live.fold.find_part(link->account);
  if (part != nullptr) return to_text(part->content);
  return std::nullopt;
}

void BrandLog::take_record(BrandCase& live, const OpenEntry& entry) {
  const Where where{.entries = {entry.index}, .case_id = live.fold.id};
  if (entry.leaf.kind == EntryKind::erasure && entry.content) {
    live.book.erasures.take(entry.index, *entry.content);
  }
  if (!entry.content) {
    if (entry.leaf.kind == EntryKind::decision) {
      leave_open(live, entry, "the decision is not shown");
    }
    return;
  }
  switch (entry.leaf.kind) {
    case EntryKind::refusal:
      return take_refusal(live, entry);
    case EntryKind::facts: {
      const auto facts = decode<Facts>(*entry.content);
      notes().check(facts && facts->case_id == live.fold.id, Rule::log_record, where, Party::brand,
                    "the facts are not of this case, or no facts");
      if (facts) live.facts[entry.index] = *facts;
      return;
    }
    case EntryKind::decision:
      return take_decision(live, entry);
    case EntryKind::perform_intent:
    case EntryKind::perform_result:
      return take_performance(live, entry);
    case EntryKind::handoff_clock: {
      const auto record = decode<HandoffClockRecord>(*entry.content);
      return notes().check(record && record->case_id == live.fold.id, Rule::log_record, where,
                           Party::brand, "the handoff's record is not of this case");
    }
    case EntryKind::checkpoint_seen:
      return note_seen(entry, live.consumer_vkey, Party::consumer, live.seen, notes());
    case EntryKind::unset:
    case EntryKind::message:
    case EntryKind::card:
    case EntryKind::mandate:
    case EntryKind::policy:
    case EntryKind::key:
    case EntryKind::cosignature:
    case EntryKind::hold:
    case EntryKind::erasure:
    case EntryKind::access:
    case EntryKind::freeze:
    case EntryKind::timestamp:
    case EntryKind::notice:
    case EntryKind::rollover:
    case EntryKind::backup:
    case EntryKind::restore:
      return;
  }
}

// Of what was refused only the id is kept here; the consumer's log has the message.
void BrandLog::take_refusal(BrandCase& live, const OpenEntry& entry) {
  const Where where{.entries = {entry.index}, .case_id = live.fold.id};
  const auto refusal = Admission::admit<Refusal>(*entry.content);
  const bool signed_by_brand = refusal && parts_.documents.authority &&
                               parts_.documents.authority->check_brand_key(
                                   refusal->signer(), KeyPurpose::message, entry.index);
  if (!signed_by_brand) {
    return notes().broken(Rule::message_authentic, where, Party::brand,
                          "the refusal is not signed by a key of the brand");
  }
  notes().holds(Rule::message_authentic);
  live.fold.casefile.note_busy(**refusal);
  notes().check((*refusal)->case_id == live.fold.id && find_error_code((*refusal)->code),
                Rule::log_record, where, Party::brand,
                "the refusal is of another case or for no reason that exists");
  if ((*refusal)->unlogged) {
    live.fold.unlogged[(*refusal)->message] = {entry.index, (*refusal)->at_ms};
    return;
  }
  notes().not_checkable(
      Rule::refusal_justified, where,
      "what was refused (" + (*refusal)->code + ") stands in the consumer's log only");
}

void BrandLog::take_performance(BrandCase& live, const OpenEntry& entry) {
  const Where where{.entries = {entry.index}, .case_id = live.fold.id};
  const auto record = decode<PerformanceRecord>(*entry.content);
  notes().check(record && record->case_id == live.fold.id, Rule::log_record, where, Party::brand,
                "the performance is not of this case, or no performance");
  if (!record) return;
  if (!live.fold.lost.empty()) {
    return notes().not_checkable(Rule::perform_bound, where,
                                 "the case cannot be followed " + live.fold.lost);
  }
  if (entry.leaf.kind == EntryKind::perform_intent) {
    return live.performance.take_intent(live.fold, entry, *record);
  }
  live.performance.take_result(live.fold, entry, *record);
}

void BrandLog::end_case(const Digest& blind_case) {
  unseen_.erase(blind_case);
  const auto known = cases_.find(blind_case);
  if (known == cases_.end()) return;
  BrandCase& live = *known->second;
  if (unsettled_ == &live) settle_exposure();
  const CaseId case_id = live.fold.id;
  exposure_.end_case(case_id);
  if (awaits_agent(live) && !has_person(live.fold.casefile)) left_waiting_.push_back(case_id);
  check_duties(live.fold, {.last_ms = last_ms_, .is_brands = true}, notes());
  check_book(live.fold, live.book, notes());
  auto receipts = parts_.source.receipts_of(case_id);
  if (!receipts || receipts->size() != live.regained) {
    notes().broken(Rule::log_receipt, {.entries = {}, .case_id = case_id}, Party::unset,
                   "a brand keeps receipts of what it took back alone, and here are some that "
                   "cannot be read or used");
  }
  parts_.source.compare_case(live.fold.casefile, Party::brand);
  ReplayedLog& result = parts_.result;
  live.fold.casefile.advance(last_ms_);
  result.last_ms = last_ms_;
  keep_case(summarise(live.fold), parts_.options, result);
  keep_seen(live.seen, Party::consumer, parts_.options, result);
  if (parts_.options.keep_for_comparison) {
    result.cases.emplace(case_id, std::move(live.fold.messages));
  }
  cases_.erase(known);
}

void BrandLog::finish() {
  if (!parts_.is_partial && !hides_cases_) parts_.result.taken_back = taken_back_;
  check_handed_over();
  left_waiting_.clear();
  std::map<CaseId, Digest> by_id;  // so that no order of chance gets into the report
  for (const auto& [blind_case, live] : cases_) by_id.emplace(live->fold.id, blind_case);
  for (const auto& [case_id, blind_case] : by_id) end_case(blind_case);
}

std::unique_ptr<PartyLog> make_brand_log(const PartyLogParts& parts) {
  return std::make_unique<BrandLog>(parts);
}

}  // namespace entente
