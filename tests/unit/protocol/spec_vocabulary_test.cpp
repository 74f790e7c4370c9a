// The page of words in the specification is the vocabulary in the code.
//   ENTENTE_WRITE_SPEC=1 protocol_test     writes it anew

#include <entente/protocol/vocabulary.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "catch.h"

using namespace entente;

namespace {

std::string quoted(std::string_view word) { return "`" + std::string(word) + "`"; }

std::string listed(Words words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + quoted(word);
  return text;
}

std::string verdict(const Status& status) {
  return status ? "good" : quoted(name(status.error().code)) + ": " + status.error().detail;
}

// What the page opens with, judged by the code as it is.
std::string print_judged() {
  const auto claim = [](std::string_view category, std::string_view code) {
    return "| a claim of " + quoted(category) + ", " + quoted(code) + " | " +
           verdict(check_claim_code(category, code)) + " |\n";
  };
  const auto term = [](std::string_view purpose, const Shape& shape) {
    return "| a term of " + quoted(purpose) + ", as " + quoted(name(shape)) + " | " +
           verdict(check_remedy(purpose, shape)) + " |\n";
  };
  const auto reason = [](std::string_view code) {
    return "| declined because " + quoted(code) + " | " +
           verdict(check_word(Vocabulary::decline_reason, code)) + " |\n";
  };
  return "| said | judged |\n|---|---|\n" + claim("goods_nonconformity", "defective") +
         claim("goods_nonconformity", "late") + claim("goods_nonconformity", "x-retail:no_lid") +
         claim("cookware", "defective") + term("replacement", Goods{}) +
         term("replacement", MoneyTo{}) + term("x-retail:trade_in", MoneyTo{}) +
         reason("final_sale") + reason("because") + reason("x-retail:opened_box");
}

std::string print_claims() {
  std::string text = "| category | codes |\n|---|---|\n";
  for (const Category& category : categories()) {
    text += "| " + quoted(category.name) + " | " + listed(category.codes) + " |\n";
  }
  return text;
}

std::string print_remedies() {
  std::string text = "| remedy | comes as |\n|---|---|\n";
  for (const Remedy& remedy : remedies()) {
    text += "| " + quoted(remedy.name) + " | " + listed(remedy.shapes) + " |\n";
  }
  return text;
}

std::string print_rights() {
  std::string text = "| right | irreversible | needs a link |\n|---|---|---|\n";
  for (const Right& right : rights()) {
    text += "| " + quoted(right.name) + " | " + (right.is_irreversible ? "yes" : "no") + " | " +
            (right.needs_link ? "yes" : "no") + " |\n";
  }
  return text;
}

std::string_view use_of(Vocabulary vocabulary) {
  switch (vocabulary) {
    case Vocabulary::evidence_type:
      return "evidence, asked for or given";
    case Vocabulary::outcome:
      return "the outcome of `close`, the disposition of a handoff";
    case Vocabulary::decline_reason:
      return "the reason of `decline` and `determine`";
    case Vocabulary::handoff_reason:
      return "why a person is asked for";
    case Vocabulary::unavailable_reason:
      return "why no person is there now";
    case Vocabulary::link_method:
      return "how a link is proved";
    case Vocabulary::assurance:
      return "how sure a link is";
    case Vocabulary::identification:
      return "how sure it is that a person joined";
    case Vocabulary::money_destination:
      return "where money goes";
    case Vocabulary::return_method:
      return "how goods come back";
    case Vocabulary::channel:
      return "where a person is met";
  }
  return {};
}

std::string print_words() {
  std::string text = "| of | words |\n|---|---|\n";
  for (auto list = Vocabulary::evidence_type; list <= Vocabulary::channel;
       list = static_cast<Vocabulary>(static_cast<int>(list) + 1)) {
    text += "| " + std::string(use_of(list)) + " | " + listed(words(list)) + " |\n";
  }
  return text;
}

// The page with what the code prints between the marks of a table.
std::string with_table(const std::string& page, const std::string& table,
                       const std::string& printed) {
  const std::string mark = "<!-- table: " + table + " -->\n";
  const std::size_t begin = page.find(mark);
  REQUIRE(begin != std::string::npos);
  const std::size_t end = page.find("<!-- /table -->", begin);
  REQUIRE(end != std::string::npos);
  return page.substr(0, begin + mark.size()) + printed + page.substr(end);
}

}  // namespace

TEST_CASE("the specification lists every word as the code does", "[protocol]") {
  const std::string path = std::string(ENTENTE_SOURCE_DIR) + "/protocol/spec/10-vocabulary.md";
  std::ifstream in(path, std::ios::binary);
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  std::string printed = with_table(page, "judged", print_judged());
  printed = with_table(printed, "claims", print_claims());
  printed = with_table(printed, "remedies", print_remedies());
  printed = with_table(printed, "rights", print_rights());
  printed = with_table(printed, "words", print_words());
  if (std::getenv("ENTENTE_WRITE_SPEC") != nullptr) {
    std::ofstream(path, std::ios::binary) << printed;
    return;
  }
  CHECK(page == printed);
}
