#include <entente/audit/note.h>
#include <entente/core/limits.h>
#include <entente/crypto/signature.h>

#include <algorithm>

#include "note_text.h"

namespace entente {
namespace {

constexpr std::string_view line_start = "\xe2\x80\x94 ";  // an em dash and a space
constexpr std::size_t key_id_bytes = 4;
constexpr std::size_t time_bytes = 8;

std::unexpected<Error> refuse(const char* why) { return fail(ErrorCode::malformed, why); }

Result<NoteSignature> parse_signature_line(std::string_view line) {
  if (!line.starts_with(line_start)) return refuse("a signature line starts with an em dash");
  line.remove_prefix(line_start.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return refuse("a signature line has a name and a signature");
  const std::string_view name = line.substr(0, space);
  if (!is_key_name(name)) return refuse("not a key name");
  ENTENTE_LET(blob, from_base64(line.substr(space + 1)));
  if (blob.size() <= key_id_bytes) return refuse("a signature line without a signature");
  NoteSignature signature{std::string(name), 0, {blob.begin() + key_id_bytes, blob.end()}};
  for (std::size_t i = 0; i < key_id_bytes; ++i) {
    signature.key_id = (signature.key_id << 8) | blob[i];
  }
  return signature;
}

std::string signature_line(std::string_view name, std::uint32_t key_id, ByteView signature) {
  Bytes blob;
  for (int shift = 24; shift >= 0; shift -= 8) {
    blob.push_back(static_cast<std::uint8_t>(key_id >> shift));
  }
  append(blob, signature);
  return std::string(line_start) + std::string(name) + " " + to_base64(blob) + "\n";
}

std::string cosigned_message(std::string_view text, std::uint64_t time_s) {
  return "cosignature/v1\ntime " + std::to_string(time_s) + "\n" + std::string(text);
}

Status check_signable(std::string_view text, std::string_view name) {
  ENTENTE_TRY(check_note_name(name));
  if (!text.ends_with('\n') || !is_note_text(text)) return refuse("not the text of a note");
  return {};
}

std::unexpected<Error> refuse_signature(const NoteSignature& signature) {
  return fail(ErrorCode::signature_invalid, "the line of " + signature.name + " does not hold");
}

Result<VerifiedSignature> verify_cosignature(std::string_view text, const NoteSignature& signature,
                                             const Vkey& key) {
  if (signature.signature.size() != time_bytes + 64) return refuse_signature(signature);
  std::uint64_t time_s = 0;
  for (std::size_t i = 0; i < time_bytes; ++i) time_s = (time_s << 8) | signature.signature[i];
  if (time_s > static_cast<std::uint64_t>(INT64_MAX)) return refuse_signature(signature);
  const std::string message = cosigned_message(text, time_s);
  if (!verify(key.public_key(), view(message), ByteView(signature.signature).subspan(time_bytes))) {
    return refuse_signature(signature);
  }
  return VerifiedSignature{key, static_cast<std::int64_t>(time_s)};
}

Result<VerifiedSignature> verify_signature(std::string_view text, const NoteSignature& signature,
                                           const Vkey& key) {
  switch (key.type()) {
    case SignatureType::ed25519:
      if (!verify(key.public_key(), view(text), signature.signature)) {
        return refuse_signature(signature);
      }
      return VerifiedSignature{key, {}};
    case SignatureType::cosignature_v1:
      return verify_cosignature(text, signature, key);
  }
  return fail(ErrorCode::internal, "a key without a type");
}

}  // namespace

Result<UnverifiedNote> parse_note(std::string_view note) {
  if (note.size() > limits::note_bytes_max) return fail(ErrorCode::too_large, "note");
  if (!is_note_text(note)) return refuse("a note is UTF-8 without control characters");
  // The text may have empty lines of its own, so the last one divides.
  const std::size_t divide = note.rfind("\n\n");
  if (divide == std::string_view::npos) return refuse("no empty line before the signatures");
  UnverifiedNote parsed{std::string(note.substr(0, divide + 1)), {}};
  std::string_view rest = note.substr(divide + 2);
  if (rest.empty()) return refuse("a note without signatures");
  while (!rest.empty()) {
    if (parsed.signatures.size() == limits::note_signatures_max) {
      return fail(ErrorCode::too_large, "signatures of a note");
    }
    const auto line = take_line(rest);
    if (!line) return refuse("a note ends with a newline");
    ENTENTE_LET(signature, parse_signature_line(*line));
    parsed.signatures.push_back(std::move(signature));
  }
  return parsed;
}

Result<VerifiedNote> verify_note(const UnverifiedNote& note, std::span<const Vkey> known) {
  VerifiedNote verified{note.text, {}};
  for (const NoteSignature& signature : note.signatures) {
    const auto is_named = [&](const Vkey& key) {
      return key.name() == signature.name && key.key_id() == signature.key_id;
    };
    const auto key = std::ranges::find_if(known, is_named);
    if (key == known.end()) continue;
    ENTENTE_LET(good, verify_signature(note.text, signature, *key));
    verified.signatures.push_back(std::move(good));
  }
  if (verified.signatures.empty()) {
    return fail(ErrorCode::signature_invalid, "no signature of a known key");
  }
  return verified;
}

Result<std::string> sign_note(std::string_view text, std::string_view name, const Signer& signer) {
  ENTENTE_TRY(check_signable(text, name));
  ENTENTE_LET(signature, signer.sign(view(text)));
  const auto key_id = note_key_id(name, SignatureType::ed25519, signer.public_key());
  return std::string(text) + "\n" + signature_line(name, key_id, signature);
}

Result<std::string> cosign_text(std::string_view text, std::string_view name, const Signer& signer,
                                std::int64_t time_s) {
  ENTENTE_TRY(check_signable(text, name));
  if (time_s < 0) return fail(ErrorCode::out_of_range, "a cosignature before 1970");
  const auto seconds = static_cast<std::uint64_t>(time_s);
  ENTENTE_LET(signature, signer.sign(view(cosigned_message(text, seconds))));
  Bytes timed;
  append_u64(timed, seconds);
  append(timed, ByteView(signature));
  const auto key_id = note_key_id(name, SignatureType::cosignature_v1, signer.public_key());
  return signature_line(name, key_id, timed);
}

Result<std::string> add_signature(std::string_view note, std::string_view line) {
  ENTENTE_LET(before, parse_note(note));
  std::string longer = std::string(note) + std::string(line);
  ENTENTE_LET(after, parse_note(longer));
  // A "line" with an empty line in it would move the text's end.
  if (after.text != before.text || after.signatures.size() != before.signatures.size() + 1) {
    return refuse("not one signature line");
  }
  return longer;
}

}  // namespace entente
