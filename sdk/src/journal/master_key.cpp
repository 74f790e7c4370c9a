#include <entente/crypto/seal.h>
#include <entente/journal/master_key.h>
#include <entente/store/durable.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <thread>

namespace entente {
namespace fs = std::filesystem;

namespace {

constexpr std::string_view command_word = "key_command:";
constexpr std::size_t output_bytes_max = 4096;

Result<WrapKey> key_from(std::string text, const std::string& source) {
  text.resize(std::min(text.size(), text.find_first_of("\r\n")));
  const auto bytes = from_hex(text);
  WrapKey key{};
  if (!bytes || bytes->size() != key.size()) {
    return fail(ErrorCode::file_invalid, source + " does not give 64 hex digits");
  }
  std::ranges::copy(*bytes, key.begin());
  return key;
}

// A shell that was started, with its output. Whatever it has started in turn ends with it.
class Command {
 public:
  static Result<Command> start(const std::string& text) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorCode::store_failed, std::strerror(errno));
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    std::string shell = "sh";
    std::string option = "-c";
    std::string script = text;
    char* const words[] = {shell.data(), option.data(), script.data(), nullptr};
    pid_t child = -1;
    const int failed = ::posix_spawn(&child, "/bin/sh", &files, &attributes, words, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    ::close(ends[1]);
    if (failed != 0) {
      ::close(ends[0]);
      return fail(ErrorCode::store_failed, std::string("start sh: ") + std::strerror(failed));
    }
    return Command(child, ends[0]);
  }

  Command(Command&& other) noexcept
      : child_(std::exchange(other.child_, -1)), output_(std::exchange(other.output_, -1)) {}
  Command& operator=(Command&&) = delete;
  ~Command() {
    if (output_ >= 0) ::close(output_);
    if (child_ < 0) return;
    ::kill(-child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }

  Result<std::string> read_until(std::chrono::steady_clock::time_point end) const {
    std::string text;
    for (;;) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      if (left.count() <= 0) return fail(ErrorCode::timed_out);
      pollfd waiting{.fd = output_, .events = POLLIN, .revents = 0};
      if (::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) continue;
      char buffer[output_bytes_max];
      const ssize_t got = ::read(output_, buffer, sizeof buffer);
      if (got < 0) return fail(ErrorCode::store_failed, std::strerror(errno));
      if (got == 0) return text;
      text.append(buffer, static_cast<std::size_t>(got));
      if (text.size() > output_bytes_max) return fail(ErrorCode::file_invalid, "prints too much");
    }
  }

  // Its exit status, or nothing if it has none in time.
  std::optional<int> wait_until(std::chrono::steady_clock::time_point end) {
    for (;;) {
      int status = 0;
      if (::waitpid(child_, &status, WNOHANG) == child_) {
        ::kill(-child_, SIGKILL);  // what it left behind
        child_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      }
      if (std::chrono::steady_clock::now() >= end) return std::nullopt;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

 private:
  Command(pid_t child, int output) : child_(child), output_(output) {}
  pid_t child_;
  int output_;
};

Result<std::string> first_line(const fs::path& file) {
  std::ifstream in(file);
  std::string text;
  if (!in || !std::getline(in, text)) {
    return fail(ErrorCode::file_missing, "no master key at " + file.string());
  }
  return text;
}

Result<WrapKey> make_master_key(const fs::path& file, Entropy& entropy) {
  const WrapKey key = generate_secret_key(entropy);
  // Half a key would be refused for ever after.
  ENTENTE_TRY(replace_file(file, view(to_hex(key) + "\n")));
  return key;
}

}  // namespace

Result<WrapKey> run_key_command(const std::string& command, std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  const std::string source = "the key command (" + command + ")";
  ENTENTE_LET(running, Command::start(command));
  const auto text = running.read_until(end);
  const auto status = text ? running.wait_until(end) : std::nullopt;
  if ((!text && text.error().code == ErrorCode::timed_out) || (text && !status)) {
    return fail(ErrorCode::timed_out,
                source + " does not end within " + std::to_string(timeout.count()) + " ms");
  }
  if (!text) return fail(text.error().code, source + " " + text.error().detail);
  if (*status != 0) {
    return fail(ErrorCode::file_invalid,
                source + " ended with exit code " + std::to_string(*status));
  }
  return key_from(*text, source);
}

Result<WrapKey> read_master_key(const fs::path& directory, const fs::path& named) {
  const fs::path file = named.empty() ? directory / "master.key" : named;
  ENTENTE_LET(line, first_line(file));
  if (!line.starts_with(command_word)) return key_from(line, file.string());
  if (named.empty()) {
    return fail(ErrorCode::file_invalid, file.string() +
                                             " names a command: one in the store itself is never "
                                             "run, name the file as the master key");
  }
  return run_key_command(line.substr(command_word.size()));
}

Result<WrapKey> read_or_make_master_key(const fs::path& directory, const fs::path& named,
                                        Entropy& entropy) {
  const fs::path file = named.empty() ? directory / "master.key" : named;
  if (fs::exists(file)) return read_master_key(directory, named);
  return make_master_key(file, entropy);
}

}  // namespace entente
