// The request fixtures of llhttp, the parser of Node.js, against ours. llhttp_verdicts.txt holds
// one line for each: what we do, what llhttp does, and where the two differ, why.

#include "transport/http_head.h"

#include <map>
#include <set>
#include <sstream>

#include "catch.h"
#include "shared_data.h"

using namespace entente;
using namespace entente::http;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

struct Fixture {
  std::string name;  // "connection 7": file and number
  std::string bytes;
  bool is_refused_there = false;
};

// Undoes the notation of the fixtures: "\r", "\n", "\t", "\f" and "\x7f" are escapes, an escaped
// line end is none, and every other line end is CR LF.
std::string unescape(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : ' ';
    constexpr std::string_view letters = "rntf";
    if (text[i] != '\\') {
      bytes += text[i] == '\n' ? "\r\n" : std::string(1, text[i]);
    } else if (next == '\n') {
      ++i;
    } else if (const auto letter = letters.find(next); letter != std::string_view::npos) {
      bytes += "\r\n\t\f"[letter];
      ++i;
    } else if (next == 'x') {
      std::size_t digits = 0;
      bytes += static_cast<char>(std::stoi(text.substr(i + 2, 2), &digits, 16));
      i += 1 + digits;
    } else {
      bytes += text[i];
    }
  }
  return bytes;
}

// The lines up to the fence that closes the block.
std::string read_block(std::istream& in) {
  std::string text;
  for (std::string line; std::getline(in, line) && line != "```";) text += line + "\n";
  if (!text.empty()) text.pop_back();
  return text;
}

std::vector<Fixture> read_fixtures(const fs::path& file) {
  std::vector<Fixture> fixtures;
  std::istringstream in(read_file(file));
  for (std::string line; std::getline(in, line);) {
    if (line == "```http") {
      const auto name = file.stem().string() + " " + std::to_string(fixtures.size() + 1);
      fixtures.push_back({name, unescape(read_block(in))});
    } else if (line == "```log" && !fixtures.empty()) {
      fixtures.back().is_refused_there = read_block(in).find(" error code=") != std::string::npos;
    }
  }
  return fixtures;
}

// "200 200", "200 400 host", "200 wait": what the server would do with these bytes, in order, with
// its reason for a refusal.
std::string our_verdict(std::string_view bytes) {
  const HttpLimits http_limits;
  std::string verdict;
  while (!bytes.empty()) {
    verdict += verdict.empty() ? "" : " ";
    HeadScanner scanner;
    const auto size = scanner.scan(bytes, http_limits);
    const auto refused = [&](const Refusal& refusal) {
      return verdict + std::to_string(refusal.status) + " " + std::string(refusal.why);
    };
    if (!size) return refused(size.error());
    if (*size == 0) return verdict + "wait";
    const auto head = parse_head(bytes.substr(0, *size), http_limits);
    if (!head) return refused(head.error());
    bytes.remove_prefix(*size);
    if (head->body_bytes > bytes.size()) return verdict + "wait";
    bytes.remove_prefix(head->body_bytes);
    verdict += "200";
    if (!head->keep_alive) return verdict;
  }
  return verdict;
}

struct Verdicts {
  std::map<std::string, std::string> lines;  // by fixture
  std::set<std::string> reasons;             // of refusals, explained once for all
};

Verdicts read_verdicts() {
  Verdicts verdicts;
  const fs::path directory = fs::path(ENTENTE_SOURCE_DIR) / "tests/unit/transport";
  std::istringstream in(read_file(directory / "llhttp_verdicts.txt"));
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with('#') || colon == std::string::npos) continue;
    if (line.starts_with("because ")) {
      verdicts.reasons.insert(line.substr(8, colon - 8));
    } else {
      verdicts.lines[line.substr(0, colon)] = line.substr(colon + 2);
    }
  }
  return verdicts;
}

std::string reason_in(const std::string& verdict) {
  const auto letter = verdict.find_first_of("abcdefghijklmnopqrstuvwxyz");
  return letter == std::string::npos ? "" : verdict.substr(letter);
}

}  // namespace

TEST_CASE("llhttp's request fixtures get the verdicts that are written down", "[transport]") {
  const auto folder = find_shared("vectors/llhttp/test/request");
  if (!folder) return;
  std::vector<fs::path> files;
  for (const auto& item : fs::directory_iterator(*folder)) files.push_back(item.path());
  const auto written = read_verdicts();
  std::size_t count = 0;
  std::size_t accepted = 0;
  for (const auto& file : files) {
    const auto fixtures = read_fixtures(file);
    count += fixtures.size();
    for (const auto& fixture : fixtures) {
      const auto ours = our_verdict(fixture.bytes);
      const bool is_refused_here = ours.find_first_of("45") != std::string::npos;
      accepted += is_refused_here ? 0 : 1;
      const auto found = written.lines.find(fixture.name);
      const auto observed = ours + (fixture.is_refused_there ? " | refuses" : " | accepts");
      CAPTURE(fixture.name, fixture.bytes);
      if (found == written.lines.end()) {
        FAIL_CHECK("not written down: " << fixture.name << ": " << observed);
        continue;
      }
      CHECK(found->second.substr(0, found->second.find(" | because ")) == observed);
      if (is_refused_here == fixture.is_refused_there) continue;
      const bool is_explained = found->second.find(" | because ") != std::string::npos ||
                                written.reasons.contains(reason_in(ours));
      CHECK(is_explained);
    }
  }
  CHECK(count == written.lines.size());
  CHECK(count == 166);
  CHECK(accepted > 0);
}
