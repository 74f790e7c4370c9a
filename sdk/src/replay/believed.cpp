#include "believed.h"

#include <entente/core/limits.h>
#include <entente/identity/gate.h>
#include <entente/protocol/parcel.h>

namespace entente {
namespace {

// Whether the rules give the effect that is on record.
bool gives_effect(const Case& before, const Authority& authority, const Saying& saying) {
  const auto authorised = pass_gate(authority, before, saying.message,
                                    {.now_ms = saying.brand_ms, .index = saying.brand_index});
  if (!authorised) return false;
  Case casefile = before;
  casefile.advance(saying.brand_ms);
  return saying.effect == effect_text(casefile.judge(*authorised, saying.brand_ms));
}

}  // namespace

void believe_taken_back(const CaseFold& fold, Authority& authority, const Saying& saying,
                        Notes& notes) {
  const Digest& mandate = saying.message->author.authority;
  const auto principal = authority.find_principal(*saying.message);
  if (saying.message->author.party != Party::consumer) return;
  if (saying.effect != name(ErrorCode::mandate_revoked)) return;
  if (mandate.is_zero() || !principal || authority.is_revoked(mandate)) return;
  authority.revoke(mandate, *principal, saying.brand_index);
  notes.not_checkable(
      Rule::case_effect, {.entries = {saying.noted.entry}, .case_id = fold.id},
      "that mandate " + short_hex(mandate) + " was taken back stands in a case that is not shown");
}

void believe_told_busy(CaseFold& fold, const Authority& authority, const Saying& saying,
                       Notes& notes) {
  const Message& said = *saying.message;
  if (said.verb() != Verb::accept || said.author.party != Party::consumer) return;
  if (gives_effect(fold.casefile, authority, saying)) return;
  const Refusal told{.message = saying.message.id(),
                     .code = std::string(name(ErrorCode::busy)),
                     .at_ms = saying.brand_ms - limits::admit_window_ms,
                     .retry_after_ms = limits::admit_window_ms};
  Case casefile = fold.casefile;
  casefile.note_busy(told);
  if (!gives_effect(casefile, authority, saying)) return;
  fold.casefile = std::move(casefile);
  fold.busies.push_back(told);
  notes.not_checkable(Rule::case_effect, {.entries = {saying.noted.entry}, .case_id = fold.id},
                      "the accept was in time only if the brand had told it to come back, which "
                      "this log does not show");
}

std::optional<std::string> find_lack(const Authority& authority, const Message& message) {
  const bool own = message.author.party == Party::consumer;
  const Digest& mandate = message.author.authority;
  if (own && !mandate.is_zero() && authority.find_mandate(mandate) == nullptr) {
    return "mandate " + short_hex(mandate);
  }
  const Digest& card = own ? message.audience.card : message.author.authority;
  const bool is_named = !(own && is_never_refused(message));
  if (is_named && authority.find_card(card) == nullptr) return "card " + short_hex(card);
  return std::nullopt;
}

}  // namespace entente
