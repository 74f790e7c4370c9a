#include "unreliable_office.h"

#include <sqlite3.h>

#include <chrono>
#include <stdexcept>
#include <thread>

namespace entente::tests {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

constexpr const char* schema = R"sql(
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
CREATE TABLE IF NOT EXISTS writes(key TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS payments(n INTEGER PRIMARY KEY, key TEXT NOT NULL, purpose TEXT);
CREATE TABLE IF NOT EXISTS calls(n INTEGER PRIMARY KEY, key TEXT NOT NULL, order_ref TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lookups(n INTEGER PRIMARY KEY, key TEXT NOT NULL);
)sql";

std::string quoted(const Digest& key) { return "'" + to_hex(key) + "'"; }

bool hangs(Execution execution) {
  return execution == Execution::hangs_before || execution == Execution::hangs_after ||
         execution == Execution::commits_late;
}

}  // namespace

std::string order_in(const PartTexts& parts) {
  for (const auto& [index, text] : parts.texts) {
    if (text.starts_with("K-")) return text;
  }
  return {};
}

UnreliableOffice::UnreliableOffice(const std::filesystem::path& file, OfficeOptions options)
    : options_(std::move(options)) {
  if (sqlite3_open(file.c_str(), &connection_) != SQLITE_OK) throw std::runtime_error("no office");
  sqlite3_busy_timeout(connection_, 5'000);
  run(schema);
}

UnreliableOffice::~UnreliableOffice() { sqlite3_close_v2(connection_); }

void UnreliableOffice::run(const std::string& sql) const {
  if (sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(connection_));
  }
}

std::int64_t UnreliableOffice::count(const std::string& sql) const {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr);
  const std::int64_t found =
      sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
  sqlite3_finalize(statement);
  return found;
}

std::string UnreliableOffice::state(const Digest& key) const {
  const std::scoped_lock lock(mutex_);
  const std::string of_key = " FROM writes WHERE key=" + quoted(key) + " AND state=";
  for (const char* each : {"done", "failed", "half"}) {
    if (count("SELECT count(*)" + of_key + "'" + each + "'") > 0) return each;
  }
  return {};
}

std::size_t UnreliableOffice::payments(const Digest& key) const {
  const std::scoped_lock lock(mutex_);
  const auto halves = count("SELECT count(*) FROM payments WHERE key=" + quoted(key));
  return static_cast<std::size_t>(halves / 2);
}

std::size_t UnreliableOffice::payments() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(count("SELECT count(*)/2 FROM payments"));
}

std::size_t UnreliableOffice::executions(const Digest& key) const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(count("SELECT count(*) FROM calls WHERE key=" + quoted(key)));
}

void UnreliableOffice::hang() const {
  std::this_thread::sleep_for(std::chrono::milliseconds(options_.hang_ms));
}

// A payment has two halves, each a row; the key stands beside them in the same transaction. Nothing
// but the look before it, in execute(), keeps a key from being written twice.
void UnreliableOffice::write(const Order& order, std::string_view state, bool commit) {
  const std::string reference = order_in(order.parts);
  if (options_.at) options_.at("before", reference);
  const std::scoped_lock lock(mutex_);
  run("BEGIN IMMEDIATE");
  const std::string half = "INSERT INTO payments(key, purpose) VALUES(" + quoted(order.key) + ",'" +
                           order.term.purpose + "');";
  if (state != "failed") run(half);
  if (options_.at) options_.at("during", reference);
  if (state == "done") run(half);
  run("INSERT INTO writes VALUES(" + quoted(order.key) + ",'" + std::string(state) + "')");
  run(commit ? "COMMIT" : "ROLLBACK");
  if (options_.at) options_.at("after", reference);
}

Performance UnreliableOffice::answer_of(const Digest& key) const {
  const std::string now = state(key);
  if (now == "done") return {Performance::State::done, "ref-" + short_hex(key), ""};
  if (now == "failed") return {Performance::State::failed, "", "refused"};
  if (now == "half") return {Performance::State::started, "", ""};
  return {Performance::State::absent, "", ""};
}

Performance UnreliableOffice::execute(const Order& order) {
  const std::string reference = order_in(order.parts);
  bool first = false;
  {
    const std::scoped_lock lock(mutex_);
    run("INSERT INTO calls(key, order_ref) VALUES(" + quoted(order.key) + ",'" + reference + "')");
    first = count("SELECT count(*) FROM calls WHERE key=" + quoted(order.key)) == 1;
  }
  if (!state(order.key).empty()) return answer_of(order.key);  // the key makes it once
  const Execution execution =
      first && options_.plan ? options_.plan(reference).execution : Execution::right;
  if (execution == Execution::throws_before) throw std::runtime_error("connection refused");
  if (execution == Execution::fails_before) return {};
  if (execution == Execution::hangs_before) {
    hang();
    return {};
  }
  if (execution == Execution::commits_late) hang();
  const bool refuses = execution == Execution::refuses || execution == Execution::refuses_unsaid;
  const bool half = execution == Execution::does_half;
  write(order, refuses ? "failed" : half ? "half" : "done", execution != Execution::fails_during);
  if (execution == Execution::throws_after) throw std::runtime_error("connection reset");
  if (execution == Execution::hangs_after) hang();
  if (execution == Execution::claims_started) return {Performance::State::started, "", ""};
  const bool says =
      execution == Execution::right || execution == Execution::refuses || hangs(execution);
  return says ? answer_of(order.key) : Performance{};
}

Performance UnreliableOffice::lookup(const Digest& key) {
  std::string reference;
  bool first = false;
  {
    const std::scoped_lock lock(mutex_);
    run("INSERT INTO lookups(key) VALUES(" + quoted(key) + ")");
    first = count("SELECT count(*) FROM lookups WHERE key=" + quoted(key)) == 1;
    sqlite3_stmt* statement = nullptr;
    const std::string sql = "SELECT order_ref FROM calls WHERE key=" + quoted(key);
    sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr);
    if (sqlite3_step(statement) == SQLITE_ROW) {
      reference = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    }
    sqlite3_finalize(statement);
  }
  if (options_.at) options_.at("lookup", reference);
  const Knowledge knowledge = options_.plan ? options_.plan(reference).knowledge : Knowledge::truth;
  switch (knowledge) {
    case Knowledge::truth:
      break;
    case Knowledge::unknown_once:
      if (first) return {};
      break;
    case Knowledge::unknown_always:
      return {};
    case Knowledge::throws_once:
      if (first) throw std::runtime_error("no route to host");
      break;
    case Knowledge::throws_always:
      throw std::runtime_error("no route to host");
    case Knowledge::hangs_once:
      if (first) hang();
      break;
  }
  return answer_of(key);
}

Result<std::vector<Fact>> UnreliableOffice::facts(const FactsQuery& query) {
  return std::vector<Fact>{
      {"order.mine", Scalar(query.account.starts_with("cust-"))},
      {"item.age", Scalar(DurationFact{70 * day_ms})},
      {"item.misuse", Scalar(false)},
      {"item.price", Scalar(Money{"EUR", 3990, 2})},
      {"item.out_of_stock", Scalar(false)},
  };
}

std::optional<std::string> UnreliableOffice::find_account(const AccountProof& proof) {
  const auto at = proof.proof.find("@example.com");
  if (!proof.proof.starts_with("c") || at == std::string::npos) return std::nullopt;
  return "cust-" + proof.proof.substr(1, at - 1);
}

}  // namespace entente::tests
