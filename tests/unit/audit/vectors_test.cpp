// Logs and proofs that others made: transparency-dev's proofs and a log written by Tessera.
#include <entente/audit/checkpoint.h>
#include <entente/audit/proof.h>
#include <entente/audit/tiles.h>
#include <entente/text/json.h>

#include <algorithm>

#include "catch.h"
#include "shared_data.h"

using namespace entente;
using namespace entente::tests;

namespace {

constexpr const char* tessera_vkey =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

std::vector<std::filesystem::path> json_files_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

// Some indexes are 2^64 - 1, which strict JSON does not read as a number.
Json read_json(const std::filesystem::path& file) {
  const std::string largest = std::to_string(UINT64_MAX);
  std::string text = read_file(file);
  if (const auto at = text.find(largest); at != std::string_view::npos) {
    text.replace(at, largest.size(), "\"largest\"");
  }
  return *parse_json(text);
}

std::uint64_t get_size(const Json& json, const char* key) {
  if (json.get_text(key) == "largest") return UINT64_MAX;
  return static_cast<std::uint64_t>(*json.get_integer(key));
}

Result<Digest> get_hash(const Json& json) {
  ENTENTE_LET(bytes, from_base64(*json.text()));
  return to_digest(bytes);
}

// Where sizes alone decide, some roots are words; equal words stand for equal roots.
Result<Digest> get_root(const Json& json) {
  ENTENTE_LET(bytes, from_base64(*json.text()));
  return bytes.size() == 32 ? to_digest(bytes) : leaf_hash(bytes);
}

Result<std::vector<Digest>> get_proof(const Json& json) {
  std::vector<Digest> proof;
  for (const Json& item : json.find("proof")->items()) {
    ENTENTE_LET(hash, get_hash(item));
    proof.push_back(hash);
  }
  return proof;
}

Status check_inclusion(const Json& json) {
  ENTENTE_LET(leaf, get_hash(*json.find("leafHash")));
  ENTENTE_LET(root, get_hash(*json.find("root")));
  ENTENTE_LET(proof, get_proof(json));
  return verify_inclusion(leaf, get_size(json, "leafIdx"), {get_size(json, "treeSize"), root},
                          proof);
}

Status check_consistency(const Json& json) {
  ENTENTE_LET(older, get_root(*json.find("root1")));
  ENTENTE_LET(newer, get_root(*json.find("root2")));
  ENTENTE_LET(proof, get_proof(json));
  return verify_consistency({get_size(json, "size1"), older}, {get_size(json, "size2"), newer},
                            proof);
}

struct Tally {
  std::size_t accepted = 0;
  std::size_t refused = 0;
};

Tally run(const std::filesystem::path& folder, Status (*check)(const Json&)) {
  Tally tally;
  for (const auto& file : json_files_below(folder)) {
    const Json json = read_json(file);
    // Their library declines to start from an empty tree; C2SP witnesses must, and so do we.
    const bool from_empty = file.stem() == "size1-is-zero-and-size2-is-not-zero";
    const bool wanted = from_empty || !*json.get_boolean("wantErr");
    CAPTURE(file.string());
    CHECK(check(json).has_value() == wanted);
    ++(wanted ? tally.accepted : tally.refused);
  }
  return tally;
}

}  // namespace

TEST_CASE("transparency-dev's proofs get the verdict they ask for", "[audit][vectors]") {
  const auto folder = find_shared("vectors/merkle-transparency-dev/testdata");
  if (!folder) return;
  const Tally inclusion = run(*folder / "inclusion", check_inclusion);
  CHECK(inclusion.accepted >= 6);
  CHECK(inclusion.refused >= 80);
  const Tally consistency = run(*folder / "consistency", check_consistency);
  CHECK(consistency.accepted >= 6);
  CHECK(consistency.refused >= 80);
}

TEST_CASE("a log written by Tessera is read, checked and written again byte for byte",
          "[audit][vectors]") {
  const auto folder = find_shared("vectors/tessera-log/testdata/log");
  if (!folder) return;
  const auto key = Vkey::decode(tessera_vkey);
  REQUIRE(key);
  const auto file = [&](const Tile& tile) { return read_file(*folder / tile_path(tile)); };
  const auto bundle = decode_entry_bundle(view(file({TileKind::entries, 0, 0, 15})), 15);
  REQUIRE(bundle);
  MemoryNodes nodes;
  MerkleTree tree;
  std::vector<TreeHead> heads;
  for (std::size_t size = 0; size <= bundle->size(); ++size) {
    CAPTURE(size);
    const auto note = read_file(*folder / ("checkpoint." + std::to_string(size)));
    const auto checkpoint = verify_checkpoint(note, *key);
    REQUIRE(checkpoint);
    CHECK(checkpoint->head() == tree.head());
    heads.push_back(tree.head());
    if (size > 0) {
      const auto width = static_cast<unsigned>(size);
      CHECK(to_text(*render_hash_tile(nodes, {TileKind::hashes, 0, 0, width})) ==
            file({TileKind::hashes, 0, 0, width}));
      CHECK(to_text(*encode_entry_bundle(std::span(*bundle).first(size))) ==
            file({TileKind::entries, 0, 0, width}));
    }
    for (std::size_t older = 0; older <= size; ++older) {
      CHECK(verify_consistency(heads[older], heads[size], *consistency_proof(nodes, older, size)));
    }
    for (std::size_t index = 0; index < size; ++index) {
      const Proof proof{{}, index, *inclusion_proof(nodes, index, size), note};
      const auto read = decode_proof(*encode_proof(proof));
      REQUIRE(read);
      CHECK(verify_proof_of_leaf(*read, (*bundle)[index], *key));
    }
    if (size < bundle->size()) nodes.add(tree.append(leaf_hash((*bundle)[size])));
  }
}
