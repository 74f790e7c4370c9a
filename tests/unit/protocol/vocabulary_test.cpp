#include <entente/protocol/vocabulary.h>

#include <set>

#include "catch.h"
#include "samples.h"

using namespace entente;
using namespace entente::tests;

namespace {

// Every spelling a remedy may allow.
std::set<std::string> known_shapes() {
  std::set<std::string> known;
  for (const Shape& shape : samples::shapes()) {
    std::string spelled(name(shape));
    if (const auto* change = std::get_if<OrderChange>(&shape)) {
      spelled += "." + std::string(name(*change));
    }
    known.insert(spelled);
  }
  return known;
}

}  // namespace

TEST_CASE("the vocabulary is made of codes, none twice in its list", "[protocol]") {
  const auto check_list = [](Words list) {
    std::set<std::string_view> seen;
    for (const std::string_view word : list) {
      CAPTURE(word);
      CHECK(check_code(word).has_value());
      CHECK_FALSE(is_extension_code(word));
      CHECK(seen.insert(word).second);
    }
  };
  for (const Category& category : categories()) {
    CHECK(find_category(category.name) == &category);
    check_list(category.codes);
  }
  for (const Remedy& remedy : remedies()) {
    CHECK(find_remedy(remedy.name) == &remedy);
    CHECK_FALSE(remedy.shapes.empty());
    check_list(remedy.shapes);
  }
  for (const Right& right : rights()) CHECK(find_right(right.name) == &right);
  for (auto kind = Vocabulary::evidence_type; kind <= Vocabulary::channel;
       kind = static_cast<Vocabulary>(static_cast<int>(kind) + 1)) {
    CHECK_FALSE(words(kind).empty());
    check_list(words(kind));
  }
}

TEST_CASE("remedies allow shapes that exist, and every shape serves a remedy", "[protocol]") {
  const auto known = known_shapes();
  std::set<std::string> used;
  for (const Remedy& remedy : remedies()) {
    for (const std::string_view shape : remedy.shapes) {
      CAPTURE(remedy.name, shape);
      CHECK(known.contains(std::string(shape)));
      used.insert(std::string(shape));
    }
  }
  CHECK(used == known);
}

TEST_CASE("a remedy comes in its own shapes and in no other", "[protocol]") {
  for (const Remedy& remedy : remedies()) {
    for (const Shape& shape : samples::shapes()) {
      CAPTURE(remedy.name, name(shape));
      const Status status = check_remedy(remedy.name, shape);
      CHECK(status.has_value() == remedy.allows(shape));
      if (!status) CHECK(status.error().code == ErrorCode::invalid_terms);
    }
  }
  CHECK(check_remedy("repair", Repair{}).has_value());
  CHECK_FALSE(check_remedy("repair", MoneyTo{}).has_value());
  CHECK_FALSE(check_remedy("order_change.cancel", samples::shapes()[4]).has_value());
}

TEST_CASE("extension codes are anybody's, other words are nobody's", "[protocol]") {
  for (const char* code : {"x-retail:item_change", "x-a:b"}) CHECK(is_extension_code(code));
  for (const char* code : {"x-", "x-a", "x-:b", "x-a:", "y-a:b", "X-a:b", "x-a:B", ""}) {
    CHECK_FALSE(is_extension_code(code));
  }
  for (const Shape& shape : samples::shapes()) CHECK(check_remedy("x-a:b", shape).has_value());
  CHECK(check_remedy("bribe", NoAction{}).error().code == ErrorCode::invalid_code);
  CHECK(check_word(Vocabulary::outcome, "deadlock").has_value());
  CHECK(check_word(Vocabulary::outcome, "x-a:b").has_value());
  CHECK(check_word(Vocabulary::outcome, "won").error().code == ErrorCode::invalid_code);
}

TEST_CASE("a claim's code belongs to its category", "[protocol]") {
  CHECK(check_claim_code("goods_nonconformity", "defective").has_value());
  CHECK(check_claim_code("goods_nonconformity", "other").has_value());
  CHECK(check_claim_code("goods_nonconformity", "x-a:b").has_value());
  CHECK(check_claim_code("safety_emergency", "other").has_value());
  CHECK(check_claim_code("x-a:b", "anything").has_value());
  CHECK_FALSE(check_claim_code("goods_nonconformity", "late").has_value());
  CHECK_FALSE(check_claim_code("goods", "defective").has_value());
  CHECK_FALSE(check_claim_code("safety_emergency", "fire").has_value());
  CHECK_FALSE(check_claim_code("x-a:b", "Any").has_value());
}
