#include "service_agent.h"

#include <entente/crypto/hash.h>
#include <entente/identity/linked_account.h>
#include <entente/policy/exposure_fold.h>
#include <entente/wire/codec.h>

#include <algorithm>

namespace entente {
namespace {

constexpr int rounds_max = 16;  // of answers to one batch

// By a right that the brand owes something for. That it is done, is asked of all that is owed.
bool is_answered_by_right(const Case& casefile, std::uint16_t claim) {
  return std::ranges::any_of(casefile.exercises(), [&](const auto& entry) {
    const auto& [id, right] = entry;
    const auto duties = casefile.bindings().find(id);
    return duties != casefile.bindings().end() && !duties->second.terms.empty() &&
           std::ranges::find(right.invoke.claims, claim) != right.invoke.claims.end();
  });
}

// Under a mandate that does not carry it, or of a claim that is none: dated, and no more.
bool is_right_without_effect(const Message& message, const Outcome& outcome) {
  const auto* exercise = std::get_if<Exercise>(&message.body);
  return exercise != nullptr && std::holds_alternative<Invoke>(exercise->act) &&
         (outcome.code == ErrorCode::mandate_revoked || outcome.code == ErrorCode::unknown_claim);
}

bool is_still_disputed(const Case& casefile, const Message& message) {
  const auto* dispute = std::get_if<Dispute>(&message.body);
  if (dispute == nullptr || message.author.party != Party::consumer) return false;
  const auto binding = casefile.bindings().find(dispute->source);
  return binding != casefile.bindings().end() &&
         std::ranges::any_of(dispute->terms, [&](std::uint16_t id) {
           const TermState* term = binding->second.find_term(id);
           return term != nullptr && term->disputed;
         });
}

// What was said before it, a person has seen or will.
bool is_persons_from_here(const Message& message, const Outcome& outcome) {
  const auto* handoff = std::get_if<Handoff>(&message.body);
  if (handoff == nullptr || outcome.effect != Effect::binding) return false;
  return std::holds_alternative<HandoffRequest>(handoff->act) ||
         std::holds_alternative<HandoffDisputed>(handoff->act) ||
         std::holds_alternative<Returned>(handoff->act) ||
         std::holds_alternative<Concluded>(handoff->act);
}

}  // namespace

ServiceAgent::ServiceAgent(ServiceAgentParts parts)
    : parts_(std::move(parts)), policy_digest_(sha256(view(parts_.policy.text()))) {}

void ServiceAgent::attach(Sequencer& sequencer) { sequencer_ = &sequencer; }

void ServiceAgent::admitted(const CaseRecord& record) {
  const auto text_of = [&record](const PartRef& ref) -> std::optional<std::string> {
    const Part* part = record.find_part(ref);
    return part == nullptr ? std::nullopt : std::optional(to_text(part->content));
  };
  const auto account_at = [&](std::uint64_t position) {
    const auto link = find_account_link_at(record.casefile, position);
    return link ? text_of(link->account).value_or("") : std::string();
  };
  fold_exposure(exposure_, record.casefile, {.account_at = account_at, .text_of = text_of});
  note_begun(record);
}

// The desk has the ticket before the log has: it stands in the queue from now on. Its place is said
// once there is an entry.
void ServiceAgent::promised(const CaseRecord& record, const Authorised<Message>& message) {
  const auto* handoff = std::get_if<Handoff>(&message->body);
  const auto* request = handoff ? std::get_if<HandoffRequest>(&handoff->act) : nullptr;
  const HandoffState* live = record.casefile.handoff();
  if (request == nullptr || (live != nullptr && is_live(live->stage))) return;
  const std::int64_t now_ms = parts_.clock.now_ms();
  const auto link = find_account_link(record.casefile, now_ms);
  HandoffRequest asked = *request;
  if (message.lapsed()) asked.principal_present = HandoffRequest::Present::async;
  parts_.desk.route({.hid = message.id(),
                     .case_id = record.casefile.id(),
                     .request = asked,
                     .assurance = link ? std::string_view(link->assurance) : std::string_view()},
                    now_ms);
  const std::scoped_lock lock(mutex_);
  progress_[record.casefile.id()].at_desk.insert(message.id());
}

// What joined another ticket of its case is none of its own.
void ServiceAgent::settle_at_desk(const Case& casefile) {
  std::set<Digest> waiting;
  {
    const std::scoped_lock lock(mutex_);
    const auto known = progress_.find(casefile.id());
    if (known == progress_.end()) return;
    waiting = known->second.at_desk;
    std::erase_if(known->second.at_desk,
                  [&](const Digest& hid) { return casefile.find_position(hid).has_value(); });
  }
  for (const Digest& hid : waiting) {
    const HandoffState* ticket = casefile.handoff();
    const bool is_other = ticket == nullptr || ticket->hid != hid;
    if (is_other && casefile.find_position(hid)) parts_.desk.leave(hid);
  }
}

// Until there is nothing more to say at once: what is said may make the next thing due.
void ServiceAgent::respond(Room& room) {
  const Case& casefile = room.casefile();
  if (!casefile.is_open()) return;
  for (int round = 0; round < rounds_max; ++round) {
    const std::uint64_t said_before = casefile.next_position();
    respond_once(room);
    if (casefile.next_position() == said_before) return;
  }
}

// In this order: what nobody may delay, what was agreed, and then what is still open.
void ServiceAgent::respond_once(Room& room) {
  route_handoff(room);
  // Each is owed in the batch that admitted it, however many there are.
  for (std::size_t left = room.casefile().messages().size(); left > 0; --left) {
    if (!acknowledge_right(room)) break;
  }
  turn_to_person(room);
  if (frozen_) hand_over(room);
  if (answer_link(room)) return;
  if (perform_terms(room)) return;
  if (answer_claim(room)) return;
  propose_close(room);
}

// A worker that is under way finishes: its key may have been carried out, and its result is as good
// as before. Its name stays, so that nobody starts it beside itself.
void ServiceAgent::start_over() {
  exposure_ = {};
  begun_ = {};
  const std::scoped_lock lock(mutex_);
  for (auto& [case_id, progress] : progress_) {
    for (const auto& [name, work] : progress.to_start) progress.in_flight.erase(name);
    progress.to_start.clear();
    progress.link_looked_at = {};
  }
}

void ServiceAgent::committed(const Case& casefile) {
  std::vector<std::pair<std::string, Call>> to_start;
  {
    const std::scoped_lock lock(mutex_);
    const auto known = progress_.find(casefile.id());
    if (known == progress_.end()) return;
    to_start.swap(known->second.to_start);
  }
  for (auto& [name, call] : to_start) parts_.workers.start(std::move(call));
}

// A call that hangs is remembered: it may still get there.
void ServiceAgent::forget(const CaseId& case_id) {
  exposure_.end_case(case_id);
  begun_.end_case(case_id);
  const std::scoped_lock lock(mutex_);
  const auto known = progress_.find(case_id);
  if (known != progress_.end() && known->second.hanging.empty()) progress_.erase(known);
}

bool ServiceAgent::is_working(const CaseId& case_id) const {
  const std::scoped_lock lock(mutex_);
  const auto known = progress_.find(case_id);
  return known != progress_.end() && !known->second.in_flight.empty();
}

bool ServiceAgent::is_idle() const {
  const std::scoped_lock lock(mutex_);
  return std::ranges::all_of(progress_,
                             [](const auto& entry) { return entry.second.in_flight.empty(); });
}

bool ServiceAgent::is_in_flight(const CaseId& case_id, const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  const auto known = progress_.find(case_id);
  return known != progress_.end() && known->second.in_flight.contains(name);
}

void ServiceAgent::later(const CaseId& case_id, const std::string& name, Errand errand) {
  const std::scoped_lock lock(mutex_);
  Progress& progress = progress_[case_id];
  if (!progress.in_flight.insert(name).second) return;
  progress.to_start.emplace_back(name, call_for(case_id, name, std::move(errand)));
}

Call ServiceAgent::call_for(const CaseId& case_id, const std::string& name, Errand errand) {
  Call call{.timeout_ms = errand.timeout_ms};
  call.ask = [this, case_id, name, ask = std::move(errand.ask)] {
    return [this, case_id, name, finish = ask()] { post(case_id, name, finish); };
  };
  call.unanswered = [this, case_id, name, finish = std::move(errand.unanswered)] {
    post(case_id, name, finish);
  };
  if (errand.late) {
    call.late = [this, case_id, finish = std::move(errand.late)] { post(case_id, {}, finish); };
  }
  return call;
}

void ServiceAgent::post(const CaseId& case_id, const std::string& name,
                        std::function<void(Room&)> what) {
  sequencer_->post(case_id, [this, case_id, name, what = std::move(what)](Room& room) {
    {
      const std::scoped_lock lock(mutex_);
      progress_[case_id].in_flight.erase(name);
    }
    what(room);
  });
}

std::string ServiceAgent::account_of(Room& room) const {
  return account_of(room, find_account_link(room.casefile(), room.now_ms()));
}

std::string ServiceAgent::account_of(Room& room, const std::optional<AccountLink>& link) const {
  const Part* part = link ? room.find_part(link->account) : nullptr;
  return part == nullptr ? std::string() : to_text(part->content);
}

PartTexts ServiceAgent::texts_of(const Room& room, const Message& message) const {
  PartTexts texts;
  for (std::size_t i = 0; i < message.parts.size(); ++i) {
    if (const Part* part = room.find_part(message.parts[i])) {
      texts.texts[static_cast<PartIndex>(i)] = to_text(part->content);
    }
  }
  return texts;
}

// Brings a person in of the brand's own accord: where the policy says that a machine must not
// decide.
void ServiceAgent::ask_for_person(Room& room, std::string_view reason) {
  const HandoffState* handoff = room.casefile().handoff();
  if (handoff != nullptr && is_live(handoff->stage)) return;
  const auto& opening = std::get<Open>((*room.casefile().messages().front()).body);
  const Speech speech{
      .body = Handoff{.hid = {},
                      .act = HandoffRequest{.reason = std::string(reason),
                                            .principal_present = HandoffRequest::Present::async,
                                            .channels = {"case"},
                                            .language = opening.language}}};
  if (room.say(speech, Actor::rules)) route_handoff(room);
}

// What would wait for a stopped agent waits for a person instead, who has the case at once.
bool ServiceAgent::hand_over(Room& room) {
  const Case& casefile = room.casefile();
  const HandoffState* handoff = casefile.handoff();
  const bool has_person = handoff != nullptr && is_live(handoff->stage);
  if (casefile.phase() == Phase::closed || has_person) return false;
  if (!next_claim(parts_.policy, casefile)) return false;
  ask_for_person(room, "policy_never_automate");
  return true;
}

bool ServiceAgent::route_handoff(Room& room) {
  settle_at_desk(room.casefile());
  const HandoffState* handoff = room.casefile().handoff();
  if (handoff == nullptr) return false;
  if (!is_waiting(handoff->stage)) {
    parts_.desk.leave(handoff->hid);
    return false;
  }
  const bool unanswered = handoff->stage == HandoffStage::requested;
  // A slot whose time has come, an opening, a promise that ran out: the ticket is in the queue
  // again and is owed a new place; so is one whose update is due.
  const bool due =
      handoff->deadline_ms <= room.now_ms() ||
      (handoff->stage == HandoffStage::queued && handoff->queue.next_update_by_ms <= room.now_ms());
  const bool moved = handoff->stage == HandoffStage::missed ||
                     handoff->stage == HandoffStage::escalated ||
                     handoff->stage == HandoffStage::transferring;
  if (!unanswered && !due && !moved) return false;
  const auto link = find_account_link(room.casefile(), room.now_ms());
  HandoffRequest request = handoff->request;
  // Whoever asked has no mandate any more: a person turns to the principal, in writing.
  if (handoff->lapsed) request.principal_present = HandoffRequest::Present::async;
  const TicketView ticket{
      .hid = handoff->hid,
      .case_id = room.casefile().id(),
      .request = request,
      .assurance = link ? std::string_view(link->assurance) : std::string_view()};
  const Digest hid = handoff->hid;
  if (unanswered) {
    return room
        .say({.body = Handoff{hid, Acked{parts_.desk.route(ticket, room.now_ms())}}}, Actor::rules)
        .has_value();
  }
  return room
      .say({.body = Handoff{hid, Routed{parts_.desk.update(ticket, room.now_ms())}}}, Actor::rules)
      .has_value();
}

// The receipt has dated the right; the acknowledgement names what the brand now owes. Where the
// policy knows of nothing, a person answers it.
bool ServiceAgent::acknowledge_right(Room& room) {
  const Case& casefile = room.casefile();
  for (const auto& message : casefile.messages()) {
    const auto* exercise = std::get_if<Exercise>(&message->body);
    if (exercise == nullptr || !std::holds_alternative<Invoke>(exercise->act)) continue;
    if (casefile.bindings().contains(message.id())) continue;
    const MessageId right = message.id();
    const std::uint64_t position = casefile.find_position(right).value_or(0);
    if (casefile.outcome_at(position).effect != Effect::binding) continue;
    const auto link = find_account_link(casefile, room.now_ms());
    const Speech speech =
        entente::acknowledge_right(parts_.policy, message, link ? link->assurance : std::string(),
                                   casefile.admitted_ms(position));
    if (!room.say(speech, Actor::rules)) return false;
    const auto duties = casefile.bindings().find(right);
    if (duties->second.terms.empty()) ask_for_person(room, "legal_right_invoked");
    return true;
  }
  return false;
}

// What no rule settles: a right that has had no effect, and what the consumer says was not done.
void ServiceAgent::turn_to_person(Room& room) {
  const Case& casefile = room.casefile();
  for (std::uint64_t position = casefile.next_position(); position-- > 0;) {
    const Message& message = *casefile.messages()[position];
    const Outcome outcome = casefile.outcome_at(position);
    if (is_persons_from_here(message, outcome)) return;
    if (is_right_without_effect(message, outcome)) {
      return ask_for_person(room, "legal_right_invoked");
    }
    if (is_still_disputed(casefile, message)) return ask_for_person(room, "deadlock");
  }
}

// Once everything is answered, performed and confirmed or confirmable, the brand proposes to close;
// who has left waits for no answer.
bool ServiceAgent::propose_close(Room& room) {
  const Case& casefile = room.casefile();
  if (casefile.phase() != Phase::open || casefile.claims().empty() || casefile.handoff_pending() ||
      casefile.person_joined() || is_working(casefile.id())) {
    return false;
  }
  std::size_t resolved = 0;
  bool withdrawn = false;
  bool by_right = false;
  for (const auto& [id, claim] : casefile.claims()) {
    const bool owed_by_right = is_answered_by_right(casefile, id);
    const bool answered = claim.agreement || claim.determination || owed_by_right;
    if (!answered && !casefile.consumer_left()) return false;
    withdrawn = withdrawn || !answered;
    by_right = by_right || owed_by_right;
    if (claim.agreement || owed_by_right) ++resolved;
  }
  for (const auto& [source, binding] : casefile.bindings()) {
    if (binding.superseded) continue;
    for (const TermState& term : binding.terms) {
      if (term.ended || (term.term.standby && term.state == Performed::State::unset)) continue;
      if (term.state != Performed::State::done || term.disputed) return false;
      if (!std::holds_alternative<NoCondition>(term.term.condition) &&
          term.condition != Performed::State::done) {
        return false;
      }
    }
  }
  const bool is_whole = resolved == casefile.claims().size();
  const std::string_view outcome = is_whole && by_right ? "resolved_consumer_favour"
                                   : is_whole           ? "resolved_agreed"
                                   : resolved > 0       ? "resolved_partial"
                                   : withdrawn          ? "withdrawn_by_consumer"
                                                        : "not_entitled";
  const std::int64_t now_ms = room.now_ms();
  return room
      .say(
          {.body = Close{CloseProposed{.outcome = std::string(outcome),
                                       .contest_until_ms = now_ms + parts_.policy.contest_for_ms(),
                                       .reopen_until_ms = now_ms + parts_.policy.reopen_for_ms()}}},
          Actor::rules)
      .has_value();
}

}  // namespace entente
