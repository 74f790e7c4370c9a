#include "claim_view.h"

#include <algorithm>

namespace entente::policy {
namespace {

std::string_view language_of(const Case& casefile) {
  const auto* open = std::get_if<Open>(&casefile.messages().front()->body);
  return open ? std::string_view(open->language) : std::string_view();
}

// Offers on the claim by position: a map keyed by digest has no such order.
std::vector<std::pair<MessageId, const OfferState*>> offers_on(const Case& casefile,
                                                               std::uint16_t claim) {
  std::vector<std::pair<MessageId, const OfferState*>> offers;
  for (const auto& [id, state] : casefile.offers()) {
    if (concerns(state.offer(), claim)) offers.emplace_back(id, &state);
  }
  std::ranges::sort(offers, {}, [](const auto& offer) { return offer.second->position; });
  return offers;
}

struct ExactShape {
  std::optional<Shape> operator()(const AnyShape&) const { return std::nullopt; }
  template <class T>
  std::optional<Shape> operator()(const T& shape) const {
    return Shape(shape);
  }
};

std::optional<Money> amount_of(const Wish& wish) {
  if (const auto* money = std::get_if<MoneyTo>(&wish.exactly)) return money->amount;
  if (const auto* credit = std::get_if<Credit>(&wish.exactly)) return credit->amount;
  return std::nullopt;
}

}  // namespace

bool concerns(const Term& term, std::uint16_t claim) {
  return std::ranges::find(term.claims, claim) != term.claims.end();
}

bool concerns(const Offer& offer, std::uint16_t claim) {
  return std::ranges::any_of(offer.terms, [&](const Term& term) { return concerns(term, claim); });
}

bool is_answered(const Case& casefile, std::uint16_t claim) {
  const ClaimState& state = casefile.claims().at(claim);
  if (state.determination || state.agreement) return true;
  return std::ranges::any_of(casefile.exercises(), [&](const auto& entry) {
    const auto& claims = entry.second.invoke.claims;
    return std::ranges::find(claims, claim) != claims.end();
  });
}

void read_offers_of(const Case& casefile, std::uint16_t claim, ClaimView& view) {
  bool waiting = false;  // an offer of the brand that nobody has countered yet
  for (const auto& [id, state] : offers_on(casefile, claim)) {
    const bool stands = state->status == OfferStatus::standing;
    if (state->by == Party::consumer) {
      if (waiting) ++view.rounds;
      waiting = false;
      view.counter = stands ? std::optional(SaidOffer{id, &state->offer()}) : std::nullopt;
      continue;
    }
    waiting = true;
    view.offered = true;
    view.declined = state->status == OfferStatus::declined;
    view.counter.reset();
    view.own = stands ? std::optional(SaidOffer{id, &state->offer()}) : std::nullopt;
    for (const Term& term : state->offer().terms) {
      if (term.obligor == Party::brand) view.offered_remedies.push_back(term.purpose);
    }
  }
}

ClaimView view_claim(const Policy& policy, const Situation& situation) {
  const Case& casefile = situation.casefile;
  const ClaimState& state = casefile.claims().at(situation.claim);
  const auto* message = casefile.find_message(state.message);
  ClaimView view{policy.rules(),
                 state.claim,
                 message ? std::span<const PartRef>((*message)->parts) : std::span<const PartRef>(),
                 language_of(casefile),
                 {policy.rules(), situation.facts, situation.now_ms},
                 situation.exposure,
                 situation.account,
                 situation.assurance,
                 is_answered(casefile, situation.claim),
                 std::nullopt,
                 std::nullopt,
                 0,
                 false,
                 false,
                 {},
                 casefile.id()};
  read_offers_of(casefile, situation.claim, view);
  return view;
}

Ask find_ask(const ClaimView& view, std::string_view remedy) {
  if (view.counter) {
    for (const Term& term : view.counter->offer->terms) {
      if (term.purpose != remedy || term.obligor != Party::brand) continue;
      if (concerns(term, view.claim.claim_id)) return {true, find_value(term)};
    }
    return {};
  }
  for (const Wish& wish : view.claim.desired) {
    if (wish.remedy == remedy) return {true, amount_of(wish)};
  }
  return {};
}

std::optional<Shape> exact_shape(const Wish& wish) {
  return std::visit(ExactShape{}, wish.exactly);
}

std::string request_name(const Wish& wish) {
  const auto shape = exact_shape(wish);
  if (!shape) return {};
  std::string kind = wish.remedy;
  if (const auto* change = std::get_if<OrderChange>(&*shape)) kind = name(*change);
  if (const auto* record = std::get_if<Record>(&*shape)) kind = record->field;
  return std::string(name(*shape)) + "." + kind;
}

std::optional<Request> find_request(const ClaimView& view) {
  for (const Wish& wish : view.claim.desired) {
    const auto rule =
        std::ranges::find(view.rules.requests, request_name(wish), &RequestRule::name);
    if (rule != view.rules.requests.end()) return Request{wish, *rule};
  }
  return std::nullopt;
}

}  // namespace entente::policy
