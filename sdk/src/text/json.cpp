#include <entente/text/json.h>

#include <algorithm>

#include "source.h"

namespace entente {
namespace {

std::string_view describe_kind(JsonKind kind) {
  switch (kind) {
    case JsonKind::null:
      return "null";
    case JsonKind::boolean:
      return "true or false";
    case JsonKind::integer:
      return "an integer";
    case JsonKind::text:
      return "text";
    case JsonKind::array:
      return "an array";
    case JsonKind::object:
      return "an object";
  }
  return {};
}

std::string print(std::span<const JsonStep> steps) {
  std::string text;
  for (const JsonStep& step : steps) {
    if (step.index) {
      text += '[' + std::to_string(*step.index) + ']';
    } else {
      if (!text.empty()) text += '.';
      text += step.key;
    }
  }
  return text;
}

std::unexpected<Error> unexpected_kind(const JsonPath& path, std::string expected,
                                       const Json& found) {
  return fail(ErrorCode::json_invalid, print(path.steps) + ": expected " + std::move(expected) +
                                           ", found " + std::string(describe_kind(found.kind())));
}

// Looks in n log n, because a stranger decides how many there are.
bool has_key_twice(std::span<const JsonMember> members) {
  std::vector<std::string_view> keys;
  for (const JsonMember& member : members) keys.push_back(member.key);
  std::ranges::sort(keys);
  return std::ranges::adjacent_find(keys) != keys.end();
}

const Json* child(const Json& value, const JsonStep& step) {
  if (step.index) {
    return *step.index < value.items().size() ? &value.items()[*step.index] : nullptr;
  }
  const auto members = value.members();
  const auto found = std::ranges::find(members, step.key, &JsonMember::key);
  return found == members.end() ? nullptr : &found->value;
}

Result<const Json*> get_kind(const Json& from, const JsonPath& path, JsonKind kind) {
  ENTENTE_LET(value, from.get(path));
  if (value->kind() != kind) {
    return unexpected_kind(path, std::string(describe_kind(kind)), *value);
  }
  return value;
}

}  // namespace

Json::Json(std::nullptr_t) {}
Json::Json(const char* text) : value_(std::string(text)) {}
Json::Json(std::string_view text) : value_(std::string(text)) {}
Json::Json(std::string text) : value_(std::move(text)) {}

void Json::set_boolean(bool value) { value_ = value; }
void Json::set_integer(std::int64_t value) { value_ = value; }

Json Json::object(std::vector<JsonMember> members) {
  Json value;
  auto& kept = value.value_.emplace<std::vector<JsonMember>>();
  if (has_key_twice(members)) {
    for (JsonMember& member : members) value.add(member.key, std::move(member.value));
  } else {
    kept = std::move(members);
  }
  return value;
}

Json Json::array(std::vector<Json> items) {
  Json value;
  value.value_ = std::move(items);
  return value;
}

Json Json::object() { return object(std::vector<JsonMember>()); }
Json Json::array() { return array(std::vector<Json>()); }

Json& Json::add(std::string_view key, Json value) {
  if (is_null()) value_.emplace<std::vector<JsonMember>>();
  assert(is_object());
  auto& members = std::get<std::vector<JsonMember>>(value_);
  const auto old = std::ranges::find(members, key, &JsonMember::key);
  if (old != members.end()) {
    old->value = std::move(value);
  } else {
    members.push_back({std::string(key), std::move(value)});
  }
  return *this;
}

Json& Json::push(Json item) {
  if (is_null()) value_.emplace<std::vector<Json>>();
  assert(is_array());
  std::get<std::vector<Json>>(value_).push_back(std::move(item));
  return *this;
}

std::optional<bool> Json::boolean() const {
  const auto* value = std::get_if<bool>(&value_);
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<std::int64_t> Json::integer() const {
  const auto* value = std::get_if<std::int64_t>(&value_);
  return value ? std::optional(*value) : std::nullopt;
}

const std::string* Json::text() const { return std::get_if<std::string>(&value_); }

std::span<const Json> Json::items() const {
  const auto* items = std::get_if<std::vector<Json>>(&value_);
  return items ? std::span<const Json>(*items) : std::span<const Json>();
}

std::span<const JsonMember> Json::members() const {
  const auto* members = std::get_if<std::vector<JsonMember>>(&value_);
  return members ? std::span<const JsonMember>(*members) : std::span<const JsonMember>();
}

const Json* Json::find(const JsonPath& path) const {
  const Json* value = this;
  for (const JsonStep& step : path.steps) {
    value = child(*value, step);
    if (!value) return nullptr;
  }
  return value;
}

Result<const Json*> Json::get(const JsonPath& path) const {
  const Json* value = this;
  for (std::size_t i = 0; i < path.steps.size(); ++i) {
    const Json* next = child(*value, path.steps[i]);
    if (!next) {
      return fail(ErrorCode::json_invalid, print(std::span(path.steps).first(i + 1)) +
                                               ": expected a value, found none in " +
                                               std::string(describe_kind(value->kind())));
    }
    value = next;
  }
  return value;
}

Result<std::string> Json::get_text(const JsonPath& path) const {
  ENTENTE_LET(value, get_kind(*this, path, JsonKind::text));
  return *value->text();
}

Result<bool> Json::get_boolean(const JsonPath& path) const {
  ENTENTE_LET(value, get_kind(*this, path, JsonKind::boolean));
  return *value->boolean();
}

Result<std::int64_t> Json::get_integer(const JsonPath& path, std::int64_t min,
                                       std::int64_t max) const {
  ENTENTE_LET(value, get_kind(*this, path, JsonKind::integer));
  const std::int64_t number = *value->integer();
  if (number < min || number > max) {
    return fail(ErrorCode::json_invalid, print(path.steps) + ": expected an integer from " +
                                             std::to_string(min) + " to " + std::to_string(max) +
                                             ", found another");
  }
  return number;
}

Result<std::span<const Json>> Json::get_array(const JsonPath& path) const {
  ENTENTE_LET(value, get_kind(*this, path, JsonKind::array));
  return value->items();
}

Result<const Json*> Json::get_object(const JsonPath& path) const {
  return get_kind(*this, path, JsonKind::object);
}

bool operator==(const Json& a, const Json& b) { return a.value_ == b.value_; }

}  // namespace entente
