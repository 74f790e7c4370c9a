// kill -9 at random moments under load: nothing that was acknowledged is lost, nothing is done
// twice, and the log still verifies. ENTENTE_FULL=1 kills 200 times instead of 20.

#include <entente/auditor.h>
#include <entente/journal/ledger.h>
#include <entente/wire/admission.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <random>
#include <set>
#include <thread>

#include "catch.h"
#include "kettle.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

struct Child {
  pid_t pid = -1;
  int output = -1;
};

Child start_child(const fs::path& directory) {
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    ::close(pipe_ends[0]);
    ::execl(ENTENTE_CRASH_CHILD, ENTENTE_CRASH_CHILD, directory.c_str(), "3", nullptr);
    ::_exit(127);
  }
  ::close(pipe_ends[1]);
  return {pid, pipe_ends[0]};
}

// Everything the child managed to say, line by line; the last may be cut off.
std::vector<std::string> read_lines(int descriptor) {
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(descriptor, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(descriptor);
  std::vector<std::string> lines;
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos;
       at = end + 1) {
    lines.push_back(text.substr(at, end - at));
  }
  return lines;
}

// A slow machine may take seconds until this life has acknowledged something.
void wait_until_at_work(const Child& child) {
  pollfd heard{.fd = child.output, .events = POLLIN, .revents = 0};
  ::poll(&heard, 1, 12'000);
}

std::set<std::string> messages_in(const fs::path& directory, const Brand& brand) {
  SystemEntropy entropy;
  auto ledger =
      Ledger::open({.directory = directory, .origin = "kettle.example/log"}, brand.log, entropy);
  if (!ledger) FAIL(describe(ledger.error()));
  std::set<std::string> ids;
  for (std::uint64_t index = 0; index < (*ledger)->size(); ++index) {
    const auto entry = (*ledger)->read(index);
    REQUIRE(entry);
    if (entry->leaf.kind != EntryKind::message) continue;
    ids.insert(to_hex(Admission::admit<Message>(entry->content)->id()));
  }
  return ids;
}

}  // namespace

TEST_CASE("kill -9 loses nothing acknowledged and repeats nothing done", "[integration]") {
  const TemporaryDirectory directory;
  const Brand brand = make_brand(1, 1'790'000'000'000);
  const int kills = std::getenv("ENTENTE_FULL") != nullptr ? 200 : 20;
  std::mt19937 chance(20261123);
  std::set<std::string> acknowledged;

  for (int i = 0; i < kills; ++i) {
    const Child child = start_child(directory.path());
    // One in four dies wherever it is by then, perhaps while it recovers.
    if (chance() % 4 != 0) wait_until_at_work(child);
    std::this_thread::sleep_for(std::chrono::milliseconds(chance() % 700));
    ::kill(child.pid, SIGKILL);
    int status = 0;
    ::waitpid(child.pid, &status, 0);
    CAPTURE(i);
    REQUIRE(WIFSIGNALED(status));
    for (const std::string& line : read_lines(child.output)) {
      if (line.starts_with("ack ")) acknowledged.insert(line.substr(4));
    }
  }

  const std::set<std::string> logged = messages_in(directory.path() / "brand", brand);
  std::size_t lost = 0;
  for (const std::string& id : acknowledged) lost += logged.contains(id) ? 0 : 1;
  CHECK(lost == 0);
  CHECK(acknowledged.size() > static_cast<std::size_t>(kills) / 2);

  std::set<std::string> done;
  std::ifstream writes(directory.path() / "writes");
  for (std::string key; std::getline(writes, key);) CHECK(done.insert(key).second);
  CHECK_FALSE(done.empty());

  const fs::path store = directory.path() / "brand";
  const auto auditor = Auditor::open({&store, 1});
  REQUIRE(auditor);
  const auto report = auditor->replay();
  REQUIRE(report);
  INFO(to_text(*report));
  CHECK(report->broken() == 0);
}
