#pragma once
// Strict YAML: the files people write by hand, such as a policy, a goal or a configuration.
//
//     ENTENTE_LET(root, parse_yaml(text, "policy.yaml"));
//
// A file is one tree that means what it shows: no anchors, aliases, tags or merge keys, no key
// twice. Scalars stay text; what they mean says the schema that reads them
// (entente/text/yaml_reader.h), so a country code NO is never false.

#include <entente/core/limits.h>
#include <entente/core/result.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace entente {

// null is a value left out, or written ~ or null.
enum class YamlKind : std::uint8_t { null, scalar, list, map };

struct YamlField;

struct YamlNode {
  YamlKind kind = YamlKind::null;
  std::string text;               // of a scalar
  bool quoted = false;            // a scalar in quotation marks or a block (| or >)
  std::vector<YamlNode> items;    // of a list
  std::vector<YamlField> fields;  // of a map, in the order written
  std::size_t line = 1;           // where it begins; a value left out stands at its key
  std::size_t column = 1;         // in characters

  // The value at this key of a map, or nullptr.
  const YamlNode* find(std::string_view key) const;
};

struct YamlField {
  YamlNode key;  // always a scalar
  YamlNode value;
};

// As a message calls it: nothing, "soon" (shortened), a list, a map.
std::string describe(const YamlNode& node);

// An empty file is null. `file` stands before line and column in messages, as in
// `policy.yaml:12:7: expected ..., found ...`. Fails with yaml_invalid, and too_large for bytes
// beyond limits::yaml_bytes_max or levels beyond limits::yaml_depth_max.
Result<YamlNode> parse_yaml(std::string_view text, std::string_view file);

}  // namespace entente
