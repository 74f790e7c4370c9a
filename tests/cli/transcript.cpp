#include "transcript.h"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace fs = std::filesystem;

namespace transcript {
namespace {

constexpr std::string_view any_lines = "...";
constexpr std::string_view any_text = "[..]";

bool matches_line(std::string_view expected, std::string_view line) {
  const std::size_t mark = expected.find(any_text);
  if (mark == std::string_view::npos) return expected == line;
  if (!line.starts_with(expected.substr(0, mark))) return false;
  const std::string_view rest = expected.substr(mark + any_text.size());
  for (std::size_t from = mark; from <= line.size(); ++from) {
    if (matches_line(rest, line.substr(from))) return true;
  }
  return false;
}

using Lines = std::vector<std::string>;

bool matches_from(const Lines& expected, std::size_t i, const Lines& lines, std::size_t j) {
  for (; i < expected.size(); ++i, ++j) {
    if (expected[i] == any_lines) {
      for (std::size_t next = j; next <= lines.size(); ++next) {
        if (matches_from(expected, i + 1, lines, next)) return true;
      }
      return false;
    }
    if (j >= lines.size() || !matches_line(expected[i], lines[j])) return false;
  }
  return j == lines.size();
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

constexpr const char* seconds_max = "120";

// What is served in them has one port: two runs on one machine would take it from each other. Not
// everybody may have a network of his own, and then there is one run.
void leave_shared_network() {
  if (::unshare(CLONE_NEWNET) != 0) return;
  const int any = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq loopback{};
  std::strncpy(loopback.ifr_name, "lo", sizeof loopback.ifr_name - 1);
  loopback.ifr_flags = IFF_UP;
  const bool is_up = ::ioctl(any, SIOCSIFFLAGS, &loopback) == 0;
  ::close(any);
  if (!is_up) throw std::runtime_error("a network without loopback");
}

}  // namespace

bool matches(const Lines& expected, const Lines& lines) {
  return matches_from(expected, 0, lines, 0);
}

std::vector<Step> read(const fs::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("no transcript " + file.string());
  std::vector<Step> steps;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.starts_with("#")) continue;
    if (line.starts_with("$ ")) {
      steps.push_back({.command = line.substr(2), .expected = {}, .line = number});
    } else if (steps.empty()) {
      if (!line.empty()) throw std::runtime_error("output before a command in " + file.string());
    } else if (line.starts_with("? ")) {
      steps.back().exit_code = std::stoi(line.substr(2));
    } else {
      steps.back().expected.push_back(line);
    }
  }
  for (Step& step : steps) {
    while (!step.expected.empty() && step.expected.back().empty()) step.expected.pop_back();
  }
  return steps;
}

Shell::Shell() {
  [[maybe_unused]] static const bool alone = (leave_shared_network(), true);
  std::string pattern = (fs::temp_directory_path() / "entente-cli-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  directory_ = pattern;
}

Shell::~Shell() {
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

Shell::Answer Shell::run(const std::string& command) {
  const std::string path = fs::path(ENTENTE_CLI).parent_path().string();
  const std::string script = "cd " + quoted(directory_.string()) +
                             " && export NO_COLOR=1 PATH=" + quoted(path) +
                             ":$PATH SOURCE=" + quoted(ENTENTE_SOURCE_DIR) + "\n" + command;
  FILE* pipe = ::popen(
      (std::string("timeout ") + seconds_max + " bash -c " + quoted(script) + " 2>&1 </dev/null")
          .c_str(),
      "r");
  if (pipe == nullptr) throw std::runtime_error("no shell");
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
  const int status = ::pclose(pipe);
  Answer answer{.lines = {}, .exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1};
  std::istringstream in(output);
  for (std::string line; std::getline(in, line);) answer.lines.push_back(line);
  while (!answer.lines.empty() && answer.lines.back().empty()) answer.lines.pop_back();
  return answer;
}

}  // namespace transcript
