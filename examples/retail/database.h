#pragma once
// A SQLite database in memory, as every case gets one: made from an image of the shop's data.
//
//     ENTENTE_LET(copy, Database::from_image(image));
//     ENTENTE_LET(rows, copy.query("SELECT status FROM orders WHERE order_id = ?", {order_id}));

#include <entente/core/result.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <variant>
#include <vector>

struct sqlite3;

namespace retail {

using entente::Result;
using entente::Status;

using Value = std::variant<std::int64_t, std::string>;
using Row = std::vector<Value>;

std::int64_t number(const Value& value);
const std::string& text(const Value& value);

class Database {
 public:
  // For one thread at a time.
  static Result<Database> make();
  static Result<Database> from_image(const std::vector<unsigned char>& image);
  // A file, made if absent.
  static Result<Database> open_file(const std::string& path);

  // NULL reads as an empty text. Fails with store_failed.
  Result<std::vector<Row>> query(const char* sql, std::initializer_list<Value> bound = {}) const;
  // Whether these are the rows, in this order.
  Result<bool> holds(const char* sql, const std::vector<const Row*>& expected) const;
  // How many rows it changed.
  Result<std::int64_t> change(const char* sql, std::initializer_list<Value> bound = {});
  Status run(const char* sql);
  std::vector<unsigned char> image() const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}
  std::unique_ptr<sqlite3, Close> handle_;
};

// Rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Status commit();

 private:
  Database& database_;
  bool open_ = false;
};

}  // namespace retail
