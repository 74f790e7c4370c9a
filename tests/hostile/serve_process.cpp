#include "serve_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "catch.h"
#include "peer.h"
#include "shared_data.h"

namespace fs = std::filesystem;

namespace entente::tests {
namespace {

// Only what may be called between fork and exec.
[[noreturn]] void become(const char* config, int output, rlim_t descriptors_max) {
  const rlimit limit{descriptors_max, descriptors_max};
  if (descriptors_max > 0) ::setrlimit(RLIMIT_NOFILE, &limit);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::execl(ENTENTE_CLI, ENTENTE_CLI, "serve", "--config", config, "--port", "0", nullptr);
  ::_exit(127);
}

const fs::path& demo() {
  static const TemporaryDirectory place;
  static const fs::path made = [] {
    const fs::path directory = place.path() / "kettle";
    const std::string command =
        std::string(ENTENTE_CLI) + " demo --yes --dir " + directory.string() + " >/dev/null";
    if (std::system(command.c_str()) != 0) throw std::runtime_error(command);
    return directory / "brand";
  }();
  return made;
}

}  // namespace

// A log has one directory: the note beside its key names the one that was copied.
DemoBrand::DemoBrand() {
  fs::copy(demo(), place_.path(), fs::copy_options::recursive);
  fs::remove(file("keys/log.key.log"));
}

void DemoBrand::listen_with(const std::string& setting) const {
  auto text = read_file(file("brand.yaml"));
  const std::string mark = "key: tls/key.pem";
  const auto at = text.find(mark);
  REQUIRE(at != std::string::npos);
  std::ofstream(file("brand.yaml")) << text.insert(at + mark.size(), ", " + setting);
}

ServeProcess::ServeProcess(const DemoBrand& brand, std::size_t descriptors_max)
    : output_(brand.file("served")) {
  const std::string config = brand.file("brand.yaml");
  const int output = ::open(output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  pid_ = ::fork();
  if (pid_ == 0) become(config.c_str(), output, descriptors_max);
  ::close(output);
  const std::string mark = "listens on https://127.0.0.1:";
  for (int i = 0; i < 3 && port_ == 0; ++i) {  // half a minute: it is a large program to start
    eventually([&] { return this->output().find(mark) != std::string::npos; });
    const auto text = this->output();
    const auto at = text.find(mark);
    if (at != std::string::npos) {
      port_ = static_cast<std::uint16_t>(std::atoi(text.c_str() + at + mark.size()));
    }
  }
  INFO(this->output());
  REQUIRE(port_ != 0);
}

ServeProcess::~ServeProcess() {
  if (pid_ > 0) {
    signal(SIGKILL);
    wait();
  }
}

void ServeProcess::signal(int number) const { ::kill(pid_, number); }

int ServeProcess::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::string ServeProcess::output() const { return read_file(output_); }

std::size_t ServeProcess::descriptors() const {
  const fs::directory_iterator all("/proc/" + std::to_string(pid_) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace entente::tests
