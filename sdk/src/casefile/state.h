#pragma once
// What a Case holds. Judging reads it, folding and the passing of time change it; nothing else
// does.

#include <entente/casefile/case.h>
#include <entente/casefile/crossing.h>

#include <array>
#include <unordered_map>

namespace entente {

struct ActKey {
  PublicKey author;
  ActId act{};
  bool operator==(const ActKey&) const = default;
};

struct ActKeyHash {
  std::size_t operator()(const ActKey& key) const noexcept {
    std::size_t value = 0;
    std::memcpy(&value, key.act.data(), sizeof value);
    return value ^ std::hash<PublicKey>{}(key.author);
  }
};

// The close that stands, proposed or final.
struct CloseState {
  std::optional<MessageId> proposal;
  Party by = Party::unset;
  std::uint64_t position = 0;  // of the proposal, or of the consumer's `final`
  std::int64_t contest_until_ms = 0;
  std::int64_t reopen_until_ms = 0;
  bool by_own_final = false;  // the consumer closed it, and so has seen it
};

// From when to when the brand has said busy to a message, and what its author may count on.
struct Presented {
  std::int64_t first_ms = 0;
  std::int64_t until_ms = 0;
};

struct CaseState {
  CaseId id;
  bool opened = false;
  Phase phase = Phase::open;

  std::vector<Authorised<Message>> messages;
  std::vector<std::int64_t> admitted_ms;
  std::vector<Outcome> outcomes;
  std::unordered_map<MessageId, std::uint64_t> positions;
  std::unordered_map<ActKey, std::uint64_t, ActKeyHash> acts;
  std::array<std::int64_t, 3> named{-1, -1, -1};  // by Party; -1: none yet

  std::map<std::uint16_t, ClaimState> claims;
  std::map<MessageId, OfferState> offers;
  std::map<MessageId, Binding> bindings;
  std::map<MessageId, ExerciseState> exercises;
  std::map<std::pair<Party, std::uint16_t>, QuestionState> questions;
  std::map<Digest, std::uint64_t> revoked;
  std::unordered_map<MessageId, std::vector<Presented>> presented;
  Digest consumer_mandate;  // the newest that a consumer's message was said under
  LinkState link;
  bool left = false;
  CloseState close;
  std::int64_t awaiting_principal_until_ms = 0;
  std::int64_t awaiting_principal_since_ms = 0;
  MessageId awaiting_principal;
  std::int64_t consumer_spoke_ms = 0;

  std::vector<HandoffState> handoffs;
  std::int64_t pending_since_ms = 0;  // 0: no handoff is waiting

  std::int64_t next_change_ms = 0;  // when time changes something; 0: never

  MessageId head() const { return messages.empty() ? MessageId{} : messages.back().id(); }
  const HandoffState* handoff() const { return handoffs.empty() ? nullptr : &handoffs.back(); }
  bool pending() const { return handoff() && is_waiting(handoff()->stage); }
  bool person_joined() const;
};

struct Case::State : CaseState {};

// An instant so far away that it never comes.
inline constexpr std::int64_t never_ms = limits::integer_max;

// judge.cpp: the whole judgement. Requires that time has been let pass until now_ms.
Outcome judge_message(const CaseState& state, const Authorised<Message>& message,
                      std::int64_t now_ms);
// judge_terms.cpp: does what the body names exist, and may this author say it of them? Binding if
// so; what the tables say comes after.
Outcome check_references(const CaseState& state, const Authorised<Message>& message,
                         std::int64_t now_ms);
// standing.cpp: the outcome of the crossing tables.
Outcome cross(const CaseState& state, const Authorised<Message>& message, std::int64_t now_ms);

// presented.cpp: the instant by which an accept that was told to come back is in time.
std::int64_t judged_at(const CaseState& state, const Verified<Message>& message,
                       std::int64_t now_ms);

// fold.cpp: records an admitted message and, if it binds, what it does.
void fold_message(CaseState& state, const Authorised<Message>& message, const Outcome& outcome,
                  std::int64_t now_ms);

// fold_terms.cpp
void fold_offer(CaseState& state, const Authorised<Message>& message, std::int64_t now_ms);
void fold_accept(CaseState& state, const Authorised<Message>& message, std::int64_t now_ms);
void fold_grant(CaseState& state, const Authorised<Message>& message, std::int64_t now_ms);
void fold_invoke(CaseState& state, const Authorised<Message>& message, std::int64_t now_ms);
// The right was exercised before, without the approval that this repeat of it carries.
void fold_approval(CaseState& state, const Authorised<Message>& message, std::int64_t now_ms);
void fold_acknowledged(CaseState& state, const Authorised<Message>& message, std::int64_t now_ms);
void fold_perform(CaseState& state, const Perform& perform, std::int64_t now_ms);
void end_offer(OfferState& offer, OfferStatus status, std::uint64_t position);

// advance.cpp
void advance_to(CaseState& state, std::int64_t now_ms);
void plan_next_change(CaseState& state);
// Replaces the newest ticket, or adds one, and starts or ends the pause of the clocks.
void set_handoff(CaseState& state, HandoffState next, bool is_new, std::int64_t at_ms);

// Questions the other files share.
bool has(const std::vector<std::uint16_t>& ids, std::uint16_t id);
std::int64_t lapses_ms(const CaseState& state, const OfferState& offer);
bool share_claim(const std::vector<Term>& terms, const std::vector<std::uint16_t>& claims);
bool share_claim(const std::vector<Term>& terms, const std::vector<Term>& others);
// True unless the right only asks for a new answer, as a contest does.
bool ends_offers(const Invoke& invoke);
bool performance_begun(const Binding& binding);
// An agreement that is over, and on a claim of it there is another that is not: it stays over.
bool gave_way(const CaseState& state, const Binding& binding);

}  // namespace entente
