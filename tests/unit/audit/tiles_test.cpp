#include <entente/audit/tiles.h>

#include <map>

#include "catch.h"

using namespace entente;

namespace {

using enum TileKind;

struct Log {
  MemoryNodes nodes;
  MerkleTree tree;

  explicit Log(std::uint64_t size) {
    for (std::uint64_t i = 0; i < size; ++i) {
      nodes.add(tree.append(leaf_hash(view(std::to_string(i)))));
    }
  }
};

}  // namespace

TEST_CASE("tile paths are those of the specification", "[audit][tiles]") {
  const std::pair<Tile, const char*> paths[] = {
      {{hashes, 0, 0, 256}, "tile/0/000"},
      {{hashes, 0, 5, 256}, "tile/0/005"},
      {{hashes, 0, 999, 256}, "tile/0/999"},
      {{hashes, 0, 1000, 256}, "tile/0/x001/000"},
      {{hashes, 1, 1234, 256}, "tile/1/x001/234"},
      {{hashes, 2, 1234067, 256}, "tile/2/x001/x234/067"},
      {{hashes, 0, 273, 112}, "tile/0/273.p/112"},
      {{hashes, 1, 0, 1}, "tile/1/000.p/1"},
      {{entries, 0, 0, 255}, "tile/entries/000.p/255"},
      {{entries, 0, 1234067, 256}, "tile/entries/x001/x234/067"},
      {{hashes, 0, tree_size_max / 256, 256}, "tile/0/x018/x014/x398/x509/x481/984"},
      {{hashes, 7, 63, 1}, "tile/7/063.p/1"}};
  for (const auto& [tile, path] : paths) {
    CAPTURE(path);
    CHECK(tile_path(tile) == path);
    CHECK(parse_tile_path(path) == tile);
  }
}

TEST_CASE("a tile path in any other spelling is refused", "[audit][tiles][negative]") {
  for (const char* path : {"",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "/tile/0/000",
                           "tile//000",
                           "Tile/0/000",
                           "tile/8/000",
                           "tile/63/000",
                           "tile/00/000",
                           "tile/-1/000",
                           "tile/data/000",
                           "tile/entries/",
                           "tile/entries/x001",
                           "tile/0/0",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/0/1000",
                           "tile/0/x000/001",
                           "tile/0/x001/x234",
                           "tile/0/001/234",
                           "tile/0/x1/234",
                           "tile/0/x001//234",
                           "tile/0/x001/234/",
                           "tile/0/X001/234",
                           "tile/0/../000",
                           "tile/0/%30%30%30",
                           "tile/0/x000",
                           "tile/0/abc",
                           "tile/0/000.p",
                           "tile/0/000.p/",
                           "tile/0/000.p/0",
                           "tile/0/000.p/00",
                           "tile/0/000.p/01",
                           "tile/0/000.p/256",
                           "tile/0/000.p/1000",
                           "tile/0/000.p/-1",
                           "tile/0/000.p/1/",
                           "tile/0/000.p/1.p/1",
                           "tile/0/.p/1",
                           "tile/0/000/",
                           "tile/0/000 ",
                           "tile/0/x018/x014/x398/x509/x481/985",
                           "tile/0/x018/x446/x744/x073/x709/x551/616",
                           "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999"}) {
    CAPTURE(path);
    CHECK(parse_tile_path(path).error().code == ErrorCode::malformed);
  }
}

