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
    const auto checked = verify_tiled_log(log, vkey_of(key), {},
                                          [&](std::uint64_t done, std::uint64_t) { heard = done; });
    REQUIRE(checked);
    CHECK(checked->cosigned.checkpoint.size == size);
    CHECK(heard == size);
    CHECK(checked->bundles + checked->hash_tiles == tiles_of(size).size());
  }
}

TEST_CASE("no byte of a published log can be changed", "[audit]") {
  const KeyPair key = key_of(7);
  const Files log = publish(259, key);
  for (const auto& [path, bytes] : log.files) {
    const std::size_t step = bytes.size() > 1000 ? 61 : 1;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      Files changed = log;
      changed.files[path][at] ^= 1;
      const auto checked = verify_tiled_log(changed, vkey_of(key), {});
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
  const Files log = publish(259, key);
  for (const auto& [path, bytes] : log.files) {
    Files lacking = log;
    lacking.files.erase(path);
    const auto checked = verify_tiled_log(lacking, vkey_of(key), {});
    REQUIRE_FALSE(checked);
    CHECK(checked.error() == Error{ErrorCode::file_missing, path});
  }
  Files grown = publish(600, key);
  grown.files["checkpoint"] = log.files.at("checkpoint");
  REQUIRE_FALSE(grown.files.contains("tile/0/001.p/3"));
  grown.files["tile/1/000.p/1"] = log.files.at("tile/1/000.p/1");
  const auto checked = verify_tiled_log(grown, vkey_of(key), {});
  REQUIRE(checked);
  CHECK(checked->cosigned.checkpoint.size == 259);
}

TEST_CASE("a published log is believed under its own key alone", "[audit]") {
  const Files log = publish(5, key_of(7));
  CHECK(verify_tiled_log(log, vkey_of(key_of(8)), {}).error().code ==
        ErrorCode::checkpoint_invalid);
}
