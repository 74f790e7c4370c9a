#include <entente/store/store.h>

#include <algorithm>
#include <functional>
#include <map>
#include <unordered_map>
#include <utility>

#include "sqlite_tables.h"

namespace entente {
namespace {

constexpr std::size_t owners_max = 16'384;

// A tile's place as one number: the level above, the index below.
std::int64_t place(unsigned level, std::uint64_t index) {
  return static_cast<std::int64_t>((std::uint64_t{level} << 56) | index);
}

// How many rows a case has, and how many the store: a page that lost some of them is noticed.
struct CaseRows {
  std::int64_t entries = 0;
  std::int64_t receipts = 0;
};
struct StoreRows {
  std::int64_t cases = 0;
  std::int64_t revoked = 0;
  std::int64_t retention = 0;
};

Result<EntryRow> read_entry_row(const Statement::Use& use, std::uint64_t index) {
  EntryRow row{.index = index, .leaf = use.bytes(1), .sealed = use.bytes(2), .case_id = {}};
  if (!use.is_null(0)) ENTENTE_TRY(use.bytes_into(0, row.case_id.emplace().bytes));
  return row;
}

Result<CaseRow> read_case_row(const Statement::Use& use) {
  CaseRow row;
  ENTENTE_TRY(use.bytes_into(0, row.case_id.bytes));
  ENTENTE_TRY(use.bytes_into(1, row.opener.bytes));
  ENTENTE_TRY(use.bytes_into(2, row.open_act));
  row.closed = use.number(3) != 0;
  return row;
}

Status check_class(std::int64_t part_class) {
  if (part_class >= std::int64_t{1} && part_class <= std::int64_t(PartClass::reference)) return {};
  return fail(ErrorCode::store_corrupt, "a part of no class");
}

Result<PartRow> read_part_row(const Statement::Use& use, const CaseId& case_id) {
  PartRow row{.case_id = case_id,
              .digest = {},
              .part_class = static_cast<PartClass>(use.number(1)),
              .sealed = use.bytes(2)};
  ENTENTE_TRY(use.bytes_into(0, row.digest.bytes));
  ENTENTE_TRY(check_class(use.number(1)));
  return row;
}

class SqliteStore final : public Store {
 public:
  SqliteStore(Database database, Statements statements, std::uint64_t size, std::string checkpoint)
      : database_(std::move(database)),
        statements_(std::move(statements)),
        size_(size),
        checkpoint_(std::move(checkpoint)) {}

  Status write(const StoreBatch& batch) override {
    ENTENTE_TRY(in_transaction([&] { return write_rows(batch); }));
    database_.forget_pages();  // whoever reads this batch back sees what the file holds
    size_ += batch.entries.size();
    if (!batch.checkpoint.empty()) checkpoint_ = batch.checkpoint;
    return {};
  }

  Status erase(std::span<const ErasedRows> rows) override {
    ENTENTE_TRY(in_transaction([&] { return empty_rows(rows); }));
    return database_.compact();
  }

  Status settle(std::span<const ErasedRows> rows) override {
    return in_transaction([&]() -> Status {
      for (const ErasedRows& each : rows) {
        const auto erasure = static_cast<std::int64_t>(each.erasure);
        if (const Status settled = statements_.settle.use().bind(erasure).run(); !settled) {
          return settled;
        }
      }
      return {};
    });
  }

  // What does not change a page is not written: the number must be another one each time.
  Status try_write() override {
    ENTENTE_LET(before, database_.read_number("PRAGMA user_version"));
    const std::string next = std::to_string((before + 1) % 1'000'000);
    return database_.run(("PRAGMA user_version=" + next).c_str());
  }
  void abandon() override { database_.abandon(); }

  std::uint64_t size() const override { return size_; }
  Result<std::string> checkpoint() const override { return checkpoint_; }

