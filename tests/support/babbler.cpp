#include "babbler.h"

#include <algorithm>
#include <iterator>

#include "lines.h"

namespace entente::tests {

Said Babbler::next(const Case& casefile, std::int64_t now_ms) {
  now_ms_ = now_ms;
  Said said;
  said.party = one_in(2) ? Party::consumer : Party::brand;
  const bool person = one_in(4);
  said.actor = person ? Actor::person : Actor::rules;
  may_join_ = said.party == Party::brand && person;
  said.body = body(casefile);
  said.principal = said.party == Party::consumer && person;
  if (said.party == Party::consumer && one_in(3)) said.prev = any_message(casefile);
  const auto* accepts = std::get_if<Accept>(&said.body);
  said.approved = accepts != nullptr && said.party == Party::consumer && !person &&
                  casefile.offers().contains(accepts->offer) && one_in(2);
  return said;
}

MessageId Babbler::any_message(const Case& casefile) {
  const auto last = std::min<std::uint64_t>(casefile.next_position(), 255);
  return casefile.messages()[casefile.next_position() - 1 - below(last)].id();
}

template <class Map>
MessageId Babbler::any_of(const Case& casefile, const Map& map) {
  if (map.empty()) return any_message(casefile);
  const std::size_t at = below(std::min<std::size_t>(map.size(), 255));
  return std::next(map.begin(), static_cast<std::ptrdiff_t>(at))->first;
}

MessageId Babbler::any_offer(const Case& casefile) { return any_of(casefile, casefile.offers()); }
MessageId Babbler::any_binding(const Case& casefile) {
  return any_of(casefile, casefile.bindings());
}
std::uint16_t Babbler::any_claim() { return static_cast<std::uint16_t>(1 + below(3)); }

Body Babbler::offer(const Case& casefile) {
  Offer made = propose({any_claim()}, one_in(2) ? Ground::entitlement : Ground::concession);
  made.valid_until_ms = now_ms_ + static_cast<std::int64_t>(1 + below(10)) * day_ms;
  if (one_in(4)) made.supersedes = {any_binding(casefile)};
  if (one_in(4)) made.replaces = any_offer(casefile);
  made.toll_max_ms = one_in(2) ? 0 : day_ms;
  return made;
}

Body Babbler::ticket_act(const Case& casefile) {
  const HandoffState* ticket = casefile.handoff();
  if (ticket == nullptr || one_in(4)) return ask_person();
  return desk_act(*ticket);
}

Body Babbler::desk_act(const HandoffState& ticket) {
  const std::int64_t later_ms = now_ms_ + hour_ms;
  const std::vector<HandoffAct> acts = {
      Acked{Queued{.next_update_by_ms = later_ms}},
      Acked{Slot{"s1", later_ms, later_ms + hour_ms, "case"}},
      Acked{Unavailable{.why = "out_of_hours", .next_open_ms = later_ms}},
      Routed{Queued{.first_in_line = true, .next_update_by_ms = later_ms}},
      Routed{AnswerLater{later_ms}},
      Chosen{ChooseSlot{"s1"}},
      Chosen{ChooseAsync{}},
      Missed{},
      Joined{"op-1", "agent", "case", "operator_key", no_part, {}},
      OnHold{later_ms},
      Concluded{"resolved_agreed"},
      HandoffDisputed{"no"},
      HandoffWithdrawn{},
      ContinueWhileWaiting{ContinueWhileWaiting::What::offers}};
  const HandoffAct& act = acts[below(acts.size())];
  // Who is no operator does not get past the authority with a join.
  const bool joins = std::holds_alternative<Joined>(act);
  return move(ticket.hid, joins && !may_join_ ? HandoffAct(Missed{}) : act);
}

Body Babbler::link_step() {
  const std::vector<Link> steps = {{LinkStart{"email_otp", 0}},
                                   {LinkRequire{{"email_otp"}, "email_otp", "c1"}},
                                   {LinkProve{"email_otp", "c1", 0}},
                                   {LinkGranted{0, "email_otp", now_ms_ + day_ms}},
                                   {LinkFailed{"no"}}};
  return steps[below(steps.size())];
}

Body Babbler::question() {
  const auto id = static_cast<std::uint16_t>(1 + below(3));
  if (one_in(2)) return Ask{{{id, "topic", 0, one_in(2), now_ms_ + day_ms}}};
  Inform made;
  made.answers = {{id, 0}};
  if (one_in(4)) made.claims = {claim(static_cast<std::uint16_t>(4 + below(3)))};
  return made;
}

Body Babbler::exit(const Case& casefile) {
  switch (below(6)) {
    case 0:
      return Leave{"enough"};
    case 1:
      return Revoke{casefile.messages().front()->author.authority};
    case 2:
      return Notice{any_message(casefile), "unknown_type"};
    case 3:
      return close_final(any_message(casefile));
    default:
      return close_for(now_ms_);
  }
}

Body Babbler::right(const Case& casefile) {
  if (one_in(2)) return invoke(one_in(2) ? "withdrawal" : "contest", {any_claim()});
  Acknowledged made;
  made.of = any_of(casefile, casefile.exercises());
  made.right = one_in(2) ? "withdrawal" : "contest";
  made.received_ms = now_ms_;
  if (one_in(2)) made.duties = {term(1, {any_claim()}, Ground::entitlement, "refund_full")};
  return Exercise{made};
}

Body Babbler::body(const Case& casefile) {
  switch (below(20)) {
    case 0:
    case 1:
    case 2:
      return offer(casefile);
    case 3:
    case 4:
    case 5:
      return accept(any_offer(casefile));
    case 6:
      return Decline{any_offer(casefile), "no"};
    case 7:
      return Retract{any_offer(casefile)};
    case 8:
      return determine(any_claim());
    case 9:
      return right(casefile);
    case 10:
    case 11:
      return perform(any_binding(casefile), static_cast<Performed::State>(1 + below(5)));
    case 12:
      return one_in(2) ? Body(Confirm{any_binding(casefile), {1}})
                       : Body(Dispute{any_binding(casefile), {1}, "no", no_part});
    case 13:
    case 14:
    case 15:
      return ticket_act(casefile);
    case 16:
      return exit(casefile);
    case 17:
      return link_step();
    case 18:
      return question();
    default:
      return Grant{{term(1, {any_claim()})}};
  }
}

}  // namespace entente::tests
