#include "order_file.h"

#include <entente/store/durable.h>

#include <fstream>

namespace entente {

Status replace_order_file(const std::filesystem::path& directory, std::string_view name,
                          const Json& json) {
  return replace_file(directory / name, view(to_json(json, JsonStyle::pretty) + "\n"));
}

std::optional<std::string> read_order_file(const std::filesystem::path& directory,
                                           std::string_view name, std::size_t bytes_max) {
  std::ifstream in(directory / name, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text(bytes_max, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

}  // namespace entente