  Result<EntryRow> read_entry(std::uint64_t index) const override {
    auto use = statements_.get_entry.use();
    use.bind(static_cast<std::int64_t>(index));
    ENTENTE_LET(found, use.step());
    if (!found) return missing("entry " + std::to_string(index));
    return read_entry_row(use, index);
  }

  Result<std::vector<EntryRow>> read_entries(std::uint64_t first,
                                             std::size_t count) const override {
    std::vector<EntryRow> rows;
    auto use = statements_.get_entries.use();
    use.bind(static_cast<std::int64_t>(first)).bind(static_cast<std::int64_t>(count));
    for (;;) {
      ENTENTE_LET(found, use.step());
      if (!found) return rows;
      ENTENTE_LET(row, read_entry_row(use, static_cast<std::uint64_t>(use.number(3))));
      rows.push_back(std::move(row));
    }
  }

  Result<Bytes> read_tile(unsigned level, std::uint64_t index) const override {
    auto use = statements_.get_tile.use();
    use.bind(place(level, index));
    ENTENTE_LET(found, use.step());
    if (!found) return missing("a tile of the tree");
    return use.bytes(0);
  }

  Result<std::vector<std::uint64_t>> entries_of(const CaseId& case_id) const override {
    ENTENTE_LET(owner, find_owner(case_id));
    if (!owner) return std::vector<std::uint64_t>();
    auto use = statements_.get_case_entries.use();
    use.bind(*owner);
    ENTENTE_LET(rows,
                rest_of<std::uint64_t>(use, [](const Statement::Use& row) -> Result<std::uint64_t> {
                  return static_cast<std::uint64_t>(row.number(0));
                }));
    ENTENTE_LET(count, count_of(owner));
    const bool in_order =
        std::ranges::adjacent_find(rows, std::ranges::greater_equal()) == rows.end();
    if (in_order && std::cmp_equal(rows.size(), count.entries)) return rows;
    return missing("an entry of a case");
  }

  Result<std::vector<PartRow>> parts_of(const CaseId& case_id) const override {
    return collect<PartRow>(statements_.get_parts, case_id,
                            [&](const Statement::Use& use) { return read_part_row(use, case_id); });
  }

  Result<std::optional<PartRow>> find_part(const CaseId& case_id,
                                           const Digest& digest) const override {
    auto use = statements_.get_part.use();
    use.bind(ByteView(case_id)).bind(ByteView(digest));
    ENTENTE_LET(found, use.step());
    if (!found) return std::optional<PartRow>();
    ENTENTE_LET(row, read_part_row(use, case_id));
    return std::optional(std::move(row));
  }

  Result<std::vector<ReceiptRow>> receipts_of(const CaseId& case_id) const override {
    const auto read = [&](const Statement::Use& use) -> Result<ReceiptRow> {
      ReceiptRow row{.case_id = case_id,
                     .message = {},
                     .leaf = use.bytes(1),
                     .salt = {},
                     .proof = use.text(3)};
      ENTENTE_TRY(use.bytes_into(0, row.message.bytes));
      ENTENTE_TRY(use.bytes_into(2, row.salt));
      return row;
    };
    ENTENTE_LET(rows, collect<ReceiptRow>(statements_.get_receipts, case_id, read));
    ENTENTE_LET(owner, find_owner(case_id));
    ENTENTE_LET(count, count_of(owner));
    if (std::cmp_equal(rows.size(), count.receipts)) return rows;
    return missing("a receipt of a case");
  }

  Result<std::optional<CaseRow>> find_case(const CaseId& case_id) const override {
    auto use = statements_.get_case.use();
    use.bind(ByteView(case_id));
    return one_case(use);
  }

  Result<std::optional<CaseRow>> find_open(const PublicKey& opener,
                                           const ActId& act) const override {
    auto use = statements_.get_open.use();
    use.bind(ByteView(opener)).bind(ByteView(act));
    return one_case(use);
  }

