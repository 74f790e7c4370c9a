#pragma once
// Strict JSON: what model services, bridges, cards and the command line exchange. One text has one
// meaning here: no duplicate keys, no fractions, nothing before or after the value.
//
//     Json reply = Json::object({{"task", 1}, {"states", Json::array({"open", "closed"})}});
//     ENTENTE_LET(body, parse_json(bytes));
//     ENTENTE_LET(text, body.get_text({"choices", 0, "message", "content"}));
//
// The canonical form is RFC 8785 for the subset without fractions.

#include <entente/core/limits.h>
#include <entente/core/result.h>

#include <cassert>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace entente {

enum class JsonKind : std::uint8_t { null, boolean, integer, text, array, object };

struct JsonMember;

// One step into a value: a key of an object or an index of an array.
struct JsonStep {
  JsonStep(const char* name) : key(name) {}
  JsonStep(std::string_view name) : key(name) {}
  JsonStep(const std::string& name) : key(name) {}
  template <std::integral T>
  JsonStep(T at) : index(static_cast<std::size_t>(at)) {}

  std::string_view key;
  std::optional<std::size_t> index;
};

// "name", or {"choices", 0, "message"}. Views its keys, so it lives as long as an expression.
struct JsonPath {
  JsonPath(const char* key) : steps{JsonStep(key)} {}
  JsonPath(std::string_view key) : steps{JsonStep(key)} {}
  JsonPath(const std::string& key) : steps{JsonStep(key)} {}
  JsonPath(std::initializer_list<JsonStep> path) : steps(path) {}

  std::vector<JsonStep> steps;
};

// A JSON value. Objects keep the order of their members and never hold a key twice.
class Json {
 public:
  Json() = default;  // null
  Json(std::nullptr_t);
  Json(const char* text);
  Json(std::string_view text);
  Json(std::string text);
  template <std::integral T>
    requires(!std::same_as<T, char>)
  Json(T value) {
    if constexpr (std::same_as<T, bool>) {
      set_boolean(value);
    } else {
      assert(std::in_range<std::int64_t>(value));
      set_integer(static_cast<std::int64_t>(value));
    }
  }

  // The last of two members with one key wins.
  static Json object(std::vector<JsonMember> members);
  static Json object();
  static Json array(std::vector<Json> items);
  static Json array();

  // Sets a member, at its old place if the key is there. Requires an object or null.
  Json& add(std::string_view key, Json value);
  // Requires an array or null.
  Json& push(Json item);

  JsonKind kind() const { return static_cast<JsonKind>(value_.index()); }
  bool is_null() const { return kind() == JsonKind::null; }
  bool is_object() const { return kind() == JsonKind::object; }
  bool is_array() const { return kind() == JsonKind::array; }

  // The value, if it is of this kind.
  std::optional<bool> boolean() const;
  std::optional<std::int64_t> integer() const;
  const std::string* text() const;
  // Empty unless it is of this kind.
  std::span<const Json> items() const;
  std::span<const JsonMember> members() const;

  // What lies there, or nullptr. Like all below it belongs to this value.
  const Json* find(const JsonPath& path) const;

  // What lies there and has this kind. Fails with json_invalid; the detail names the path, as in
  // `choices[0].message.content: expected text, found null`, and no content.
  Result<const Json*> get(const JsonPath& path) const;
  Result<std::string> get_text(const JsonPath& path) const;
  Result<bool> get_boolean(const JsonPath& path) const;
  Result<std::int64_t> get_integer(
      const JsonPath& path, std::int64_t min = std::numeric_limits<std::int64_t>::min(),
      std::int64_t max = std::numeric_limits<std::int64_t>::max()) const;
  Result<std::span<const Json>> get_array(const JsonPath& path) const;
  Result<const Json*> get_object(const JsonPath& path) const;

  // Members in the same order, too; compare canonical forms to ignore it.
  friend bool operator==(const Json& a, const Json& b);

 private:
  void set_boolean(bool value);
  void set_integer(std::int64_t value);

  // In the order of JsonKind.
  std::variant<std::monostate, bool, std::int64_t, std::string, std::vector<Json>,
               std::vector<JsonMember>>
      value_;
};

struct JsonMember {
  std::string key;
  Json value;

  friend bool operator==(const JsonMember&, const JsonMember&) = default;
};

// Larger than the defaults only for files of one's own.
struct JsonLimits {
  std::size_t bytes_max = limits::json_bytes_max;
  std::size_t depth_max = limits::json_depth_max;
};

// RFC 8259 with these refused: keys given twice (by escapes, too), numbers with a fraction or
// exponent, -0, integers beyond 64 bits, a byte order mark, invalid UTF-8, lone surrogates,
// anything after the value. Fails with json_invalid ("line 3, column 14: ..."), too_large.
Result<Json> parse_json(std::string_view text, JsonLimits limits = {});

enum class JsonStyle : std::uint8_t { compact, pretty };

// Members in their order; pretty indents by two spaces. Always valid JSON: bytes that are not
// UTF-8 become U+FFFD.
std::string to_json(const Json& value, JsonStyle style = JsonStyle::compact);

// RFC 8785: no white space, keys ordered by UTF-16 code units. Fails with out_of_range for integers
// beyond limits::integer_max, which not every reader keeps apart, and malformed for invalid UTF-8.
Result<std::string> canonical_json(const Json& value);

// Takes only the bytes that canonical_json would write. Fails with json_invalid, too_large,
// not_canonical.
Result<Json> parse_canonical_json(std::string_view text, JsonLimits limits = {});

}  // namespace entente
