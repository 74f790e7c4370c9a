#include <entente/core/clock.h>
#include <entente/text/yaml_reader.h>

#include <algorithm>
#include <charconv>
#include <numeric>

#include "source.h"

namespace entente {
namespace {

using text::quote;

constexpr std::string_view duration_example = "a duration such as 10s, 5m, 14d";
constexpr std::string_view money_example = "money in minor units such as {cur: EUR, amt: 500}";

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= limits::code_bytes_max &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.:-") ==
             std::string_view::npos;
}

// Decimal digits with an optional minus sign, in the one way an integer is written.
std::optional<std::int64_t> to_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || std::to_string(value) != text) return std::nullopt;
  return value;
}

std::optional<std::int64_t> unit_ms(char unit) {
  switch (unit) {
    case 's':
      return 1000;
    case 'm':
      return 60'000;
    case 'h':
      return 3'600'000;
    case 'd':
      return 86'400'000;
    case 'y':
      return 365LL * 86'400'000;
  }
  return std::nullopt;
}

// Insertions, deletions, replacements and swaps of neighbours that lead from one to the other.
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> two_back, back, row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    two_back = std::exchange(back, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({back[j] + 1, row[j - 1] + 1, back[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], two_back[j - 2] + 1);
      }
    }
  }
  return row.back();
}

// ` (did you mean "name"?)`, or nothing if none is near.
std::string suggest(std::string_view found, const YamlReader::Names& allowed) {
  if (allowed.empty() || found.size() > limits::code_bytes_max) return {};
  const auto edits = [&](std::string_view name) { return edits_between(found, name); };
  const std::string_view nearest = *std::ranges::min_element(allowed, {}, edits);
  const std::size_t edits_max = std::min<std::size_t>(2, (nearest.size() + 1) / 3);
  return edits(nearest) <= edits_max ? " (did you mean " + quote(nearest) + "?)" : "";
}

std::string join(const YamlReader::Names& names) {
  std::string joined;
  for (const std::string_view name : names) {
    if (!joined.empty()) joined += ", ";
    joined += name;
  }
  return joined;
}

std::string describe_choice(const YamlReader::Names& allowed) {
  return allowed.size() == 1 ? join(allowed) : "one of " + join(allowed);
}

}  // namespace

YamlReader::YamlReader(const YamlNode& root, std::string_view file, ErrorCode code)
    : node_(&root), file_(std::make_shared<const std::string>(file)), code_(code) {}

YamlReader YamlReader::at(const YamlNode& node, std::string path) const {
  YamlReader reader = *this;
  reader.node_ = &node;
  reader.path_ = std::move(path);
  return reader;
}

YamlKind YamlReader::kind() const { return node_ ? node_->kind : YamlKind::null; }

bool YamlReader::quoted() const { return node_ && node_->quoted; }

std::string YamlReader::where() const {
  if (!node_) return *file_;
  return *file_ + ":" + std::to_string(node_->line) + ":" + std::to_string(node_->column);
}

std::unexpected<Error> YamlReader::expected(std::string_view what) const {
  if (!node_) return std::unexpected(missing_);
  return refuse("expected " + std::string(what) + ", found " + describe(*node_));
}

std::unexpected<Error> YamlReader::refuse(std::string_view sentence) const {
  if (!node_) return std::unexpected(missing_);
  return fail(code_, where() + ": " + std::string(sentence));
}

Status YamlReader::check_kind(YamlKind kind, std::string_view what) const {
  if (!node_ || node_->kind != kind) return expected(what);
  return {};
}

Result<std::string_view> YamlReader::scalar(std::string_view what) const {
  ENTENTE_TRY(check_kind(YamlKind::scalar, what));
  return node_->text;
}

YamlReader YamlReader::field(std::string_view key) const {
  const std::string path = path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  if (const YamlNode* value = node_ ? node_->find(key) : nullptr) return at(*value, path);
  YamlReader missing = *this;
  const auto why = kind() == YamlKind::map
                       ? refuse("expected the key " + quote(key) + ", found none")
                       : expected("a map with the key " + quote(key));
  missing.missing_ = why.error();
  missing.node_ = nullptr;
  missing.path_ = path;
  return missing;
}

std::optional<YamlReader> YamlReader::find(std::string_view key) const {
  const YamlNode* value = node_ ? node_->find(key) : nullptr;
  if (!value || value->kind == YamlKind::null) return std::nullopt;
  return field(key);
}

Status YamlReader::closed(const Names& allowed) const {
  ENTENTE_TRY(check_kind(YamlKind::map, "a map of " + join(allowed)));
  for (const YamlField& field : node_->fields) {
    if (std::ranges::find(allowed, field.key.text) == allowed.end()) {
      const YamlReader key = at(field.key, path_);
      return key.refuse("expected " + describe_choice(allowed) + ", found " +
                        quote(field.key.text) + suggest(field.key.text, allowed));
    }
  }
  return {};
}

