#include "sqlite_tables.h"

namespace entente {

// Case ids come in no order, and each new one changes another page where they are sorted: only how
// they begin is.
const Database::Kind store_kind = {0x456e7431, R"sql(
CREATE TABLE owners(number INTEGER PRIMARY KEY, case_id BLOB NOT NULL,
                    entries INTEGER NOT NULL, receipts INTEGER NOT NULL);
CREATE INDEX owners_by_case ON owners(substr(case_id, 1, 8));
CREATE TABLE entries(idx INTEGER PRIMARY KEY, owner INTEGER, leaf BLOB NOT NULL,
                     sealed BLOB NOT NULL);
CREATE INDEX entries_by_owner ON entries(owner) WHERE owner IS NOT NULL;
CREATE TABLE tiles(place INTEGER PRIMARY KEY, hashes BLOB NOT NULL);
CREATE TABLE parts(case_id BLOB, digest BLOB, class INTEGER NOT NULL, sealed BLOB NOT NULL,
                   PRIMARY KEY(case_id, digest)) WITHOUT ROWID;
CREATE TABLE receipts(case_id BLOB, message BLOB, leaf BLOB NOT NULL, salt BLOB NOT NULL,
                      proof TEXT NOT NULL, PRIMARY KEY(case_id, message)) WITHOUT ROWID;
CREATE TABLE cases(case_id BLOB PRIMARY KEY, opener BLOB NOT NULL, open_act BLOB NOT NULL,
                   closed INTEGER NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX cases_by_open ON cases(opener, open_act);
CREATE TABLE revoked(mandate BLOB, principal BLOB, idx INTEGER NOT NULL,
                     PRIMARY KEY(mandate, principal)) WITHOUT ROWID;
CREATE TABLE retention(idx INTEGER PRIMARY KEY, case_id BLOB NOT NULL, done INTEGER NOT NULL);
CREATE TABLE head(one INTEGER PRIMARY KEY CHECK(one = 1), size INTEGER NOT NULL,
                  checkpoint TEXT NOT NULL, cases INTEGER NOT NULL, revoked INTEGER NOT NULL,
                  retention INTEGER NOT NULL);
INSERT INTO head VALUES(1, 0, '', 0, 0, 0);
)sql"};

namespace {

// The entries of a case are found by the index and confirmed by their rows: a damaged index names
// others, and as many.
Status prepare_reads(const Database& database, Statements& s) {
  const std::pair<Statement*, const char*> reads[] = {
      {&s.get_head, "SELECT size, checkpoint FROM head"},
      {&s.get_owner,
       "SELECT number FROM owners WHERE substr(case_id, 1, 8)=substr(?1, 1, 8) AND +case_id=?1"},
      {&s.get_count, "SELECT entries, receipts FROM owners WHERE number=?"},
      {&s.get_entry,
       "SELECT case_id, leaf, sealed FROM entries LEFT JOIN owners ON number=owner WHERE idx=?"},
      {&s.get_entries,
       "SELECT case_id, leaf, sealed, idx FROM entries LEFT JOIN owners ON number=owner WHERE "
       "idx>=? ORDER BY idx LIMIT ?"},
      {&s.get_tile, "SELECT hashes FROM tiles WHERE place=?"},
      {&s.get_case_entries,
       "SELECT listed.idx FROM entries AS listed JOIN entries AS entry NOT INDEXED "
       "ON entry.idx=listed.idx AND entry.owner=listed.owner "
       "WHERE listed.owner=? ORDER BY listed.idx"},
      {&s.get_parts, "SELECT digest, class, sealed FROM parts WHERE case_id=? ORDER BY digest"},
      {&s.get_part, "SELECT digest, class, sealed FROM parts WHERE case_id=? AND digest=?"},
      {&s.get_receipts,
       "SELECT message, leaf, salt, proof FROM receipts WHERE case_id=? ORDER BY message"},
      {&s.get_case, "SELECT case_id, opener, open_act, closed FROM cases WHERE case_id=?"},
      {&s.get_open,
       "SELECT case_id, opener, open_act, closed FROM cases WHERE opener=? AND "
       "open_act=?"},
      {&s.get_cases, "SELECT case_id, opener, open_act, closed FROM cases ORDER BY case_id"},
      {&s.get_rows, "SELECT cases, revoked, retention FROM head"},
      {&s.get_revoked, "SELECT mandate, principal, idx FROM revoked ORDER BY mandate, principal"},
      {&s.get_retention, "SELECT idx, case_id, done FROM retention ORDER BY idx"},
  };
  for (const auto& [statement, sql] : reads) {
    ENTENTE_LET(prepared, database.prepare(sql));
    *statement = std::move(prepared);
  }
  return {};
}

Status prepare_writes(const Database& database, Statements& s) {
  const std::pair<Statement*, const char*> writes[] = {
      {&s.add_owner, "INSERT INTO owners VALUES(?,?,0,0)"},
      {&s.count_up, "UPDATE owners SET entries=entries+?, receipts=receipts+? WHERE number=?"},
      {&s.add_entry, "INSERT INTO entries VALUES(?,?,?,?)"},
      {&s.add_tile, "INSERT INTO tiles VALUES(?,?)"},
      {&s.add_part, "INSERT OR IGNORE INTO parts VALUES(?,?,?,?)"},
      {&s.add_receipt, "INSERT OR IGNORE INTO receipts VALUES(?,?,?,?,?)"},
      {&s.close_case, "UPDATE cases SET closed=? WHERE case_id=?"},
      {&s.add_case, "INSERT INTO cases VALUES(?,?,?,?)"},
      {&s.add_revoked, "INSERT OR IGNORE INTO revoked VALUES(?,?,?)"},
      {&s.add_retention, "INSERT INTO retention VALUES(?,?,?)"},
      {&s.settle, "UPDATE retention SET done=1 WHERE idx=?"},
      {&s.empty_entry, "UPDATE entries SET sealed=x'' WHERE idx=?"},
      {&s.delete_parts, "DELETE FROM parts WHERE case_id=? AND class=?"},
      {&s.delete_receipts, "DELETE FROM receipts WHERE case_id=?"},
      {&s.no_receipts, "UPDATE owners SET receipts=0 WHERE number=?"},
      {&s.put_head, "UPDATE head SET size=?, checkpoint=?"},
      {&s.add_rows, "UPDATE head SET cases=cases+?, revoked=revoked+?, retention=retention+?"},
  };
  for (const auto& [statement, sql] : writes) {
    ENTENTE_LET(prepared, database.prepare(sql));
    *statement = std::move(prepared);
  }
  return {};
}

}  // namespace

Result<Statements> prepare_statements(const Database& database, StoreMode mode) {
  Statements statements;
  ENTENTE_TRY(prepare_reads(database, statements));
  if (mode == StoreMode::write) ENTENTE_TRY(prepare_writes(database, statements));
  return statements;
}

}  // namespace entente
