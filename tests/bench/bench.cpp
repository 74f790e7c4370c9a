// ./dev bench: speed as figures with goals, each a ratio within one run.

#include <entente/text/json.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "bench_endpoint.h"
#include "figure.h"
#include "measure.h"

namespace {

using namespace entente::bench;

struct Family {
  const char* name;
  std::vector<Figure> (*measure)(const BenchOptions&);
  const char* about;
  bool slow = false;  // runs if named, or with --full
};

constexpr Family families[] = {
    {"hop", measure_hop, "a proposal in, a proposal and receipts out, over the cost of its crypto"},
    {"receipt", measure_receipt, "how long a consumer waits for a receipt"},
    {"a2a", measure_a2a, "the same hop beside an A2A agent in node"},
    {"idle", measure_idle, "memory of those who wait for news"},
    {"log", measure_log, "durable entries beside bare commits"},
    {"growth", measure_growth, "entries, proofs and memory of a log of a million (--full: ten)"},
    {"negotiation", measure_negotiation, "whole negotiations, one at a time"},
    {"overload", measure_overload, "ten times as many as an endpoint can take"},
    {"replay", measure_replay, "an auditor's replay beside the signatures it verifies"},
    {"retail", measure_retail, "tasks a second of examples/retail"},
    {"soak", measure_soak, "a steady load for half an hour", true},
};

struct Arguments {
  bool json = false;
  bool help = false;
  std::vector<std::string_view> only;
  BenchOptions options;
};

void print_usage(FILE* to) {
  std::fputs(
      "usage: ./dev bench [--only NAME]... [--json] [--full] [--seconds N]\n\n"
      "Measures this machine and prints a line for each figure: name, value, goal, ok or short, "
      "and\n"
      "what it means. The server that is measured has one core, its clients, who verify every "
      "answer,\n"
      "another. Figures are medians of rounds; a shared machine still moves them by a tenth.\n\n"
      "  --only NAME   one family; may be repeated\n"
      "  --json        a list of objects on standard output\n"
      "  --full        the slow ones, too\n"
      "  --seconds N   how long the soak takes (1800)\n\nFamilies:\n",
      to);
  for (const Family& family : families) {
    std::fprintf(to, "  %-12s %s%s\n", family.name, family.about, family.slow ? " (--full)" : "");
  }
  std::fputs("\nExit status: 0 all goals met, 1 some missed, 2 could not measure.\n", to);
}

[[noreturn]] void refuse(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n\n", why.c_str());
  print_usage(stderr);
  std::exit(2);
}

const Family* find_family(std::string_view name) {
  for (const Family& family : families) {
    if (family.name == name) return &family;
  }
  return nullptr;
}

Arguments read_arguments(int count, char** words) {
  Arguments read;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    const bool takes_value = word == "--only" || word == "--seconds";
    if (takes_value && i + 1 == count) refuse(std::string(word) + " needs a value");
    if (word == "--json") {
      read.json = true;
    } else if (word == "--full") {
      read.options.full = true;
    } else if (word == "--help" || word == "-h") {
      read.help = true;
    } else if (word == "--only") {
      read.only.emplace_back(words[++i]);
      if (find_family(read.only.back()) == nullptr) {
        refuse("no family " + std::string(read.only.back()));
      }
    } else if (word == "--seconds") {
      const std::string_view value = words[++i];
      const auto parsed = std::from_chars(value.begin(), value.end(), read.options.soak_seconds);
      if (parsed.ptr != value.end() || read.options.soak_seconds <= 0) {
        refuse("--seconds: expected a whole number");
      }
    } else {
      refuse("unknown argument " + std::string(word));
    }
  }
  return read;
}

std::string_view result_of(const Figure& figure) {
  if (!figure.skipped.empty()) return "skipped";
  if (figure.goal == 0 && !figure.at_most) return "-";
  return figure.is_met() ? "ok" : "short";
}

std::string goal_of(const Figure& figure) {
  if (figure.goal == 0 && !figure.at_most) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%s %g", figure.at_most ? "<=" : ">=", figure.goal);
  return text;
}

void print_line(const Figure& figure) {
  char value[32] = "-";
  if (figure.skipped.empty()) {
    std::snprintf(value, sizeof value, "%.2f%s", figure.value, figure.unit.c_str());
  }
  std::printf("%-16s %10s %9s  %-7s %s\n", figure.name.c_str(), value, goal_of(figure).c_str(),
              std::string(result_of(figure)).c_str(),
              figure.skipped.empty() ? figure.means.c_str() : figure.skipped.c_str());
  std::fflush(stdout);
}

// By hand, as values have fractions, which the SDK's JSON does not.
void print_json(const std::vector<Figure>& figures) {
  std::printf("[");
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const Figure& figure = figures[i];
    const auto quoted = [](std::string_view text) { return entente::to_json(entente::Json(text)); };
    std::printf(
        "%s\n  {\"figure\": %s, \"value\": %.4f, \"unit\": %s, \"goal\": %g, "
        "\"goal_is\": %s, \"result\": %s, \"means\": %s, \"skipped\": %s}",
        i == 0 ? "" : ",", quoted(figure.name).c_str(), figure.value, quoted(figure.unit).c_str(),
        figure.goal, quoted(figure.at_most ? "at_most" : "at_least").c_str(),
        quoted(result_of(figure)).c_str(), quoted(figure.means).c_str(),
        quoted(figure.skipped).c_str());
  }
  std::printf("\n]\n");
}

bool is_wanted(const Family& family, const Arguments& arguments) {
  if (arguments.only.empty()) return !family.slow || arguments.options.full;
  return std::ranges::find(arguments.only, family.name) != arguments.only.end();
}

int run(int count, char** words) {
  if (count > 1 && std::strcmp(words[1], "--serve") == 0) {
    return serve_endpoint({words + 2, words + count});
  }
  if (count > 1 && std::strcmp(words[1], "--replay") == 0) {
    return replay_alone({words + 2, words + count});
  }
  if (count > 1 && std::strcmp(words[1], "--verify") == 0) {
    return verify_alone({words + 2, words + count});
  }
  const Arguments arguments = read_arguments(count, words);
  if (arguments.help) {
    print_usage(stdout);
    return 0;
  }
  std::vector<Figure> all;
  for (const Family& family : families) {
    if (!is_wanted(family, arguments)) continue;
    progress(family.name);
    run_on_all_cores();
    for (Figure& figure : family.measure(arguments.options)) {
      if (!arguments.json) print_line(figure);
      all.push_back(std::move(figure));
    }
  }
  if (arguments.json) print_json(all);
  return std::ranges::any_of(all, [](const Figure& f) { return result_of(f) == "short"; }) ? 1 : 0;
}

}  // namespace

int main(int count, char** words) {
  std::signal(SIGPIPE, SIG_IGN);  // a server that closes a connection is said to have
  try {
    return run(count, words);
  } catch (const std::exception& error) {
    give_up(error.what());
  }
}