Result<std::vector<YamlEntry>> YamlReader::entries() const {
  ENTENTE_TRY(check_kind(YamlKind::map, "a map"));
  std::vector<YamlEntry> entries;
  for (const YamlField& one : node_->fields) {
    const YamlReader value = field(one.key.text);
    entries.push_back({at(one.key, value.path()), value});
  }
  return entries;
}

Result<std::vector<YamlReader>> YamlReader::items() const {
  ENTENTE_TRY(check_kind(YamlKind::list, "a list"));
  std::vector<YamlReader> readers;
  readers.reserve(node_->items.size());
  for (const YamlNode& item : node_->items) {
    readers.push_back(at(item, path_ + "[" + std::to_string(readers.size()) + "]"));
  }
  return readers;
}

Result<std::vector<std::string>> YamlReader::codes() const {
  ENTENTE_LET(readers, items());
  std::vector<std::string> codes;
  for (const YamlReader& reader : readers) {
    ENTENTE_LET(code, reader.code());
    if (std::ranges::find(codes, code) != codes.end()) {
      return reader.refuse("expected each code once, found " + quote(code) + " again");
    }
    codes.push_back(std::move(code));
  }
  return codes;
}

Result<std::vector<std::string>> YamlReader::codes_of(const Names& allowed) const {
  ENTENTE_LET(readers, items());
  for (const YamlReader& reader : readers) ENTENTE_TRY(reader.one_of(allowed));
  return codes();
}

Result<std::string> YamlReader::text(std::size_t bytes_max) const {
  ENTENTE_LET(text, scalar("text"));
  if (text.size() > bytes_max) {
    return expected("text of at most " + std::to_string(bytes_max) + " bytes");
  }
  return std::string(text);
}

Result<std::string> YamlReader::code() const {
  constexpr std::string_view what = "a code (1 to 64 characters of a-z, 0-9, _ . : -)";
  ENTENTE_LET(text, scalar(what));
  if (!is_code(text)) return expected(what);
  return std::string(text);
}

Result<std::string> YamlReader::one_of(const Names& allowed) const {
  ENTENTE_LET(text, scalar(describe_choice(allowed)));
  if (std::ranges::find(allowed, text) == allowed.end()) {
    return refuse("expected " + describe_choice(allowed) + ", found " + quote(text) +
                  suggest(text, allowed));
  }
  return std::string(text);
}

Result<bool> YamlReader::boolean() const {
  ENTENTE_LET(text, scalar("true or false"));
  if (text != "true" && text != "false") return expected("true or false");
  return text == "true";
}

Result<std::int64_t> YamlReader::integer(std::int64_t min, std::int64_t max) const {
  std::string what = "a whole number";
  if (min > -limits::integer_max || max < limits::integer_max) {
    what += max < limits::integer_max
                ? " from " + std::to_string(min) + " to " + std::to_string(max)
                : " of at least " + std::to_string(min);
  }
  ENTENTE_LET(text, scalar(what));
  const auto value = to_integer(text);
  if (!value || *value < min || *value > max) return expected(what);
  return *value;
}

Result<std::int64_t> YamlReader::duration_ms() const {
  ENTENTE_LET(text, scalar(duration_example));
  if (text.size() < 2) return expected(duration_example);
  const auto count = to_integer(text.substr(0, text.size() - 1));
  const auto unit = unit_ms(text.back());
  if (!count || !unit || *count < 0) return expected(duration_example);
  if (*count > limits::integer_max / *unit) return expected("a shorter duration");
  return *count * *unit;
}

Result<std::int64_t> YamlReader::instant_ms() const {
  constexpr std::string_view what = "a time such as 2026-11-25 or 2026-11-25T10:04:05Z";
  ENTENTE_LET(text, scalar(what));
  const auto value = parse_instant_ms(text);
  if (!value) return expected(what);
  if (*value < 0) return refuse("no time before 1970 can be sent");
  return *value;
}

Result<YamlMoney> YamlReader::money() const {
  ENTENTE_TRY(check_kind(YamlKind::map, money_example));
  ENTENTE_TRY(closed({"cur", "amt"}));
  const YamlReader currency = field("cur");
  ENTENTE_LET(cur, currency.text());
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (cur.size() != 3 || !std::ranges::all_of(cur, is_capital)) {
    return currency.expected("an ISO 4217 currency such as EUR");
  }
  ENTENTE_LET(amt, field("amt").integer(0));
  return YamlMoney{std::move(cur), amt};
}

}  // namespace entente
