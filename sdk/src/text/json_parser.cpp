// The one place that knows Boost.JSON; its sources are compiled here.
#include <entente/text/json.h>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>
#include <set>

#include "source.h"

namespace entente {
namespace {

// Receives what the parser meets, keeps our stricter rules and builds the value.
class JsonBuilder {
 public:
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);

  using Text = boost::json::string_view;
  using Code = boost::json::error_code;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }

  bool on_object_begin(Code&) { return open(JsonKind::object); }
  bool on_array_begin(Code&) { return open(JsonKind::array); }
  bool on_object_end(std::size_t, Code&) { return put(Json::object(close().members)); }
  bool on_array_end(std::size_t, Code&) { return put(Json::array(close().items)); }

  bool on_key_part(Text part, std::size_t, Code&) { return gather(part); }
  bool on_key(Text rest, std::size_t, Code& code) {
    gather(rest);
    Level& level = open_.back();
    level.key = std::exchange(gathered_, {});
    // A tree, not a hash table: nobody outside can make its keys collide.
    if (level.keys.insert(level.key).second) return true;
    return refuse(code, "the key " + text::quote(level.key) + " was given before");
  }

  bool on_string_part(Text part, std::size_t, Code&) { return gather(part); }
  bool on_string(Text rest, std::size_t, Code&) {
    gather(rest);
    return put(std::exchange(gathered_, {}));
  }

  bool on_number_part(Text part, Code&) { return gather(part); }
  bool on_int64(std::int64_t value, Text rest, Code& code) {
    gather(rest);
    const std::string digits = std::exchange(gathered_, {});
    if (digits == "-0") return refuse(code, "-0 is not a number here, write 0");
    return put(value);
  }
  bool on_uint64(std::uint64_t, Text, Code& code) { return refuse_number(code); }
  bool on_double(double, Text, Code& code) { return refuse_number(code); }

  bool on_bool(bool value, Code&) { return put(value); }
  bool on_null(Code&) { return put(nullptr); }
  bool on_comment_part(Text, Code&) { return false; }
  bool on_comment(Text, Code&) { return false; }

  // Why the builder refused; empty if it did not.
  const std::string& refusal() const { return refusal_; }
  Json take_root() { return std::move(root_); }

 private:
  struct Level {
    JsonKind kind;
    std::vector<Json> items;
    std::vector<JsonMember> members;
    std::string key;
    std::set<std::string> keys;
  };

  bool open(JsonKind kind) {
    open_.push_back({kind, {}, {}, {}, {}});
    return true;
  }

  Level close() {
    Level level = std::move(open_.back());
    open_.pop_back();
    return level;
  }

  bool put(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().kind == JsonKind::array) {
      open_.back().items.push_back(std::move(value));
    } else {
      open_.back().members.push_back({std::move(open_.back().key), std::move(value)});
    }
    return true;
  }

  bool gather(Text part) {
    gathered_.append(part.data(), part.size());
    return true;
  }

  bool refuse(Code& code, std::string why) {
    refusal_ = std::move(why);
    code = boost::json::error::syntax;
    return false;
  }

  bool refuse_number(Code& code) {
    return refuse(code, "numbers are integers of at most 64 bits with sign");
  }

  std::vector<Level> open_;
  std::string gathered_;
  std::string refusal_;
  Json root_;
};

std::unexpected<Error> fail_at(std::string_view source, std::size_t offset, ErrorCode code,
                               const std::string& why) {
  const text::Position at = text::SourceMap(source).at(offset);
  return fail(code, "line " + std::to_string(at.line) + ", column " + std::to_string(at.column) +
                        ": " + why);
}

}  // namespace

Result<Json> parse_json(std::string_view text, JsonLimits limits) {
  if (text.size() > limits.bytes_max) {
    return fail(ErrorCode::too_large,
                "JSON of more than " + std::to_string(limits.bytes_max) + " bytes");
  }
  boost::json::parse_options options;
  options.max_depth = limits.depth_max;
  boost::json::basic_parser<JsonBuilder> parser(options);
  boost::json::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (error == boost::json::error::too_deep) {
    return fail_at(text, read, ErrorCode::too_large,
                   "more than " + std::to_string(limits.depth_max) + " levels");
  }
  if (error) {
    const std::string& own = parser.handler().refusal();
    return fail_at(text, read, ErrorCode::json_invalid, own.empty() ? error.message() : own);
  }
  if (read != text.size()) {
    return fail_at(text, read, ErrorCode::json_invalid, "expected the end, found more");
  }
  return parser.handler().take_root();
}

}  // namespace entente
