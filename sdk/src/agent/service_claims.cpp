// What the brand's agent says about claims, and whose account they are about.

#include <entente/crypto/hash.h>
#include <entente/identity/linked_account.h>
#include <entente/wire/codec.h>

#include <algorithm>

#include "service_agent.h"

namespace entente {
namespace {

constexpr std::int64_t link_valid_ms = 24LL * 60 * 60 * 1000;
constexpr std::int64_t code_valid_ms = 10LL * 60 * 1000;
constexpr int link_failures_max = 3;

struct NewestLink {
  MessageId id;
  const Message* message = nullptr;
  const Link* link = nullptr;
};

// Of those that had an effect: to others the tables allow no answer.
NewestLink newest_link(const Case& casefile) {
  const auto& messages = casefile.messages();
  for (std::uint64_t position = messages.size(); position-- > 0;) {
    const Authorised<Message>& message = messages[position];
    const auto* link = std::get_if<Link>(&message->body);
    const bool binds = casefile.outcome_at(position).effect == Effect::binding;
    if (link != nullptr && binds) return {message.id(), &*message, link};
  }
  return {};
}

int link_failures(const Case& casefile) {
  int failures = 0;
  for (const auto& message : casefile.messages()) {
    const auto* link = std::get_if<Link>(&message->body);
    if (link != nullptr && std::holds_alternative<LinkFailed>(link->step)) ++failures;
  }
  return failures;
}

std::string random_digits(Entropy& entropy, int count) {
  std::string digits;
  while (static_cast<int>(digits.size()) < count) {
    std::uint8_t byte = 0;
    entropy.fill({&byte, 1});
    if (byte < 250) digits += static_cast<char>('0' + byte % 10);  // without bias
  }
  return digits;
}

std::string part_text(const Room& room, const Message& message, PartIndex index) {
  if (index >= message.parts.size()) return {};
  const Part* part = room.find_part(message.parts[index]);
  return part == nullptr ? std::string() : to_text(part->content);
}

}  // namespace

bool ServiceAgent::answer_link(Room& room) {
  const auto [id, message, link] = newest_link(room.casefile());
  if (link == nullptr || message->author.party != Party::consumer) return false;
  if (is_in_flight(room.casefile().id(), "link")) return true;
  // Where the case let no answer pass, another look at the same would not either.
  {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(progress_[room.casefile().id()].link_looked_at, id) == id) return false;
  }
  const auto* start = std::get_if<LinkStart>(&link->step);
  const auto* prove = std::get_if<LinkProve>(&link->step);
  if (start == nullptr && prove == nullptr) return true;
  // Who has failed so often may be guessing: a person finds out who it is.
  if (link_failures(room.casefile()) >= link_failures_max) {
    ask_for_person(room, "identity_problem");
    return false;
  }
  const std::vector<std::string>& offered = parts_.policy.link_methods();
  const std::string& method = start != nullptr ? start->method : prove->method;
  if (!offered.empty() && std::ranges::find(offered, method) == offered.end()) {
    finish_link(room, method, std::nullopt);
  } else if (start != nullptr) {
    start_code(room, *start, *message);
  } else {
    start_proof(room, *prove, *message);
  }
  return true;
}

bool ServiceAgent::require_link(Room& room, const std::string& assurance) {
  const auto [id, message, link] = newest_link(room.casefile());
  const bool asked = link != nullptr && message->author.party == Party::brand &&
                     std::holds_alternative<LinkRequire>(link->step);
  if (asked) return true;
  if (link_failures(room.casefile()) >= link_failures_max) {
    ask_for_person(room, "identity_problem");
    return true;
  }
  std::vector<std::string> methods;
  for (const std::string& method : parts_.policy.link_methods()) {
    if (assurance_suffices(method, assurance)) methods.push_back(method);
  }
  const Speech speech{
      .body = Link{LinkRequire{.methods = methods, .assurance = assurance, .challenge = "any"}}};
  return room.say(speech, Actor::rules).has_value();
}

