#pragma once
// What to do with a submission before the writer sees it, cheapest question first: the network it
// comes from, its signatures, who signed, what it may still spend. Any thread.

#include <deque>
#include <unordered_set>

#include "fair_lane.h"
#include "members.h"
#include "token_buckets.h"

namespace entente {

class Triage {
 public:
  Triage(const LoadLimits& limits, const Members& members);

  // Before any signature is checked: a network that was told "not found" too often hears nothing
  // else, unless it claims to bring what nothing may shed.
  bool is_deaf_to(const Submission& submission, std::int64_t now_ms);

  struct Verdict {
    enum class Way : std::uint8_t { reserved, ordinary, busy, not_found };
    Way way = Way::ordinary;
    Source source;
    CaseId case_id;
    std::int64_t retry_after_ms = 0;  // with busy; reserved: for what came with it and may be shed
    bool member = false;              // its no is signed
    bool opens = false;               // a case
    bool owed = false;                // never shed; if not reserved, these bytes were taken before
  };
  Verdict judge(const Arrived& arrived, std::int64_t now_ms);

  // The bytes are in the queue or further: sent again, they cost their author nothing.
  void note_taken(const Arrived& arrived);
  void note_turned_away(const Arrived& arrived);
  // What nothing sheds is no repeat of what did not become an entry.
  void note_not_entered(const Arrived& arrived);
  // Whether a signed no for an opening, or a logged one for an accept, can be afforded.
  bool may_refuse_opening(std::int64_t now_ms);
  bool may_refuse_accept(const CaseId& case_id, std::int64_t now_ms);

 private:
  Verdict judge_notices(const Arrived& arrived, std::int64_t now_ms);
  Verdict judge_read(const Arrived& arrived, std::int64_t now_ms);
  Verdict refuse_unsigned(const Submission& submission, std::int64_t now_ms);
  bool pays_as_stranger(const Submission& submission, std::int64_t now_ms);
  std::int64_t charge(const Verdict& verdict, const std::string& network, std::int64_t price,
                      std::int64_t now_ms);
  std::int64_t charge_repeat(const std::string& network, std::int64_t price, std::int64_t now_ms);
  bool is_member(const Arrived& arrived, const CaseId& case_id, const Message& message) const;
  bool was_taken(const Verified<Message>& message) const;
  void forget(const Verified<Message>& message);

  const Members& members_;
  TokenBuckets<PublicKey> messages_by_key_;
  TokenBuckets<CaseId> messages_by_case_;
  TokenBuckets<PublicKey> reads_by_key_;
  TokenBuckets<std::string> openings_by_network_;
  TokenBuckets<std::string> strangers_by_network_;
  TokenBuckets<std::string> refused_openings_;
  TokenBuckets<CaseId> refused_accepts_;

  mutable std::mutex mutex_;
  std::deque<Digest> taken_;  // of envelopes, oldest first
  std::unordered_set<Digest> is_taken_;
};

// Of bytes whose signature nobody has looked at: good for deciding what to look at, no more.
struct ClaimedMessage {
  MessageId id;
  Message message;
};
std::optional<ClaimedMessage> unverified_message(ByteView envelope);
bool claims_duty(const Parcel& parcel);

}  // namespace entente