  Result<std::vector<CaseRow>> cases() const override {
    return all<CaseRow>(statements_.get_cases, &StoreRows::cases, read_case_row);
  }

  Result<std::uint64_t> case_count() const override {
    ENTENTE_LET(rows, row_count());
    return static_cast<std::uint64_t>(rows.cases);
  }

  Result<std::vector<RevokedRow>> revoked() const override {
    const auto read = [](const Statement::Use& use) -> Result<RevokedRow> {
      RevokedRow row;
      ENTENTE_TRY(use.bytes_into(0, row.mandate.bytes));
      ENTENTE_TRY(use.bytes_into(1, row.principal.bytes));
      row.index = static_cast<std::uint64_t>(use.number(2));
      return row;
    };
    return all<RevokedRow>(statements_.get_revoked, &StoreRows::revoked, read);
  }

  Result<std::vector<RetentionRow>> retention() const override {
    const auto read = [](const Statement::Use& use) -> Result<RetentionRow> {
      RetentionRow row{.index = static_cast<std::uint64_t>(use.number(0)), .case_id = {}};
      ENTENTE_TRY(use.bytes_into(1, row.case_id.bytes));
      row.done = use.number(2) != 0;
      return row;
    };
    return all<RetentionRow>(statements_.get_retention, &StoreRows::retention, read);
  }

 private:
  static std::unexpected<Error> missing(const std::string& what) {
    return fail(ErrorCode::store_corrupt, what + " is missing");
  }

  template <class T, class Read>
  static Result<std::vector<T>> collect(const Statement& statement, const CaseId& case_id,
                                        Read read) {
    auto use = statement.use();
    use.bind(ByteView(case_id));
    return rest_of<T>(use, read);
  }

  // Of a whole table, which has as many rows as the head counts.
  template <class T, class Read>
  Result<std::vector<T>> all(const Statement& statement, std::int64_t StoreRows::* counted,
                             Read read) const {
    auto use = statement.use();
    ENTENTE_LET(rows, rest_of<T>(use, read));
    ENTENTE_LET(count, row_count());
    if (std::cmp_equal(rows.size(), count.*counted)) return rows;
    return missing("a row of a table");
  }

  template <class T, class Read>
  static Result<std::vector<T>> rest_of(Statement::Use& use, Read read) {
    std::vector<T> rows;
    for (;;) {
      ENTENTE_LET(found, use.step());
      if (!found) return rows;
      ENTENTE_LET(row, read(use));
      rows.push_back(std::move(row));
    }
  }

  Result<StoreRows> row_count() const {
    auto use = statements_.get_rows.use();
    ENTENTE_LET(found, use.step());
    if (!found) return missing("the head");
    return StoreRows{use.number(0), use.number(1), use.number(2)};
  }

  Result<CaseRows> count_of(std::optional<std::int64_t> owner) const {
    if (!owner) return CaseRows{};
    auto use = statements_.get_count.use();
    use.bind(*owner);
    ENTENTE_LET(found, use.step());
    return found ? CaseRows{use.number(0), use.number(1)} : CaseRows{};
  }

  static Result<std::optional<CaseRow>> one_case(Statement::Use& use) {
    ENTENTE_LET(found, use.step());
    if (!found) return std::optional<CaseRow>();
    ENTENTE_LET(row, read_case_row(use));
    return std::optional(row);
  }

  template <class Work>
  Status in_transaction(Work work) {
    if (broken_) return fail(ErrorCode::store_failed, "an earlier write failed: reopen the store");
    ENTENTE_TRY(database_.run("BEGIN IMMEDIATE"));
    const Status written = work();
    const Status committed = written ? database_.run("COMMIT") : Status(written);
    if (committed) return {};
    // After a failed commit or fsync nobody knows what the disk holds: only reopening tells.
    broken_ = !database_.run("ROLLBACK") || written.has_value();
    owners_.clear();  // some were of this batch
    return committed;
  }

