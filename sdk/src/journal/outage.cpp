#include "outage.h"

#include <entente/core/limits.h>
#include <entente/identity/gate.h>
#include <entente/wire/codec.h>

#include <algorithm>

namespace entente {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds pause_min{100};
constexpr milliseconds pause_max{2'000};
// An outage that follows the last one sooner than this is the same trouble: its pauses go on.
constexpr std::chrono::seconds calm{10};
constexpr std::int64_t retry_after_ms = 1'000;  // what a consumer is told
constexpr std::size_t owed_max = 4'096;
constexpr std::size_t owed_bytes_max = 64 * 1024 * 1024;

bool opens(const Verified<Message>& message) { return message->verb() == Verb::open; }

CaseId case_of(const Verified<Message>& message) {
  return opens(message) ? message.id() : message->case_id;
}

Bytes bytes_of(ByteView view) { return {view.begin(), view.end()}; }

std::size_t size_of(const Parcel& parcel) {
  std::size_t bytes = 0;
  for (const Bytes& envelope : parcel.envelopes) bytes += envelope.size();
  for (const Part& part : parcel.parts) bytes += part.content.size();
  for (const Bytes& mandate : parcel.mandates) bytes += mandate.size();
  return bytes;
}

// As it lies in the spool: the messages and the words signed for them in one parcel.
Parcel record_of(const Owed& owed) {
  Parcel parcel = owed.arrived.submission.parcel;
  parcel.envelopes.insert(parcel.envelopes.end(), owed.words.begin(), owed.words.end());
  return parcel;
}

Result<Owed> owed_of(Parcel parcel) {
  Owed owed;
  std::vector<Bytes> messages;
  for (Bytes& envelope : parcel.envelopes) {
    ENTENTE_LET(type, unverified_payload_type(envelope));
    if (type != payload_type::refusal) {
      messages.push_back(std::move(envelope));
      continue;
    }
    ENTENTE_LET(word, Admission::admit<Refusal>(envelope));
    owed.at_ms = word->at_ms;
    owed.words.push_back(std::move(envelope));
  }
  parcel.envelopes = std::move(messages);
  owed.arrived = check_signatures({.parcel = std::move(parcel), .done = {}});
  return owed;
}

}  // namespace

void Outage::tell(const std::string& line) const {
  if (parts_.tell) parts_.tell(line);
}

Status Outage::read_owed() {
  ENTENTE_LET(records, parts_.ledger.unlogged());
  for (const Bytes& record : records) {
    auto parcel = decode<Parcel>(record);
    if (!parcel) continue;
    auto owed = owed_of(std::move(*parcel));
    if (!owed) continue;
    for (const Bytes& word : owed->words)
      words_.emplace((*Admission::admit<Refusal>(word))->message, word);
    owed_.push_back(std::move(*owed));
  }
  return {};
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
  Delivery delivery{.kind = Delivery::Kind::busy, .parcel = {}, .retry_after_ms = retry_after_ms};
  if (!owed_.empty()) now_ms = std::max(now_ms, owed_.back().at_ms);
  Owed owed{.arrived = {}, .at_ms = now_ms, .words = {}};
  Parcel& promised = owed.arrived.submission.parcel;
  for (const auto& message : arrived.messages) {
    if (!message) return {.kind = Delivery::Kind::not_found, .parcel = {}};
    if (const auto known = words_.find(message->id()); known != words_.end()) {
      delivery.parcel.envelopes.push_back(known->second);
      continue;
    }
    const bool promise = may_promise(arrived, *message, now_ms);
    // That an accept came in time must be on record, too, before it is judged.
    const bool noted = (*message)->verb() == Verb::accept && has_room();
    auto word = sign_busy(*message, promise, now_ms);
    if (!word) return {.kind = Delivery::Kind::failed, .parcel = {}};
    if (promise) promised.envelopes.push_back(bytes_of(message->envelope()));
    if (promise || noted) {
      owed.words.push_back(*word);
      words_.emplace(message->id(), *word);
    }
    delivery.parcel.envelopes.push_back(std::move(*word));
  }
  if (owed.words.empty()) return delivery;
  promised.parts = arrived.submission.parcel.parts;
  promised.mandates = arrived.submission.parcel.mandates;
  promised.checkpoint = arrived.submission.parcel.checkpoint;
  owed.arrived = check_signatures(std::move(owed.arrived.submission));
  keep(std::move(owed));
  return delivery;
}

// Before the words leave: on the disk if it takes them, and in memory whatever it does.
void Outage::keep(Owed owed) {
  Parcel record = record_of(owed);
  Status kept = parts_.ledger.keep_unlogged(encode(record));
  if (!kept && !record.parts.empty()) {
    record.parts.clear();  // bulky, and the consumer has them
    kept = parts_.ledger.keep_unlogged(encode(record));
  }
  if (!kept) {
    tell("what is promised meanwhile is kept in memory only (" + describe(kept.error()) +
         "): do not stop this process before the log is written again");
  }
  owed_bytes_ += size_of(owed.arrived.submission.parcel);
  owed_.push_back(std::move(owed));
}

bool Outage::has_room() const { return owed_.size() < owed_max && owed_bytes_ < owed_bytes_max; }

bool Outage::may_promise(const Arrived& arrived, const Verified<Message>& message,
                         std::int64_t now_ms) {
  if (!is_owed(arrived, message) || !has_room()) return false;
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
  if (opens(message)) return pass_gate(parts_.authority, Case(), message, time).has_value();
  const bool opened_here =
      std::ranges::any_of(arrived.messages, [&](const Result<Verified<Message>>& other) {
        return other && opens(*other) && case_of(*other) == message->case_id;
      });
  if (opened_here) return true;
  Batch look(parts_, cases_, now_ms);
  const LiveCase* live = look.find(message->case_id);
  if (live == nullptr) return look.is_unreadable();
  return pass_gate(parts_.authority, live->record.casefile, message, time).has_value();
}

Result<Bytes> Outage::sign_busy(const Verified<Message>& message, bool promised,
                                std::int64_t now_ms) {
  return sign_refusal(parts_, {.message = message.id(),
                               .code = std::string(name(ErrorCode::busy)),
                               .at_ms = now_ms,
                               .retry_after_ms = retry_after_ms,
                               .environment = parts_.identity.environment,
                               .case_id = case_of(message),
                               .unlogged = promised});
}

void Outage::settle() {
  if (owed_.empty()) return;
  tell(std::to_string(words_.size()) +
       " acknowledgements that were given by signature alone are entries of the log now");
  owed_.clear();
  owed_bytes_ = 0;
  words_.clear();
  // If this fails they are found again at the next start, and found to be entries.
  [[maybe_unused]] const Status forgotten = parts_.ledger.forget_unlogged();
}

}  // namespace entente
