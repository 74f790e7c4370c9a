#pragma once
// Signed notes (c2sp.org/signed-note@v1.0.0): text with signature lines, and the keys that make
// them, written so that people can paste both into a mail.
//
//     ENTENTE_LET(key, Vkey::decode("kettle.example/log+3b6a27bc+AQ..."));   // from a card, a pin
//     ENTENTE_LET(note, parse_note(bytes));
//     ENTENTE_LET(verified, verify_note(note, {&key, 1}));
//
// The key never comes from the note itself. protocol/spec/06-audit-log.md.

#include <entente/core/key.h>
#include <entente/core/result.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace entente {

class Signer;

// What a signature line says; the byte is part of the key's identity.
enum class SignatureType : std::uint8_t {
  ed25519 = 0x01,         // over the text: the log itself
  cosignature_v1 = 0x04,  // over a time and the text: a witness (c2sp.org/tlog-cosignature)
};

// A key under the name it signs with. Whoever holds one knows that the key is sound.
class Vkey {
 public:
  // Fails with malformed for a name that is empty, too long, or has spaces, '+' or control
  // characters, and with key_invalid.
  static Result<Vkey> make(std::string_view name, SignatureType type, const PublicKey& key);
  // <name>+<8 hex digits>+<base64 of type and key>. Fails with malformed, unknown_type for a type
  // we do not verify, and key_invalid.
  static Result<Vkey> decode(std::string_view text);
  std::string encode() const;

  const std::string& name() const { return name_; }
  std::uint32_t key_id() const { return key_id_; }
  SignatureType type() const { return type_; }
  const PublicKey& public_key() const { return public_key_; }

  friend bool operator==(const Vkey&, const Vkey&) = default;

 private:
  Vkey() = default;
  std::string name_;
  std::uint32_t key_id_ = 0;
  SignatureType type_ = SignatureType::ed25519;
  PublicKey public_key_;
};

// The first four bytes of SHA-256(name || "\n" || type || key), big-endian.
std::uint32_t note_key_id(std::string_view name, SignatureType type, const PublicKey& key);

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes signature;  // for a cosignature the time comes first

  friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

// Taken apart, and by that no more believable than before.
struct UnverifiedNote {
  std::string text;  // with its final newline
  std::vector<NoteSignature> signatures;

  friend bool operator==(const UnverifiedNote&, const UnverifiedNote&) = default;
};

// Fails with malformed, and with too_large beyond limits::note_bytes_max or note_signatures_max.
Result<UnverifiedNote> parse_note(std::string_view note);

struct VerifiedSignature {
  Vkey key;
  std::optional<std::int64_t> time_s;  // of a cosignature: Unix seconds

  friend bool operator==(const VerifiedSignature&, const VerifiedSignature&) = default;
};

struct VerifiedNote {
  std::string text;
  std::vector<VerifiedSignature> signatures;  // of known keys, in the note's order; never empty
};

// Lines of unknown keys are ignored; a line that carries the name and id of a known key must be
// of that key, or the whole note is refused. Fails with signature_invalid.
Result<VerifiedNote> verify_note(const UnverifiedNote& note, std::span<const Vkey> known);

// The text and one line of type ed25519. Fails with malformed for a text or name no note can
// carry, or with what the signer says.
Result<std::string> sign_note(std::string_view text, std::string_view name, const Signer& signer);
// One line of type cosignature_v1 over the text, to be added. Fails with malformed, or with
// out_of_range for a time before 1970.
Result<std::string> cosign_text(std::string_view text, std::string_view name, const Signer& signer,
                                std::int64_t time_s);
// The note with one more signature line. Fails with malformed or too_large if that is no note.
Result<std::string> add_signature(std::string_view note, std::string_view line);

// Whether a key, a log or a witness may be called this. Fails with malformed.
Status check_note_name(std::string_view name);

}  // namespace entente
