#include "wording.h"

#include <algorithm>

namespace entente::policy {
namespace {

using Direction = Settlement::Direction;

constexpr const char* unknown_fact = "unknown_fact";

// What a shape is made of besides its rule.
struct Material {
  Money amount;
  std::vector<Line> lines;
  PartIndex subject = no_part;
  std::int64_t now_ms = 0;
};

Shape make_shape(const RemedyRule& rule, const Material& with) {
  if (rule.shape == "money") return MoneyTo{with.amount, rule.to};
  if (rule.shape == "credit") return Credit{with.amount, with.now_ms + rule.lasts_ms};
  if (rule.shape == "goods") return Goods{with.lines};
  if (rule.shape == "repair") return Repair{with.lines, rule.loaner};
  if (rule.shape == "contract_change") {
    return ContractChange{with.subject, rule.plan, rule.effective};
  }
  if (rule.shape == "record") return Record{with.subject, rule.field, no_part};
  if (rule.shape == "hold") return Hold{rule.what, with.now_ms + rule.lasts_ms};
  return NoAction{rule.what};
}

Term make_term(const RemedyRule& rule, Ground ground, const Material& with) {
  Term term;
  term.obligor = Party::brand;
  term.ground = ground;
  if (ground == Ground::entitlement) term.basis = rule.basis;
  term.due = rule.due;
  if (rule.returned) {
    term.condition = GoodsReturn{with.lines, rule.returned->how, rule.returned->fees,
                                 with.now_ms + rule.returned->by_ms};
  }
  term.blocks = rule.blocks;
  term.purpose = rule.purpose;
  term.shape = make_shape(rule, with);
  return term;
}

bool needs_items(const RemedyRule& rule) {
  return rule.shape == "goods" || rule.shape == "repair" || rule.returned.has_value();
}

PartIndex first_part(const Claim& claim) {
  return claim.items.empty() ? no_part : claim.items.front().part;
}

// What the rule fixes of a settlement, whatever the wish says of it.
struct Settled {
  std::optional<Settlement> settlement;
  std::string method_ref;
  std::string trouble;
};

Settled settle_priced(const ClaimView& view, PartIndex method) {
  const Scalar known = view.facing.value("price.direction");
  const auto* direction = std::get_if<CodeFact>(&known);
  const auto amount = view.facing.amount({"price.difference", {}});
  if (!direction || !amount) return {{}, {}, unknown_fact};
  Settlement settlement{Direction::even, *amount, method};
  if (direction->code == "pays") settlement.direction = Direction::pays;
  if (direction->code == "receives") settlement.direction = Direction::receives;
  if (settlement.direction == Direction::even) settlement.amount = {};
  return {settlement, {}, {}};
}

Settled settle(const SettlementRule& rule, const ClaimView& view, PartIndex asked_method) {
  if (rule.priced) return settle_priced(view, asked_method);
  const auto amount = view.facing.amount(rule.amount);
  if (!amount) return {{}, {}, unknown_fact};
  Settled settled{Settlement{rule.direction, *amount, asked_method}, {}, {}};
  if (rule.method_fact.empty()) return settled;
  const Scalar known = view.facing.value(rule.method_fact);
  const auto* ref = std::get_if<RefFact>(&known);
  if (!ref) return {{}, {}, unknown_fact};
  settled.settlement->method = no_part;
  settled.method_ref = ref->ref;
  return settled;
}

// Money back goes where it came from, unless the policy's exception holds.
std::string find_payout_trouble(const OrderChange& change, const Worded& worded,
                                const ClaimView& view) {
  const LinkRules& link = view.rules.link;
  const bool pays_out = worded.term.purpose.starts_with("refund_") && change.settlement &&
                        change.settlement->direction == Direction::receives;
  if (!pays_out || !link.payout_to_original || !worded.method_ref.empty()) return {};
  const Scalar method = view.facing.value("method.ref");
  const Scalar original = view.facing.value("order.original_method");
  const bool known = std::holds_alternative<RefFact>(method);
  if (known && method == original) return {};
  if (link.payout_or_when.empty()) return known ? "payout_method" : unknown_fact;
  switch (evaluate_all(link.payout_or_when, view.facing)) {
    case Truth::yes:
      return {};
    case Truth::no:
      return "payout_method";
    case Truth::unknown:
      break;
  }
  return unknown_fact;
}

void word_order_change(OrderChange& change, const RequestRule& rule, const ClaimView& view,
                       Worded& worded) {
  const bool asked_settlement =
      change.settlement && change.settlement->direction != Direction::unset;
  const PartIndex method = change.settlement ? change.settlement->method : no_part;
  change.settlement.reset();
  if (!rule.settlement) {
    // What the consumer wrote is no price.
    if (asked_settlement) worded.trouble = "unpriced_settlement";
    return;
  }
  Settled settled = settle(*rule.settlement, view, method);
  worded.trouble = settled.trouble;
  worded.method_ref = std::move(settled.method_ref);
  change.settlement = std::move(settled.settlement);
  if (worded.trouble.empty()) worded.trouble = find_payout_trouble(change, worded, view);
}

// Never more than the rule's amount.
void bound_amount(Money& asked, const RequestRule& rule, const ClaimView& view, Worded& worded) {
  const auto most = view.facing.amount(rule.amount);
  if (!most) {
    worded.trouble = unknown_fact;
  } else if (!asked.is_said()) {
    asked = *most;
  } else if (asked.cur != most->cur) {
    worded.trouble = "other_currency";
  } else {
    asked.amt = std::min(asked.amt, most->amt);
  }
}

bool has_goods(const Offer& offer) {
  return std::ranges::any_of(
      offer.terms, [](const Term& term) { return std::holds_alternative<Goods>(term.shape); });
}

bool has_concession(const Offer& offer) {
  return std::ranges::find(offer.terms, Ground::concession, &Term::ground) != offer.terms.end();
}

void set_clocks(Offer& offer, const ClaimView& view) {
  const OfferRules& rules = view.rules.offers;
  offer.valid_until_ms = view.at_ms() + rules.valid_for_ms;
  if (has_goods(offer)) {
    offer.lapse_if = rules.lapse_if;
    if (rules.hold_ms > 0) offer.inventory_until_ms = view.at_ms() + rules.hold_ms;
  }
  if (has_concession(offer)) offer.toll_max_ms = rules.toll_max_ms;
}

}  // namespace

Worded word_remedy(const RemedyRule& rule, Ground ground, const Money& amount,
                   const ClaimView& view) {
  Worded worded;
  Material material{amount, view.claim.items, first_part(view.claim), view.at_ms()};
  if (!amount.is_said() && rule.amount.is_said()) {
    const auto known = view.facing.amount(rule.amount);
    if (known) {
      material.amount = *known;
    } else {
      worded.trouble = unknown_fact;
    }
  }
  if (needs_items(rule) && view.claim.items.empty()) worded.trouble = "items_missing";
  worded.term = make_term(rule, ground, material);
  worded.term.claims = {view.claim.claim_id};
  return worded;
}

Worded word_request(const Request& request, const ClaimView& view) {
  const RequestRule& rule = request.rule;
  Worded worded;
  Term& term = worded.term;
  term.claims = {view.claim.claim_id};
  term.ground = rule.ground;
  term.basis = rule.basis;
  term.due = rule.due;
  term.purpose = request.wish.remedy;
  term.shape = *exact_shape(request.wish);
  if (auto* change = std::get_if<OrderChange>(&term.shape)) {
    word_order_change(*change, rule, view, worded);
  } else if (auto* money = std::get_if<MoneyTo>(&term.shape)) {
    bound_amount(money->amount, rule, view, worded);
  } else if (auto* credit = std::get_if<Credit>(&term.shape)) {
    bound_amount(credit->amount, rule, view, worded);
  }
  return worded;
}

Term word_duty(const RemedyRule& rule, const Invoke& exercise, const Facing& facing) {
  Material material{{}, {}, exercise.subject, facing.now_ms};
  if (const auto known = facing.amount(rule.amount)) material.amount = *known;
  Term term = make_term(rule, Ground::entitlement, material);
  term.claims = exercise.claims;
  if (auto* change = std::get_if<ContractChange>(&term.shape)) {
    if (change->effective.empty()) change->effective = exercise.effective;
  }
  return term;
}

Speech word_offer_of(std::vector<Worded> worded, const ClaimView& view) {
  PartCollector parts(view.parts);
  Offer offer;
  for (Worded& one : worded) {
    one.term.id = static_cast<std::uint16_t>(offer.terms.size() + 1);
    parts.repeat_all(one.term);
    offer.terms.push_back(std::move(one.term));
  }
  for (std::size_t i = 0; i < worded.size(); ++i) {
    auto* change = std::get_if<OrderChange>(&offer.terms[i].shape);
    if (!change || !change->settlement || worded[i].method_ref.empty()) continue;
    change->settlement->method = parts.add(reference_part(worded[i].method_ref));
  }
  set_clocks(offer, view);
  if (view.own) offer.replaces = view.own->id;
  if (view.counter) offer.answers = view.counter->id;
  return std::move(parts).finish(std::move(offer));
}

Speech word_refusal(const Check& check, const RequestRule& rule, const ClaimView& view) {
  Determine determine;
  determine.claim = view.claim.claim_id;
  determine.result = Determine::Verdict::refused;
  determine.reason = check.reason;
  determine.facts = facts_of(check);
  determine.basis = check.basis.empty() ? rule.basis : check.basis;
  determine.contest_until_ms = view.at_ms() + view.rules.contest_for_ms;
  determine.adr = {view.rules.adr_body, view.rules.adr_url, view.rules.adr_participates};
  determine.text = 0;
  const std::string_view words = reason_words(view.rules, check.reason, view.language);
  return {determine, {}, {{PartClass::prose, "text/plain", to_bytes(words)}}};
}

Speech word_decline(std::string reason, const ClaimView& view) {
  return {Decline{view.counter->id, std::move(reason)}, {}, {}};
}

}  // namespace entente::policy
