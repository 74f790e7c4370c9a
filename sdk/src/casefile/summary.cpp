#include <entente/casefile/summary.h>

namespace entente {
namespace {

// One line per thing: words and numbers in a fixed order, separated by a space.
class Lines {
 public:
  template <class... T>
  void add(const T&... words) {
    (append(words), ...);
    text_ += '\n';
  }
  std::string take() { return std::move(text_); }

 private:
  void append(std::string_view word) {
    if (!text_.empty() && text_.back() != '\n') text_ += ' ';
    text_ += word.empty() ? "-" : word;
  }
  void append(const std::string& word) { append(std::string_view(word)); }
  void append(const char* word) { append(std::string_view(word)); }
  void append(const Digest& id) { append(id.is_zero() ? std::string() : to_hex(id)); }
  void append(const std::optional<Digest>& id) { append(id.value_or(Digest{})); }
  void append(bool flag) { append(std::string_view(flag ? "yes" : "no")); }
  template <class T>
    requires std::integral<T>
  void append(T number) {
    append(std::to_string(number));
  }

  std::string text_;
};

std::string_view state_name(Performed::State state) {
  return state == Performed::State::unset ? "owed" : name(state);
}

std::string_view kind_name(Binding::Kind kind) {
  switch (kind) {
    case Binding::Kind::agreement:
      return "agreement";
    case Binding::Kind::grant:
      return "grant";
    case Binding::Kind::exercise:
      return "exercise";
  }
  return {};
}

void add_messages(Lines& lines, const Case& casefile) {
  for (std::uint64_t i = 0; i < casefile.next_position(); ++i) {
    const Authorised<Message>& message = casefile.messages()[i];
    lines.add("message", i, message.id(), name(message->author.party), name(message->verb()),
              casefile.admitted_ms(i), describe(casefile.outcome_at(i)));
  }
}

void add_claims(Lines& lines, const Case& casefile) {
  for (const auto& [id, claim] : casefile.claims()) {
    lines.add("claim", id, claim.claim.category, claim.claim.code, claim.agreement,
              claim.determination ? name(claim.determination->result) : std::string_view(),
              claim.contest_until_ms, claim.superseded.size());
  }
}

void add_offers(Lines& lines, const Case& casefile) {
  for (const auto& [id, offer] : casefile.offers()) {
    const bool ended = offer.status != OfferStatus::standing;
    lines.add("offer", id, name(offer.by), offer.position, name(offer.status), offer.valid_until_ms,
              offer.extended, ended ? offer.ended_at : 0);
  }
}

void add_bindings(Lines& lines, const Case& casefile) {
  for (const auto& [source, binding] : casefile.bindings()) {
    lines.add("binding", source, kind_name(binding.kind), name(binding.by), binding.position,
              binding.at_ms, binding.awaiting_link_until_ms, binding.superseded);
    for (const TermState& term : binding.terms) {
      lines.add("term", source, term.term.id, state_name(term.state), state_name(term.condition),
                term.due_ms, term.amount_done, term.confirmed, term.disputed, term.active,
                term.ended);
    }
  }
  for (const auto& [id, right] : casefile.exercises()) {
    lines.add("right", id, right.invoke.right, right.received_ms, right.approved_ms,
              right.acknowledged);
  }
}

void add_dialogue(Lines& lines, const Case& casefile) {
  for (const auto& [key, question] : casefile.questions()) {
    lines.add("question", name(key.first), key.second, question.question.topic,
              question.answer_by_ms, question.answered_by);
  }
  const LinkState& link = casefile.link();
  lines.add("link", link.method, link.assurance, link.challenge, link.expires_ms, link.failed);
  for (const auto& [mandate, position] : casefile.revoked_mandates()) {
    lines.add("revoked", mandate, position);
  }
}

void add_handoffs(Lines& lines, const Case& casefile) {
  for (const HandoffState& ticket : casefile.handoffs()) {
    const std::string operator_ref = ticket.joined ? ticket.joined->operator_ref : "";
    lines.add("handoff", ticket.hid, name(ticket.stage), ticket.asked_ms, ticket.since_ms,
              ticket.deadline_ms, name(ticket.level), ticket.slot.id, ticket.slot_chosen,
              operator_ref, ticket.joined_ms, ticket.disposition, ticket.lapsed);
  }
}

}  // namespace

std::string describe(const Case& casefile) {
  Lines lines;
  lines.add("case", casefile.id(), name(casefile.phase()), casefile.head(),
            casefile.next_position(), casefile.effective_prev(Party::consumer),
            casefile.effective_prev(Party::brand), casefile.consumer_left());
  lines.add("close", casefile.close_proposal(), casefile.contest_until_ms(),
            casefile.reopen_until_ms());
  add_messages(lines, casefile);
  add_claims(lines, casefile);
  add_offers(lines, casefile);
  add_bindings(lines, casefile);
  add_dialogue(lines, casefile);
  add_handoffs(lines, casefile);
  return lines.take();
}

}  // namespace entente
