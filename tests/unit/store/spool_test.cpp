#include <entente/store/spool.h>
#include <sys/stat.h>

#include <fstream>

#include "catch.h"
#include "temporary_directory.h"

using namespace entente;
using entente::tests::TemporaryDirectory;

namespace {

constexpr std::size_t size = 4096;

}  // namespace

TEST_CASE("a spool's room is taken when it is opened", "[store]") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "spool";
  REQUIRE(Spool::open(file, size));
  struct stat now{};
  REQUIRE(::stat(file.c_str(), &now) == 0);
  CHECK(static_cast<std::size_t>(now.st_size) == size);
  CHECK(static_cast<std::size_t>(now.st_blocks) * 512 >= size);
}

TEST_CASE("a spool gives back what it took, in order, until it is cleared", "[store]") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "spool";
  const std::vector<Bytes> records = {Bytes(1, 1), Bytes(300, 2), Bytes(7, 3)};
  {
    auto spool = *Spool::open(file, size);
    for (const Bytes& record : records) REQUIRE(spool.append(record));
    CHECK(*spool.records() == records);
  }
  auto spool = *Spool::open(file, size);
  CHECK(*spool.records() == records);
  REQUIRE(spool.append(Bytes(9, 4)));
  CHECK(spool.records()->size() == 4);
  REQUIRE(spool.clear());
  CHECK(spool.records()->empty());
  REQUIRE(spool.append(Bytes(5, 5)));
  CHECK(*spool.records() == std::vector<Bytes>{Bytes(5, 5)});
}

TEST_CASE("a record that does not fit is refused, and the others stay", "[store][negative]") {
  const TemporaryDirectory directory;
  auto spool = *Spool::open(directory.path() / "spool", size);
  CHECK(spool.append(Bytes()).error().code == ErrorCode::store_failed);
  CHECK(spool.append(Bytes(size, 1)).error().code == ErrorCode::store_failed);
  REQUIRE(spool.append(Bytes(spool.room(), 1)));
  CHECK(spool.room() == 0);
  CHECK(spool.append(Bytes(1, 1)).error().code == ErrorCode::store_failed);
  CHECK(spool.records()->size() == 1);
}

TEST_CASE("nonsense in a spool is read within its bounds", "[store][negative]") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "spool";
  REQUIRE(Spool::open(file, size));
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary)
      << "\xff\xff\xff\xff nonsense";
  auto spool = Spool::open(file, size);
  REQUIRE(spool);
  CHECK(spool->records()->empty());
  REQUIRE(spool->append(Bytes(3, 3)));
  CHECK(*spool->records() == std::vector<Bytes>{Bytes(3, 3)});
}

namespace {

bool holds(const std::filesystem::path& file, std::string_view words) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  CHECK(bytes.size() == size);
  return bytes.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a cleared spool has nothing of its records", "[store]") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "spool";
  auto spool = *Spool::open(file, size);
  REQUIRE(spool.append(Bytes(500, 1)));
  REQUIRE(spool.append(to_bytes("promised")));
  CHECK(holds(file, "promised"));
  REQUIRE(spool.clear());
  CHECK_FALSE(holds(file, "promised"));
  CHECK(spool.records()->empty());
}

TEST_CASE("a wiped spool has nothing behind its records, and keeps those it has", "[store]") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "spool";
  auto spool = *Spool::open(file, size);
  REQUIRE(spool.append(to_bytes("still owed")));
  // Cut off by a crash, or left by an earlier program.
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(1000) << "promised";
  CHECK(holds(file, "promised"));
  REQUIRE(spool.wipe());
  CHECK_FALSE(holds(file, "promised"));
  CHECK(*spool.records() == std::vector<Bytes>{to_bytes("still owed")});
  REQUIRE(spool.append(Bytes(5, 5)));
  CHECK(spool.records()->size() == 2);
}
