#include <array>
#include <optional>
#include <regex>
#include <set>
#include <span>
#include <sstream>

#include "rules.h"
#include "views.h"

namespace tidy {
namespace {

using Layers = std::map<std::string, std::set<std::string>>;

struct Home {
  std::string_view prefix;  // of an include
  std::string_view modules;
};

// Longest prefix first where one begins another.
constexpr std::array homes = {
    Home{"sodium", "crypto"},
    Home{"openssl/", "crypto transport"},
    Home{"yaml-cpp/", "text"},
    Home{"boost/json", "text"},
    Home{"boost/unordered", "journal"},
    Home{"boost/", "transport"},
    Home{"capnp/", "wire"},
    Home{"kj/", "wire"},
    Home{"sqlite3", "store"},
    Home{"libpq", "store"},
    Home{"curl/", "transport"},
    Home{"prometheus/", "agent"},
};
constexpr std::string_view schema_home = "wire";  // generated: <anything>.capnp.h

constexpr std::string_view pure_modules = "protocol wire casefile identity policy audit replay";

// What a pure module may not call, and may not name.
constexpr std::array<std::string_view, 10> impure_calls = {
    "now", "now_ms", "time", "clock", "rand", "srand", "random", "getrandom", "getenv", "fopen"};
constexpr std::array<std::string_view, 11> impure_names = {
    "system_clock",  "steady_clock", "high_resolution_clock",
    "random_device", "ifstream",     "ofstream",
    "fstream",       "filesystem",   "this_thread",
    "SystemClock",   "SystemEntropy"};

// The library never prints; its callers do.
constexpr std::array<std::string_view, 5> printing_calls = {"printf", "fprintf", "vprintf", "puts",
                                                            "putchar"};
constexpr std::array<std::string_view, 3> printing_names = {"cout", "cerr", "clog"};

bool lists(std::string_view words, std::string_view word) {
  std::istringstream in{std::string(words)};
  for (std::string each; in >> each;) {
    if (each == word) return true;
  }
  return false;
}

Layers read_layers(const Tree& tree) {
  Layers layers;
  const auto file = tree.find("sdk/layers.txt");
  if (file == tree.end()) return layers;
  for (const std::string& line : file->second) {
    const std::size_t colon = line.find(':');
    if (line.starts_with('#') || colon == std::string::npos) continue;
    std::istringstream names(line.substr(colon + 1));
    auto& allowed = layers[line.substr(0, colon)];
    for (std::string name; names >> name;) allowed.insert(name);
  }
  return layers;
}

// The module a file of the SDK belongs to. The headers above the modules, entente/endpoint.h and
// its like, are the doors that agent opens.
std::optional<std::string> module_of(const std::string& path) {
  static const std::regex place(R"(^sdk/(?:(?:src|include/entente)/([a-z]+)|(cli|capi))/.*)"
                                R"(\.(?:h|cpp|c)$)");
  static const std::regex door(R"(^sdk/include/entente/[a-z_]+\.h$)");
  std::smatch match;
  if (std::regex_match(path, door)) return "agent";
  if (!std::regex_match(path, match, place)) return std::nullopt;
  return match[1].matched ? match[1] : match[2];
}

bool is_public_header(const std::string& path) {
  return path.starts_with("sdk/include/") && path.ends_with(".h");
}

std::optional<std::string> included_by(const std::string& line) {
  static const std::regex include(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])");
  std::smatch match;
  if (line.find('#') == std::string::npos || !std::regex_search(line, match, include))
    return std::nullopt;
  return match[1];
}

void check_layer(const Finding& place, const std::string& included, const std::string& module,
                 const Layers& layers, Findings& findings) {
  static const std::regex ours(R"(^entente/([a-z]+)/.*)");
  std::smatch match;
  if (!std::regex_match(included, match, ours) || match[1] == module) return;
  const auto allowed = layers.find(module);
  if (allowed == layers.end() || !allowed->second.contains(match[1])) {
    findings.push_back({place.path, place.line,
                        module + " may not include " + match[1].str() + " (sdk/layers.txt)"});
  }
}

void check_home(const Finding& place, const std::string& included, const std::string& module,
                Findings& findings) {
  std::optional<std::string_view> home;
  for (const Home& each : homes) {
    if (!home && included.starts_with(each.prefix)) home = each.modules;
  }
  if (included.ends_with(".capnp.h")) home = schema_home;
  if (!home) return;
  if (is_public_header(place.path)) {
    findings.push_back({place.path, place.line, "a public header may not include " + included});
  } else if (!lists(*home, module)) {
    findings.push_back({place.path, place.line,
                        included + " belongs to " + std::string(*home) + ", not to " + module});
  }
}

// Which of these a line calls or names.
std::vector<std::string_view> find_banned(const std::string& line,
                                          std::span<const std::string_view> calls,
                                          std::span<const std::string_view> names) {
  std::vector<std::string_view> found;
  for (const std::string_view call : calls) {
    if (has_call(line, call)) found.push_back(call);
  }
  for (const std::string_view name : names) {
    if (has_word(line, name)) found.push_back(name);
  }
  return found;
}

void check_calls(const std::string& path, const std::string& module, const Lines& code,
                 Findings& findings) {
  const bool pure = lists(pure_modules, module);
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (pure) {
      for (const std::string_view banned : find_banned(code[i], impure_calls, impure_names)) {
        findings.push_back({path, i + 1, "pure module " + module + " uses " + std::string(banned)});
      }
    }
    if (module != "cli") {
      for (const std::string_view banned : find_banned(code[i], printing_calls, printing_names)) {
        findings.push_back({path, i + 1, "the library prints with " + std::string(banned)});
      }
    }
  }
}

}  // namespace

void check_modules(const Tree& tree, Findings& findings) {
  const Layers layers = read_layers(tree);
  for (const auto& [path, lines] : tree) {
    const auto module = module_of(path);
    if (!module) continue;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto included = included_by(lines[i]);
      if (!included) continue;
      check_layer({path, i + 1, {}}, *included, *module, layers, findings);
      check_home({path, i + 1, {}}, *included, *module, findings);
    }
    check_calls(path, *module, split_views(lines).code, findings);
  }
}

void suggest_twins(const Tree& tree, Findings& hints) {
  for (const auto& [path, lines] : tree) {
    const auto module = module_of(path);
    if (!module || path.starts_with("sdk/cli/") || path.starts_with("sdk/capi/")) continue;
    const std::string stem = path.substr(path.rfind('/') + 1);
    const std::string concept_name = stem.substr(0, stem.rfind('.'));
    const std::string header = "sdk/include/entente/" + *module + "/" + concept_name + ".h";
    const std::string inner = "sdk/src/" + *module + "/" + concept_name + ".h";
    if (path.ends_with(".cpp") && !tree.contains(header) && !tree.contains(inner)) {
      hints.push_back({path, 1, "no header of this name"});
    }
    const std::string test = "tests/unit/" + *module + "/" + concept_name + "_test.cpp";
    if (path == header && !tree.contains(test)) hints.push_back({path, 1, "no " + test});
  }
}

}  // namespace tidy
