#include <entente/crypto/system.h>
#include <entente/journal/content.h>
#include <entente/store/key_store.h>

#include <algorithm>
#include <fstream>

#include "catch.h"
#include "temporary_directory.h"

using namespace entente;
using entente::tests::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

CaseId case_of(int number) {
  CaseId made;
  made.bytes.fill(static_cast<std::uint8_t>(number));
  return made;
}

struct Keys {
  TemporaryDirectory directory;
  SystemEntropy entropy;
  WrapKey master{};
  fs::path file = directory.path() / "keys.db";

  Result<std::unique_ptr<KeyStore>> open(StoreMode mode = StoreMode::write) {
    return KeyStore::open(file, master, sealing_craft(entropy), mode);
  }
};

// Every byte that the database keeps on the disk.
std::string bytes_on_disk(const fs::path& file) {
  std::string all;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::ifstream in(file.string() + suffix, std::ios::binary);
    all.append(std::istreambuf_iterator<char>(in), {});
  }
  return all;
}

// The sealed forms that a key store writes, as they are handed to it.
KeyCraft listening_craft(Entropy& entropy, std::vector<Bytes>& wrapped) {
  KeyCraft craft = sealing_craft(entropy);
  craft.wrap = [wrap = craft.wrap, &wrapped](const WrapKey& under, const WrapKey& key,
                                             std::string_view name) {
    return wrapped.emplace_back(wrap(under, key, name));
  };
  return craft;
}

}  // namespace

TEST_CASE("a destroyed key is gone, and none is made in its place", "[store]") {
  Keys keys;
  WrapKey kept{};
  {
    auto store = *keys.open();
    kept = *store->content_key(case_of(1), "terms");
    REQUIRE(store->content_key(case_of(1), "contact"));
    REQUIRE(store->flush());
    const KeyScope contact{case_of(1), "contact"};
    CHECK_FALSE(*store->is_destroyed(contact));
    REQUIRE(store->destroy({&contact, 1}, 1'000));
    CHECK(*store->is_destroyed(contact));
    CHECK(store->content_key(case_of(1), "contact").error().code == ErrorCode::content_withheld);
    CHECK(*store->content_key(case_of(1), "terms") == kept);
    REQUIRE(store->destroy({&contact, 1}, 2'000));
  }
  for (const StoreMode mode : {StoreMode::read, StoreMode::write}) {
    auto store = *keys.open(mode);
    CHECK(store->content_key(case_of(1), "contact").error().code == ErrorCode::content_withheld);
    CHECK(*store->content_key(case_of(1), "terms") == kept);
    CHECK(store->epoch() == 3);
    CHECK(store->epoch_began_ms() == 2'000);
  }
}

TEST_CASE("a class that had no key yet can be destroyed and gets none", "[store]") {
  Keys keys;
  auto store = *keys.open();
  const KeyScope never{case_of(9), "special"};
  REQUIRE(store->destroy({&never, 1}, 1'000));
  CHECK(store->content_key(case_of(9), "special").error().code == ErrorCode::content_withheld);
  CHECK(store->content_key(case_of(9), "media"));
}

TEST_CASE("of an ended epoch nothing is left in the file or beside it", "[store]") {
  Keys keys;
  std::vector<Bytes> wrapped;
  auto store = *KeyStore::open(keys.file, keys.master, listening_craft(keys.entropy, wrapped),
                               StoreMode::write);
  constexpr int cases = 3'000;  // several times what is wrapped at once, and many pages
  for (int number = 1; number <= cases; ++number) {
    CaseId case_id;
    keys.entropy.fill(case_id.bytes);
    REQUIRE(store->content_key(case_id, "terms"));
    if (number % 700 == 0) REQUIRE(store->flush());
  }
  REQUIRE(store->content_key(case_of(1), "contact"));
  REQUIRE(store->flush());
  const std::vector<Bytes> before = std::exchange(wrapped, {});
  REQUIRE(before.size() == cases + 2);
  REQUIRE(bytes_on_disk(keys.file).find(to_text(before.back())) != std::string::npos);

  const KeyScope contact{case_of(1), "contact"};
  REQUIRE(store->destroy({&contact, 1}, 1'000));

  const std::string after = bytes_on_disk(keys.file);
  CHECK(std::ranges::none_of(
      before, [&](const Bytes& each) { return after.find(to_text(each)) != std::string::npos; }));
  CHECK(std::ranges::all_of(
      wrapped, [&](const Bytes& each) { return after.find(to_text(each)) != std::string::npos; }));
  CHECK(wrapped.size() == cases + 1);
}

TEST_CASE("a reader keeps the old file readable, and is told of", "[store]") {
  Keys keys;
  auto store = *keys.open();
  REQUIRE(store->content_key(case_of(1), "contact"));
  REQUIRE(store->flush());
  const KeyScope contact{case_of(1), "contact"};
  {
    const auto reader = *keys.open(StoreMode::read);
    REQUIRE(reader->content_key(case_of(1), "contact"));
    CHECK(store->destroy({&contact, 1}, 1'000).error().code == ErrorCode::store_locked);
    CHECK(*store->is_destroyed(contact));
  }
  CHECK(store->destroy({&contact, 1}, 1'000));
}
