#include "triage.h"

#include <entente/crypto/hash.h>

#include "notice_reply.h"

namespace entente {
namespace {

constexpr std::size_t taken_max = 65'536;

std::string own_place(const PublicKey& key) {
  return {reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()};
}

}  // namespace

std::optional<ClaimedMessage> unverified_message(ByteView envelope) {
  const auto opened = decode<Envelope>(envelope);
  if (!opened || opened->payload_type != payload_type::message) return std::nullopt;
  auto message = decode<Message>(opened->payload);
  if (!message) return std::nullopt;
  const Bytes pae = pre_authentication_encoding(payload_type::message, opened->payload);
  return ClaimedMessage{sha256(pae), std::move(*message)};
}

bool claims_duty(const Parcel& parcel) {
  return std::ranges::any_of(parcel.envelopes, [](const Bytes& bytes) {
    const auto claimed = unverified_message(bytes);
    return claimed && is_never_refused(claimed->message);
  });
}

Triage::Triage(const LoadLimits& limits, const Members& members)
    : members_(members),
      messages_by_key_(limits.messages_per_key, limits.buckets_max),
      messages_by_case_(limits.messages_per_case, limits.buckets_max),
      reads_by_key_(limits.reads_per_key, limits.buckets_max),
      openings_by_network_(limits.openings_per_network, limits.buckets_max),
      strangers_by_network_(limits.strangers_per_network, limits.buckets_max),
      refused_openings_(limits.refused_openings, 1),
      refused_accepts_(limits.refused_accepts_per_case, limits.buckets_max) {}

bool Triage::is_deaf_to(const Submission& submission, std::int64_t now_ms) {
  if (submission.network.empty()) return false;
  if (!strangers_by_network_.is_empty(submission.network, now_ms)) return false;
  return !claims_duty(submission.parcel);
}

Triage::Verdict Triage::judge(const Arrived& arrived, std::int64_t now_ms) {
  if (arrived.read) return judge_read(arrived, now_ms);
  Verdict verdict;
  if (arrived.messages.empty()) return judge_notices(arrived, now_ms);
  if (!arrived.messages.front()) return refuse_unsigned(arrived.submission, now_ms);
  const Verified<Message>& first = *arrived.messages.front();
  const PublicKey& key = first->author.key;
  const CaseId case_id = case_id_of(first);
  const std::string& network = arrived.submission.network;
  verdict.case_id = case_id;
  verdict.member = is_member(arrived, case_id, *first);
  verdict.opens = first->verb() == Verb::open;
  verdict.source = {verdict.member || network.empty() ? own_place(key) : network, key};
  verdict.owed = std::ranges::any_of(arrived.messages, [&](const Result<Verified<Message>>& each) {
    return each && is_owed(arrived, *each);
  });
  const bool again = std::ranges::all_of(
      arrived.messages, [&](const auto& each) { return each && was_taken(*each); });
  const bool stranger = !verdict.member && !verdict.opens;
  if (stranger && !pays_as_stranger(arrived.submission, now_ms)) return {Verdict::Way::not_found};
  if (verdict.owed && again) return verdict;
  const auto price = static_cast<std::int64_t>(std::ranges::count_if(
      arrived.messages, [&](const auto& each) { return !each || !is_owed(arrived, *each); }));
  verdict.retry_after_ms =
      again ? charge_repeat(network, price, now_ms) : charge(verdict, network, price, now_ms);
  if (verdict.owed) {
    verdict.way = Verdict::Way::reserved;
  } else if (verdict.retry_after_ms > 0) {
    verdict.way = Verdict::Way::busy;
  }
  return verdict;
}

// Whoever sends the same bytes again, their author has paid for them.
std::int64_t Triage::charge_repeat(const std::string& network, std::int64_t price,
                                   std::int64_t now_ms) {
  return network.empty() ? 0 : strangers_by_network_.take(network, price, now_ms);
}

// The key before the case: one who floods takes nothing from the others in it.
std::int64_t Triage::charge(const Verdict& verdict, const std::string& network, std::int64_t price,
                            std::int64_t now_ms) {
  const bool new_case = verdict.opens && !verdict.member;
  if (new_case && !verdict.owed && !network.empty()) {
    const std::int64_t wait_ms = openings_by_network_.take(network, 1, now_ms);
    if (wait_ms > 0) return wait_ms;
  }
  const std::int64_t wait_ms = messages_by_key_.take(verdict.source.key, price, now_ms);
  if (wait_ms > 0 || new_case) return wait_ms;
  return messages_by_case_.take(verdict.case_id, price, now_ms);
}

// What is said beside messages costs its signer as much as they do.
Triage::Verdict Triage::judge_notices(const Arrived& arrived, std::int64_t now_ms) {
  const PublicKey* signer = notice_signer(arrived);
  if (signer == nullptr || !arrived.submission.case_id) {
    return refuse_unsigned(arrived.submission, now_ms);
  }
  Verdict verdict;
  verdict.case_id = *arrived.submission.case_id;
  verdict.member = members_.has(verdict.case_id, *signer);
  verdict.source = {own_place(*signer), *signer};
  if (!verdict.member && !pays_as_stranger(arrived.submission, now_ms)) {
    return {Verdict::Way::not_found};
  }
  const auto price = static_cast<std::int64_t>(arrived.submission.parcel.notices.size());
  verdict.retry_after_ms = charge(verdict, arrived.submission.network, price, now_ms);
  if (verdict.retry_after_ms > 0) verdict.way = Verdict::Way::busy;
  return verdict;
}

Triage::Verdict Triage::judge_read(const Arrived& arrived, std::int64_t now_ms) {
  Verdict verdict;
  const auto& read = *arrived.read;
  if (!read || !arrived.submission.case_id) {
    return refuse_unsigned(arrived.submission, now_ms);
  }
  const PublicKey& key = (*read)->key;
  verdict.member = members_.has(*arrived.submission.case_id, key);
  if (!verdict.member && !pays_as_stranger(arrived.submission, now_ms)) {
    return {Verdict::Way::not_found};
  }
  verdict.retry_after_ms = reads_by_key_.take(key, 1, now_ms);
  if (verdict.retry_after_ms > 0) verdict.way = Verdict::Way::busy;
  return verdict;
}

Triage::Verdict Triage::refuse_unsigned(const Submission& submission, std::int64_t now_ms) {
  pays_as_stranger(submission, now_ms);
  return {Verdict::Way::not_found};
}

// One whom no case knows may still be new under a mandate that the writer knows, so that the writer
// is asked as long as the network can pay for it.
bool Triage::pays_as_stranger(const Submission& submission, std::int64_t now_ms) {
  return submission.network.empty() ||
         strangers_by_network_.take(submission.network, 1, now_ms) == 0;
}

bool Triage::is_member(const Arrived& arrived, const CaseId& case_id,
                       const Message& message) const {
  if (members_.has(case_id, message.author.key)) return true;
  return std::ranges::any_of(arrived.mandates, [&](const Verified<Mandate>& mandate) {
    return mandate.id() == message.author.authority && mandate->assistant == message.author.key &&
           members_.has(case_id, mandate->principal);
  });
}

bool Triage::was_taken(const Verified<Message>& message) const {
  const Digest bytes = sha256(message.envelope());
  const std::scoped_lock lock(mutex_);
  return is_taken_.contains(bytes);
}

void Triage::note_taken(const Arrived& arrived) {
  for (const auto& message : arrived.messages) {
    if (!message) continue;
    const Digest bytes = sha256(message->envelope());
    const std::scoped_lock lock(mutex_);
    if (!is_taken_.insert(bytes).second) continue;
    taken_.push_back(bytes);
    if (taken_.size() <= taken_max) continue;
    is_taken_.erase(taken_.front());
    taken_.pop_front();
  }
}

void Triage::note_turned_away(const Arrived& arrived) {
  for (const auto& message : arrived.messages) {
    if (message) forget(*message);
  }
}

void Triage::note_not_entered(const Arrived& arrived) {
  for (const auto& message : arrived.messages) {
    if (message && is_owed(arrived, *message)) forget(*message);
  }
}

void Triage::forget(const Verified<Message>& message) {
  const Digest bytes = sha256(message.envelope());
  const std::scoped_lock lock(mutex_);
  is_taken_.erase(bytes);
}

bool Triage::may_refuse_opening(std::int64_t now_ms) {
  return refused_openings_.take("", 1, now_ms) == 0;
}

bool Triage::may_refuse_accept(const CaseId& case_id, std::int64_t now_ms) {
  return refused_accepts_.take(case_id, 1, now_ms) == 0;
}

}  // namespace entente
