#include "verdicts.h"

#include <charconv>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "shared_data.h"

namespace entente::tests {
namespace {

constexpr std::string_view ok = "ok";
constexpr std::string_view outside = "outside";
constexpr std::string_view because = " -- ";

bool is_verdict(const std::string& word) {
  return word == ok || word == outside || find_error_code(word).has_value();
}

std::optional<std::uint64_t> find_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

// "7-9" is 7, 8, 9; every other word is itself.
std::vector<std::string> ids_of(const std::string& word) {
  const std::size_t dash = word.find('-');
  const auto first = find_number(word.substr(0, dash));
  const auto last = dash == std::string::npos ? first : find_number(word.substr(dash + 1));
  if (!first || !last || *last < *first) return {word};
  std::vector<std::string> ids;
  for (std::uint64_t number = *first; number <= *last; ++number) {
    ids.push_back(std::to_string(number));
  }
  return ids;
}

// Whether the list owes a reason for this.
bool needs_reason(Theirs theirs, std::string_view verdict) {
  if (theirs == Theirs::open || verdict == outside) return true;
  return (theirs == Theirs::good) != (verdict == ok);
}

}  // namespace

std::optional<Verdicts> Verdicts::find(const std::string& suite) {
  const auto file =
      std::filesystem::path(ENTENTE_SOURCE_DIR) / "conformance/verdicts" / (suite + ".txt");
  Verdicts verdicts = parse(read_file(file));
  const auto data = find_shared(verdicts.where_);
  if (!data) return std::nullopt;
  verdicts.data_ = *data;
  return verdicts;
}

Verdicts Verdicts::parse(std::string_view text) {
  Verdicts verdicts;
  std::istringstream in{std::string(text)};
  std::string line;
  while (std::getline(in, line) && !line.empty()) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) throw std::runtime_error("verdicts: no key: value: " + line);
    if (line.substr(0, colon) == "data") verdicts.where_ = line.substr(colon + 2);
  }
  if (verdicts.where_.empty()) throw std::runtime_error("verdicts: nothing says where the data is");
  while (std::getline(in, line)) {
    if (!line.empty()) verdicts.list(line);
  }
  return verdicts;
}

void Verdicts::list(const std::string& line) {
  const std::size_t dash = line.find(because);
  std::istringstream words(line.substr(0, dash));
  Listed listed;
  words >> listed.verdict;
  if (!is_verdict(listed.verdict)) throw std::runtime_error("verdicts: no verdict: " + line);
  if (dash != std::string::npos) listed.reason = line.substr(dash + because.size());
  for (std::string word; words >> word;) {
    for (const std::string& id : ids_of(word)) {
      if (!listed_.emplace(id, listed).second) complain(id, "listed twice");
    }
  }
}

void Verdicts::meet(const std::string& id, Theirs theirs, std::string_view ours) {
  const auto found = listed_.find(id);
  if (found == listed_.end()) {
    complain(id, "not listed; we say " + std::string(ours));
    return;
  }
  Listed& listed = found->second;
  if (listed.met) complain(id, "met twice");
  listed.met = true;
  if (listed.verdict != ours) {
    complain(id, "listed as " + listed.verdict + ", we say " + std::string(ours));
  }
  const bool owes = needs_reason(theirs, listed.verdict);
  if (owes && listed.reason.empty()) {
    complain(id, "not what its publisher says, and no reason given");
  }
  if (!owes && !listed.reason.empty()) {
    complain(id, "what its publisher says, and yet a reason given");
  }
}

void Verdicts::complain(const std::string& id, const std::string& sentence) {
  complaints_ += id + ": " + sentence + "\n";
}

std::string Verdicts::complaints() const {
  std::string all = complaints_;
  for (const auto& [id, listed] : listed_) {
    if (!listed.met) all += id + ": listed, and there is no such vector\n";
  }
  return all;
}

}  // namespace entente::tests
