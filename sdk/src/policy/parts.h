#pragma once
// Parts are named by their place in a message; whoever repeats or compares terms of two messages
// needs the parts themselves.

#include <entente/policy/speech.h>

#include <functional>
#include <span>

namespace entente::policy {

// Calls `visit` on every part index, in a fixed order.
void visit_parts(Shape& shape, const std::function<void(PartIndex&)>& visit);
void visit_parts(Term& term, const std::function<void(PartIndex&)>& visit);

// Where the parts of a shape are found: those of a message, or of a speech not yet said.
struct PartSource {
  std::span<const PartRef> known;
  std::span<const NewPart> added;
};

// The same content: equal but for places, and the parts at those places equal.
bool same_content(Shape a, const PartSource& parts_a, Shape b, const PartSource& parts_b);
bool same_part(PartIndex a, const PartSource& parts_a, PartIndex b, const PartSource& parts_b);

// Gathers the parts of a speech. Repeat first, add afterwards: an added part's place follows those
// that are repeated.
class PartCollector {
 public:
  explicit PartCollector(std::span<const PartRef> source) : source_(source) {}
  // The place in the speech of what stands at `index` in the source; no_part for no_part and for a
  // place the source does not have.
  PartIndex repeat(PartIndex index);
  void repeat_all(Term& term);
  // Requires that nothing is repeated afterwards.
  PartIndex add(NewPart part);
  Speech finish(Body body) &&;

 private:
  std::span<const PartRef> source_;
  std::vector<PartRef> repeated_;
  std::vector<NewPart> added_;
};

NewPart reference_part(std::string_view text);

}  // namespace entente::policy
