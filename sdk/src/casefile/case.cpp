#include <entente/casefile/case.h>

#include <algorithm>

#include "state.h"

namespace entente {

Case::Case() : state_(std::make_unique<State>()) {}
Case::~Case() = default;
Case::Case(const Case& other) : state_(std::make_unique<State>(*other.state_)) {}
Case::Case(Case&&) noexcept = default;
Case& Case::operator=(const Case& other) {
  if (this != &other) state_ = std::make_unique<State>(*other.state_);
  return *this;
}
Case& Case::operator=(Case&&) noexcept = default;

Outcome Case::admit(const Authorised<Message>& message, std::int64_t now_ms) {
  advance_to(*state_, now_ms);
  const Outcome outcome = judge_message(*state_, message, now_ms);
  if (outcome.effect != Effect::refused) fold_message(*state_, message, outcome, now_ms);
  return outcome;
}

Outcome Case::judge(const Authorised<Message>& message, std::int64_t now_ms) const {
  const bool changes = state_->next_change_ms != 0 && state_->next_change_ms <= now_ms;
  if (!changes) return judge_message(*state_, message, now_ms);
  CaseState later = *state_;
  advance_to(later, now_ms);
  return judge_message(later, message, now_ms);
}

void Case::advance(std::int64_t now_ms) { advance_to(*state_, now_ms); }

const CaseId& Case::id() const { return state_->id; }
bool Case::is_open() const { return state_->opened; }
Phase Case::phase() const { return state_->phase; }
MessageId Case::head() const { return state_->head(); }
std::uint64_t Case::next_position() const { return state_->messages.size(); }
const std::vector<Authorised<Message>>& Case::messages() const { return state_->messages; }

const Authorised<Message>* Case::find_message(const MessageId& id) const {
  const auto position = find_position(id);
  return position ? &state_->messages[*position] : nullptr;
}

std::optional<std::uint64_t> Case::find_position(const MessageId& id) const {
  const auto found = state_->positions.find(id);
  if (found == state_->positions.end()) return std::nullopt;
  return found->second;
}

std::int64_t Case::admitted_ms(std::uint64_t position) const {
  return state_->admitted_ms.at(position);
}
Outcome Case::outcome_at(std::uint64_t position) const { return state_->outcomes.at(position); }

const Authorised<Message>* Case::find_act(const PublicKey& author, const ActId& act) const {
  const auto found = state_->acts.find({author, act});
  return found == state_->acts.end() ? nullptr : &state_->messages[found->second];
}

std::uint64_t Case::effective_prev(Party party) const {
  const std::int64_t named = state_->named[static_cast<std::size_t>(party)];
  return named < 0 ? 0 : static_cast<std::uint64_t>(named);
}

const std::map<std::uint16_t, ClaimState>& Case::claims() const { return state_->claims; }
const std::map<MessageId, OfferState>& Case::offers() const { return state_->offers; }
const std::map<MessageId, Binding>& Case::bindings() const { return state_->bindings; }
const std::map<MessageId, ExerciseState>& Case::exercises() const { return state_->exercises; }
const std::map<std::pair<Party, std::uint16_t>, QuestionState>& Case::questions() const {
  return state_->questions;
}
const std::map<Digest, std::uint64_t>& Case::revoked_mandates() const { return state_->revoked; }
const LinkState& Case::link() const { return state_->link; }
bool Case::consumer_left() const { return state_->left; }
const std::optional<MessageId>& Case::close_proposal() const { return state_->close.proposal; }
std::int64_t Case::contest_until_ms() const { return state_->close.contest_until_ms; }
std::int64_t Case::reopen_until_ms() const { return state_->close.reopen_until_ms; }
const HandoffState* Case::handoff() const { return state_->handoff(); }
const std::vector<HandoffState>& Case::handoffs() const { return state_->handoffs; }
bool Case::handoff_pending() const { return state_->pending(); }
bool Case::person_joined() const { return state_->person_joined(); }

// By the newest ticket that a person came to: asking for another sends nobody away.
bool CaseState::person_joined() const {
  const auto ticket =
      std::find_if(handoffs.rbegin(), handoffs.rend(),
                   [](const HandoffState& each) { return each.joined.has_value(); });
  if (ticket == handoffs.rend()) return false;
  return is_live(ticket->stage) || ticket->stage == HandoffStage::concluded;
}

bool TermState::is_open() const {
  return active && !ended && !confirmed &&
         (disputed || (state != Performed::State::done && state != Performed::State::failed));
}

bool Binding::is_open() const {
  if (superseded) return false;
  for (const TermState& each : terms) {
    if (each.is_open()) return true;
  }
  return false;
}

const TermState* Binding::find_term(std::uint16_t id) const {
  for (const TermState& each : terms) {
    if (each.term.id == id) return &each;
  }
  return nullptr;
}

std::string_view name(OfferStatus status) {
  switch (status) {
    case OfferStatus::standing:
      return "standing";
    case OfferStatus::replaced:
      return "replaced";
    case OfferStatus::retracted:
      return "retracted";
    case OfferStatus::accepted:
      return "accepted";
    case OfferStatus::declined:
      return "declined";
    case OfferStatus::lapsed:
      return "lapsed";
    case OfferStatus::ended_by_agreement:
      return "ended_by_agreement";
    case OfferStatus::ended_by_exercise:
      return "ended_by_exercise";
    case OfferStatus::ended_by_revoke:
      return "ended_by_revoke";
  }
  return {};
}

}  // namespace entente
