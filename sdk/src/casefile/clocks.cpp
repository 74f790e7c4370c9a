#include "state.h"

namespace entente {
namespace {

inline constexpr std::int64_t lookup_ms = 30'000;  // an unknown performance is looked up after this

class Clocks {
 public:
  explicit Clocks(const CaseState& state) : state_(state), paused_(state.pending()) {}

  std::vector<CaseClock> list() {
    for (const auto& [id, offer] : state_.offers) add_offer(id, offer);
    for (const auto& [id, claim] : state_.claims) {
      const bool contestable = claim.determination && !claim.agreement;
      if (contestable) {
        add_consumers("contest_until", claim.contest_until_ms, claim.determined, id);
      }
    }
    for (const auto& [key, question] : state_.questions) {
      if (!question.answered_by) add_question(question);
    }
    for (const auto& [source, binding] : state_.bindings) add_binding(binding);
    add_close();
    add_consumers("awaiting_principal_until", state_.awaiting_principal_until_ms,
                  state_.awaiting_principal);
    if (!state_.link.assurance.empty()) {
      add("link_expires", Party::consumer, state_.link.expires_ms, state_.id);
    }
    add_handoff();
    return std::move(clocks_);
  }

 private:
  void add(std::string_view kind, Party owes, std::int64_t at_ms, const MessageId& cause,
           std::uint16_t item = 0) {
    if (at_ms != 0) clocks_.push_back({std::string(kind), owes, at_ms, cause, item});
  }

  // A clock that runs against the consumer stands still while a handoff is pending.
  void add_consumers(std::string_view kind, std::int64_t at_ms, const MessageId& cause,
                     std::uint16_t item = 0) {
    if (!paused_) add(kind, Party::consumer, at_ms, cause, item);
  }

  void add_offer(const MessageId& id, const OfferState& offer) {
    if (offer.status != OfferStatus::standing) return;
    if (lapses_ms(state_, offer) != never_ms) {
      add("valid_until", other(offer.by), offer.valid_until_ms, id);
    }
    add("inventory_until", offer.by, offer.offer().inventory_until_ms, id);
  }

  void add_question(const QuestionState& question) {
    if (question.question.optional) return;
    const std::uint16_t id = question.question.id;
    if (question.by == Party::brand) {
      add_consumers("answer_by", question.answer_by_ms, question.asked, id);
    } else {
      add("answer_by", Party::brand, question.answer_by_ms, question.asked, id);
    }
  }

  void add_binding(const Binding& binding) {
    if (binding.superseded) return;
    add_consumers("awaiting_link_until", binding.awaiting_link_until_ms, binding.source);
    for (const TermState& term : binding.terms) {
      if (!term.is_open()) continue;
      add("due", term.term.obligor, term.due_ms, binding.source, term.term.id);
      if (term.state == Performed::State::unknown) {
        add("lookup_at", term.term.obligor, term.reported_ms + lookup_ms, binding.source,
            term.term.id);
      }
      const auto* back = std::get_if<GoodsReturn>(&term.term.condition);
      if (back && term.condition != Performed::State::done) {
        add("condition_by", other(term.term.obligor), back->by_ms, binding.source, term.term.id);
      }
    }
  }

  void add_close() {
    const CloseState& close = state_.close;
    if (!close.proposal) return;
    if (state_.phase == Phase::close_proposed) {
      add("contest_until", Party::consumer, close.contest_until_ms, *close.proposal);
    }
    add("reopen_until", Party::consumer, close.reopen_until_ms, *close.proposal);
  }

  void add_handoff() {
    const HandoffState* ticket = state_.handoff();
    if (!ticket) return;
    add(deadline_kind(ticket->stage), deadline_owed_by(ticket->stage), ticket->deadline_ms,
        ticket->hid);
    const bool in_queue = ticket->stage == HandoffStage::queued;
    if (in_queue && !ticket->slot.id.empty()) {
      add("slot_to", Party::brand, ticket->slot.to_ms, ticket->hid);
    }
    // Only the journal knows of polls, and only messages move a ticket: when this falls due
    // without one, the brand routes it to ASYNC.
    const bool live = ticket->request.principal_present == HandoffRequest::Present::live;
    const bool may_be_lost = in_queue || ticket->stage == HandoffStage::requested;
    if (live && may_be_lost && !ticket->joined) {
      add("lost_after", Party::consumer, state_.consumer_spoke_ms + limits::lost_contact_ms,
          ticket->hid);
    }
  }

  const CaseState& state_;
  bool paused_;
  std::vector<CaseClock> clocks_;
};

}  // namespace

std::vector<CaseClock> Case::clocks() const { return Clocks(*state_).list(); }

}  // namespace entente
