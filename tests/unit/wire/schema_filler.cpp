#include "schema_filler.h"

#include <capnp/any.h>
#include <entente/core/bytes.h>

#include <map>
#include <vector>

namespace entente::tests {
namespace {

using capnp::DynamicList;
using capnp::DynamicStruct;
using Field = capnp::StructSchema::Field;

std::string name_of(Field field) { return field.getProto().getName().cStr(); }

// "message.capnp:Message.body" -> "Message.body".
std::string type_of(capnp::Schema schema) {
  const std::string full = schema.getProto().getDisplayName().cStr();
  return full.substr(full.rfind(':') + 1);
}

bool is_group(Field field) { return field.getProto().isGroup(); }

std::string text_for(const std::string& name, std::size_t index) {
  if (name == "cur") return "EUR";
  if (name == "audience" || name == "party") return "did:web:kettle.example";
  if (name == "mediaType") return "text/plain";
  if (name == "path") return "/entente/v1/cases";
  return "code_" + std::to_string(index);
}

Bytes data_for(const std::string& name, std::size_t index) {
  static const std::map<std::string, std::size_t> sizes = {
      {"actId", 16}, {"sig", 64}, {"oldSignature", 64}, {"newSignature", 64}};
  const auto found = sizes.find(name);
  return Bytes(found == sizes.end() ? 32 : found->second, static_cast<std::uint8_t>(index + 1));
}

std::int64_t number_for(const std::string& name, std::size_t index) {
  static const std::map<std::string, std::int64_t> numbers = {{"exp", 2},
                                                              {"weekday", 3},
                                                              {"fromMinute", 540},
                                                              {"toMinute", 600},
                                                              {"utcOffsetMinutes", -60},
                                                              {"toMs", 2000},
                                                              {"expiresMs", 2000},
                                                              {"admitByMs", 2000},
                                                              {"number", 2},
                                                              {"claim", 1},
                                                              {"version", 1}};
  static const std::set<std::string> ids = {"id",     "claimId", "question", "term",
                                            "claims", "terms",   "versions"};
  if (ids.contains(name)) return static_cast<std::int64_t>(index) + 1;
  const auto found = numbers.find(name);
  return found == numbers.end() ? 1000 : found->second;
}

// A part index, which is the only field with this default.
bool is_part_index(Field field) {
  const auto slot = field.getProto().getSlot();
  return slot.getDefaultValue().isUint16() && slot.getDefaultValue().getUint16() == 0xffff;
}

void set_unknown_discriminant(DynamicStruct::Builder to) {
  const auto schema = to.getSchema();
  const std::size_t at = schema.getProto().getStruct().getDiscriminantOffset() * std::size_t{2};
  auto data = capnp::AnyStruct::Builder(to).getDataSection();
  data[at] = static_cast<capnp::byte>(schema.getUnionFields().size());
}

struct Reach {
  std::set<std::string> visited, fields, choices;

