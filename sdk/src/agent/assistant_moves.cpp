#include <entente/protocol/render.h>
#include <entente/protocol/vocabulary.h>

#include <algorithm>

#include "assistant_state.h"
#include "core/overloaded.h"

namespace entente {
namespace {

bool acknowledges(const Authorised<Message>& message, const MessageId& exercise) {
  const auto* said = std::get_if<Exercise>(&message->body);
  const auto* answer = said ? std::get_if<Acknowledged>(&said->act) : nullptr;
  return answer != nullptr && answer->of == exercise;
}

// The parts of the message in which the terms of a binding stand.
const std::vector<PartRef>& parts_of(const Case& casefile, const Binding& binding) {
  static const std::vector<PartRef> none;
  const auto& messages = casefile.messages();
  const auto* found = casefile.find_message(
      binding.kind == Binding::Kind::agreement ? binding.offer : binding.source);
  if (binding.kind == Binding::Kind::exercise) {
    const auto answer = std::ranges::find_if(
        messages, [&](const auto& message) { return acknowledges(message, binding.source); });
    found = answer == messages.end() ? nullptr : &*answer;
  }
  return found == nullptr ? none : (*found)->parts;
}

}  // namespace

// What the brand says it has done only the principal can have seen.
Status Assistant::State::hear_that_done(const CaseId& case_id, const moves::Confirm& confirm) {
  const Case& casefile = *follower->find_case(case_id);
  const Binding& binding = casefile.bindings().at(confirm.source);
  for (const std::uint16_t term : confirm.terms) {
    const std::string text = render_deed(binding.find_term(term)->term, parts_of(casefile, binding),
                                         options.goal->language());
    if (options.principal->has_happened(text)) continue;
    withheld = "not_confirmed";
    return fail(ErrorCode::approval_missing, "the principal has not seen it happen: " + text);
  }
  return {};
}

// And what the principal was to do only the principal can have done.
Status Assistant::State::hear_that_done(const CaseId& case_id, const moves::Fulfil& fulfil) {
  const Case& casefile = *follower->find_case(case_id);
  const Binding& binding = casefile.bindings().at(fulfil.source);
  const Term& term = binding.find_term(fulfil.term)->term;
  const auto& parts = parts_of(casefile, binding);
  const std::string text = fulfil.of_condition
                               ? render_condition(term, parts, options.goal->language())
                               : render_deed(term, parts, options.goal->language());
  if (options.principal->has_happened(text)) return {};
  withheld = "not_done";
  return fail(ErrorCode::approval_missing, "the principal has not done it yet: " + text);
}

Status Assistant::State::exercise(const CaseId& case_id, const Speech& right) {
  const auto& invoke = std::get<Invoke>(std::get<Exercise>(right.body).act);
  if (!is_irreversible(invoke.right)) return say(case_id, right);
  return say(case_id, right,
             [this](const Message& exercise) { return approval_of_exercise(exercise); });
}

Status Assistant::carry_out(const CaseId& case_id, const Move& move) {
  State& s = *state_;
  return std::visit(
      Overloaded{
          [&](const moves::Wait&) -> Status { return poll(case_id, hold_ms); },
          [&](const moves::Accept& accepted) -> Status {
            if (accepted.needs_approval) return accept(case_id, accepted.offer);
            return s.say(case_id, {.body = Accept{.offer = accepted.offer}});
          },
          [&](const moves::Counter& counter) { return s.say(case_id, counter.speech); },
          [&](const moves::Decline& declined) {
            return s.say(case_id, {.body = Decline{declined.offer, declined.reason}});
          },
          [](const moves::AskPrincipal&) -> Status {
            return fail(ErrorCode::approval_missing, "the principal must decide");
          },
          [&](const moves::AskHuman& asked) { return ask_for_person(case_id, asked.reason); },
          [&](const moves::Answer& answer) { return s.say(case_id, answer.speech); },
          [&](const moves::ProveLink& prove) -> Status {
            auto proof = prove.known_proof.empty() ? s.options.principal->link_proof(prove.method)
                                                   : std::optional(prove.known_proof);
            if (!proof) return fail(ErrorCode::assurance_too_low, "no proof of the account");
            return s.say(case_id, link_proof(prove.method, prove.challenge, *proof));
          },
          [&](const moves::Confirm& confirmed) -> Status {
            ENTENTE_TRY(s.hear_that_done(case_id, confirmed));
            return s.say(case_id, {.body = Confirm{confirmed.source, confirmed.terms}});
          },
          [&](const moves::Fulfil& fulfil) -> Status {
            ENTENTE_TRY(s.hear_that_done(case_id, fulfil));
            const Performed done{.term = fulfil.term,
                                 .state = Performed::State::done,
                                 .of_condition = fulfil.of_condition,
                                 .qty = 1};
            return s.say(case_id, {.body = Perform{fulfil.source, {done}}});
          },
          [&](const moves::CloseFinal& closing) -> Status {
            CloseFinal final{.of = closing.of, .confirms = {}};
            for (const moves::Confirm& confirmed : closing.confirms) {
              ENTENTE_TRY(s.hear_that_done(case_id, confirmed));
              final.confirms.push_back(confirmed.source);
            }
            return s.say(case_id, {.body = Close{std::move(final)}});
          },
          [&](const moves::Approve& approved) { return approve(case_id, approved.right); },
          [&](const moves::Leave& leaving) { return leave(case_id, leaving.reason); },
      },
      move.what);
}

}  // namespace entente