TEST_CASE("a log of 70000 entries has the tiles that the specification counts", "[audit][tiles]") {
  std::map<std::pair<TileKind, unsigned>, std::vector<Tile>> by_level;
  for (const Tile& tile : tiles_of(70'000)) by_level[{tile.kind, tile.level}].push_back(tile);
  CHECK(by_level.size() == 4);
  for (const auto kind : {hashes, entries}) {
    const auto& level = by_level[{kind, 0}];
    CHECK(level.size() == 274);
    CHECK(level.back() == Tile{kind, 0, 273, 112});
    CHECK(level.at(272) == Tile{kind, 0, 272, 256});
  }
  CHECK(by_level[{hashes, 1}] == std::vector{Tile{hashes, 1, 0, 256}, Tile{hashes, 1, 1, 17}});
  CHECK(by_level[{hashes, 2}] == std::vector{Tile{hashes, 2, 0, 1}});
  CHECK(tiles_of(0).empty());
  CHECK(tiles_of(256) ==
        std::vector{Tile{entries, 0, 0, 256}, Tile{hashes, 0, 0, 256}, Tile{hashes, 1, 0, 1}});
}

TEST_CASE("a log has the tiles of its size and of every smaller one", "[audit][tiles]") {
  for (const std::uint64_t size : {1u, 255u, 256u, 257u, 600u}) {
    for (std::uint64_t smaller = 0; smaller <= size; ++smaller) {
      for (const Tile& tile : tiles_of(smaller)) {
        if (!has_tile(size, tile)) FAIL(tile_path(tile) << " at " << size);
      }
    }
  }
  CHECK_FALSE(has_tile(0, {hashes, 0, 0, 1}));
  CHECK_FALSE(has_tile(255, {hashes, 0, 0, 256}));
  CHECK_FALSE(has_tile(255, {entries, 0, 0, 256}));
  CHECK_FALSE(has_tile(255, {hashes, 1, 0, 1}));
  CHECK_FALSE(has_tile(256, {hashes, 0, 1, 1}));
  CHECK_FALSE(has_tile(256, {hashes, 0, 0, 0}));
  CHECK_FALSE(has_tile(256, {hashes, 8, 0, 1}));
  CHECK_FALSE(has_tile(UINT64_MAX, {hashes, 0, 0, 1}));
  CHECK_FALSE(has_tile(256, {hashes, 0, UINT64_MAX, 1}));
}

TEST_CASE("the roots of the tiles of one level are the hashes of the next", "[audit][tiles]") {
  constexpr std::uint64_t size = 70'000;
  const Log log(size);
  std::map<std::string, std::vector<Digest>> tiles;
  for (const Tile& tile : tiles_of(size)) {
    if (tile.kind != hashes) continue;
    const auto bytes = render_hash_tile(log.nodes, tile);
    REQUIRE(bytes);
    CHECK(bytes->size() == std::size_t{tile.width} * 32);
    tiles[tile_path(tile)] = *decode_hash_tile(*bytes, tile.width);
  }
  for (const Tile& tile : tiles_of(size)) {
    if (tile.kind != hashes || tile.width < 256) continue;
    MerkleTree tree;
    for (const Digest& hash : tiles[tile_path(tile)]) tree.append(hash);
    Tile above{hashes, tile.level + 1, tile.index / 256, 256};
    if (!tiles.contains(tile_path(above))) {
      above.width = static_cast<unsigned>((size >> (8 * above.level)) % 256);
    }
    CHECK(tiles.at(tile_path(above)).at(tile.index % 256) == tree.root());
  }
}

TEST_CASE("a tile beyond the end of the log cannot be rendered", "[audit][tiles][negative]") {
  const Log log(300);
  CHECK(render_hash_tile(log.nodes, {hashes, 0, 1, 44}));
  CHECK(render_hash_tile(log.nodes, {hashes, 0, 1, 45}).error().code == ErrorCode::log_corrupt);
  CHECK(render_hash_tile(log.nodes, {hashes, 2, 0, 1}).error().code == ErrorCode::log_corrupt);
  CHECK(render_hash_tile(log.nodes, {entries, 0, 0, 1}).error().code == ErrorCode::wrong_use);
  CHECK(render_hash_tile(log.nodes, {hashes, 0, 0, 0}).error().code == ErrorCode::wrong_use);
  CHECK(render_hash_tile(log.nodes, {hashes, 0, 0, 257}).error().code == ErrorCode::wrong_use);
}

TEST_CASE("a hash tile holds exactly its width", "[audit][tiles][negative]") {
  CHECK(decode_hash_tile(Bytes(64), 2));
  CHECK(decode_hash_tile(Bytes(8192), 256));
  const std::pair<std::size_t, unsigned> bad[] = {{0, 0},  {32, 0}, {0, 1},      {31, 1},
                                                  {33, 1}, {64, 1}, {8224, 257}, {32, 2}};
  for (const auto& [size, width] : bad) {
    CAPTURE(size, width);
    CHECK(decode_hash_tile(Bytes(size), width).error().code == ErrorCode::malformed);
  }
}

TEST_CASE("an entry bundle is read back as it was written", "[audit][tiles]") {
  for (const std::size_t count : {1u, 2u, 255u, 256u}) {
    std::vector<Bytes> written;
    for (std::size_t i = 0; i < count; ++i) {
      written.emplace_back(i, static_cast<std::uint8_t>(i));
    }
    const auto bundle = encode_entry_bundle(written);
    REQUIRE(bundle);
    CHECK(decode_entry_bundle(*bundle, static_cast<unsigned>(count)) == written);
  }
  const std::vector<Bytes> largest(256, Bytes(limits::leaf_bytes_max, 7));
  const auto bundle = encode_entry_bundle(largest);
  REQUIRE(bundle);
  CHECK(bundle->size() == bundle_bytes_max);
  CHECK(decode_entry_bundle(*bundle, 256) == largest);
}

TEST_CASE("an entry bundle of another width or length is refused", "[audit][tiles][negative]") {
  const std::vector<Bytes> written = {to_bytes("one"), {}, to_bytes("three")};
  const Bytes bundle = *encode_entry_bundle(written);
  for (std::size_t size = 0; size < bundle.size(); ++size) {
    CHECK_FALSE(decode_entry_bundle(ByteView(bundle).first(size), 3));
  }
  Bytes longer = bundle;
  longer.push_back(0);
  CHECK_FALSE(decode_entry_bundle(longer, 3));
  for (const unsigned width : {0u, 1u, 2u, 4u, 256u, 257u, 0xffffffffu}) {
    CHECK(decode_entry_bundle(bundle, width).error().code == ErrorCode::malformed);
  }
  CHECK(decode_entry_bundle(Bytes{0xff, 0xff, 1}, 1).error().code == ErrorCode::malformed);
  CHECK(encode_entry_bundle({}).error().code == ErrorCode::out_of_range);
  CHECK(encode_entry_bundle(std::vector<Bytes>(257)).error().code == ErrorCode::out_of_range);
  CHECK(encode_entry_bundle(std::vector<Bytes>(1, Bytes(65'536))).error().code ==
        ErrorCode::too_large);
}