  void walk(capnp::StructSchema schema) {
    const std::string type = type_of(schema);
    if (!visited.insert(type).second) return;
    if (schema.getUnionFields().size() > 0) choices.insert(type);
    for (const Field field : schema.getFields()) {
      if (name_of(field) == "unset") continue;
      fields.insert(type + "." + name_of(field));
      capnp::Type of = field.getType();
      if (of.isEnum()) {
        choices.insert(type + "." + name_of(field));
      }
      while (of.isList()) of = of.asList().getElementType();
      if (of.isStruct()) walk(of.asStruct());
    }
  }
};

}  // namespace

std::set<std::string> reachable_fields(capnp::StructSchema root) {
  Reach reach;
  reach.walk(root);
  return reach.fields;
}

std::set<std::string> reachable_choices(capnp::StructSchema root) {
  Reach reach;
  reach.walk(root);
  return reach.choices;
}

Bytes SchemaFiller::fill(capnp::StructSchema root) {
  capnp::MallocMessageBuilder builder;
  auto to = builder.initRoot<DynamicStruct>(root);
  fill_struct(to, {});
  const auto words = builder.getRoot<capnp::AnyStruct>().asReader().canonicalize();
  const auto bytes = words.asBytes();
  return Bytes(bytes.begin(), bytes.end());
}

// Unions and groups first: the plain fields beside them depend on what was chosen.
void SchemaFiller::fill_struct(DynamicStruct::Builder to, Where where) {
  const auto schema = to.getSchema();
  where.type = type_of(schema);
  if (where.type == "Wish") where.in_wish = true;
  if (schema.getUnionFields().size() > 0) fill_union(to, where);
  for (const bool groups : {true, false}) {
    for (const Field field : schema.getNonUnionFields()) {
      if (is_group(field) == groups && !skips(name_of(field), where)) {
        fill_field(to, field, where);
      }
    }
  }
}

void SchemaFiller::fill_union(DynamicStruct::Builder to, const Where& where) {
  std::vector<Field> members;
  for (const Field field : to.getSchema().getUnionFields()) {
    if (!allows(name_of(field), where)) continue;
    // Most of the schema's depth lies under this verb.
    const bool is_deep = where.type == "Message.body" && name_of(field) == "handoff";
    members.insert(members.end(), is_deep ? 8 : 1, field);
  }
  const Field member = members[roll(members.size())];
  if (where.type == "Message.body") body_ = name_of(member);
  if (where.type == "Handoff") act_ = name_of(member);
  if (where.type == "Term") shape_ = name_of(member);
  if (where.type == "Term.condition") condition_ = name_of(member);
  if (!spoils(where.type)) return fill_field(to, member, where);
  if (spoil_ == Spoil::unset) {
    to.set("unset", capnp::VOID);
  } else {
    set_unknown_discriminant(to);
  }
}

void SchemaFiller::fill_field(DynamicStruct::Builder to, Field field, const Where& where) {
  const std::string name = name_of(field);
  const Where inside{.type = {}, .index = where.index, .in = name, .in_wish = where.in_wish};
  touched_.insert(where.type + "." + name);
  const capnp::Type type = field.getType();
  switch (type.which()) {
    case capnp::schema::Type::VOID:
      return to.set(field, capnp::VOID);
    case capnp::schema::Type::BOOL:
      return to.set(field, true);
    case capnp::schema::Type::TEXT: {
      const std::string text = text_for(name, where.index);
      return to.set(field, capnp::Text::Reader(text.c_str(), text.size()));
    }
    case capnp::schema::Type::DATA: {
      const Bytes bytes = data_for(name, where.index);
      return to.set(field, capnp::Data::Reader(bytes.data(), bytes.size()));
    }
    case capnp::schema::Type::ENUM:
      return to.set(field, enumerant(type.asEnum(), name, where));
    case capnp::schema::Type::STRUCT:
      return fill_struct(to.init(field).as<DynamicStruct>(), inside);
    case capnp::schema::Type::LIST:
      return fill_list(to.init(field, name == "signatures" ? 1 : 2).as<DynamicList>(), name,
                       inside);
    default:
      break;
  }
  if (is_part_index(field)) return to.set(field, 0);
  if (where.type == "OrderChange") return to.set(field, 1);  // a part, in a union
  const bool names_standby = where.type == "Term.onFailure" && name == "term";
  to.set(field, names_standby ? 2 : number_for(name, where.index));
}

void SchemaFiller::fill_list(DynamicList::Builder to, const std::string& name, const Where& where) {
  for (unsigned i = 0; i < to.size(); ++i) {
    switch (to.getSchema().whichElementType()) {
      case capnp::schema::Type::TEXT: {
        const std::string text = text_for(name, i);
        to.set(i, capnp::Text::Reader(text.c_str(), text.size()));
        break;
      }
      case capnp::schema::Type::DATA: {
        const Bytes bytes = data_for(name, i);
        to.set(i, capnp::Data::Reader(bytes.data(), bytes.size()));
        break;
      }
      case capnp::schema::Type::STRUCT: {
        Where item = where;
        item.index = i;
        fill_struct(to[i].as<DynamicStruct>(), item);
        break;
      }
      default:
        to.set(i, number_for(name, i));
    }
  }
}

bool SchemaFiller::skips(const std::string& name, const Where& where) {
  if (where.type == "Message") return body_ == "open" && (name == "caseId" || name == "prev");
  if (where.type == "Handoff") return act_ == "request" && name == "hid";
  if (where.type == "Settlement") {
    return name == "amount" && direction_ != "pays" && direction_ != "receives";
  }
  if (where.type == "Due") return name == (where.index == 0 ? "atMs" : "n");
  if (where.type == "Term" && name == "standby") return where.index == 0;
  if (where.type == "Term" && name == "blocks") return condition_ == "none";
  return false;
}

bool SchemaFiller::allows(const std::string& member, const Where& where) {
  if (member == "unset") return false;
  // The second term of an offer is the standby of the first; a row holds no rows.
  if (where.type == "Term.onFailure" && member == "term") return where.index == 0;
  if (where.type == "Facts.Fact" && member == "rows") return where.in != "fields";
  return true;
}

capnp::DynamicEnum SchemaFiller::enumerant(capnp::EnumSchema schema, const std::string& name,
                                           const Where& where) {
  const auto all = schema.getEnumerants();
  const bool may_be_unset = where.type == "Performance";
  if (!(may_be_unset && spoil_ == Spoil::unset) && spoils(where.type + "." + name)) {
    const bool unset = spoil_ == Spoil::unset;
    return capnp::DynamicEnum(schema, static_cast<std::uint16_t>(unset ? 0 : all.size()));
  }
  std::size_t chosen = 1 + roll(all.size() - 1);
  if (where.type == "Term" && name == "obligor") chosen = shape_ == "payment" ? 1 : 2;
  if (where.type == "Settlement") {
    if (where.in == "payment") chosen = 1;
    if (!where.in_wish && chosen == 4) chosen = 2;  // priced: only in a wish
    direction_ = all[static_cast<unsigned>(chosen)].getProto().getName().cStr();
  }
  return capnp::DynamicEnum(schema, static_cast<std::uint16_t>(chosen));
}

bool SchemaFiller::spoils(const std::string& what) {
  const bool now_it = spoil_ != Spoil::nothing && choices_ == spoil_at_;
  ++choices_;
  if (now_it) spoiled_ = what;
  return now_it;
}

}  // namespace entente::tests
