#include "card_chain.h"

#include <entente/wire/admission.h>

#include <algorithm>
#include <chrono>

namespace entente {
namespace {

// For all that are missing, whatever each call may take.
constexpr std::chrono::seconds patience{60};

std::string words(std::uint32_t number) { return "card " + std::to_string(number); }

Result<Verified<Card>> ask(BrandConnection& brand, const Verified<Card>& after) {
  auto envelope = brand.earlier_card(after->prev_card);
  if (!envelope && envelope.error().code == ErrorCode::not_found) {
    return fail(ErrorCode::card_invalid,
                "the brand does not give " + words(after->number - 1) +
                    ", which lies between the one known here and its newest: until it does, " +
                    "nothing shows that the newest is its own");
  }
  if (!envelope) return std::unexpected(envelope.error());
  ENTENTE_LET(card, Admission::admit<Card>(*envelope));
  if (card.id() != after->prev_card) {
    return fail(ErrorCode::card_invalid, "asked for " + words(after->number - 1) +
                                             ", the brand gave another card than " +
                                             words(after->number) + " names");
  }
  // Numbers that go down by one end the walk.
  if (card->number + 1 == after->number) return card;
  return fail(ErrorCode::card_invalid,
              words(after->number) + " names " + words(card->number) + " as the one before it");
}

}  // namespace

Result<std::vector<Bytes>> cards_up_to(const Bytes& newest, const Authority* known,
                                       BrandConnection& brand) {
  ENTENTE_LET(shown, Admission::admit<Card>(newest));
  std::vector<Bytes> cards = {newest};
  const Card* pinned = known != nullptr ? known->newest_card() : nullptr;
  if (pinned == nullptr || known->find_card(shown.id()) != nullptr) return cards;
  if (shown->number <= pinned->number) {
    return fail(ErrorCode::card_invalid,
                "the brand shows a " + words(shown->number) + " that is not the one known here");
  }
  if (shown->number - pinned->number > missed_cards_max) {
    return fail(ErrorCode::card_invalid, "the brand shows " + words(shown->number) + ", " +
                                             words(pinned->number) +
                                             " is known here, and at most " +
                                             std::to_string(missed_cards_max) + " are followed");
  }
  const auto until = std::chrono::steady_clock::now() + patience;
  Verified<Card> at = std::move(shown);
  while (at->number > pinned->number + 1) {
    if (std::chrono::steady_clock::now() >= until) {
      return fail(ErrorCode::timed_out, "the brand takes too long to give its earlier cards");
    }
    ENTENTE_LET(before, ask(brand, at));
    const ByteView envelope = before.envelope();
    cards.emplace_back(envelope.begin(), envelope.end());
    at = std::move(before);
  }
  if (at->prev_card != known->newest_card_digest()) {
    return fail(ErrorCode::card_invalid, words(at->number) + " of the brand follows another " +
                                             words(pinned->number) + " than the one known here");
  }
  std::ranges::reverse(cards);
  return cards;
}

}  // namespace entente
