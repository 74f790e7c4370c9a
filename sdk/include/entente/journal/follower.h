#pragma once
// The consumer's spine: what the principal's side said is persisted before it is sent, what the
// brand said is believed only with its receipt, and both are folded in the brand's order.
//
//     ENTENTE_LET(parcel, follower.say(opening));          // persisted, then yours to send
//     ENTENTE_LET(news, follower.receive(reply));          // verified, folded, persisted
//
// One follower per (principal, brand): its ledger is a log of its own. One thread at a time.

#include <entente/journal/case_record.h>
#include <entente/policy/speech.h>
#include <entente/wire/contradiction.h>

#include <functional>
#include <set>

namespace entente {

struct ConsumerIdentity {
  const Signer* assistant = nullptr;  // speaks
  Bytes mandate;                      // envelope; empty if the principal's own key speaks
  Environment environment = Environment::sandbox;
};

// What a reply brought.
struct News {
  std::vector<MessageId> receipted;   // own messages that now have a position
  std::vector<MessageId> heard;       // messages of the brand, in order
  std::vector<Refusal> refusals;      // signed, of own messages
  std::set<MessageId> never_refused;  // of these, what nobody may refuse: still to be sent
  // The answer starts at an older checkpoint than the newest known, as what was sent again names
  // it. Nothing but refusals was taken: a read brings the rest, proved from where we are.
  bool is_behind = false;
  // A brand whose log has got another name shows a head that is older than what it has given
  // receipts for: it has lost what stands from this position on, and show() tells it.
  std::optional<std::uint64_t> lost_from;
};

// The envelope of the principal's approval of this exercise, which is not signed yet.
using ApproveExercise = std::function<Result<Bytes>(const Message& exercise)>;

class Follower {
 public:
  // Fails with what the ledger says, card_invalid, mandate_invalid.
  static Result<std::unique_ptr<Follower>> start(Ledger& ledger, ConsumerIdentity identity,
                                                 Clock& clock, Entropy& entropy);
  ~Follower();

  // The brand's newest card, pinned after the first. Fails as Authority::learn does.
  Status learn_card(ByteView envelope);
  const Card* card() const;
  const Authority& authority() const;
  Digest mandate() const;  // zero: the principal's own key speaks

  // The first message of a case. `also` are said in the same breath, e.g. the proof of an account.
  Result<Parcel> open_case(const Speech& opening, std::span<const Speech> also);
  // With `approve`, a right says in the same breath that the principal wants it: the approval names
  // the act, and so is asked for once the act is composed. Nothing is said without; it fails so.
  Result<Parcel> say(const CaseId& case_id, const Speech& speech,
                     const ApproveExercise& approve = {});
  // The principal takes a mandate back, by its own signature. From here on this journal will not
  // speak under it again, whether or not the brand has heard. Fails with not_found.
  Result<Parcel> take_back(const CaseId& case_id, const Digest& mandate, const Signer& principal);
  // What was persisted and has no receipt yet, as the stored bytes: to be sent again.
  Result<Parcel> unsent(const CaseId& case_id) const;
  // The brand's log has got another name since it last said how far this case has come: to be
  // asked before anything is said in it, as a log that came back from a copy may lack its end.
  bool may_be_lost(const CaseId& case_id) const;
  // The messages of the case from here on, of both parties, with the brand's receipts: as many as a
  // parcel holds, behind an own one that says who shows them. Fails as reading does.
  Result<Parcel> show(const CaseId& case_id, std::uint64_t from) const;
  // What the brand says of a parcel of show(): nothing, or by its signature that a receipt does not
  // fit, and why. Fails with that code.
  Status hear_shown(const CaseId& case_id, const Parcel& answer) const;
  // A signed read of the case, for `after` and the path it is sent to.
  Result<Bytes> sign_read(std::string_view path) const;

  // Fails with checkpoint_invalid, receipt_invalid, log_forked, proof_invalid, signature_invalid,
  // act_conflict, and what the gate says of an author: then nothing of the parcel was believed, but
  // for cards that follow from those known.
  Result<News> receive(const CaseId& case_id, const Parcel& parcel);
  // What was erased here and told the brand, and has no answer yet: to be sent, by case. Also of
  // cases of which nothing else is left.
  Result<std::vector<std::pair<CaseId, Parcel>>> unanswered_notices() const;
  // Puts the brand's answers, and its own notices, on record. Those get the answer `held`: what the
  // consumer keeps is its evidence. It goes out with the next parcel of the case. What does not
  // verify is passed over. receive() does the same with what comes beside messages.
  Status hear_notices(const CaseId& case_id, const Parcel& parcel);
  // What the brand has signed so far that cannot be true, or that it may not sign. The first kind
  // is on record, too, and found again after a restart.
  const std::vector<Contradiction>& contradictions() const;

  // Whether something was persisted and has no receipt yet.
  bool has_unsent(const CaseId& case_id) const;
  const Verified<Message>* find_unsent(const CaseId& case_id, const MessageId& id) const;

  // Null if there is no such case.
  const Case* find_case(const CaseId& case_id) const;
  const Part* find_part(const CaseId& case_id, const PartRef& ref) const;
  std::vector<CaseId> cases() const;

 private:
  struct State;
  explicit Follower(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace entente
