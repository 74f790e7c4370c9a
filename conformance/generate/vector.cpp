#include "vector.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

namespace entente::vectors {
namespace {

constexpr std::size_t base64_columns = 76;

std::string text_of(const Vector& vector) {
  std::string text = "expect: ";
  text += vector.expect ? name(*vector.expect) : std::string_view("ok");
  text += "\ncomment: " + vector.comment + "\n";
  for (const auto& [key, value] : vector.fields) text += key + ": " + value + "\n";
  text += "\n";
  const std::string base64 = to_base64(vector.bytes);
  for (std::size_t at = 0; at < base64.size(); at += base64_columns) {
    text += base64.substr(at, base64_columns) + "\n";
  }
  return text;
}

}  // namespace

int write_all(const std::vector<Vector>& all, int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " <folder>\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  std::set<std::string> names;
  for (const Vector& vector : all) {
    if (!names.insert(vector.name).second) {
      std::cerr << "two vectors named " << vector.name << "\n";
      return 1;
    }
    std::ofstream(folder / vector.name, std::ios::binary) << text_of(vector);
  }
  return 0;
}

}  // namespace entente::vectors
