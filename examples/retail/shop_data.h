#pragma once
// The shop's data: users.json, orders.json and products.json become one database, kept as an image
// of which every case gets a copy of its own.

#include <map>

#include "database.h"
#include "files.h"

namespace retail {

class ShopData {
 public:
  // Fails with file_missing, json_invalid, store_failed.
  static Result<ShopData> load(const std::filesystem::path& directory);

  Result<Database> copy() const { return Database::from_image(image_); }
  // The account that an e-mail address belongs to; nothing if none does.
  std::optional<std::string> find_user(const std::string& email) const;
  // Empty if there is no such user.
  std::string email_of(const std::string& user_id) const;

 private:
  std::vector<unsigned char> image_;
  std::map<std::string, std::string> user_by_email_;
  std::map<std::string, std::string> email_by_user_;
};

}  // namespace retail
