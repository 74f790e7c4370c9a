// The log as strangers hand it over: notes, checkpoints, proof files, changes of key, tiles. What
// is read is what would be written, and no proof but the honest one holds.
#include <entente/audit/checkpoint.h>
#include <entente/audit/proof.h>
#include <entente/audit/tiles.h>
#include <entente/crypto/signature.h>
#include <entente/replay/key_change.h>

#include <algorithm>

#include "fuzz.h"
#include "small_log.h"

namespace entente::fuzz {
namespace {

void read_note(std::string_view bytes) {
  const auto note = parse_note(bytes);
  const auto checkpoint = verify_checkpoint(bytes, log_vkey());
  const auto unverified = decode_unverified_checkpoint(bytes);
  const std::vector<Vkey> witnesses = {witness_vkey()};
  const auto cosigned = verify_cosigned_checkpoint(bytes, log_vkey(), witnesses);
  require(note.has_value() || (!checkpoint && !unverified), "a checkpoint is a note");
  require(!cosigned || checkpoint, "what is cosigned is signed");
  if (!note) return;
  require(bytes.starts_with(note->text) && note->text.ends_with('\n'), "a text is the note's own");
  require(!note->signatures.empty(), "a note has a signature");
  const std::vector<Vkey> known = {log_vkey(), witness_vkey()};
  const auto verified = verify_note(*note, known);
  require(!verified || !verified->signatures.empty(), "verified is what a known key signed");
  require(!checkpoint || encode_checkpoint_text(*checkpoint).has_value(), "it can be written");
}

// Signed here, changed on the way: the text that verifies is the text that was signed.
void tamper(Input input) {
  const std::string text(text_of(input.piece()));
  const auto note = sign_note(text, origin, log_key());
  if (!note) return;
  const auto honest = parse_note(*note);
  require(honest && honest->text == text, "what is signed is read");
  const std::vector<Vkey> known = {log_vkey()};
  require(verify_note(*honest, known).has_value(), "what is signed verifies");
  std::string changed = *note;
  while (!input.is_empty()) {
    const std::size_t at = input.number(2) % changed.size();
    changed[at] = static_cast<char>(changed[at] ^ input.byte());
  }
  const auto read = parse_note(changed);
  if (!read) return;
  const auto verified = verify_note(*read, known);
  require(!verified || verified->text == text, "no other text verifies");
}

void read_checkpoint(std::string_view text) {
  const auto checkpoint = decode_checkpoint_text(text);
  if (!checkpoint) return;
  require(gives(encode_checkpoint_text(*checkpoint), std::string(text)),
          "a checkpoint is what would be written");
  const auto note = sign_checkpoint(*checkpoint, log_key());
  if (checkpoint->origin != origin) return;
  require(note && gives(verify_checkpoint(*note, log_vkey()), *checkpoint), "signed, it verifies");
}

void read_proof(std::string_view file) {
  const auto proof = decode_proof(file);
  if (!proof) return;
  require(gives(encode_proof(*proof), std::string(file)), "a proof file is what would be written");
  const auto verdict = verify_proof_of_leaf(*proof, view("a leaf"), log_vkey());
  require(!verdict || verdict->size > proof->index, "a proved leaf lies in the tree");
  const auto shown = decode_key_change(file);
  if (!shown) return;
  require(shown->change.entry == proof->index, "a change of key is the entry that is proved");
  require(shown->change.from.name() == shown->change.to.name(), "it is of one log");
}

void read_tile_path(std::string_view path) {
  const auto tile = parse_tile_path(path);
  if (!tile) return;
  require(tile_path(*tile) == path, "a path is what would be written");
  has_tile(tile->index, *tile);
}

void read_tile(Input input) {
  const unsigned width = 1 + input.byte();
  const ByteView bytes = input.rest();
  if (const auto entries = decode_entry_bundle(bytes, width)) {
    require(entries->size() == width, "a bundle has its width");
    require(equal(*encode_entry_bundle(*entries), bytes), "a bundle is what would be written");
  }
  if (const auto hashes = decode_hash_tile(bytes, width)) {
    require(hashes->size() == width, "a tile has its width");
  }
}

void read_vkey(std::string_view text) {
  const auto vkey = Vkey::decode(text);
  require(!vkey || vkey->encode() == text, "a key is what would be written");
}

// Hashes of the tree itself in any order, dropped, doubled and bent: what a forger would try.
std::vector<Digest> bend(std::vector<Digest> proof, const SmallLog& log, Input& input) {
  for (std::size_t changes = input.below(4); changes > 0; --changes) {
    const std::size_t at = proof.empty() ? 0 : input.below(proof.size());
    const auto place = proof.begin() + static_cast<std::ptrdiff_t>(at);
    switch (input.below(5)) {
      case 0:
        proof.insert(place, log.leaf(input.below(log.size())));
        break;
      case 1:
        proof.insert(place, log.head(input.below(log.size() + 1)).root);
        break;
      case 2:
        if (!proof.empty()) proof.erase(place);
        break;
      case 3:
        if (!proof.empty()) place->bytes[input.below(32)] ^= input.byte();
        break;
      default:
        if (!proof.empty()) std::swap(*place, proof.front());
    }
  }
  return proof;
}

void forge_inclusion(Input input) {
  const SmallLog log(1 + input.below(leaves_max));
  const std::size_t size = 1 + input.below(log.size());
  const std::size_t index = input.below(size);
  const auto honest = inclusion_proof(log.nodes(), index, size);
  require(honest.has_value(), "a leaf of the tree has a proof");
  require(verify_inclusion(log.leaf(index), index, log.head(size), *honest).has_value(),
          "the honest proof holds");
  const std::uint64_t claimed_index = index + input.number(input.byte() % 9);
  const std::uint64_t claimed_size = size + input.number(input.byte() % 9);
  const Digest& leaf = log.leaf(input.below(log.size()));
  const auto proof = bend(*honest, log, input);
  const TreeHead head{claimed_size, log.head(size).root};
  if (!verify_inclusion(leaf, claimed_index, head, proof)) return;
  require(claimed_index < claimed_size, "an index lies in its tree");
  // A root does not say of how many leaves it is; the checkpoint around it does.
  if (claimed_size != size) return;
  require(leaf == log.leaf(claimed_index), "one leaf stands at an index");
  require(proof == *inclusion_proof(log.nodes(), claimed_index, size), "it is proved in one way");
}

void forge_consistency(Input input) {
  const SmallLog log(1 + input.below(leaves_max));
  const std::size_t size = 1 + input.below(log.size());
  const std::size_t older = input.below(size + 1);
  const auto honest = consistency_proof(log.nodes(), older, size);
  require(honest.has_value(), "a tree follows from its beginnings");
  require(verify_consistency(log.head(older), log.head(size), *honest).has_value(),
          "the honest proof holds");
  const std::size_t other = input.below(log.size() + 1);
  const TreeHead claimed{older, log.head(other).root};
  const auto proof = bend(*honest, log, input);
  if (!verify_consistency(claimed, log.head(size), proof)) return;
  require(claimed.root == log.head(older).root, "a tree follows from no other");
  require(older == 0 || older == size || proof == *honest, "it follows by one proof");
}

}  // namespace

void log(ByteView bytes) {
  Input input(bytes);
  switch (input.below(9)) {
    case 0:
      return read_note(text_of(input.rest()));
    case 1:
      return tamper(input);
    case 2:
      return read_checkpoint(text_of(input.rest()));
    case 3:
      return read_proof(text_of(input.rest()));
    case 4:
      return read_tile_path(text_of(input.rest()));
    case 5:
      return read_tile(input);
    case 6:
      return read_vkey(text_of(input.rest()));
    case 7:
      return forge_inclusion(input);
    default:
      return forge_consistency(input);
  }
}

}  // namespace entente::fuzz
