#include "server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "measure.h"

namespace entente::bench {
namespace {

constexpr int start_ms_max = 60'000;
constexpr int stop_ms_max = 30'000;
constexpr int stop_step_ms = 20;

[[noreturn]] void become(const std::vector<std::string>& command, int input, int output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  run_on_core(server_core());
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execvp(words.front(), words.data());
  _exit(127);
}

}  // namespace

ServerProcess::ServerProcess(const std::vector<std::string>& command) {
  std::array<int, 2> to{};
  std::array<int, 2> from{};
  if (pipe2(to.data(), O_CLOEXEC) != 0 || pipe2(from.data(), O_CLOEXEC) != 0) give_up("no pipe");
  id_ = fork();
  if (id_ < 0) give_up("cannot start a process");
  if (id_ == 0) become(command, to[0], from[1]);
  close(to[0]);
  close(from[1]);
  input_ = to[1];
  port_ = read_port(from[0]);
  close(from[0]);
}

std::uint16_t ServerProcess::read_port(int from) const {
  std::string line;
  while (line.find('\n') == std::string::npos) {
    pollfd readable{.fd = from, .events = POLLIN, .revents = 0};
    std::array<char, 64> text{};
    if (poll(&readable, 1, start_ms_max) <= 0) give_up("the server does not come up");
    const ssize_t got = read(from, text.data(), text.size());
    if (got <= 0) give_up("the server ended before it listened");
    line.append(text.data(), static_cast<std::size_t>(got));
  }
  return static_cast<std::uint16_t>(std::strtoul(line.c_str(), nullptr, 10));
}

ServerProcess::~ServerProcess() {
  close(input_);
  for (int waited = 0; waited < stop_ms_max; waited += stop_step_ms) {
    if (waitpid(id_, nullptr, WNOHANG) != 0) return;
    usleep(stop_step_ms * 1000);
  }
  kill(id_, SIGKILL);
  waitpid(id_, nullptr, 0);
}

}  // namespace entente::bench
