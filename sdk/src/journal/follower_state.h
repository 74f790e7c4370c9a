#pragma once
// A consumer's journal while it is open: what it speaks as, how far it has followed the brand's
// log, and each case.

#include <entente/journal/follower.h>

#include "compose.h"
#include "contradictions_kept.h"
#include "notices_heard.h"
#include "reply.h"

namespace entente {

struct Follower::State {
  Ledger& ledger;
  ConsumerIdentity identity;
  Clock& clock;
  Entropy& entropy;
  std::optional<Authority> authority;  // from the first card on
  std::optional<Verified<Mandate>> mandate;
  TakenBack taken_back;
  BrandLine line;
  std::vector<Vkey> log_keys;  // of all cards, the newest first
  std::map<CaseId, FollowedCase> cases;
  ContradictionsKept contradictions;
  NoticesHeard notices;

  Result<Vkey> brand_vkey() const { return Vkey::decode(authority->newest_card()->log_vkey); }
  Status learn(const Verified<Card>& card, std::int64_t at_ms);
  Status keep_disowned();

  void frame(Message& message, const CaseId& case_id) const;
  Result<Verified<Message>> persist(Composition made, const CaseId* known, const Signer& author);
  Result<Verified<Message>> reply(const CaseId& case_id, const Speech& speech,
                                  const Signer* principal, const ApproveExercise& approve);
  Result<Parcel> pack(const CaseId& case_id, std::span<const Verified<Message>> messages);
  Status keep(const CaseId& case_id, std::vector<Contradiction> found);
  void advance_line(const CheckedReply& reply, const Parcel& parcel);
  void log_refusals(const CaseId& case_id, const std::vector<HeardRefusal>& refusals);
  void log_news(const CaseId& case_id, const std::vector<Placed>& folded);
  Status load();
  Status load_documents();
  using Receipted = std::map<std::uint64_t, Placed>;  // by position
  Result<Receipted> load_case(const CaseId& case_id);
  Status fold_loaded(const std::map<CaseId, Receipted>& loaded);
  Status load_entry(FollowedCase& followed, const StoredEntry& entry,
                    std::vector<Verified<Message>>& messages);
};

}  // namespace entente
