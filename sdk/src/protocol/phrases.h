#pragma once
// The sentences of render(), in each language the same pieces in the same places, and the words for
// codes. A sentence is part of the protocol: changing one changes what approvals sign. Printed into
// protocol/spec/04-phrases.md; a test compares them.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace entente {

enum class Language : std::uint8_t { en, es, nl, de, fr };
inline constexpr std::size_t language_count = 5;

// By the primary subtag, "es" of "es-mx"; English for any other.
Language find_language(std::string_view tag);

enum class Phrase : std::uint8_t {
  // An offer.
  brand_offers,
  you_offer,
  or_until,
  unknown_fact,
  kept,
  no_terms,
  standby,
  from_you,
  purpose,
  toll,
  supersedes,
  gives_up_nothing,
  gives_up,
  // What is done.
  no_amount,
  no_date,
  no_items,
  unknown_destination,
  credit,
  credit_without_end,
  goods,
  repair,
  loaner,
  order,
  new_address,
  new_means,
  new_items,
  cancelled,
  order_return,
  order_exchange,
  you_pay,
  you_receive,
  no_difference,
  priced_later,
  means,
  plan,
  contract_ends,
  effective,
  held,
  instalment,
  travel,
  depart_by,
  visit,
  record,
  new_content,
  nothing_done,
  // When, and on what condition.
  due_by,
  due_within,
  due_at_once,
  hour,
  hours,
  day,
  days,
  business_day,
  business_days,
  calendar,
  from_agreement,
  from_condition,
  from_exercise,
  you_return,
  you_keep,
  fees_brand,
  fees_consumer,
  evidence,
  condition,
  blocks,
  // Why, and what if not.
  owed,
  goodwill,
  to_person,
  to_term,
  claims,
  // A right.
  withdrawal,
  cancellation,
  access,
  erasure,
  objection,
  contest,
  other_right,
  irreversible,
  no_offers,
  offers_wanted
};
inline constexpr std::size_t phrase_count = static_cast<std::size_t>(Phrase::offers_wanted) + 1;

// With {0}, {1} ... still in it, as protocol/spec/04-phrases.md prints it.
std::string_view unfilled(Language language, Phrase phrase);

// The phrase with {0}, {1} ... replaced, in one pass: a text put in is not read again.
std::string say(Language language, Phrase phrase,
                std::initializer_list<std::string_view> with = {});

// Where a code is used; the same code may read otherwise elsewhere.
enum class Topic : std::uint8_t { purpose, right, destination, how, effective, fact, held, field };

struct CodeWords {
  Topic topic;
  std::string_view code;
  std::array<std::string_view, language_count> words;  // in the order of Language
};
std::span<const CodeWords> code_words();

// The words for a code of the vocabulary, if there are any.
std::optional<std::string_view> find_words(Language language, Topic topic, std::string_view code);

}  // namespace entente
