#pragma once
// The crossing tables: a new verb against each thing that may already stand, seen or unseen by its
// author, with one outcome per cell. Two agents who write at the same moment read their fate here.
//
//     const Cell* cell = find_cell(CrossingTable::brand, Verb::propose, Standing::left);
//     evaluate(*cell, holds(When::seen));     refused(left)
//
// Printed into protocol/spec/05-lifecycle.md; Case::judge evaluates these cells and nothing else
// for what crosses.

#include <entente/casefile/outcome.h>
#include <entente/protocol/verbs.h>

#include <array>
#include <span>

namespace entente {

enum class CrossingTable : std::uint8_t {
  consumer_against_brand,  // acts of the other side: seen or unseen
  consumer_against_own,    // acts of the own side bind by position
  brand                    // it orders, so it has seen everything
};
std::string_view name(CrossingTable table);

// What may stand when a message arrives: the columns.
enum class Standing : std::uint8_t {
  ended_offer,  // the offer was retracted or replaced by who made it
  answered,     // the offer was declined
  lapsed,       // the offer is past valid_until and its grace
  close_proposed,
  close_final,
  determination,  // of the same claim
  agreement,      // on the same claim
  performance,    // started, unknown or done, of a term that would be superseded
  exercise,       // of a right on the same claim
  handoff,        // a ticket is live
  left,           // the consumer has left
  revoked,        // the mandate spoken under
  offer_revoked,  // the mandate that the offer was made under
  other           // any other act
};
inline constexpr std::size_t standing_count = 14;
std::string_view name(Standing standing);

// The named conditions of cells.
enum class When : std::uint8_t {
  always,
  seen,  // the new message descends from what stands
  unseen,
  same_offer,     // the agreement came from the very offer
  superseding,    // the offer says that it supersedes the agreement
  unapproved,     // a person has joined and the act carries no approval
  escalating,     // asks for a supervisor while a person is there
  same_right,     // the same right on the same claims
  wanted,         // the right is acknowledged and other offers are wanted
  performed,      // nothing of it is owed any more
  continuing,     // the consumer signed continue_while_waiting: offers
  upholding,      // upholds the claim, if only in part
  optional_only,  // no question that must be answered
  reopen_over     // reopen_until has passed
};
std::string_view name(When when);

// A set of conditions that hold.
using Holds = std::uint32_t;
constexpr Holds holds(When when) { return Holds{1} << static_cast<unsigned>(when); }

struct Choice {
  When when = When::always;
  Outcome outcome;
  std::string_view note;  // what else happens: "close void"
};

// The first choice whose condition holds decides; the last one is always. Empty: cannot be.
struct Cell {
  std::array<Choice, 4> choices{};
  std::size_t count = 0;
};
std::string describe(const Cell& cell);

struct CrossingRow {
  std::array<Verb, 4> verbs{};
  std::size_t verb_count = 0;
  std::array<Cell, standing_count> cells{};  // by Standing; columns that a table lacks are empty
};
std::span<const CrossingRow> crossing_rows(CrossingTable table);
std::span<const Standing> crossing_columns(CrossingTable table);

// Null where a verb is not this party's, or cannot meet this.
const Cell* find_cell(CrossingTable table, Verb verb, Standing standing);
// Requires a cell that is not empty.
Outcome evaluate(const Cell& cell, Holds conditions);

// Several things may stand at once. Refused beats none beats binding; between two of a kind the
// code that comes first here wins.
std::span<const ErrorCode> crossing_precedence();
Outcome heavier(const Outcome& a, const Outcome& b);

}  // namespace entente
