#include "outage.h"

#include <entente/core/limits.h>
#include <entente/identity/gate.h>

#include <algorithm>

namespace entente {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds pause_min{100};
constexpr milliseconds pause_max{2'000};
// An outage that follows the last one sooner than this is the same trouble: its pauses go on.
constexpr std::chrono::seconds calm{10};

bool opens(const Verified<Message>& message) { return message->verb() == Verb::open; }

// What is promised has to become an entry, so that the tables are asked as well as the gate. An act
// that is on record has one.
bool would_admit(const Authority& authority, const Case& casefile, const Verified<Message>& message,
                 GateTime time) {
  const auto authorised = pass_gate(authority, casefile, message, time);
  if (!authorised) return false;
  const Outcome outcome = casefile.judge(*authorised, time.now_ms);
  return outcome.effect != Effect::refused || outcome.code == ErrorCode::act_conflict;
}

// The case that another message of the parcel opens, as far as it can be opened.
Case opened_in(const Arrived& arrived, const CaseId& case_id, const Authority& authority,
               GateTime time) {
  Case casefile;
  for (const auto& other : arrived.messages) {
    if (!other || !opens(*other) || other->id() != case_id) continue;
    const auto authorised = pass_gate(authority, casefile, *other, time);
    if (authorised) casefile.admit(*authorised, time.now_ms);
    break;
  }
  return casefile;
}

}  // namespace

void Outage::tell(const std::string& line) const {
  if (parts_.tell) parts_.tell(line);
}

void Outage::begin(const Error& why) {
  on_ = true;
  const auto now = steady_clock::now();
  if (now - ended_at_ > calm) pause_ = milliseconds{0};
  pause_ = std::clamp(pause_ * 2, pause_min, pause_max);
  retry_at_ = now + pause_;
  why_ = describe(why);
  tell("the log cannot be written (" + why_ +
       "): nothing is acknowledged but requests for a person and exercised rights, by signature "
       "alone; trying again");
}

void Outage::go_on(const Error& why) {
  pause_ = std::min(pause_ * 2, pause_max);
  retry_at_ = steady_clock::now() + pause_;
  if (why_ == describe(why)) return;
  why_ = describe(why);
  tell("the log still cannot be written: " + why_);
}

void Outage::end() {
  on_ = false;
  ended_at_ = steady_clock::now();
  tell("the log is written again");
}

bool Outage::may_retry() const { return steady_clock::now() >= retry_at_; }

Delivery Outage::answer(const Arrived& arrived, std::int64_t now_ms) {
  Delivery delivery{.kind = Delivery::Kind::busy, .parcel = {}, .retry_after_ms = busy_retry_ms};
  const auto& before = promises_.owed();
  if (!before.empty()) now_ms = std::max(now_ms, before.back().at_ms);
  Owed owed{.arrived = {}, .case_id = {}, .at_ms = now_ms, .words = {}};
  Parcel& promised = owed.arrived.submission.parcel;
  for (const auto& message : arrived.messages) {
    if (!message) return {.kind = Delivery::Kind::not_found, .parcel = {}};
    if (const Bytes* known = promises_.find_word(message->id())) {
      delivery.parcel.envelopes.push_back(*known);
      continue;
    }
    const bool promise = may_promise(arrived, *message, now_ms);
    // Nothing refuses it, and a word that promises no entry would.
    if (!promise && is_owed(arrived, *message)) continue;
    if (promise) {
      if (auto again = answer_again(arrived, owed, *message)) {
        if (!*again) return {.kind = Delivery::Kind::failed, .parcel = {}};
        delivery.parcel.envelopes.push_back(std::move(**again));
        continue;
      }
    }
    // That an accept came in time must be on record, too, before it is judged: or nothing is said.
    const bool noted = (*message)->verb() == Verb::accept;
    if (noted && !promises_.has_room()) continue;
    auto word = sign_busy(parts_, *message, promise, now_ms);
    if (!word) return {.kind = Delivery::Kind::failed, .parcel = {}};
    if (promise) promised.envelopes.push_back(bytes_of(message->envelope()));
    if (promise || noted) {
      owed.case_id = case_id_of(*message);
      owed.words.emplace(message->id(), *word);
    }
    delivery.parcel.envelopes.push_back(std::move(*word));
  }
  if (owed.words.empty()) return delivery;
  promised.parts = arrived.submission.parcel.parts;
  promised.mandates = arrived.submission.parcel.mandates;
  promised.checkpoint = arrived.submission.parcel.checkpoint;
  owed.arrived = check_signatures(std::move(owed.arrived.submission));
  promises_.keep(std::move(owed));
  return delivery;
}

// Of an act that was signed before: the word for it, or that it stands for something else. Nothing
// if it is new here, or on record, which a log that cannot be written does not show.
std::optional<Result<Bytes>> Outage::answer_again(const Arrived& arrived, const Owed& owed,
                                                  const Verified<Message>& message) {
  const Verified<Message>* first = promises_.find_act(*message);
  for (const auto& other : arrived.messages) {
    if (first != nullptr) break;
    if (!other || !owed.words.contains(other->id())) continue;
    if (is_same_act(**other, *message)) first = &*other;
  }
  if (first == nullptr) first = find_on_record(message, owed.at_ms);
  if (first == nullptr) return {};
  if (!says_the_same(**first, *message)) return sign_act_conflict(parts_, message, owed.at_ms);
  if (const Bytes* word = promises_.find_word(first->id())) return *word;
  const auto word = owed.words.find(first->id());
  if (word != owed.words.end()) return word->second;
  return {};
}

const Verified<Message>* Outage::find_on_record(const Verified<Message>& message,
                                                std::int64_t now_ms) {
  if (opens(message)) return nullptr;
  Batch look(parts_, cases_, now_ms);
  const LiveCase* live = look.find(message->case_id);
  if (live == nullptr) return nullptr;
  const auto* first = live->record.casefile.find_act(message->author.key, message->act_id);
  return first == nullptr ? nullptr : &first->verified();
}

bool Outage::may_promise(const Arrived& arrived, const Verified<Message>& message,
                         std::int64_t now_ms) {
  if (!is_owed(arrived, message) || !promises_.has_room()) return false;
  return message->author.party == Party::consumer && belongs(arrived, message, now_ms);
}

// A stranger to the case is promised nothing. Where the case cannot be read, its author is
// believed.
bool Outage::belongs(const Arrived& arrived, const Verified<Message>& message,
                     std::int64_t now_ms) {
  for (const Verified<Mandate>& mandate : arrived.mandates) {
    [[maybe_unused]] const Status learned = parts_.authority.learn(mandate, now_ms);
  }
  const GateTime time{.now_ms = now_ms, .index = parts_.ledger.size()};
  if (opens(message)) return would_admit(parts_.authority, Case(), message, time);
  const Case opened = opened_in(arrived, message->case_id, parts_.authority, time);
  if (opened.is_open()) return would_admit(parts_.authority, opened, message, time);
  Batch look(parts_, cases_, now_ms);
  const LiveCase* live = look.find(message->case_id);
  if (live == nullptr) return look.is_unreadable();
  return would_admit(parts_.authority, live->record.casefile, message, time);
}

}  // namespace entente
