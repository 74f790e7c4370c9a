#include "mandate_rules.h"

#include <entente/crypto/signature.h>

#include <algorithm>

namespace entente {
namespace {

Status exceeded(std::string detail) { return fail(ErrorCode::mandate_exceeded, std::move(detail)); }

// An empty list means none.
bool lists(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

Status check_claims(const Mandate& mandate, const std::vector<Claim>& claims) {
  for (const Claim& claim : claims) {
    if (!lists(mandate.categories, claim.category)) return exceeded("category " + claim.category);
    for (const Wish& wish : claim.desired) {
      if (!lists(mandate.remedies, wish.remedy)) return exceeded("remedy " + wish.remedy);
    }
  }
  return {};
}

Status check_terms(const Mandate& mandate, const std::vector<Term>& terms) {
  for (const Term& term : terms) {
    if (!lists(mandate.remedies, term.purpose)) return exceeded("remedy " + term.purpose);
  }
  return {};
}

Status check_verb(const Mandate& mandate, Verb verb) {
  if (lists(mandate.verbs, name(verb))) return {};
  return exceeded("verb " + std::string(name(verb)));
}

}  // namespace

Status check_mandate(const Mandate& mandate, std::string_view brand_did, Environment environment) {
  if (mandate.environment != environment) return fail(ErrorCode::environment_mismatch);
  if (mandate.audience != brand_did) return fail(ErrorCode::audience_mismatch);
  if (mandate.role != Mandate::Role::assistant) {
    return fail(ErrorCode::mandate_invalid, "not a mandate of an assistant");
  }
  ENTENTE_TRY(check_key(mandate.assistant));  // admission asked it of the principal's, which signed
  // An assistant with its principal's key could approve its own acts.
  if (mandate.principal == mandate.assistant) {
    return fail(ErrorCode::mandate_invalid, "principal and assistant share a key");
  }
  return {};
}

Status check_carries(const Mandate& mandate, const Message& message, const Message* subject) {
  ENTENTE_TRY(check_verb(mandate, message.verb()));
  if (const auto* open = std::get_if<Open>(&message.body)) {
    if (open->handoff) ENTENTE_TRY(check_verb(mandate, Verb::handoff));
    return check_claims(mandate, open->claims);
  }
  if (const auto* inform = std::get_if<Inform>(&message.body)) {
    return check_claims(mandate, inform->claims);
  }
  if (const auto* offer = std::get_if<Offer>(&message.body)) {
    return check_terms(mandate, offer->terms);
  }
  if (std::holds_alternative<Accept>(message.body) && subject) {
    return check_terms(mandate, std::get<Offer>(subject->body).terms);
  }
  return {};
}

}  // namespace entente
