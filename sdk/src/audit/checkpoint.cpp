#include <entente/audit/checkpoint.h>

#include <algorithm>
#include <map>

#include "note_text.h"

namespace entente {
namespace {

std::unexpected<Error> refuse(const Error& why) {
  return fail(ErrorCode::checkpoint_invalid, describe(why));
}

Status check(const Checkpoint& checkpoint) {
  ENTENTE_TRY(check_note_name(checkpoint.origin));
  if (checkpoint.size > tree_size_max) {
    return fail(ErrorCode::malformed, "no tree is that large");
  }
  if (checkpoint.size == 0 && checkpoint.root != empty_root()) {
    return fail(ErrorCode::malformed, "not the root of the empty tree");
  }
  return {};
}

Result<CosignedCheckpoint> verify_keys(std::string_view note_bytes, const Vkey& log,
                                       std::span<const Vkey> witnesses) {
  if (log.type() != SignatureType::ed25519) {
    return fail(ErrorCode::key_purpose, "not the key of a log");
  }
  std::vector<Vkey> known(witnesses.begin(), witnesses.end());
  known.push_back(log);
  ENTENTE_LET(parsed, parse_note(note_bytes));
  ENTENTE_LET(note, verify_note(parsed, known));
  if (std::ranges::count(note.signatures, log, &VerifiedSignature::key) == 0) {
    return fail(ErrorCode::signature_invalid, "no signature of the log");
  }
  CosignedCheckpoint cosigned;
  ENTENTE_LET(checkpoint, decode_checkpoint_text(note.text));
  if (checkpoint.origin != log.name()) {
    return fail(ErrorCode::key_purpose, "the key is another log's");
  }
  cosigned.checkpoint = std::move(checkpoint);
  for (const auto& [key, time_s] : note.signatures) {
    if (!time_s) continue;
    const auto earlier = std::ranges::find(cosigned.cosignatures, key, &Cosignature::witness);
    if (earlier == cosigned.cosignatures.end()) {
      cosigned.cosignatures.push_back({key, *time_s});
    } else {
      earlier->time_s = std::max(earlier->time_s, *time_s);
    }
  }
  return cosigned;
}

}  // namespace

Result<std::string> encode_checkpoint_text(const Checkpoint& checkpoint) {
  ENTENTE_TRY(check(checkpoint));
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
         to_base64(checkpoint.root) + "\n";
}

Result<Checkpoint> decode_checkpoint_text(std::string_view text) {
  const auto origin = take_line(text);
  const auto size_line = take_line(text);
  const auto root_line = take_line(text);
  if (!root_line || !text.empty()) return fail(ErrorCode::malformed, "not three lines");
  ENTENTE_LET(size, parse_decimal(*size_line));
  ENTENTE_LET(root_bytes, from_base64(*root_line));
  ENTENTE_LET(root, to_digest(root_bytes));
  Checkpoint checkpoint{std::string(*origin), size, root};
  ENTENTE_TRY(check(checkpoint));
  return checkpoint;
}

Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const Signer& log) {
  ENTENTE_LET(text, encode_checkpoint_text(checkpoint));
  return sign_note(text, checkpoint.origin, log);
}

Result<Checkpoint> verify_checkpoint(std::string_view note, const Vkey& log) {
  auto verified = verify_keys(note, log, {});
  if (!verified) return refuse(verified.error());
  return std::move(verified->checkpoint);
}

Result<Checkpoint> decode_unverified_checkpoint(std::string_view note) {
  const auto parsed = parse_note(note);
  if (!parsed) return refuse(parsed.error());
  auto checkpoint = decode_checkpoint_text(parsed->text);
  if (!checkpoint) return refuse(checkpoint.error());
  return checkpoint;
}

Result<std::string> cosign_checkpoint(const Checkpoint& checkpoint, std::string_view witness,
                                      const Signer& signer, std::int64_t time_s) {
  ENTENTE_LET(text, encode_checkpoint_text(checkpoint));
  return cosign_text(text, witness, signer, time_s);
}

Result<CosignedCheckpoint> verify_cosigned_checkpoint(std::string_view note, const Vkey& log,
                                                      std::span<const Vkey> witnesses) {
  auto verified = verify_keys(note, log, witnesses);
  if (!verified) return refuse(verified.error());
  return verified;
}

Status compare(std::span<const Checkpoint> checkpoints) {
  std::map<std::pair<std::string_view, std::uint64_t>, const Digest*> roots;
  for (const Checkpoint& checkpoint : checkpoints) {
    const auto [seen, first] =
        roots.try_emplace({checkpoint.origin, checkpoint.size}, &checkpoint.root);
    if (!first && *seen->second != checkpoint.root) {
      return fail(ErrorCode::log_forked, checkpoint.origin + " signed two roots for size " +
                                             std::to_string(checkpoint.size));
    }
  }
  return {};
}

}  // namespace entente
