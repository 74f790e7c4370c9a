#pragma once
// A case: what two parties have said to each other, folded into what stands, what is agreed and
// what is owed. Both parties and every auditor fold the same messages into the same case.
//
//     Outcome outcome = casefile.admit(authorised, now_ms);     // binding, none(code),
//     refused(code)
//
// Pure. The lifecycle and the crossing rules are tables (transitions.h, crossing.h), printed into
// protocol/spec/05-lifecycle.md.

#include <entente/casefile/handoff_machine.h>
#include <entente/protocol/message.h>
#include <entente/protocol/trust.h>

#include <map>
#include <optional>

namespace entente {

enum class Effect : std::uint8_t { binding, none, refused };
struct Outcome {
  Effect effect = Effect::refused;
  ErrorCode code = ErrorCode::internal;  // meaningless when binding
  bool operator==(const Outcome&) const = default;
};
// "binding", "none(no_offer)", "refused(stale_head)".
std::string describe(const Outcome& outcome);

enum class Phase : std::uint8_t { open, close_proposed, closed };
std::string_view name(Phase phase);

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
};

// What made terms binding: an accept, a grant or an acknowledged exercise. Its id is the source of
// every back-office write it causes.
struct Binding {
  enum class Kind : std::uint8_t { agreement, grant, exercise };
  Kind kind = Kind::agreement;
  MessageId source;
  MessageId offer;  // of an agreement
  std::uint64_t position = 0;
  std::int64_t at_ms = 0;
  std::int64_t awaiting_link_until_ms = 0;
  bool superseded = false;
  std::vector<TermState> terms;
};

struct ClaimState {
  Claim claim;
  MessageId message;  // that brought it: its `parts` are what the claim's indices mean
  std::optional<Determine> determination;
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
  const LinkState& link() const;
  bool consumer_left() const;
  const std::optional<MessageId>& close_proposal() const;
  std::int64_t reopen_until_ms() const;
  // The live handoff, or the last one; its state says which.
  const HandoffState* handoff() const;
  bool handoff_pending() const;
  bool person_joined() const;
  std::vector<CaseClock> clocks() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace entente
