#pragma once
// SQLite, one connection per file, with the settings the promises rest on: WAL and
// synchronous=FULL for a writer; for a reader, a file that may have come from an enemy.

#include <entente/store/store.h>
#include <sqlite3.h>

#include <string>

namespace entente {

class Statement;

class Database {
 public:
  // `schema` is run when the file is created; `application_id` tells our kinds of file apart.
  struct Kind {
    int application_id;
    const char* schema;
  };
  static Result<Database> open(const std::filesystem::path& file, const Kind& kind, StoreMode mode);

  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  Status run(const char* sql) const;
  // Builds the file anew and empties the write-ahead log: what was deleted is in neither. Fails
  // with store_locked while somebody reads.
  Status compact() const;
  // From now on closing leaves the file as it is: after a failed write nothing this connection
  // holds is worth writing down.
  void abandon();
  // What is read next is read from the file.
  void forget_pages() const { sqlite3_db_release_memory(handle_); }
  // Kept by the caller and used again: compiling costs more than running.
  Result<Statement> prepare(const char* sql) const;
  // The first number of the first row; 0 if there is none.
  Result<std::int64_t> read_number(const char* sql) const;
  // By the statement that was run last.
  std::int64_t changed_rows() const { return sqlite3_changes64(handle_); }
  Error error(std::string_view doing) const;

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  static Status make(const std::filesystem::path& file, const Kind& kind);
  static Result<Database> connect(const std::filesystem::path& file, StoreMode mode);

  sqlite3* handle_ = nullptr;
};

// Bind in order, step, read in order. Reset on destruction of the Use.
class Statement {
 public:
  Statement() = default;
  Statement(Statement&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Statement& operator=(Statement&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Statement() { sqlite3_finalize(handle_); }

  class Use {
   public:
    explicit Use(sqlite3_stmt* handle) : handle_(handle) {}
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use() {
      sqlite3_reset(handle_);
      sqlite3_clear_bindings(handle_);
    }

    // Bound bytes must outlive the step.
    Use& bind(std::int64_t value);
    Use& bind(ByteView value);
    Use& bind_text(std::string_view value);
    Use& bind_null() { return ++bound_, *this; }  // what is not bound is NULL
    // True: a row is there. Fails with store_failed or store_corrupt.
    Result<bool> step();
    // Exactly one step without rows.
    Status run();

    std::int64_t number(int column) const { return sqlite3_column_int64(handle_, column); }
    bool is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
    Bytes bytes(int column) const;
    std::string text(int column) const;
    // Fails with store_corrupt unless the column has as many bytes as `out`.
    Status bytes_into(int column, std::span<std::uint8_t> out) const;

   private:
    sqlite3_stmt* handle_;
    int bound_ = 0;
  };

  Use use() const { return Use(handle_); }

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}
  sqlite3_stmt* handle_ = nullptr;
};

}  // namespace entente
