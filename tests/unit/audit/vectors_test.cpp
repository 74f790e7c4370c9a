// Logs and proofs that others made: transparency-dev's proofs and a log written by Tessera.
#include <entente/audit/checkpoint.h>
#include <entente/audit/proof.h>
#include <entente/audit/tiles.h>
#include <entente/text/json.h>

#include <regex>

#include "catch.h"
#include "shared_data.h"
#include "verdicts.h"

using namespace entente;
using namespace entente::tests;

namespace {

constexpr const char* tessera_vkey =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

// Some sizes lie beyond 2^63, which strict JSON does not read as numbers: they become texts.
Json read_json(const std::filesystem::path& file) {
  static const std::regex beyond(R"(: ([0-9]{19,20}))");
  return *parse_json(std::regex_replace(read_file(file), beyond, R"(: "$1")"));
}

std::uint64_t get_size(const Json& json, const char* key) {
  if (const auto text = json.get_text(key)) return std::stoull(*text);
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

Status check_inclusion(const Json& json, const char* size) {
  ENTENTE_LET(leaf, get_hash(*json.find("leafHash")));
  ENTENTE_LET(root, get_hash(*json.find("root")));
  ENTENTE_LET(proof, get_proof(json));
  return verify_inclusion(leaf, get_size(json, "leafIdx"), {get_size(json, size), root}, proof);
}

Status check_consistency(const Json& json, const char* older_size, const char* newer_size) {
  ENTENTE_LET(older, get_root(*json.find("root1")));
  ENTENTE_LET(newer, get_root(*json.find("root2")));
  ENTENTE_LET(proof, get_proof(json));
  return verify_consistency({get_size(json, older_size), older},
                            {get_size(json, newer_size), newer}, proof);
}

// A subtree that begins with the first leaf is the tree as it once was; of others we know nothing.
bool is_of_our_kind(const Json& json) {
  return !json.find("start") || get_size(json, "start") == 0;
}

std::string_view say(const std::string& kind, const Json& json) {
  if (!is_of_our_kind(json)) return "outside";
  if (kind == "inclusion") return word_of(check_inclusion(json, "treeSize"));
  if (kind == "subtreeinclusion") return word_of(check_inclusion(json, "end"));
  if (kind == "consistency") return word_of(check_consistency(json, "size1", "size2"));
  return word_of(check_consistency(json, "end", "size"));
}

}  // namespace

TEST_CASE("transparency-dev's proofs get the verdicts listed", "[audit][vectors]") {
  auto list = Verdicts::find("transparency-dev-merkle");
  if (!list) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(list->data())) {
    if (entry.path().extension() != ".json") continue;
    const auto name = entry.path().lexically_relative(list->data());
    const Json json = read_json(entry.path());
    list->meet(name.parent_path() / name.stem(),
               *json.get_boolean("wantErr") ? Theirs::bad : Theirs::good,
               say(name.begin()->string(), json));
  }
  CHECK(list->complaints() == "");
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