// The same happens, and takes as long, whether or not there is such an account, and whether or not
// it has had its codes.
void ServiceAgent::start_code(Room& room, const LinkStart& start, const Message& message) {
  const AccountProof asked{.method = start.method,
                           .proof = part_text(room, message, start.contact)};
  const std::string code = random_digits(parts_.entropy, 6);
  const CaseId case_id = room.casefile().id();
  const Challenge asks{.id = "c-" + random_digits(parts_.entropy, 8),
                       .method = start.method,
                       .consumer = message.author.key,
                       .expires_ms = room.now_ms() + code_valid_ms,
                       .code = {},
                       .account = {}};
  const auto challenge = [this, case_id](Room& later_room, const Challenge& made) {
    {
      const std::scoped_lock lock(mutex_);
      progress_[case_id].challenge = made;
    }
    say_link(later_room,
             {.body = Link{LinkRequire{
                  .methods = {made.method}, .assurance = made.method, .challenge = made.id}}});
  };
  later(case_id, "link",
        {.ask = [office = parts_.back_office, limit = code_limit_, now_ms = room.now_ms(), asked,
                 code, asks, challenge]() -> std::function<void(Room&)> {
           Challenge made = asks;
           made.account = office->find_account(asked);
           if (made.account && !limit->take(*made.account, now_ms)) made.account.reset();
           if (made.account) {
             office->deliver_code(asked, code);
             made.code = code;
           }
           return [challenge, made](Room& later_room) { challenge(later_room, made); };
         },
         .unanswered = [challenge, asks](Room& later_room) { challenge(later_room, asks); }});
}

void ServiceAgent::start_proof(Room& room, const LinkProve& prove, const Message& message) {
  const std::string given = part_text(room, message, prove.proof);
  if (prove.method == "knowledge") {
    const auto finish = [this](Room& later_room, const std::optional<std::string>& account) {
      finish_link(later_room, "knowledge", account);
    };
    const AccountProof asked{.method = prove.method, .proof = given};
    later(room.casefile().id(), "link",
          {.ask = [office = parts_.back_office, asked, finish]() -> std::function<void(Room&)> {
             return [finish, account = office->find_account(asked)](Room& later_room) {
               finish(later_room, account);
             };
           },
           .unanswered = [finish](Room& later_room) { finish(later_room, std::nullopt); }});
    return;
  }
  std::string method = prove.method;
  std::optional<std::string> account;
  {
    const std::scoped_lock lock(mutex_);
    auto& challenge = progress_[room.casefile().id()].challenge;
    const bool is_asked = challenge && challenge->id == prove.challenge &&
                          challenge->consumer == message.author.key &&
                          room.now_ms() < challenge->expires_ms;
    if (is_asked && challenge->attempts_left-- > 0 && !challenge->code.empty() &&
        challenge->code == given) {
      method = challenge->method;
      account = challenge->account;
      challenge.reset();
    }
  }
  finish_link(room, method, account);
}

void ServiceAgent::finish_link(Room& room, const std::string& method,
                               std::optional<std::string> account) {
  if (!account) {
    return say_link(room, {.body = Link{LinkFailed{.reason = "not_proven"}}});
  }
  const Speech speech{
      .body = Link{LinkGranted{
          .account_ref = 0, .assurance = method, .expires_ms = room.now_ms() + link_valid_ms}},
      .added = {{PartClass::reference, "text/plain", to_bytes(*account)}}};
  say_link(room, speech);
}

// While the brand waits for its consumer nothing can be said, and this is looked at again.
void ServiceAgent::say_link(Room& room, const Speech& speech) {
  const auto said = room.say(speech, Actor::rules);
  if (said || said.error().code != ErrorCode::busy) return;
  const std::scoped_lock lock(mutex_);
  progress_[room.casefile().id()].link_looked_at = {};
}

bool ServiceAgent::answer_claim(Room& room) {
  const Case& casefile = room.casefile();
  if (frozen_ || casefile.handoff_pending() || casefile.person_joined() ||
      casefile.consumer_left() || casefile.phase() == Phase::closed) {
    return false;
  }
  const auto claim = next_claim(parts_.policy, casefile);
  if (!claim) return false;
  const std::string needed = required_assurance(parts_.policy, casefile.claims().at(*claim).claim);
  const auto link = find_account_link(casefile, room.now_ms());
  if (!assurance_suffices(link ? std::string_view(link->assurance) : std::string_view(), needed)) {
    return require_link(room, needed);
  }
  start_facts(room, *claim);
  return true;
}

