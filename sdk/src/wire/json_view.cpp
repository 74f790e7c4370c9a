#include <authority.capnp.h>
#include <capnp/dynamic.h>
#include <entente/core/clock.h>
#include <entente/text/json.h>
#include <entente/wire/json_view.h>
#include <log.capnp.h>
#include <message.capnp.h>
#include <parcel.capnp.h>

#include "wire/canonical.h"

namespace entente {
namespace {

// "claimId" -> "claim_id", "atMs" -> "at_ms".
std::string to_snake_case(kj::StringPtr camel) {
  std::string snake;
  for (const char c : camel) {
    if (c >= 'A' && c <= 'Z') {
      snake += '_';
      snake += static_cast<char>(c - 'A' + 'a');
    } else {
      snake += c;
    }
  }
  return snake;
}

// Instants and lengths of time both end in Ms; these are the lengths.
bool is_length_of_time(std::string_view name) {
  constexpr std::array lengths = {
      std::string_view("toll_max_ms"),     std::string_view("target_ms"),
      std::string_view("longest_wait_ms"), std::string_view("duration_ms"),
      std::string_view("retry_after_ms"),  std::string_view("offer_ms"),
      std::string_view("contest_ms"),      std::string_view("reopen_ms"),
      std::string_view("answer_ms")};
  return std::ranges::find(lengths, name) != lengths.end();
}

bool is_instant(std::string_view name) {
  // Members of a union whose name says the state, not the unit.
  constexpr std::array unmarked = {std::string_view("async"), std::string_view("on_hold")};
  return (name.ends_with("_ms") && !is_length_of_time(name)) ||
         std::ranges::find(unmarked, name) != unmarked.end();
}

Json show(std::string_view name, const capnp::DynamicValue::Reader& value);
Json show_struct(const capnp::DynamicStruct::Reader& value);

Json show_integer(std::string_view name, std::int64_t value) {
  if (is_instant(name)) return value == 0 ? Json() : Json(format_rfc3339(value));
  return Json(value);
}

Json show_unsigned(std::uint64_t value) {
  return value <= static_cast<std::uint64_t>(limits::integer_max) ? Json(value)
                                                                  : Json(std::to_string(value));
}

Json show_list(std::string_view name, const capnp::DynamicList::Reader& list) {
  Json shown = Json::array();
  for (const auto item : list) shown.push(show(name, item));
  return shown;
}

Json show(std::string_view name, const capnp::DynamicValue::Reader& value) {
  switch (value.getType()) {
    case capnp::DynamicValue::VOID:
      return Json(true);
    case capnp::DynamicValue::BOOL:
      return Json(value.as<bool>());
    case capnp::DynamicValue::INT:
      return show_integer(name, value.as<std::int64_t>());
    case capnp::DynamicValue::UINT:
      return show_unsigned(value.as<std::uint64_t>());
    case capnp::DynamicValue::TEXT: {
      const auto text = value.as<capnp::Text>();
      return Json(std::string_view(text.begin(), text.size()));
    }
    case capnp::DynamicValue::DATA: {
      const auto data = value.as<capnp::Data>();
      return Json(to_hex({data.begin(), data.size()}));
    }
    case capnp::DynamicValue::LIST:
      return show_list(name, value.as<capnp::DynamicList>());
    case capnp::DynamicValue::STRUCT:
      return show_struct(value.as<capnp::DynamicStruct>());
    case capnp::DynamicValue::ENUM: {
      KJ_IF_MAYBE (enumerant, value.as<capnp::DynamicEnum>().getEnumerant()) {
        return Json(to_snake_case(enumerant->getProto().getName()));
      }
      return Json();
    }
    default:
      return Json();  // kinds the schema does not use
  }
}

// Empty text, lists, bytes, false, zero, an absent struct, and a part index that names none.
bool is_empty(const capnp::DynamicStruct::Reader& owner, capnp::StructSchema::Field field) {
  if (!owner.has(field, capnp::HasMode::NON_DEFAULT)) return true;
  const auto value = owner.get(field);
  if (value.getType() == capnp::DynamicValue::LIST)
    return value.as<capnp::DynamicList>().size() == 0;
  return false;
}

bool is_group(capnp::StructSchema::Field field) { return field.getProto().isGroup(); }

void add_field(Json& to, const capnp::DynamicStruct::Reader& owner,
               capnp::StructSchema::Field field) {
  const std::string name = to_snake_case(field.getProto().getName());
  to.add(name, show(name, owner.get(field)));
}

Json show_struct(const capnp::DynamicStruct::Reader& value) {
  Json shown = Json::object();
  for (const auto field : value.getSchema().getNonUnionFields()) {
    if (is_group(field) || !is_empty(value, field)) add_field(shown, value, field);
  }
  KJ_IF_MAYBE (member, value.which()) {
    add_field(shown, value, *member);
  }
  return shown;
}

template <class Root>
Result<std::string> show_bytes(ByteView bytes) {
  try {
    const wire::AlignedWords aligned(bytes);
    const kj::ArrayPtr<const capnp::word> segments[] = {aligned.words()};
    capnp::SegmentArrayMessageReader reader(segments, wire::reader_options(bytes.size()));
    const auto root = reader.getRoot<capnp::DynamicStruct>(capnp::Schema::from<Root>());
    return to_json(show_struct(root), JsonStyle::pretty) + "\n";
  } catch (const kj::Exception&) {
    return fail(ErrorCode::malformed, "not Cap'n Proto of this schema");
  }
}

}  // namespace

#define ENTENTE_VIEW(T, Root)                        \
  template <>                                        \
  Result<std::string> json_view<T>(const T& value) { \
    return show_bytes<wire::Root>(encode(value));    \
  }
ENTENTE_VIEW(Envelope, Envelope)
ENTENTE_VIEW(Message, Message)
ENTENTE_VIEW(Card, Card)
ENTENTE_VIEW(Mandate, Mandate)
ENTENTE_VIEW(Approval, Approval)
ENTENTE_VIEW(Read, Read)
ENTENTE_VIEW(Refusal, Refusal)
ENTENTE_VIEW(Parcel, Parcel)
ENTENTE_VIEW(LogEntry, LogEntry)
ENTENTE_VIEW(Facts, Facts)
ENTENTE_VIEW(DecisionRecord, Decision)
ENTENTE_VIEW(PerformanceRecord, Performance)
ENTENTE_VIEW(HandoffClockRecord, HandoffClock)
ENTENTE_VIEW(FreezeRecord, Freeze)
ENTENTE_VIEW(CheckpointSeenRecord, CheckpointSeen)
#undef ENTENTE_VIEW

}  // namespace entente
