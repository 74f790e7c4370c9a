#include <entente/casefile/crossing.h>

#include <algorithm>

#include "crossing_tables.h"

namespace entente {
namespace {

using enum Standing;

constexpr std::array brands_acts = {ended_offer,    answered,    lapsed,
                                    close_proposed, close_final, determination,
                                    agreement,      performance, other};
constexpr std::array own_acts = {exercise, agreement, ended_offer, answered,
                                 handoff,  left,      revoked,     offer_revoked};
constexpr std::array before_brand = {exercise, agreement, performance,    ended_offer,
                                     answered, lapsed,    close_proposed, close_final,
                                     handoff,  left,      revoked};

// Who may not speak, then what the author missed, then what is over, then what stands.
constexpr std::array precedence = {
    ErrorCode::mandate_revoked,
    ErrorCode::left,
    ErrorCode::stale_head,
    ErrorCode::closed,
    ErrorCode::already_answered,
    ErrorCode::accepted,
    ErrorCode::right_exercised,
    ErrorCode::ended_by_exercise,
    ErrorCode::already_exercised,
    ErrorCode::performance_started,
    ErrorCode::agreement_stands,
    ErrorCode::ended_by_agreement,
    ErrorCode::ended_by_revoke,
    ErrorCode::no_offer,
    ErrorCode::lapsed,
    ErrorCode::duty_open,
    ErrorCode::term_open,
    ErrorCode::handoff_pending,
    ErrorCode::ticket_live,
    ErrorCode::approval_missing,
};

std::size_t rank(ErrorCode code) {
  return static_cast<std::size_t>(std::ranges::find(precedence, code) - precedence.begin());
}

const CrossingRow* find_row(CrossingTable table, Verb verb) {
  for (const CrossingRow& row : crossing_rows(table)) {
    for (std::size_t i = 0; i < row.verb_count; ++i) {
      if (row.verbs[i] == verb) return &row;
    }
  }
  return nullptr;
}

}  // namespace

std::span<const CrossingRow> crossing_rows(CrossingTable table) {
  switch (table) {
    case CrossingTable::consumer_against_brand:
      return consumer_against_brand_rows();
    case CrossingTable::consumer_against_own:
      return consumer_against_own_rows();
    case CrossingTable::brand:
      return brand_rows();
  }
  return {};
}

std::span<const Standing> crossing_columns(CrossingTable table) {
  switch (table) {
    case CrossingTable::consumer_against_brand:
      return brands_acts;
    case CrossingTable::consumer_against_own:
      return own_acts;
    case CrossingTable::brand:
      return before_brand;
  }
  return {};
}

const Cell* find_cell(CrossingTable table, Verb verb, Standing standing) {
  const CrossingRow* row = find_row(table, verb);
  if (!row) return nullptr;
  const Cell& cell = row->cells[static_cast<std::size_t>(standing)];
  return cell.count == 0 ? nullptr : &cell;
}

Outcome evaluate(const Cell& cell, Holds conditions) {
  const Holds known = conditions | holds(When::always);
  for (std::size_t i = 0; i < cell.count; ++i) {
    if ((known & holds(cell.choices[i].when)) != 0) return cell.choices[i].outcome;
  }
  return Outcome::refused(ErrorCode::internal);
}

std::span<const ErrorCode> crossing_precedence() { return precedence; }

Outcome heavier(const Outcome& a, const Outcome& b) {
  if (a.effect != b.effect) return a.effect > b.effect ? a : b;
  return rank(b.code) < rank(a.code) ? b : a;
}

std::string describe(const Cell& cell) {
  std::string text;
  for (std::size_t i = 0; i < cell.count; ++i) {
    const Choice& choice = cell.choices[i];
    if (!text.empty()) text += "; ";
    if (choice.when != When::always) text += std::string(name(choice.when)) + ": ";
    if (choice.when == When::always && i > 0) text += "else: ";
    text += describe(choice.outcome);
    if (!choice.note.empty()) text += ", " + std::string(choice.note);
  }
  return text;
}

std::string_view name(CrossingTable table) {
  switch (table) {
    case CrossingTable::consumer_against_brand:
      return "consumer's verbs, acts of the brand";
    case CrossingTable::consumer_against_own:
      return "consumer's verbs, acts of the consumer";
    case CrossingTable::brand:
      return "brand's verbs";
  }
  return {};
}

std::string_view name(Standing standing) {
  static constexpr std::array<std::string_view, standing_count> names = {
      "retract or replacement of that offer",
      "decline of that offer",
      "that offer lapsed",
      "close proposed",
      "close final",
      "determine, same claim",
      "agreement, same claim",
      "perform, superseded term",
      "exercise, same claim",
      "handoff live",
      "consumer left",
      "mandate revoked",
      "mandate of that offer revoked",
      "any other act"};
  return names[static_cast<std::size_t>(standing)];
}

std::string_view name(When when) {
  static constexpr std::array<std::string_view, 14> names = {
      "always",
      "seen",
      "unseen",
      "the same offer",
      "the offer supersedes it",
      "a person joined and no approval",
      "a supervisor is asked for while a person is there",
      "the same right",
      "acknowledged and other offers wanted",
      "performed",
      "continue_while_waiting offers",
      "upholding",
      "optional questions only",
      "reopen_until passed"};
  return names[static_cast<std::size_t>(when)];
}

}  // namespace entente
