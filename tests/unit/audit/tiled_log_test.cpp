#include <entente/audit/tiled_log.h>
#include <entente/crypto/signature.h>

#include <map>

#include "catch.h"

using namespace entente;

namespace {

constexpr const char* origin = "kettle.example/log";

KeyPair key_of(std::uint8_t seed) { return std::move(*KeyPair::from_seed(Bytes(32, seed))); }

Vkey vkey_of(const KeyPair& key) {
  return *Vkey::make(origin, SignatureType::ed25519, key.public_key());
}

// A published log, in memory.
class Files final : public TileReader {
 public:
  Result<Bytes> read(const std::string& path) const override {
    const auto found = files.find(path);
    if (found == files.end()) return fail(ErrorCode::file_missing, path);
    return found->second;
  }
  std::map<std::string, Bytes> files;
};

class Leaves final : public LeafReader {
 public:
  Result<Bytes> read_leaf(std::uint64_t index) const override {
    return to_bytes("entry " + std::to_string(index));
  }
};

Files publish(std::uint64_t size, const KeyPair& key) {
  MemoryNodes nodes;
  MerkleTree tree;
  for (std::uint64_t i = 0; i < size; ++i) {
    nodes.add(tree.append(leaf_hash(*Leaves().read_leaf(i))));
  }
  Files log;
  log.files["checkpoint"] = to_bytes(*sign_checkpoint({origin, size, tree.root()}, key));
  for (const Tile& tile : tiles_of(size)) {
    log.files[tile_path(tile)] = tile.kind == TileKind::hashes
                                     ? *render_hash_tile(nodes, tile)
                                     : *render_entry_bundle(Leaves(), tile);
  }
  return log;
}

}  // namespace

TEST_CASE("a published log of any size is verified whole", "[audit]") {
  const KeyPair key = key_of(7);
  for (const std::uint64_t size : {0, 1, 2, 255, 256, 257, 600, 65'537}) {
    const Files log = publish(size, key);
    std::uint64_t heard = 0;
    const auto checked = verify_tiled_log(log, {.log = vkey_of(key), .witnesses = {}},
                                          [&](std::uint64_t done, std::uint64_t) { heard = done; });
    REQUIRE(checked);
    CHECK(checked->cosigned.checkpoint.size == size);
    CHECK(heard == size);
    CHECK(checked->bundles + checked->hash_tiles == tiles_of(size).size());
  }
}

TEST_CASE("no byte of a published log can be changed", "[audit]") {
  const KeyPair key = key_of(7);
  const TiledLogKeys keys{.log = vkey_of(key), .witnesses = {}};
  const Files log = publish(259, key);
  for (const auto& [path, bytes] : log.files) {
    const std::size_t step = bytes.size() > 1000 ? 61 : 1;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      Files changed = log;
      changed.files[path][at] ^= 1;
      const auto checked = verify_tiled_log(changed, keys);
      INFO(path << " at " << at);
      REQUIRE_FALSE(checked);
      CHECK(checked.error().code ==
            (path == "checkpoint" ? ErrorCode::checkpoint_invalid : ErrorCode::log_corrupt));
    }
  }
}

TEST_CASE("a published log lacks no file, and needs no partial tile that has become full",
          "[audit]") {
  const KeyPair key = key_of(7);
  const TiledLogKeys keys{.log = vkey_of(key), .witnesses = {}};
  const Files log = publish(259, key);
  for (const auto& [path, bytes] : log.files) {
    Files lacking = log;
    lacking.files.erase(path);
    const auto checked = verify_tiled_log(lacking, keys);
    REQUIRE_FALSE(checked);
    CHECK(checked.error() == Error{ErrorCode::file_missing, path});
  }
  Files grown = publish(600, key);
  grown.files["checkpoint"] = log.files.at("checkpoint");
  REQUIRE_FALSE(grown.files.contains("tile/0/001.p/3"));
  grown.files["tile/1/000.p/1"] = log.files.at("tile/1/000.p/1");
  const auto checked = verify_tiled_log(grown, keys);
  REQUIRE(checked);
  CHECK(checked->cosigned.checkpoint.size == 259);
}