void ServiceAgent::start_facts(Room& room, std::uint16_t claim) {
  const Case& casefile = room.casefile();
  const std::string name = "facts";
  if (is_in_flight(casefile.id(), name)) return;
  const ClaimState& state = casefile.claims().at(claim);
  const auto link = find_account_link(casefile, room.now_ms());
  FactsQuery query{.case_id = casefile.id(),
                   .claim = state.claim,
                   .parts = texts_of(room, **casefile.find_message(state.message)),
                   .account = account_of(room),
                   .assurance = link ? link->assurance : std::string()};
  const auto finish = [this, case_id = casefile.id(), claim, account = query.account,
                       asked_ms = room.now_ms()](Room& later_room, std::vector<Fact> facts) {
    // Another account is linked, or none any more: its facts are asked for next.
    if (account_of(later_room) != account) return;
    decide_claim(
        later_room,
        {.case_id = case_id, .claim = claim, .at_ms = asked_ms, .facts = std::move(facts)});
  };
  if (parts_.back_office->answers_at_once()) {
    auto facts = parts_.back_office->facts(query);
    return finish(room, facts ? std::move(*facts) : std::vector<Fact>());
  }
  // A back office that is down, or slower than the policy lets an answer take, knows nothing: the
  // policy then turns to a person.
  later(casefile.id(), name,
        {.ask = [office = parts_.back_office, query = std::move(query),
                 finish]() -> std::function<void(Room&)> {
           auto facts = office->facts(query);
           return [finish, facts = std::move(facts)](Room& later_room) {
             finish(later_room, facts ? *facts : std::vector<Fact>());
           };
         },
         .unanswered = [finish](Room& later_room) { finish(later_room, {}); },
         .timeout_ms = parts_.policy.answer_within_ms()});
}

Verdict ServiceAgent::verdict_of(const Situation& situation) const {
  Verdict verdict = decide(parts_.policy, situation);
  if (parts_.negotiator == nullptr || !verdict.speech) return verdict;
  const auto chosen =
      parts_.negotiator->choose(situation, allowed_choices(parts_.policy, situation));
  if (chosen.empty()) return verdict;
  if (auto worded = word_offer(parts_.policy, situation, chosen)) {
    verdict.speech = std::move(*worded);
    verdict.rule = "negotiator";
  }
  return verdict;
}

// The facts are on record before anything rests on them; the decision names them, the policy and
// the answer, so that an auditor can decide again.
void ServiceAgent::decide_claim(Room& room, const Facts& known) {
  const Case& casefile = room.casefile();
  const std::uint16_t claim = known.claim;
  if (frozen_ || next_claim(parts_.policy, casefile) != claim || casefile.handoff_pending()) return;
  const std::uint64_t facts_index = room.record(EntryKind::facts, encode(known));
  exposure_.let_pass(room.now_ms());
  const auto link = find_account_link(casefile, room.now_ms());
  const Situation situation{.casefile = casefile,
                            .claim = claim,
                            .facts = known,
                            .exposure = exposure_,
                            .account = account_of(room),
                            .assurance = link ? link->assurance : std::string(),
                            .now_ms = room.now_ms()};
  DecisionRecord decision{.case_id = casefile.id(),
                          .trigger = casefile.head(),
                          .policy = policy_digest_,
                          .facts_entry = facts_index + 1,
                          .claim = claim,
                          .decider = Actor::rules,
                          .at_ms = room.now_ms()};
  const Verdict verdict = verdict_of(situation);
  decision.rule = verdict.rule;
  if (verdict.rule == "negotiator") decision.decider = parts_.negotiator->actor();
  std::string person_reason = verdict.person_reason;
  if (verdict.speech) {
    const auto said = room.say(*verdict.speech, decision.decider);
    if (said) {
      decision.answer = *said;
    } else {
      decision.code = name(said.error().code);
      person_reason = "tech_failure";
    }
  } else {
    decision.code = person_reason;
  }
  room.record(EntryKind::decision, encode(decision));
  if (!person_reason.empty()) ask_for_person(room, "policy_never_automate");
}

}  // namespace entente
