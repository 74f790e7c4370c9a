#include "case_office.h"

namespace retail {
namespace {

using entente::Performance;
using entente::Settlement;

Performance done() { return {.state = Performance::State::done, .reference = {}, .code = {}}; }

}  // namespace

std::string describe_term(const entente::Term& term) {
  const auto* change = std::get_if<entente::OrderChange>(&term.shape);
  if (change != nullptr && change->settlement) {
    const Settlement& settled = *change->settlement;
    if (settled.direction == Settlement::Direction::even) return term.purpose + " even";
    const bool pays = settled.direction == Settlement::Direction::pays;
    return term.purpose + (pays ? " pays " : " ") + entente::format_money(settled.amount);
  }
  const auto value = entente::find_value(term);
  return value ? term.purpose + " " + entente::format_money(*value) : term.purpose;
}

CaseOffice::CaseOffice(const CaseFile& file, Database table)
    : file_(file), table_(std::move(table)) {}

Result<std::unique_ptr<CaseOffice>> CaseOffice::make(const CaseFile& file) {
  ENTENTE_LET(table, Database::make());
  ENTENTE_TRY(
      table.run("CREATE TABLE entente_writes (key TEXT PRIMARY KEY, accept TEXT NOT NULL, "
                "term INTEGER NOT NULL, call TEXT NOT NULL, state TEXT NOT NULL)"));
  return std::unique_ptr<CaseOffice>(new CaseOffice(file, std::move(table)));
}

Result<std::vector<entente::Fact>> CaseOffice::facts(const entente::FactsQuery& query) {
  const auto own = file_.facts_of_claim.find(query.claim.claim_id);
  std::vector<entente::Fact> facts = own == file_.facts_of_claim.end() ? file_.facts : own->second;
  return facts;
}

Performance CaseOffice::execute(const entente::Order& order) {
  if (file_.failing.contains(order.term.purpose)) {
    return {.state = Performance::State::failed, .reference = {}, .code = "out_of_stock"};
  }
  const std::scoped_lock lock(mutex_);
  const auto changed = table_.change("INSERT INTO entente_writes VALUES (?, ?, ?, ?, 'done')",
                                     {to_hex(order.key), to_hex(order.source),
                                      std::int64_t{order.term.id}, describe_term(order.term)});
  if (!changed || file_.forgetful) return {};  // done, perhaps; the answer is lost
  return done();
}

Performance CaseOffice::lookup(const entente::Digest& key) {
  const std::scoped_lock lock(mutex_);
  const auto rows = table_.query("SELECT 1 FROM entente_writes WHERE key = ?", {to_hex(key)});
  if (!rows) return {};
  return rows->empty() ? Performance{Performance::State::absent, "", ""} : done();
}

std::optional<std::string> CaseOffice::find_account(const entente::AccountProof& proof) {
  if (proof.proof != case_email) return std::nullopt;
  return "customer-17";
}

void CaseOffice::deliver_code(const entente::AccountProof&, std::string_view code) {
  const std::scoped_lock lock(mutex_);
  code_ = code;
}

std::string CaseOffice::delivered_code() const {
  const std::scoped_lock lock(mutex_);
  return code_;
}

Result<std::vector<std::string>> CaseOffice::executed() const {
  const std::scoped_lock lock(mutex_);
  ENTENTE_LET(rows, table_.query("SELECT call FROM entente_writes ORDER BY rowid"));
  std::vector<std::string> calls;
  for (const Row& row : rows) calls.push_back(text(row.front()));
  return calls;
}

}  // namespace retail
