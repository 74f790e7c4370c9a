#include "words.h"

#include <entente/core/clock.h>
#include <entente/protocol/render.h>

#include <sstream>

#include "console.h"

namespace entente::cli {
namespace {

using Lines = std::vector<std::string>;

template <class... Fs>
struct Overload : Fs... {
  using Fs::operator()...;
};

constexpr std::size_t quote_bytes_max = 400;

std::string list_of(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string numbers_of(const std::vector<std::uint16_t>& numbers) {
  std::string text;
  for (const std::uint16_t number : numbers) {
    text += (text.empty() ? "" : ", ") + std::to_string(number);
  }
  return text;
}

std::string quote(std::string_view text) {
  const bool cut = text.size() > quote_bytes_max;
  return "\"" + harmless(text.substr(0, quote_bytes_max)) + (cut ? " ..." : "") + "\"";
}

class Retelling {
 public:
  Retelling(const Message& message, const FindPart& find_part, std::string_view brand_did)
      : message_(message), find_part_(find_part), brand_did_(brand_did) {}

  Lines tell() {
    std::visit([this](const auto& body) { say(body); }, message_.body);
    tell_prose();
    return std::move(lines_);
  }

 private:
  void add(std::string line) { lines_.push_back(std::move(line)); }

  std::string text_of(PartIndex index) const {
    if (index >= message_.parts.size()) return "nothing";
    const PartRef& ref = message_.parts[index];
    const Part* part = find_part_ ? find_part_(ref) : nullptr;
    if (part == nullptr) return "(" + std::string(name(ref.part_class)) + ", not here)";
    return quote(to_text(part->content));
  }

  // What no field of the body points at is said all the same: the story, a photo.
  void tell_prose() {
    const bool opens = std::holds_alternative<Open>(message_.body);
    for (const PartRef& ref : message_.parts) {
      const Part* part = find_part_ ? find_part_(ref) : nullptr;
      if (opens && ref.part_class == PartClass::prose && part != nullptr) {
        add(quote(to_text(part->content)));
      } else if (ref.part_class == PartClass::media) {
        add("with " + ref.media_type + ", " + std::to_string(ref.bytes) + " bytes");
      }
    }
  }

  void tell_claim(const Claim& claim) {
    std::string line = "claim " + std::to_string(claim.claim_id) + ": " + claim.category + ", " +
                       claim.code + " (" + std::string(name(claim.basis)) + ")";
    if (!claim.items.empty()) line += ": " + list_lines(claim.items);
    if (claim.occurred_ms != 0) line += ", since " + format_utc_date(claim.occurred_ms);
    add(line);
    Lines wishes;
    for (const Wish& wish : claim.desired) wishes.push_back(wish.remedy);
    if (!wishes.empty()) add("wants " + list_of(wishes));
  }

  void say(const Open& open) {
    for (const Claim& claim : open.claims) tell_claim(claim);
    if (open.handoff) {
      for (const std::string& line : retell(HandoffAct(*open.handoff))) add(line);
    }
  }
  void say(const Link& link) {
    std::visit(
        Overload{[this](const LinkStart& start) {
                   add("by " + start.method + ", as " + text_of(start.contact));
                 },
                 [this](const LinkRequire& require) { add("by " + list_of(require.methods)); },
                 [this](const LinkProve& prove) { add("by " + prove.method); },
                 [this](const LinkGranted& granted) {
                   add("account " + text_of(granted.account_ref) + ", " + granted.assurance +
                       ", until " + when(granted.expires_ms));
                 },
                 [this](const LinkFailed& failed) { add(failed.reason); }},
        link.step);
  }
  void say(const Inform& inform) {
    if (inform.text != no_part) add(text_of(inform.text) + (inform.canned ? " (automatic)" : ""));
    for (const Claim& claim : inform.claims) tell_claim(claim);
    for (const Answer& answer : inform.answers) {
      add("answer to question " + std::to_string(answer.question) + ": " + text_of(answer.text));
    }
    if (inform.awaiting_principal_until_ms != 0) {
      add("waits for the principal until " + when(inform.awaiting_principal_until_ms));
    }
  }
  void say(const Ask& ask) {
    for (const Question& question : ask.questions) {
      add("question " + std::to_string(question.id) + " on " + question.topic + ": " +
          text_of(question.text) + (question.optional ? " (need not be answered)" : ""));
    }
  }
  void say(const Offer&) {
    std::istringstream text(render_offer(message_, brand_did_, "en"));
    for (std::string line; std::getline(text, line);) add(harmless(line));
  }
  void say(const Accept& accept) {
    add("offer " + short_hex(accept.offer) +
        (accept.approval.empty() ? "" : ", with the principal's signature"));
  }
  void say(const Decline& decline) {
    add("offer " + short_hex(decline.offer) + ": " + decline.reason);
  }
  void say(const Retract& retract) { add("offer " + short_hex(retract.offer)); }
  void say(const Determine& determine) {
    add("claim " + std::to_string(determine.claim) + ": " + std::string(name(determine.result)) +
        ", " + determine.reason + (determine.basis.empty() ? "" : " (" + determine.basis + ")"));
    if (determine.text != no_part) add(text_of(determine.text));
    add("may be contested until " + when(determine.contest_until_ms));
    if (!determine.adr.body.empty()) {
      add("disputes: " + quote(determine.adr.body) + " " + harmless(determine.adr.url));
    }
  }
  void say(const Grant& grant) { tell_terms(grant.terms); }
  void say(const Exercise& exercise) {
    if (const auto* invoke = std::get_if<Invoke>(&exercise.act)) {
      add(invoke->right + (invoke->claims.empty() ? "" : ", claim " + numbers_of(invoke->claims)));
      return;
    }
    const auto& acknowledged = std::get<Acknowledged>(exercise.act);
    add(acknowledged.right + ", received " + when(acknowledged.received_ms));
    tell_terms(acknowledged.duties);
  }
  void say(const Perform& perform) {
    for (const Performed& item : perform.items) {
      std::string line = "term " + std::to_string(item.term) +
                         (item.of_condition ? ", its condition: " : ": ") +
                         std::string(name(item.state));
      if (item.amount.is_said()) line += ", " + format_money(item.amount);
      if (item.reference != no_part) line += ", reference " + text_of(item.reference);
      add(line);
    }
  }
  void say(const Confirm& confirm) { add("term " + numbers_of(confirm.terms)); }
  void say(const Dispute& dispute) {
    add("term " + numbers_of(dispute.terms) + ": " + dispute.reason);
    if (dispute.text != no_part) add(text_of(dispute.text));
  }
  void say(const Handoff& handoff) {
    for (const std::string& line : retell(handoff.act)) add(line);
  }
  void say(const Leave& leave) { add(leave.reason); }
  void say(const Close& close) {
    if (const auto* proposed = std::get_if<CloseProposed>(&close.step)) {
      add(proposed->outcome + "; may be contested until " + when(proposed->contest_until_ms) +
          ", reopened until " + when(proposed->reopen_until_ms));
    }
  }
  void say(const Revoke& revoke) { add("mandate " + short_hex(revoke.mandate)); }
  void say(const Notice& notice) { add("of " + short_hex(notice.of) + ": " + notice.code); }

  void tell_terms(const std::vector<Term>& terms) {
    for (const Term& term : terms) {
      const auto value = find_value(term);
      add(std::to_string(term.id) + ". " + term.purpose +
          (value ? " " + format_money(*value) : std::string()));
    }
  }

  const Message& message_;
  const FindPart& find_part_;
  std::string_view brand_did_;
  Lines lines_;
};

std::string deed_of_link(const Link& link) {
  return std::visit(Overload{[](const LinkStart&) { return "wants to show who they are"; },
                             [](const LinkRequire&) { return "asks for proof of the account"; },
                             [](const LinkProve&) { return "gives the proof"; },
                             [](const LinkGranted&) { return "knows the customer now"; },
                             [](const LinkFailed&) { return "cannot tell who it is"; }},
                    link.step);
}

std::string deed_of_handoff(const HandoffAct& act) {
  return std::visit(
      Overload{[](const HandoffRequest&) { return "asks for a person"; },
               [](const Acked&) { return "acknowledges the request for a person"; },
               [](const Routed&) { return "says where the request stands"; },
               [](const Chosen&) { return "chooses"; },
               [](const Joined&) { return "a person joins"; },
               [](const OnHold&) { return "asks to wait a moment"; },
               [](const Resumed&) { return "is back"; },
               [](const Transferring&) { return "hands over to a colleague"; },
               [](const Missed&) { return "missed the appointment"; },
               [](const ReturnOffered&) { return "offers to hand back to the agent"; },
               [](const Returned&) { return "agrees to go on with the agent"; },
               [](const Concluded&) { return "concludes"; },
               [](const HandoffConfirmed&) { return "confirms the conclusion"; },
               [](const HandoffDisputed&) { return "disputes the conclusion"; },
               [](const HandoffWithdrawn&) { return "needs no person any more"; },
               [](const ContinueWhileWaiting&) { return "lets the agent go on meanwhile"; }},
      act);
}

void add_alternatives(const std::vector<Alternative>& ways, Lines& lines) {
  for (const Alternative& way : ways) {
    if (const auto* at = std::get_if<Slot>(&way)) {
      lines.push_back("or an appointment " + when(at->from_ms) + " by " + at->channel);
    } else if (const auto* written = std::get_if<AnswerLater>(&way)) {
      lines.push_back("or an answer in writing by " + when(written->reply_by_ms));
    } else {
      lines.push_back("or " + harmless(std::get<OtherContact>(way).how));
    }
  }
}

Lines lines_of(const Route& route) {
  Lines lines;
  if (const auto* queued = std::get_if<Queued>(&route)) {
    lines.push_back("place " + std::to_string(queued->place) + " in the queue; about " +
                    when(queued->eta_ms) + "; next word by " + when(queued->next_update_by_ms));
    add_alternatives(queued->alternatives, lines);
  } else if (const auto* slot = std::get_if<Slot>(&route)) {
    lines.push_back("appointment " + when(slot->from_ms) + " by " + slot->channel);
  } else if (const auto* later = std::get_if<AnswerLater>(&route)) {
    lines.push_back("an answer in writing by " + when(later->reply_by_ms));
  } else {
    const auto& closed = std::get<Unavailable>(route);
    lines.push_back("nobody is there (" + closed.why + "); open again " +
                    when(closed.next_open_ms));
    add_alternatives(closed.alternatives, lines);
  }
  return lines;
}

}  // namespace

std::string when(std::int64_t at_ms) { return at_ms == 0 ? "no date" : format_utc_minute(at_ms); }

std::string list_lines(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) {
    text += (text.empty() ? "" : ", ") + std::to_string(line.qty) + " x " + harmless(line.line);
  }
  return text;
}

std::string speaker(const Message& message, std::string_view brand_domain) {
  const Actor actor = message.author.actor;
  if (message.author.party == Party::consumer) {
    return actor == Actor::person ? "consumer" : "assistant";
  }
  const std::string brand(brand_domain);
  return actor == Actor::person ? brand + " (a person)"
                                : brand + " (" + std::string(name(actor)) + ")";
}

std::string deed(const Message& message) {
  return std::visit(Overload{[](const Open&) { return std::string("opens a case"); },
                             [](const Link& link) { return deed_of_link(link); },
                             [](const Inform&) { return std::string("says"); },
                             [](const Ask&) { return std::string("asks"); },
                             [&](const Offer& offer) {
                               const bool counters = message.author.party == Party::consumer;
                               return std::string(counters                  ? "asks for more"
                                                  : offer.answers.is_zero() ? "offers"
                                                                            : "offers instead");
                             },
                             [](const Accept&) { return std::string("accepts"); },
                             [](const Decline&) { return std::string("declines"); },
                             [](const Retract&) { return std::string("takes back"); },
                             [](const Determine&) { return std::string("decides"); },
                             [](const Grant&) { return std::string("gives"); },
                             [](const Exercise& exercise) {
                               return std::string(std::holds_alternative<Invoke>(exercise.act)
                                                      ? "exercises a right"
                                                      : "acknowledges the right");
                             },
                             [](const Perform&) { return std::string("performs"); },
                             [](const Confirm&) { return std::string("confirms"); },
                             [](const Dispute&) { return std::string("disputes"); },
                             [](const Handoff& handoff) { return deed_of_handoff(handoff.act); },
                             [](const Leave&) { return std::string("leaves"); },
                             [](const Close& close) {
                               return std::string(std::holds_alternative<CloseProposed>(close.step)
                                                      ? "proposes to close the case"
                                                      : "agrees: the case is closed");
                             },
                             [](const Revoke&) { return std::string("takes the mandate back"); },
                             [](const Notice&) { return std::string("did not understand"); }},
                    message.body);
}

std::vector<std::string> retell(const HandoffAct& act) {
  if (const auto* request = std::get_if<HandoffRequest>(&act)) {
    return {"a person, please: " + request->reason + " (" +
            std::string(name(request->principal_present)) + ", by " + list_of(request->channels) +
            ")"};
  }
  if (const auto* acked = std::get_if<Acked>(&act)) return lines_of(acked->route);
  if (const auto* routed = std::get_if<Routed>(&act)) return lines_of(routed->route);
  if (const auto* joined = std::get_if<Joined>(&act)) {
    return {harmless(joined->operator_ref) + ", " + joined->role + ", by " + joined->channel +
            " (" + joined->assurance + ")"};
  }
  if (const auto* concluded = std::get_if<Concluded>(&act)) return {concluded->disposition};
  if (const auto* disputed = std::get_if<HandoffDisputed>(&act)) return {disputed->reason};
  return {};
}

std::vector<std::string> retell(const Message& message, const FindPart& find_part,
                                std::string_view brand_did) {
  return Retelling(message, find_part, brand_did).tell();
}

}  // namespace entente::cli
