#pragma once
// The closed vocabulary: which words a claim, a remedy, a refusal or a handoff may use, so that two
// parties who never met mean the same. Anything else is an extension code, "x-<who>:<code>".
//
//     ENTENTE_TRY(check_remedy(term.purpose, term.shape));
//     for (const Category& category : categories()) ...
//
// Printed by protocol/spec/10-vocabulary.md; a test compares them.

#include <entente/protocol/verbs.h>

#include <span>

namespace entente {

using Words = std::span<const std::string_view>;

// "x-retail:item_change": a word of somebody's own, valid wherever a word of the vocabulary is.
bool is_extension_code(std::string_view code);

// What a claim is about: "goods_nonconformity", with codes "defective", "wrong_item" ...
struct Category {
  std::string_view name;
  Words codes;
};
std::span<const Category> categories();
// Null if there is none of this name.
const Category* find_category(std::string_view name);
// Fails with invalid_code. A category without codes of its own takes "other"; so does every one.
Status check_claim_code(std::string_view category, std::string_view code);

// What may be done about it: a purpose, and the shapes in which a term can carry it.
struct Remedy {
  std::string_view name;
  // Spelled as name(Shape) does; "order_change.return" names one kind of change.
  Words shapes;
  bool allows(const Shape& shape) const;
};
std::span<const Remedy> remedies();
const Remedy* find_remedy(std::string_view name);
// Fails with invalid_code (no such remedy) or invalid_terms (not in this shape). Extension codes
// may have any shape.
Status check_remedy(std::string_view purpose, const Shape& shape);

// A right that a consumer exercises by saying so.
struct Right {
  std::string_view name;
  bool is_irreversible;  // waits for the principal's approval
  bool needs_link;       // carrying it out, or disclosing anything, waits for the link
};
std::span<const Right> rights();
// Extension codes are not found here: they count as irreversible and in need of a link.
const Right* find_right(std::string_view name);
bool is_irreversible(std::string_view right);

// The lists without structure.
enum class Vocabulary : std::uint8_t {
  evidence_type,
  outcome,         // of close, and the disposition of a handoff
  decline_reason,  // of decline and determine
  handoff_reason,
  unavailable_reason,
  link_method,
  assurance,       // of a link, weakest first
  identification,  // how sure it is that a person joined, surest first
  money_destination,
  return_method,
  channel
};
Words words(Vocabulary vocabulary);
// Fails with invalid_code unless it is listed or an extension code.
Status check_word(Vocabulary vocabulary, std::string_view code);

}  // namespace entente
