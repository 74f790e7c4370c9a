#pragma once
// The example policies and goals, and what tests of this module need around them.

#include <entente/policy/goal.h>
#include <entente/policy/policy.h>

#include <stdexcept>

#include "shared_data.h"

namespace entente::tests {

inline constexpr std::int64_t day_ms = 86'400'000;

inline std::string read_example(const std::string& name) {
  return read_file(std::filesystem::path(ENTENTE_SOURCE_DIR) / "examples/policies" / name);
}

template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

inline Policy example_policy(const std::string& name) {
  const std::string file = name + ".policy.yaml";
  return value_of(Policy::parse(read_example(file), file));
}

// What stands between the lines ```yaml and ``` of a Markdown text.
inline std::vector<std::string> find_blocks(const std::string& text, const std::string& opening) {
  std::vector<std::string> blocks;
  for (std::size_t at = text.find(opening); at != std::string::npos; at = text.find(opening, at)) {
    at += opening.size();
    const std::size_t end = text.find("```", at);
    blocks.push_back(text.substr(at, end - at));
  }
  return blocks;
}

}  // namespace entente::tests
