#include <entente/store/durable.h>

#include <fstream>

#include "catch.h"
#include "temporary_directory.h"

using namespace entente;
using entente::tests::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

std::string text_in(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a file that is replaced is the old one or the new one, for its owner alone", "[store]") {
  const TemporaryDirectory directory;
  const fs::path file = directory.path() / "key";
  std::ofstream(file.string() + ".new") << "of somebody who was cut off, and longer";
  for (const char* text : {"first", "second"}) {
    REQUIRE(replace_file(file, view(text)));
    CHECK(text_in(file) == text);
    CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK_FALSE(fs::exists(file.string() + ".new"));
  }
}

TEST_CASE("what could not be replaced leaves nothing of the new file", "[store][negative]") {
  const TemporaryDirectory directory;
  const fs::path taken = directory.path() / "taken";
  fs::create_directories(taken / "by something");
  CHECK(replace_file(taken, view("secret")).error().code == ErrorCode::store_failed);
  CHECK_FALSE(fs::exists(taken.string() + ".new"));
  const auto nowhere = directory.path() / "nowhere" / "key";
  CHECK(replace_file(nowhere, view("secret")).error().code == ErrorCode::store_failed);
}

TEST_CASE("a new file takes nobody's place", "[store][negative]") {
  const TemporaryDirectory directory;
  const fs::path file = directory.path() / "file";
  REQUIRE(write_new_file(file, view("first")));
  CHECK(write_new_file(file, view("second")).error().code == ErrorCode::file_invalid);
  CHECK(text_in(file) == "first");
}
