#include "files.h"

#include <cmath>
#include <fstream>
#include <iterator>

namespace retail {

using entente::ErrorCode;
using entente::fail;

Result<std::string> read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(ErrorCode::file_missing, file.string());
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

Result<Json> read_json(const std::filesystem::path& file) {
  ENTENTE_LET(text, read_text(file));
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return fail(ErrorCode::json_invalid, file.string());
  return json;
}

Status write_text(const std::filesystem::path& file, std::string_view text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return fail(ErrorCode::file_invalid, "cannot write " + file.string());
  return {};
}

std::int64_t to_cents(const Json& price) {
  return price.is_number() ? std::llround(price.get<double>() * 100) : 0;
}

std::string text_of(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return {};
  return found->get<std::string>();
}

std::vector<std::string> texts_of(const Json& object, std::string_view key) {
  std::vector<std::string> texts;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return texts;
  for (const Json& item : *found) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

}  // namespace retail
