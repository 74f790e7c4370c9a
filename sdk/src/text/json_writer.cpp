#include <entente/core/bytes.h>
#include <entente/text/json.h>

#include <algorithm>

#include "source.h"

namespace entente {
namespace {

// The escapes of RFC 8785 section 3.2.2.2, which are also the shortest of RFC 8259.
void append_escaped(std::string& to, char c) {
  constexpr std::string_view plain = "\b\t\n\f\r\"\\";
  constexpr std::string_view letters = "btnfr\"\\";
  if (const std::size_t at = plain.find(c); at != std::string_view::npos) {
    to += '\\';
    to += letters[at];
  } else if (static_cast<unsigned char>(c) < 0x20) {
    const auto byte = static_cast<std::uint8_t>(c);
    to += "\\u00" + to_hex(ByteView(&byte, 1));
  } else {
    to += c;
  }
}

void append_text(std::string& to, std::string_view text) {
  to += '"';
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = text::utf8_length_at(text, i);
    if (length == 0) {
      to += "\xef\xbf\xbd";  // U+FFFD
    } else if (length == 1) {
      append_escaped(to, text[i]);
    } else {
      to += text.substr(i, length);
    }
    i += std::max<std::size_t>(length, 1);
  }
  to += '"';
}

class Writer {
 public:
  explicit Writer(JsonStyle style) : pretty_(style == JsonStyle::pretty) {}

  void write(const Json& value) {
    switch (value.kind()) {
      case JsonKind::null:
        text_ += "null";
        return;
      case JsonKind::boolean:
        text_ += *value.boolean() ? "true" : "false";
        return;
      case JsonKind::integer:
        text_ += std::to_string(*value.integer());
        return;
      case JsonKind::text:
        append_text(text_, *value.text());
        return;
      case JsonKind::array:
        return write_all(value.items(), "[]", [this](const Json& item) { write(item); });
      case JsonKind::object:
        return write_all(value.members(), "{}", [this](const JsonMember& member) {
          append_text(text_, member.key);
          text_ += pretty_ ? ": " : ":";
          write(member.value);
        });
    }
  }

  std::string take() { return std::move(text_); }

 private:
  template <class T, class WriteOne>
  void write_all(std::span<const T> all, std::string_view brackets, WriteOne write_one) {
    text_ += brackets[0];
    ++depth_;
    for (const T& one : all) {
      if (&one != all.data()) text_ += ',';
      break_line();
      write_one(one);
    }
    --depth_;
    if (!all.empty()) break_line();
    text_ += brackets[1];
  }

  void break_line() {
    if (!pretty_) return;
    text_ += '\n';
    text_.append(2 * depth_, ' ');
  }

  bool pretty_;
  std::size_t depth_ = 0;
  std::string text_;
};

// RFC 8785 orders by UTF-16 code units. That is the order of UTF-8 bytes, but for U+E000 to U+FFFF
// (lead bytes ee and ef): they come after the surrogates that stand for all beyond U+FFFF.
unsigned utf16_rank(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0xee || byte == 0xef ? byte + 0x10U : byte;
}

bool before_in_utf16(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(a, b, {}, utf16_rank, utf16_rank);
}

Status check_text(std::string_view text) {
  if (text::find_invalid_utf8(text)) return fail(ErrorCode::malformed, "text that is not UTF-8");
  return {};
}

Result<Json> to_canonical_order(const Json& value) {
  switch (value.kind()) {
    case JsonKind::null:
    case JsonKind::boolean:
      return value;
    case JsonKind::integer:
      if (*value.integer() > limits::integer_max || *value.integer() < -limits::integer_max) {
        return fail(ErrorCode::out_of_range, "an integer beyond 2^53 - 1");
      }
      return value;
    case JsonKind::text:
      ENTENTE_TRY(check_text(*value.text()));
      return value;
    case JsonKind::array: {
      std::vector<Json> items;
      for (const Json& item : value.items()) {
        ENTENTE_LET(ordered, to_canonical_order(item));
        items.push_back(std::move(ordered));
      }
      return Json::array(std::move(items));
    }
    case JsonKind::object: {
      std::vector<JsonMember> members;
      for (const JsonMember& member : value.members()) {
        ENTENTE_TRY(check_text(member.key));
        ENTENTE_LET(ordered, to_canonical_order(member.value));
        members.push_back({member.key, std::move(ordered)});
      }
      std::ranges::sort(members, before_in_utf16, &JsonMember::key);
      return Json::object(std::move(members));
    }
  }
  return fail(ErrorCode::internal);
}

}  // namespace

std::string to_json(const Json& value, JsonStyle style) {
  Writer writer(style);
  writer.write(value);
  return writer.take();
}

Result<std::string> canonical_json(const Json& value) {
  ENTENTE_LET(ordered, to_canonical_order(value));
  return to_json(ordered);
}

Result<Json> parse_canonical_json(std::string_view text, JsonLimits limits) {
  ENTENTE_LET(value, parse_json(text, limits));
  const auto canonical = canonical_json(value);
  if (!canonical || *canonical != text) {
    return fail(ErrorCode::not_canonical, "JSON, but not as RFC 8785 writes it");
  }
  return std::move(value);
}

}  // namespace entente