TEST_CASE("a log that keeps its entries back is verified by its hashes", "[audit]") {
  const KeyPair key = key_of(7);
  const TiledLogKeys keys{.log = vkey_of(key), .witnesses = {}};
  for (const std::uint64_t size : {1, 256, 259, 600}) {
    Files log = publish(size, key);
    std::erase_if(log.files,
                  [](const auto& file) { return file.first.starts_with("tile/entries"); });
    const auto checked = verify_tiled_log(log, keys);
    REQUIRE(checked);
    CHECK(checked->bundles == 0);
    CHECK(checked->cosigned.checkpoint.size == size);
    for (const auto& [path, bytes] : log.files) {
      Files changed = log;
      changed.files[path][bytes.size() - 2] ^= 1;
      CHECK_FALSE(verify_tiled_log(changed, keys));
      changed.files.erase(path);
      CHECK(verify_tiled_log(changed, keys).error() == Error{ErrorCode::file_missing, path});
    }
  }
}

TEST_CASE("a published log is believed under its own key alone", "[audit]") {
  const Files log = publish(5, key_of(7));
  CHECK(verify_tiled_log(log, {.log = vkey_of(key_of(8)), .witnesses = {}}).error().code ==
        ErrorCode::checkpoint_invalid);
}

namespace {

Vkey witness() {
  return *Vkey::make("w.example", SignatureType::cosignature_v1, key_of(9).public_key());
}

// A log of 259 entries, and what a witness saw of it when it had fewer.
Files publish_cosigned(std::uint64_t size, const KeyPair& key) {
  Files log = publish(259, key);
  const std::string older = to_text(publish(size, key).files.at("checkpoint"));
  const Checkpoint seen = *decode_unverified_checkpoint(older);
  log.files[std::string(cosigned_path)] = to_bytes(
      *add_signature(older, *cosign_checkpoint(seen, witness().name(), key_of(9), 1'795'510'445)));
  return log;
}

}  // namespace

TEST_CASE("what witnesses cosigned earlier is held against the tree as it was then",
          "[audit][witness]") {
  const KeyPair key = key_of(7);
  const TiledLogKeys keys{.log = vkey_of(key), .witnesses = {witness()}};
  for (const std::uint64_t size : {0, 1, 255, 256, 258, 259}) {
    const auto checked = verify_tiled_log(publish_cosigned(size, key), keys);
    REQUIRE(checked);
    REQUIRE(checked->earlier);
    CHECK(checked->earlier->checkpoint.size == size);
    CHECK(checked->earlier->cosignatures.size() == 1);
  }
  CHECK_FALSE(verify_tiled_log(publish(259, key), keys)->earlier);
  // A log that has signed other histories before, or one that is longer.
  for (const std::uint64_t size : {100, 600}) {
    Files lying = publish_cosigned(100, key);
    const Checkpoint other{origin, size, leaf_hash(to_bytes("another tree"))};
    lying.files[std::string(cosigned_path)] = to_bytes(*sign_checkpoint(other, key));
    CHECK(verify_tiled_log(lying, keys).error().code == ErrorCode::log_corrupt);
  }
}

TEST_CASE("no byte of what was cosigned can be changed", "[audit][witness][attack]") {
  const KeyPair key = key_of(7);
  const TiledLogKeys keys{.log = vkey_of(key), .witnesses = {witness()}};
  const Files log = publish_cosigned(100, key);
  const Bytes note = log.files.at(std::string(cosigned_path));
  for (std::size_t at = 0; at < note.size(); ++at) {
    Files changed = log;
    changed.files[std::string(cosigned_path)][at] ^= 1;
    const auto checked = verify_tiled_log(changed, keys);
    INFO(at << " of " << to_text(note));
    // A line of a name or key that nobody knows is passed over, and counts for nobody.
    const bool counts = checked && checked->earlier && checked->earlier->cosignatures.size() == 1;
    CHECK_FALSE(counts);
  }
}

TEST_CASE("a log may have changed its key since it was cosigned", "[audit][witness]") {
  Files log = publish_cosigned(100, key_of(7));
  log.files["checkpoint"] = publish(259, key_of(8)).files["checkpoint"];
  TiledLogKeys keys{.log = vkey_of(key_of(8)), .witnesses = {witness()}};
  const auto alone = verify_tiled_log(log, keys);
  REQUIRE(alone);
  CHECK(alone->is_earlier_of_stranger);
  CHECK_FALSE(alone->earlier);
  keys.older = {vkey_of(key_of(7))};
  const auto both = verify_tiled_log(log, keys);
  REQUIRE(both);
  CHECK(both->earlier->cosignatures.size() == 1);
}
