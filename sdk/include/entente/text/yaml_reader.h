#pragma once
// Reads the fields of a YAML file by their schema, with messages a person can act on.
//
//     ENTENTE_TRY(rule.closed({"for", "owes", "cap"}));
//     ENTENTE_LET(claim, rule.field("for").code());
//     if (const auto cap = rule.find("cap")) { ENTENTE_LET(money, cap->money()); ... }
//
// gives policy.yaml:12:7: expected a duration such as 10s, 5m, 14d, found "soon". Quotation marks
// never change a type, the schema does. All fail with the code given to the first reader.

#include <entente/text/yaml.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entente {

// Minor units of an ISO 4217 currency, as written: {cur: EUR, amt: 500}.
struct YamlMoney {
  std::string currency;
  std::int64_t amount = 0;
};

struct YamlEntry;

// A place in the tree of parse_yaml, which must outlive it. A place that is not there is carried
// along, and the first value read from it fails.
class YamlReader {
 public:
  using Names = std::vector<std::string_view>;

  // `code` is policy_invalid, goal_invalid or config_invalid.
  YamlReader(const YamlNode& root, std::string_view file, ErrorCode code);
  YamlReader(YamlNode&&, std::string_view, ErrorCode) = delete;

  YamlKind kind() const;
  bool quoted() const;
  const YamlNode* node() const { return node_; }  // nullptr if it is not there
  std::string path() const { return path_; }      // "requests[2].cap"
  std::string where() const;                      // "policy.yaml:12:7"

  // For rules of the caller's own. "<where>: expected <what>, found <what is there>".
  std::unexpected<Error> expected(std::string_view what) const;
  // "<where>: <sentence>"
  std::unexpected<Error> refuse(std::string_view sentence) const;

  // A map.
  YamlReader field(std::string_view key) const;                // required
  std::optional<YamlReader> find(std::string_view key) const;  // absent, or written as null
  // Refuses keys beyond these and what is no map; says which name was probably meant.
  Status closed(const Names& allowed) const;
  Result<std::vector<YamlEntry>> entries() const;
  // A list.
  Result<std::vector<YamlReader>> items() const;
  // Of a map: what the list at `key` holds, each item as `read` reads it; nothing if it is absent.
  template <class T, class Read>
  Status read_each(std::string_view key, std::vector<T>& into, const Read& read) const {
    const auto list = find(key);
    if (!list) return {};
    ENTENTE_LET(items, list->items());
    for (const YamlReader& item : items) {
      ENTENTE_LET(each, read(item));
      into.push_back(std::move(each));
    }
    return {};
  }
  Result<std::vector<std::string>> codes() const;  // each once
  Result<std::vector<std::string>> codes_of(const Names& allowed) const;

  // A scalar.
  Result<std::string> text(std::size_t bytes_max = limits::text_bytes_max) const;
  Result<std::string> code() const;  // [a-z0-9_.:-]{1,64}
  Result<std::string> one_of(const Names& allowed) const;
  Result<bool> boolean() const;  // true or false, spelled so
  Result<std::int64_t> integer(std::int64_t min = -limits::integer_max,
                               std::int64_t max = limits::integer_max) const;
  Result<std::int64_t> duration_ms() const;  // 10s, 5m, 1h, 14d, 3y; a year has 365 days
  Result<std::int64_t> instant_ms() const;   // a date (its midnight) or time in UTC since 1970
  // An amount of at least 0; the currency has the form of ISO 4217 but is not looked up.
  Result<YamlMoney> money() const;

 private:
  YamlReader() = default;
  YamlReader at(const YamlNode& node, std::string path) const;
  Status check_kind(YamlKind kind, std::string_view what) const;
  // The text of a scalar.
  Result<std::string_view> scalar(std::string_view what) const;

  const YamlNode* node_ = nullptr;
  std::string path_;
  std::shared_ptr<const std::string> file_;
  ErrorCode code_ = ErrorCode::config_invalid;
  Error missing_;  // why node_ is not there
};

struct YamlEntry {
  YamlReader key;
  YamlReader value;
};

}  // namespace entente
