#pragma once
// Facts: what the back office said before a decision. Together with the case they are all that a
// policy may look at, so an auditor who has them can decide again. Twin of Facts in
// protocol/schema/log.capnp.

#include <entente/protocol/primitives.h>

#include <variant>

namespace entente {

struct Unknown {
  bool operator==(const Unknown&) const = default;
};
struct CodeFact {
  std::string code;
  bool operator==(const CodeFact&) const = default;
};
struct CountFact {
  std::int64_t count = 0;
  bool operator==(const CountFact&) const = default;
};
struct DurationFact {
  std::int64_t ms = 0;
  bool operator==(const DurationFact&) const = default;
};
struct InstantFact {
  std::int64_t at_ms = 0;
  bool operator==(const InstantFact&) const = default;
};
struct RefFact {
  std::string ref;  // the brand's own identifier, e.g. of a means of payment
  bool operator==(const RefFact&) const = default;
};

// A value that is not a list.
using Scalar =
    std::variant<Unknown, CodeFact, bool, CountFact, Money, DurationFact, InstantFact, RefFact>;

struct Field {
  std::string name;
  Scalar value;
  bool operator==(const Field&) const = default;
};
struct Row {
  std::vector<Field> fields;
  bool operator==(const Row&) const = default;
};
struct Rows {
  std::vector<Row> list;
  bool operator==(const Rows&) const = default;
};

struct Fact {
  std::string name;
  std::variant<Scalar, Rows> value;
  bool operator==(const Fact&) const = default;
};

struct Facts {
  CaseId case_id;
  std::uint16_t claim = 0;  // 0 = of the whole case
  std::int64_t at_ms = 0;
  std::vector<Fact> facts;

  // Null if the fact is absent; an absent fact is treated like an unknown one.
  const Fact* find(std::string_view name) const;
  bool operator==(const Facts&) const = default;
};

// "pending", "EUR 5.00", "true": for people.
std::string format_scalar(const Scalar& value);

}  // namespace entente
