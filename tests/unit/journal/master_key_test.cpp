#include <entente/crypto/system.h>
#include <entente/journal/ledger.h>
#include <entente/journal/master_key.h>
#include <unistd.h>

#include <fstream>

#include "catch.h"
#include "temporary_directory.h"

using namespace entente;
using entente::tests::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

const std::string digits(64, 'a');

fs::path write(const fs::path& file, const std::string& text) {
  std::ofstream(file) << text;
  return file;
}

}  // namespace

TEST_CASE("a master key is made once and read ever after", "[journal]") {
  const TemporaryDirectory directory;
  SystemEntropy entropy;
  const auto made = read_or_make_master_key(directory.path(), {}, entropy);
  REQUIRE(made);
  CHECK(*read_or_make_master_key(directory.path(), {}, entropy) == *made);
  CHECK(*read_master_key(directory.path(), {}) == *made);
  const auto mode = fs::status(directory.path() / "master.key").permissions();
  CHECK((mode & fs::perms::all) == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("a store that has lost its master key gets no new one", "[journal][negative]") {
  const TemporaryDirectory directory;
  SystemEntropy entropy;
  const KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 3)));
  const auto open = [&] {
    return Ledger::open({.directory = directory.path(), .origin = "kettle.example/log"}, key,
                        entropy);
  };
  REQUIRE(open());
  const fs::path file = directory.path() / "master.key";
  fs::rename(file, directory.path() / "put aside");
  const auto without = open();
  REQUIRE_FALSE(without);
  CHECK(without.error().code == ErrorCode::file_missing);
  CHECK_FALSE(fs::exists(file));
  fs::rename(directory.path() / "put aside", file);
  CHECK(open());
}

TEST_CASE("a file that is no master key says what it should be", "[journal][negative]") {
  const TemporaryDirectory directory;
  CHECK(read_master_key(directory.path(), {}).error().code == ErrorCode::file_missing);
  for (const std::string& text : {std::string(63, 'a') + "\n", std::string(66, 'a'),
                                  std::string(64, 'x'), std::string("\n" + digits)}) {
    const auto read = read_master_key(directory.path(), write(directory.path() / "key", text));
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::file_invalid);
    CHECK(read.error().detail.ends_with("does not give 64 hex digits"));
  }
}

TEST_CASE("a command named in a file gives the key", "[journal]") {
  const TemporaryDirectory directory;
  const auto file =
      write(directory.path() / "kms", "key_command: printf 'a%.0s' $(seq 64); echo; echo more\n");
  const auto key = read_master_key(directory.path(), file);
  if (!key) FAIL(describe(key.error()));
  CHECK(to_hex(*key) == digits);
}

TEST_CASE("a command in the store itself is never run", "[journal][negative]") {
  const TemporaryDirectory directory;
  const fs::path trace = directory.path() / "was-run";
  write(directory.path() / "master.key", "key_command: touch " + trace.string() + "\n");
  const auto key = read_master_key(directory.path(), {});
  REQUIRE_FALSE(key);
  CHECK(key.error().code == ErrorCode::file_invalid);
  CHECK_FALSE(fs::exists(trace));
  SystemEntropy entropy;
  CHECK_FALSE(read_or_make_master_key(directory.path(), {}, entropy));
  CHECK_FALSE(fs::exists(trace));
}

TEST_CASE("a command that fails, floods or hangs is no key", "[journal][negative]") {
  const auto code_of = [](const std::string& command) {
    const auto key = run_key_command(command, std::chrono::milliseconds(1'500));
    return key ? std::string("a key") : describe(key.error());
  };
  CHECK(code_of("exit 7").ends_with("ended with exit code 7"));
  CHECK(code_of("echo " + digits + "; exit 1").ends_with("ended with exit code 1"));
  CHECK(code_of("kill -9 $$").ends_with("ended with exit code 137"));
  CHECK(code_of("no-such-program 2>/dev/null").ends_with("ended with exit code 127"));
  CHECK(code_of("echo hello").ends_with("does not give 64 hex digits"));
  CHECK(code_of("true").ends_with("does not give 64 hex digits"));
  CHECK(code_of("yes").ends_with("prints too much"));
  CHECK(code_of("sleep 60").starts_with("timed_out"));
  CHECK(code_of("sleep 60 & echo " + digits).starts_with("timed_out"));
  CHECK(code_of("exec >&-; sleep 60").starts_with("timed_out"));
  CHECK(code_of("cat; echo " + digits) == "a key");
}

TEST_CASE("what a command has started ends with it", "[journal]") {
  const TemporaryDirectory directory;
  const fs::path pid_file = directory.path() / "pid";
  CHECK_FALSE(run_key_command("sleep 60 & echo $! > " + pid_file.string() + "; wait",
                              std::chrono::milliseconds(1'000)));
  std::ifstream in(pid_file);
  std::string pid;
  REQUIRE(std::getline(in, pid));
  // Its parent is gone, so nobody here can wait for it: it ends, or is what nobody has reaped yet.
  std::string state = "R";
  for (int i = 0; i < 100 && state != "Z" && state != "gone"; ++i) {
    std::ifstream stat("/proc/" + pid + "/stat");
    std::string word;
    state = (stat >> word >> word >> state) ? state : "gone";
    if (state != "Z" && state != "gone") ::usleep(20'000);
  }
  CHECK((state == "Z" || state == "gone"));
}
