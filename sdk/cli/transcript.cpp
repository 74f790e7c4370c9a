#include "transcript.h"

#include <entente/core/clock.h>
#include <entente/wire/json_view.h>

namespace entente::cli {
namespace {

constexpr std::string_view did_web = "did:web:";
constexpr std::size_t speaker_columns = 25;
constexpr std::size_t columns_max = 100;

std::string_view domain_of(std::string_view did) {
  return did.starts_with(did_web) ? did.substr(did_web.size()) : did;
}

Ink ink_of(const Message& message) {
  if (message.author.actor == Actor::person) return Ink::person;
  return message.author.party == Party::consumer ? Ink::consumer : Ink::brand;
}

std::string time_of_day(std::int64_t at_ms) { return format_rfc3339(at_ms).substr(11, 8); }

std::string pad(std::string text, std::size_t columns) {
  if (text.size() < columns) text.resize(columns, ' ');
  return text;
}

std::string effect_of(const Outcome& outcome) {
  if (outcome.effect == Effect::binding) return {};
  return std::string(name(outcome.code)) + ": " + std::string(meaning(outcome.code));
}

std::string state_of(const TermState& term) {
  if (term.disputed) return "disputed";
  if (term.confirmed) return "done, confirmed";
  if (term.ended) return "ended";
  if (!term.active) return "standby";
  if (term.state != Performed::State::unset) return std::string(name(term.state));
  return term.due_ms == 0 ? "owed" : "owed by " + when(term.due_ms);
}

std::string_view name_of(Binding::Kind kind) {
  switch (kind) {
    case Binding::Kind::agreement:
      return "agreed";
    case Binding::Kind::grant:
      return "granted";
    case Binding::Kind::exercise:
      return "owed by right";
  }
  return "";
}

void print_bindings(Console& console, const Case& casefile) {
  for (const auto& [source, binding] : casefile.bindings()) {
    console.line(console.paint(Ink::strong, name_of(binding.kind)) + " " + short_hex(source) +
                 ", " + when(binding.at_ms) + (binding.superseded ? ", superseded" : ""));
    for (const TermState& term : binding.terms) {
      const auto value = find_value(term.term);
      console.line("  " + std::to_string(term.term.id) + ". " + term.term.purpose +
                   (value ? " " + format_money(*value) : std::string()) + ", " +
                   std::string(name(term.term.obligor)) + ": " + state_of(term));
    }
  }
}

void print_offers(Console& console, const Case& casefile) {
  for (const auto& [id, offer] : casefile.offers()) {
    if (offer.status != OfferStatus::standing) continue;
    console.line(console.paint(Ink::strong, "offer stands") + " " + short_hex(id) + " of the " +
                 std::string(name(offer.by)) + ", until " + when(offer.valid_until_ms));
  }
}

void print_claims(Console& console, const Case& casefile) {
  for (const auto& [id, claim] : casefile.claims()) {
    std::string state = claim.agreement       ? "agreed"
                        : claim.determination ? std::string(name(claim.determination->result))
                                              : "open";
    console.line(console.paint(Ink::strong, "claim " + std::to_string(id)) + " " +
                 claim.claim.category + "." + claim.claim.code + ": " + state);
  }
}

void print_handoff(Console& console, const HandoffState& handoff) {
  std::string line = "asked " + when(handoff.asked_ms) + ": " + std::string(name(handoff.stage));
  if (handoff.stage == HandoffStage::queued) {
    line += ", place " + std::to_string(handoff.queue.place);
  }
  if (handoff.deadline_ms != 0) {
    line += ", " + std::string(name(deadline_owed_by(handoff.stage))) + " must act by " +
            when(handoff.deadline_ms);
  }
  console.line(console.paint(Ink::person, "a person") + " " + line);
}

void print_deadlines(Console& console, const Case& casefile) {
  for (const CaseClock& clock : casefile.clocks()) {
    console.line(console.paint(Ink::strong, "deadline") + " " + when(clock.at_ms) + ", " +
                 std::string(name(clock.owes)) + ": " + clock.kind);
  }
}

std::string reason_for(const ReadCase& read, const MessageId& id) {
  for (const DecisionRecord& decision : read.decisions) {
    if (decision.answer == id) return decision.rule;
  }
  return {};
}

// What was decided and not said: a person was asked for, or nothing was to be said.
void print_silent_decisions(Console& console, const ReadCase& read) {
  for (const DecisionRecord& decision : read.decisions) {
    if (!decision.answer.is_zero()) continue;
    console.line(console.paint(Ink::strong, "decided") + " " + when(decision.at_ms) + ", claim " +
                 std::to_string(decision.claim) + ": " + decision.rule + " " + decision.code);
  }
}

Result<Json> message_json(const ReadCase& read, const Authorised<Message>& message,
                          std::uint64_t position) {
  ENTENTE_LET(text, json_view(*message));
  ENTENTE_LET(shown, parse_json(text, {.bytes_max = limits::parcel_bytes_max, .depth_max = 64}));
  Json words = Json::array();
  const FindPart find = [&](const PartRef& ref) { return read.find_part(ref); };
  for (const std::string& line : retell(*message, find, read.brand_did)) words.push(line);
  Json json = Json::object({{"position", position},
                            {"id", to_hex(message.id())},
                            {"at", format_rfc3339(read.casefile.admitted_ms(position))},
                            {"verb", name(message->verb())},
                            {"effect", describe(read.casefile.outcome_at(position))},
                            {"words", words},
                            {"message", shown}});
  if (const std::string rule = reason_for(read, message.id()); !rule.empty()) {
    json.add("rule", rule);
  }
  return json;
}

Json bindings_json(const Case& casefile) {
  Json bindings = Json::array();
  for (const auto& [source, binding] : casefile.bindings()) {
    Json terms = Json::array();
    for (const TermState& term : binding.terms) {
      Json item = Json::object({{"id", term.term.id},
                                {"purpose", term.term.purpose},
                                {"obligor", name(term.term.obligor)},
                                {"state", state_of(term)}});
      if (const auto value = find_value(term.term)) item.add("value", format_money(*value));
      terms.push(item);
    }
    bindings.push(Json::object({{"source", to_hex(source)},
                                {"kind", name_of(binding.kind)},
                                {"superseded", binding.superseded},
                                {"terms", terms}}));
  }
  return bindings;
}

}  // namespace

void print(Console& console, const Spoken& spoken, const FindPart& find_part,
           std::string_view brand_did) {
  const Message& message = spoken.message;
  const std::string who = pad(speaker(message, domain_of(brand_did)), speaker_columns);
  std::string head = console.paint(Ink::faint, time_of_day(spoken.at_ms)) + "  " +
                     console.paint(ink_of(message), who) + " " + deed(message);
  const bool offers = std::holds_alternative<Offer>(message.body);
  if (offers) head += console.paint(Ink::faint, "  " + short_hex(spoken.id));
  console.line(head);
  for (const std::string& line : retell(message, find_part, brand_did)) {
    for (const std::string& row : wrap(line, "          ", columns_max)) console.line(row);
  }
  if (!spoken.because.empty()) {
    console.line("          " + console.paint(Ink::faint, "by rule " + spoken.because));
  }
  if (!spoken.effect.empty()) {
    console.line("          " + console.paint(Ink::bad, "without effect: " + spoken.effect));
  }
}

void print_state(Console& console, const Case& casefile) {
  print_claims(console, casefile);
  print_bindings(console, casefile);
  print_offers(console, casefile);
  for (const HandoffState& handoff : casefile.handoffs()) print_handoff(console, handoff);
  print_deadlines(console, casefile);
}

void print(Console& console, const ReadCase& read) {
  const Case& casefile = read.casefile;
  console.line(console.paint(Ink::strong, "case " + short_hex(casefile.id())) + " with " +
               std::string(domain_of(read.brand_did)) + ", " + std::string(name(casefile.phase())) +
               (casefile.consumer_left() ? ", the consumer has left" : ""));
  console.line();
  const FindPart find = [&](const PartRef& ref) { return read.find_part(ref); };
  std::uint64_t position = 0;
  for (const Authorised<Message>& message : casefile.messages()) {
    print(console,
          {.message = *message,
           .id = message.id(),
           .at_ms = casefile.admitted_ms(position),
           .effect = effect_of(casefile.outcome_at(position)),
           .because = reason_for(read, message.id())},
          find, read.brand_did);
    ++position;
  }
  for (const Verified<Message>& message : read.unacknowledged) {
    print(console,
          {.message = *message,
           .id = message.id(),
           .at_ms = message->sent_at_ms,
           .effect = "no receipt has come for it",
           .because = {}},
          find, read.brand_did);
  }
  console.line();
  print_silent_decisions(console, read);
  print_state(console, casefile);
}

Result<Json> to_json_value(const ReadCase& read) {
  const Case& casefile = read.casefile;
  Json messages = Json::array();
  std::uint64_t position = 0;
  for (const Authorised<Message>& message : casefile.messages()) {
    ENTENTE_LET(json, message_json(read, message, position++));
    messages.push(json);
  }
  Json deadlines = Json::array();
  for (const CaseClock& clock : casefile.clocks()) {
    deadlines.push(Json::object(
        {{"kind", clock.kind}, {"owes", name(clock.owes)}, {"at", format_rfc3339(clock.at_ms)}}));
  }
  Json json = Json::object({{"case", to_hex(casefile.id())},
                            {"brand", read.brand_did},
                            {"phase", name(casefile.phase())},
                            {"messages", messages},
                            {"unacknowledged", read.unacknowledged.size()},
                            {"bindings", bindings_json(casefile)},
                            {"deadlines", deadlines}});
  if (const HandoffState* handoff = casefile.handoff()) {
    json.add("handoff", Json::object({{"stage", name(handoff->stage)},
                                      {"asked", format_rfc3339(handoff->asked_ms)}}));
  }
  return json;
}

}  // namespace entente::cli