  Status empty_rows(std::span<const ErasedRows> rows) {
    for (const ErasedRows& each : rows) {
      for (const std::uint64_t index : each.entries) {
        ENTENTE_TRY(statements_.empty_entry.use().bind(static_cast<std::int64_t>(index)).run());
      }
      for (const PartClass part_class : each.parts) {
        ENTENTE_TRY(statements_.delete_parts.use()
                        .bind(ByteView(each.case_id))
                        .bind(static_cast<std::int64_t>(part_class))
                        .run());
      }
      if (!each.receipts) continue;
      ENTENTE_TRY(statements_.delete_receipts.use().bind(ByteView(each.case_id)).run());
      ENTENTE_LET(owner, find_owner(each.case_id));
      if (owner) ENTENTE_TRY(statements_.no_receipts.use().bind(*owner).run());
    }
    return {};
  }

  Status write_rows(const StoreBatch& batch) {
    std::map<std::int64_t, CaseRows> added;  // by owner
    for (const EntryRow& row : batch.entries) {
      std::optional<std::int64_t> owner;
      if (row.case_id) {
        ENTENTE_LET(number, owner_of(*row.case_id, row.index));
        owner = number;
        ++added[number].entries;
      }
      ENTENTE_TRY(write_entry(row, owner));
    }
    for (const TileRow& row : batch.tiles) {
      ENTENTE_TRY(statements_.add_tile.use()
                      .bind(place(row.level, row.index))
                      .bind(ByteView(row.hashes))
                      .run());
    }
    for (const PartRow& row : batch.parts) {
      ENTENTE_TRY(statements_.add_part.use()
                      .bind(ByteView(row.case_id))
                      .bind(ByteView(row.digest))
                      .bind(static_cast<std::int64_t>(row.part_class))
                      .bind(ByteView(row.sealed))
                      .run());
    }
    for (const ReceiptRow& row : batch.receipts) {
      ENTENTE_TRY(statements_.add_receipt.use()
                      .bind(ByteView(row.case_id))
                      .bind(ByteView(row.message))
                      .bind(ByteView(row.leaf))
                      .bind(ByteView(row.salt))
                      .bind_text(row.proof)
                      .run());
      const std::int64_t fresh = database_.changed_rows();
      ENTENTE_LET(owner, find_owner(row.case_id));
      if (!owner) return missing("the case of a receipt");
      added[*owner].receipts += fresh;
    }
    for (const auto& [owner, count] : added) ENTENTE_TRY(count_up(owner, count));
    return write_cases(batch);
  }

  Status write_entry(const EntryRow& row, std::optional<std::int64_t> owner) {
    auto use = statements_.add_entry.use();
    use.bind(static_cast<std::int64_t>(row.index));
    owner ? use.bind(*owner) : use.bind_null();
    return use.bind(ByteView(row.leaf)).bind(ByteView(row.sealed)).run();
  }

  // A case is known by the index of its first entry: entries of cases that are talked about now
  // then lie beside each other in the index, and few pages change in a batch.
  Result<std::int64_t> owner_of(const CaseId& case_id, std::uint64_t index) {
    ENTENTE_LET(stored, find_owner(case_id));
    const std::int64_t owner = stored.value_or(static_cast<std::int64_t>(index));
    if (!stored) ENTENTE_TRY(statements_.add_owner.use().bind(owner).bind(ByteView(case_id)).run());
    if (owners_.size() >= owners_max && !owners_.contains(case_id)) owners_.clear();
    owners_.emplace(case_id, owner);
    return owner;
  }

  Status count_up(std::int64_t owner, const CaseRows& by) {
    ENTENTE_TRY(statements_.count_up.use().bind(by.entries).bind(by.receipts).bind(owner).run());
    return database_.changed_rows() == 1 ? Status() : missing("the case of an entry");
  }

