#include "protocol/phrases.h"

#include <fstream>
#include <iterator>
#include <set>

#include "catch.h"

using namespace entente;

namespace {

constexpr std::array languages = {Language::en, Language::es, Language::nl, Language::de,
                                  Language::fr};

std::string name_of(Topic topic) {
  constexpr std::array names = {"purpose",   "right", "destination", "how",
                                "effective", "fact",  "held",        "field"};
  return names.at(static_cast<std::size_t>(topic));
}

// The page as the tables give it.
std::string printed() {
  std::string page =
      "# 04 Phrases of the text a principal approves\n\n"
      "The sentences and words of [04-approval.md](04-approval.md), printed from the table of the\n"
      "SDK and compared with it by a test. Spaces within the marks count; `{0}`, `{1}` and `{2}`\n"
      "are filled in one pass.\n\n"
      "| en | es | nl | de | fr |\n|---|---|---|---|---|\n";
  for (std::size_t i = 0; i < phrase_count; ++i) {
    page += "|";
    for (const Language language : languages) {
      page += " `" + std::string(unfilled(language, static_cast<Phrase>(i))) + "` |";
    }
    page += "\n";
  }
  page += "\n| where | code | en | es | nl | de | fr |\n|---|---|---|---|---|---|---|\n";
  for (const CodeWords& row : code_words()) {
    page += "| " + name_of(row.topic) + " | `" + std::string(row.code) + "` |";
    for (const std::string_view words : row.words) page += " " + std::string(words) + " |";
    page += "\n";
  }
  return page;
}

std::set<char> slots(std::string_view text) {
  std::set<char> found;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '{') found.insert(text[i + 1]);
  }
  return found;
}

}  // namespace

TEST_CASE("the spec prints the phrases as they are") {
  std::ifstream in(ENTENTE_SOURCE_DIR "/protocol/spec/04-phrases.md", std::ios::binary);
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  if (page != printed()) {
    std::ofstream("04-phrases.md", std::ios::binary) << printed();
    FAIL("protocol/spec/04-phrases.md differs; what it should be is in ./04-phrases.md");
  }
}

TEST_CASE("a phrase has the same slots in every language") {
  for (std::size_t i = 0; i < phrase_count; ++i) {
    const auto phrase = static_cast<Phrase>(i);
    for (const Language language : languages) {
      INFO(unfilled(language, phrase));
      CHECK(slots(unfilled(language, phrase)) == slots(unfilled(Language::en, phrase)));
    }
  }
}

TEST_CASE("a text put into a phrase is not read again") {
  CHECK(say(Language::en, Phrase::plan, {"{1}", "{0}"}) == "contract {1}, plan {0}");
}

TEST_CASE("a code has words once per topic, and no two codes of a topic share them") {
  std::set<std::pair<Topic, std::string_view>> codes;
  std::set<std::tuple<Topic, Language, std::string_view>> texts;
  for (const CodeWords& row : code_words()) {
    INFO(row.code);
    CHECK(codes.insert({row.topic, row.code}).second);
    for (const Language language : languages) {
      const auto words = find_words(language, row.topic, row.code);
      REQUIRE(words);
      CHECK_FALSE(words->empty());
      CHECK(texts.insert({row.topic, language, *words}).second);
    }
  }
  CHECK_FALSE(find_words(Language::en, Topic::how, "repair"));
}
