#pragma once
// Fills a message of any schema struct by reflection, with values that keep the rules of decode().
// What it fills is chosen by a seed; it records each field and union member it has touched, and can
// spoil one enum or union on the way.

#include <capnp/dynamic.h>
#include <capnp/message.h>
#include <entente/core/bytes.h>

#include <cstdint>
#include <random>
#include <set>
#include <string>

namespace entente::tests {

enum class Spoil { nothing, unset, unknown };

class SchemaFiller {
 public:
  SchemaFiller(std::uint32_t seed, Spoil spoil, std::size_t spoil_at)
      : dice_(seed), spoil_(spoil), spoil_at_(spoil_at) {}

  // Canonical bytes of a filled root.
  Bytes fill(capnp::StructSchema root);
  const std::set<std::string>& touched() const { return touched_; }
  // Enums and unions met so far: what can be spoiled.
  std::size_t choices() const { return choices_; }
  // The name of what was spoiled; empty if nothing.
  const std::string& spoiled() const { return spoiled_; }

 private:
  struct Where {
    std::string type;       // "Term", "Term.condition", "Card.Entity"
    std::size_t index = 0;  // in the list it stands in
    std::string in;         // name of the field or member it stands in
    bool in_wish = false;
  };

  void fill_struct(capnp::DynamicStruct::Builder to, Where where);
  void fill_union(capnp::DynamicStruct::Builder to, const Where& where);
  void fill_field(capnp::DynamicStruct::Builder to, capnp::StructSchema::Field field,
                  const Where& where);
  void fill_list(capnp::DynamicList::Builder to, const std::string& name, const Where& where);
  bool skips(const std::string& name, const Where& where);
  bool allows(const std::string& member, const Where& where);
  capnp::DynamicEnum enumerant(capnp::EnumSchema schema, const std::string& name,
                               const Where& where);
  bool spoils(const std::string& what);
  std::size_t roll(std::size_t sides) { return dice_() % sides; }

  std::mt19937 dice_;
  Spoil spoil_;
  std::size_t spoil_at_;
  std::size_t choices_ = 0;
  std::string spoiled_;
  // What was chosen last, by type, where other fields depend on it.
  std::string body_, act_, shape_, condition_, direction_;
  std::set<std::string> touched_;
};

// Every "Struct.field" that can be reached from a root, members of unions included, `unset` not.
std::set<std::string> reachable_fields(capnp::StructSchema root);
// Every enum field and every struct or group with a union: what can be spoiled.
std::set<std::string> reachable_choices(capnp::StructSchema root);

}  // namespace entente::tests
