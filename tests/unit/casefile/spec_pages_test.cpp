#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <entente/casefile/crossing.h>
#include <entente/casefile/handoff_machine.h>
#include <entente/casefile/transitions.h>

#include "catch.h"

// The tables of the spec are printed from the tables of the code. With ENTENTE_WRITE_SPEC=1 the
// pages are written; without, they are compared.

namespace entente::tests {
namespace {

std::string page_path(const std::string& page) {
  return std::string(ENTENTE_SOURCE_DIR) + "/protocol/spec/" + page;
}

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string who(Party party) { return party == Party::unset ? "clock" : std::string(name(party)); }

std::string quoted(std::string_view word) { return "`" + std::string(word) + "`"; }

std::string print_lifecycle() {
  std::string text =
      "| in phase | who | says or does | then | what happens |\n|---|---|---|---|---|\n";
  for (const Transition& row : transitions()) {
    const bool begins = row.deed == Deed::open;
    text += "| " + (begins ? "none" : quoted(name(row.from))) + " | " + who(row.who) + " | " +
            std::string(name(row.deed)) + " | " + quoted(name(row.to)) + " | " +
            std::string(row.note) + " |\n";
  }
  return text;
}

std::string print_roles() {
  std::string text = "| verb | step | consumer | brand |\n|---|---|---|---|\n";
  for (const Role& role : roles()) {
    text += "| " + quoted(name(role.verb)) + " | " +
            (role.step.empty() ? std::string() : quoted(role.step)) + " | " +
            std::string(name(role.consumer)) + " | " + std::string(name(role.brand)) + " |\n";
  }
  return text;
}

std::string print_crossing(CrossingTable table) {
  std::string text = "| new \\ standing |";
  std::string rule = "|---|";
  for (const Standing standing : crossing_columns(table)) {
    text += " " + std::string(name(standing)) + " |";
    rule += "---|";
  }
  text += "\n" + rule + "\n";
  for (const CrossingRow& row : crossing_rows(table)) {
    std::string verbs;
    for (std::size_t i = 0; i < row.verb_count; ++i) {
      verbs += (i > 0 ? ", " : "") + std::string(name(row.verbs[i]));
    }
    text += "| " + verbs + " |";
    for (const Standing standing : crossing_columns(table)) {
      const Cell& cell = row.cells[static_cast<std::size_t>(standing)];
      text += " " + (cell.count == 0 ? std::string("-") : describe(cell)) + " |";
    }
    text += "\n";
  }
  return text;
}

std::string print_precedence() {
  std::string text;
  for (const ErrorCode code : crossing_precedence()) {
    text += (text.empty() ? "" : ", ") + quoted(name(code));
  }
  return text + "\n";
}

std::string print_handoff() {
  std::string text = "| in stage | who | event | then |\n|---|---|---|---|\n";
  for (const HandoffRow& row : handoff_rows()) {
    std::string from;
    for (std::size_t i = 0; i < handoff_stage_count; ++i) {
      const auto stage = static_cast<HandoffStage>(i);
      if ((row.from & stages(stage)) == 0) continue;
      from += (from.empty() ? "" : ", ") + std::string(name(stage));
    }
    const bool stays = row.to == HandoffStage::none;
    text += "| " + from + " | " + std::string(name(row.who)) + " | " +
            std::string(name(row.event)) + " | " + (stays ? "stays" : quoted(name(row.to))) +
            " |\n";
  }
  return text;
}

std::string print_deadlines() {
  std::string text = "| stage | clock | who owes | when it passes |\n|---|---|---|---|\n";
  for (std::size_t i = 0; i < handoff_stage_count; ++i) {
    const auto stage = static_cast<HandoffStage>(i);
    if (deadline_kind(stage).empty()) continue;
    const bool at_desk = stage == HandoffStage::offered || stage == HandoffStage::accepted;
    const auto next = next_stage(stage, at_desk ? HandoffSpeaker::desk : HandoffSpeaker::clock,
                                 HandoffEvent::deadline);
    const bool moves = next && *next != stage;
    text += "| " + quoted(name(stage)) + " | " + quoted(deadline_kind(stage)) + " | " +
            who(deadline_owed_by(stage)) + " | " +
            (moves ? quoted(name(*next)) : std::string("stays, late")) + " |\n";
  }
  return text;
}

// The page with `table` between its markers; empty if it has none.
std::string replaced(const std::string& page, const std::string& marker, const std::string& table) {
  const std::string open = "<!-- table: " + marker + " -->\n";
  const std::string shut = "<!-- /table -->";
  const std::size_t begin = page.find(open);
  if (begin == std::string::npos) return {};
  const std::size_t end = page.find(shut, begin);
  if (end == std::string::npos) return {};
  return page.substr(0, begin + open.size()) + table + page.substr(end);
}

void check_table(const std::string& page, const std::string& marker, const std::string& table) {
  const std::string before = read(page_path(page));
  const std::string after = replaced(before, marker, table);
  INFO(page << ", table " << marker << ": run with ENTENTE_WRITE_SPEC=1 to write it");
  REQUIRE_FALSE(after.empty());
  const char* write = std::getenv("ENTENTE_WRITE_SPEC");
  if (write && std::string(write) == "1") {
    std::ofstream(page_path(page), std::ios::binary) << after;
    return;
  }
  CHECK((before == after));
}

// Every rule of a page, in order: {P-05-3} is the third of page 05.
void check_rule_ids(const std::string& page, const std::string& number) {
  const std::string text = read(page_path(page));
  const std::string prefix = "{P-" + number + "-";
  std::set<int> ids;
  for (std::size_t at = text.find(prefix); at != std::string::npos;
       at = text.find(prefix, at + 1)) {
    const int id = std::stoi(text.substr(at + prefix.size()));
    INFO(page << " defines rule " << id << " twice");
    CHECK(ids.insert(id).second);
  }
  REQUIRE_FALSE(ids.empty());
  CHECK(*ids.begin() == 1);
  CHECK(*ids.rbegin() == static_cast<int>(ids.size()));
}

}  // namespace

TEST_CASE("the lifecycle page prints the tables that the code evaluates") {
  const std::string page = "05-lifecycle.md";
  check_table(page, "roles", print_roles());
  check_table(page, "lifecycle", print_lifecycle());
  check_table(page, "crossing-consumer-brand",
              print_crossing(CrossingTable::consumer_against_brand));
  check_table(page, "crossing-consumer-own", print_crossing(CrossingTable::consumer_against_own));
  check_table(page, "crossing-brand", print_crossing(CrossingTable::brand));
  check_table(page, "precedence", print_precedence());
}

TEST_CASE("the handoff page prints the machine that the code runs") {
  const std::string page = "08-handoff.md";
  check_table(page, "handoff", print_handoff());
  check_table(page, "deadlines", print_deadlines());
}

TEST_CASE("each rule of these pages has an id of its own, without gaps") {
  check_rule_ids("05-lifecycle.md", "05");
  check_rule_ids("08-handoff.md", "08");
}

}  // namespace entente::tests
