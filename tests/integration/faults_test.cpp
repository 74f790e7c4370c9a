// The brand's disk fails, or its process dies, at a storage call of three negotiations: at about
// forty calls by default. With ENTENTE_FULL=1 the process dies at every one, and every kind of
// fault meets eight, which takes most of an hour. Nothing acknowledged is lost, nothing is
// carried out twice, and both logs replay clean.

#include <signal.h>

#include <limits>

#include "catch.h"
#include "fault_scene.h"
#include "temporary_directory.h"

using namespace entente::tests;

namespace {

// How many calls of the scene meet a trouble.
struct Samples {
  std::uint64_t usually;
  std::uint64_t in_full;
};
constexpr std::uint64_t every = std::numeric_limits<std::uint64_t>::max();
constexpr Samples kills{16, every};
constexpr Samples torn_writes{2, 200};
constexpr Samples faults{1, 8};

std::uint64_t calls_of_the_scene() {
  static const std::uint64_t calls = [] {
    const TemporaryDirectory directory(memory_directory());
    const SceneEnd end = play(directory.path(), {});
    INFO(end.code);
    REQUIRE(end.signal == 0);
    REQUIRE(end.code == 0);
    REQUIRE(end.messages >= 30);
    CHECK(broken_promises(directory.path(), end.said).empty());
    WARN(end.calls << " storage calls of the brand, " << end.messages << " messages");
    return end.calls;
  }();
  return calls;
}

// `offset` moves the sample, so that other faults meet other calls.
std::vector<std::uint64_t> calls_to_try(std::uint64_t offset, Samples samples) {
  const std::uint64_t all = calls_of_the_scene();
  const bool full = std::getenv("ENTENTE_FULL") != nullptr;
  const std::uint64_t wanted = full ? samples.in_full : samples.usually;
  const std::uint64_t step = std::max<std::uint64_t>(all / wanted, 1);
  std::vector<std::uint64_t> calls;
  for (std::uint64_t call = 1 + offset % step; call <= all; call += step) calls.push_back(call);
  return calls;
}

void kill_and_go_on(std::uint64_t call, Fault fault) {
  const TemporaryDirectory directory(memory_directory());
  const SceneEnd killed = play(directory.path(), {.call = call, .fault = fault});
  CAPTURE(call, name(fault), killed.code);
  REQUIRE_FALSE(killed.hung);
  // The last calls of a life may not come in one that is a little shorter.
  if (killed.signal != 0) CHECK(killed.signal == SIGKILL);
  const SceneEnd finished = play(directory.path(), {});
  INFO((finished.said.empty() ? "" : finished.said.back()));
  REQUIRE(finished.signal == 0);
  REQUIRE(finished.code == 0);
  std::vector<std::string> said = killed.said;
  said.insert(said.end(), finished.said.begin(), finished.said.end());
  CHECK(broken_promises(directory.path(), said) == "");
}

}  // namespace

TEST_CASE("a process killed at any storage call loses nothing and repeats nothing", "[faults]") {
  for (const std::uint64_t call : calls_to_try(0, kills)) kill_and_go_on(call, Fault::kill);
}

TEST_CASE("a write cut in half by a kill is as if it had not begun", "[faults]") {
  for (const std::uint64_t call : calls_to_try(7, torn_writes)) {
    kill_and_go_on(call, Fault::torn_kill);
  }
}

TEST_CASE("a disk that fails at any call costs time and nothing else", "[faults]") {
  std::uint64_t offset = 0;
  for (const char* whose : {"brand", "consumer"}) {
    for (const Fault fault : {Fault::io_error, Fault::no_space, Fault::short_write,
                              Fault::sync_fails, Fault::sync_drops}) {
      for (const Lasting lasting : {Lasting::once, Lasting::until_healed}) {
        for (const std::uint64_t call : calls_to_try(offset += 37, faults)) {
          const TemporaryDirectory directory(memory_directory());
          const SceneEnd end = play(directory.path(), {call, fault, lasting, whose});
          CAPTURE(whose, call, name(fault), lasting == Lasting::once);
          std::string all;
          for (const std::string& line : end.said) all += line + "\n";
          INFO(all);
          REQUIRE_FALSE(end.hung);
          REQUIRE(end.signal == 0);
          REQUIRE(end.code == 0);
          CHECK(broken_promises(directory.path(), end.said) == "");
        }
      }
    }
  }
}
