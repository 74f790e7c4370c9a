#pragma once
// A case: what two parties have said to each other, folded into what stands, what is agreed and
// what is owed. Both parties and every auditor fold the same messages into the same case.
//
//     Outcome outcome = casefile.admit(authorised, now_ms);     // binding, none(..), refused(..)
//
// Pure. The lifecycle and the crossing rules are tables (transitions.h, crossing.h), printed into
// protocol/spec/05-lifecycle.md.

#include <entente/casefile/handoff_machine.h>
#include <entente/casefile/outcome.h>
#include <entente/casefile/transitions.h>
#include <entente/protocol/trust.h>

#include <map>
#include <optional>

namespace entente {

struct Refusal;

enum class OfferStatus : std::uint8_t {
  standing,
  replaced,
  retracted,
  accepted,
  declined,
  lapsed,
  ended_by_agreement,
  ended_by_exercise,
  ended_by_revoke
};
std::string_view name(OfferStatus status);

struct OfferState {
  Authorised<Message> message;  // its body is an Offer
  Party by = Party::unset;
  std::uint64_t position = 0;
  std::int64_t valid_until_ms = 0;  // extended or suspended by a handoff
  bool extended = false;
  OfferStatus status = OfferStatus::standing;
  std::uint64_t ended_at = 0;  // position of what ended it
  const Offer& offer() const { return std::get<Offer>(message->body); }
};

struct TermState {
  Term term;
  Performed::State state = Performed::State::unset;      // unset: nothing reported yet
  Performed::State condition = Performed::State::unset;  // of its condition
  std::int64_t due_ms = 0;                               // 0: waits for its condition or link
  std::int64_t amount_done = 0;
  PartIndex reference = no_part;
  bool confirmed = false;
  bool disputed = false;
  bool active = true;            // false: a standby term whose turn has not come
  bool ended = false;            // before it was begun, by an exercised right
  std::int64_t reported_ms = 0;  // when `state` was last said

  // Something is still to be done for it. A failed term is a person's matter, or its standby's.
  bool is_open() const;
};

// What made terms binding: an accept, a grant or an acknowledged exercise. Its id is the source of
// every back-office write it causes.
struct Binding {
  enum class Kind : std::uint8_t { agreement, grant, exercise };
  Kind kind = Kind::agreement;
  Party by = Party::unset;  // who accepted, granted or exercised
  MessageId source;
  MessageId offer;  // of an agreement
  std::uint64_t position = 0;
  std::int64_t at_ms = 0;
  std::int64_t awaiting_link_until_ms = 0;
  bool awaiting_approval = false;  // of an irreversible right, by the principal
  bool superseded = false;
  std::vector<TermState> terms;

  bool is_open() const;  // not superseded, and a term of it is open
  const TermState* find_term(std::uint16_t id) const;
};

// A right that was exercised, from its receipt on; its Binding exists once it is acknowledged.
struct ExerciseState {
  Invoke invoke;
  Digest subject;  // digest of the part that the right is about; zero: none
  std::uint64_t position = 0;
  std::int64_t received_ms = 0;
  std::int64_t approved_ms = 0;  // 0: it waits for the principal's approval
  bool acknowledged = false;
};

struct QuestionState {
  Question question;
  Party by = Party::unset;
  MessageId asked;
  std::int64_t asked_ms = 0;
  std::int64_t answer_by_ms = 0;  // pauses during a handoff; 0: none
  std::optional<MessageId> answered_by;
};

struct ClaimState {
  Claim claim;
  MessageId message;  // that brought it: its `parts` are what the claim's indices mean
  std::optional<Determine> determination;
  MessageId determined;               // zero: not
  std::int64_t contest_until_ms = 0;  // of the determination; pauses during a handoff
  std::optional<MessageId> agreement;
  std::vector<MessageId> superseded;
};

struct LinkState {
  std::string method;
  std::string assurance;  // of the grant; empty until then
  std::string challenge;
  std::int64_t expires_ms = 0;
  bool failed = false;
};

// One deadline: the journal wakes at the earliest.
struct CaseClock {
  std::string kind;  // valid_until, due, contest_until, next_update_by, slot ...
  Party owes = Party::unset;
  std::int64_t at_ms = 0;
  MessageId caused_by;
  std::uint16_t item = 0;  // term, claim or question
};

class Case {
 public:
  Case();
  ~Case();
  Case(const Case&);
  Case(Case&&) noexcept;
  Case& operator=(const Case&);
  Case& operator=(Case&&) noexcept;

  // Judges the message by the tables and, unless it is refused, gives it the next position and
  // folds it in. The first message must be an `open`.
  Outcome admit(const Authorised<Message>& message, std::int64_t now_ms);
  // The same judgement, changing nothing: what an author asks itself before speaking.
  Outcome judge(const Authorised<Message>& message, std::int64_t now_ms) const;
  // Lets time pass: offers lapse, closes become final, handoff clocks move. Idempotent.
  void advance(std::int64_t now_ms);

  // The brand's signed busy for a message of this case; other refusals change nothing.
  void note_busy(const Refusal& busy);
  // The instant a message that is admitted now is in time or late by: when its accept was first
  // told to come back, if it came back when told to; else now.
  std::int64_t judged_at_ms(const Verified<Message>& message, std::int64_t now_ms) const;

  const CaseId& id() const;
  bool is_open() const;  // an `open` was admitted
  Phase phase() const;
  MessageId head() const;
  std::uint64_t next_position() const;
  // Messages in order of position.
  const std::vector<Authorised<Message>>& messages() const;
  const Authorised<Message>* find_message(const MessageId& id) const;
  std::optional<std::uint64_t> find_position(const MessageId& id) const;
  std::int64_t admitted_ms(std::uint64_t position) const;
  Outcome outcome_at(std::uint64_t position) const;
  // The first admitted message with this act of this author.
  const Authorised<Message>* find_act(const PublicKey& author, const ActId& act) const;
  // The highest position that this party's messages have named as prev.
  std::uint64_t effective_prev(Party party) const;

  const std::map<std::uint16_t, ClaimState>& claims() const;
  const std::map<MessageId, OfferState>& offers() const;
  const std::map<MessageId, Binding>& bindings() const;
  // Rights in force, by the id of the message that exercised them.
  const std::map<MessageId, ExerciseState>& exercises() const;
  // By who asked and the question's id.
  const std::map<std::pair<Party, std::uint16_t>, QuestionState>& questions() const;
  // Revoked in this case, with the position of the revocation.
  const std::map<Digest, std::uint64_t>& revoked_mandates() const;
  const LinkState& link() const;
  bool consumer_left() const;
  // The close that stands: proposed, or final.
  const std::optional<MessageId>& close_proposal() const;
  std::int64_t contest_until_ms() const;  // of that close; 0: none stands
  std::int64_t reopen_until_ms() const;
  // The live handoff, or the last one; its state says which.
  const HandoffState* handoff() const;
  const std::vector<HandoffState>& handoffs() const;  // in the order they were asked for
  bool handoff_pending() const;
  bool person_joined() const;
  std::vector<CaseClock> clocks() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace entente
