#include <entente/audit/proof.h>

#include "note_text.h"

namespace entente {
namespace {

constexpr std::string_view header = "c2sp.org/tlog-proof@v1";
constexpr std::string_view extra_key = "extra ";
constexpr std::string_view index_key = "index ";

std::unexpected<Error> refuse(const char* why) { return fail(ErrorCode::malformed, why); }

Status check(const Proof& proof) {
  if (proof.extra.size() > proof_extra_bytes_max) return fail(ErrorCode::too_large, "extra");
  if (proof.hashes.size() > limits::proof_hashes_max) {
    return fail(ErrorCode::too_large, "hashes of a proof");
  }
  if (proof.index >= tree_size_max) return refuse("no tree has that many leaves");
  ENTENTE_TRY(parse_note(proof.checkpoint));
  return {};
}

// The hashes, one a line, up to and with the empty line.
Result<std::vector<Digest>> take_hashes(std::string_view& text) {
  std::vector<Digest> hashes;
  for (;;) {
    const auto line = take_line(text);
    if (!line) return refuse("a proof without a checkpoint");
    if (line->empty()) return hashes;
    if (hashes.size() == limits::proof_hashes_max) {
      return fail(ErrorCode::too_large, "hashes of a proof");
    }
    ENTENTE_LET(bytes, from_base64(*line));
    ENTENTE_LET(hash, to_digest(bytes));
    hashes.push_back(hash);
  }
}

}  // namespace

Result<std::string> encode_proof(const Proof& proof) {
  ENTENTE_TRY(check(proof));
  std::string file(header);
  file += "\n";
  if (!proof.extra.empty()) {
    file += extra_key;
    file += to_base64(proof.extra) + "\n";
  }
  file += index_key;
  file += std::to_string(proof.index) + "\n";
  for (const Digest& hash : proof.hashes) file += to_base64(hash) + "\n";
  return file + "\n" + proof.checkpoint;
}

Result<Proof> decode_proof(std::string_view file) {
  if (file.size() > proof_bytes_max) return fail(ErrorCode::too_large, "proof");
  Proof proof;
  if (take_line(file) != header) return refuse("not a proof of this version");
  auto line = take_line(file);
  if (line && line->starts_with(extra_key)) {
    ENTENTE_LET(extra, from_base64(line->substr(extra_key.size())));
    if (extra.empty()) return refuse("an extra line without data");
    proof.extra = std::move(extra);
    line = take_line(file);
  }
  if (!line || !line->starts_with(index_key)) return refuse("a proof without an index");
  ENTENTE_LET(index, parse_decimal(line->substr(index_key.size())));
  proof.index = index;
  ENTENTE_LET(hashes, take_hashes(file));
  proof.hashes = std::move(hashes);
  proof.checkpoint = file;
  ENTENTE_TRY(check(proof));
  return proof;
}

Result<Checkpoint> verify_proof_of_leaf_hash(const Proof& proof, const Digest& leaf_hash,
                                             const Vkey& log) {
  ENTENTE_LET(checkpoint, verify_checkpoint(proof.checkpoint, log));
  ENTENTE_TRY(verify_inclusion(leaf_hash, proof.index, checkpoint.head(), proof.hashes));
  return checkpoint;
}

Result<Checkpoint> verify_proof_of_leaf(const Proof& proof, ByteView leaf, const Vkey& log) {
  return verify_proof_of_leaf_hash(proof, leaf_hash(leaf), log);
}

}  // namespace entente