  Result<std::optional<std::int64_t>> find_owner(const CaseId& case_id) const {
    if (const auto known = owners_.find(case_id); known != owners_.end()) return known->second;
    auto use = statements_.get_owner.use();
    use.bind(ByteView(case_id));
    ENTENTE_LET(found, use.step());
    return found ? std::optional(use.number(0)) : std::nullopt;
  }

  Status write_cases(const StoreBatch& batch) {
    StoreRows added;
    for (const CaseRow& row : batch.cases) {
      ENTENTE_LET(fresh, write_case(row));
      added.cases += fresh ? 1 : 0;
    }
    for (const RevokedRow& row : batch.revoked) {
      ENTENTE_TRY(statements_.add_revoked.use()
                      .bind(ByteView(row.mandate))
                      .bind(ByteView(row.principal))
                      .bind(static_cast<std::int64_t>(row.index))
                      .run());
      added.revoked += database_.changed_rows();
    }
    for (const RetentionRow& row : batch.retention) {
      ENTENTE_TRY(statements_.add_retention.use()
                      .bind(static_cast<std::int64_t>(row.index))
                      .bind(ByteView(row.case_id))
                      .bind(std::int64_t{row.done})
                      .run());
      ++added.retention;
    }
    if (added.cases + added.revoked + added.retention == 0) return write_head(batch);
    ENTENTE_TRY(statements_.add_rows.use()
                    .bind(added.cases)
                    .bind(added.revoked)
                    .bind(added.retention)
                    .run());
    return write_head(batch);
  }

  // True if it is a new one.
  Result<bool> write_case(const CaseRow& row) {
    ENTENTE_TRY(statements_.close_case.use()
                    .bind(std::int64_t{row.closed})
                    .bind(ByteView(row.case_id))
                    .run());
    if (database_.changed_rows() > 0) return false;
    ENTENTE_TRY(statements_.add_case.use()
                    .bind(ByteView(row.case_id))
                    .bind(ByteView(row.opener))
                    .bind(ByteView(row.open_act))
                    .bind(std::int64_t{row.closed})
                    .run());
    return true;
  }

  Status write_head(const StoreBatch& batch) {
    if (batch.checkpoint.empty()) return {};
    return statements_.put_head.use()
        .bind(static_cast<std::int64_t>(size_ + batch.entries.size()))
        .bind_text(batch.checkpoint)
        .run();
  }

  Database database_;
  Statements statements_;
  std::unordered_map<CaseId, std::int64_t> owners_;  // of cases written to lately
  std::uint64_t size_;
  std::string checkpoint_;
  bool broken_ = false;
};

}  // namespace

bool StoreBatch::empty() const {
  return entries.empty() && parts.empty() && receipts.empty() && cases.empty() && revoked.empty();
}

namespace {

// Receipts are asked for by their case: one that is filed under none would be missed by nobody.
Status check_receipts(const Database& database) {
  ENTENTE_LET(lost,
              database.read_number("SELECT count(*) FROM receipts WHERE NOT EXISTS "
                                   "(SELECT 1 FROM cases WHERE cases.case_id=receipts.case_id)"));
  if (lost == 0) return {};
  return fail(ErrorCode::store_corrupt, "a receipt is filed under no case");
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& file,
                                                 StoreMode mode) {
  ENTENTE_LET(database, Database::open(file, store_kind, mode));
  ENTENTE_LET(statements, prepare_statements(database, mode));
  if (mode == StoreMode::read) ENTENTE_TRY(check_receipts(database));
  std::uint64_t size = 0;
  std::string checkpoint;
  {
    auto use = statements.get_head.use();
    ENTENTE_LET(found, use.step());
    if (!found) return fail(ErrorCode::store_corrupt, "the store has no head");
    size = static_cast<std::uint64_t>(use.number(0));
    checkpoint = use.text(1);
  }
  return std::make_unique<SqliteStore>(std::move(database), std::move(statements), size,
                                       std::move(checkpoint));
}

}  // namespace entente
