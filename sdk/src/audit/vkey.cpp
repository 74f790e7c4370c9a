#include <entente/audit/note.h>
#include <entente/core/limits.h>
#include <entente/crypto/hash.h>
#include <entente/crypto/signature.h>

#include <array>

#include "note_text.h"

namespace entente {
namespace {

constexpr std::size_t key_id_digits = 8;
constexpr std::size_t vkey_bytes_max = limits::origin_bytes_max + 64;

std::string key_id_text(std::uint32_t key_id) {
  std::array<std::uint8_t, 4> bytes{};
  for (unsigned i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(key_id >> (24 - 8 * i));
  return to_hex(bytes);
}

Result<SignatureType> to_signature_type(std::uint8_t byte) {
  for (const auto type : {SignatureType::ed25519, SignatureType::cosignature_v1}) {
    if (byte == static_cast<std::uint8_t>(type)) return type;
  }
  return fail(ErrorCode::unknown_type, "a signature type that is not verified here");
}

}  // namespace

Status check_note_name(std::string_view name) {
  if (name.size() > limits::origin_bytes_max || !is_key_name(name)) {
    return fail(ErrorCode::malformed, "not a name for a key, log or witness");
  }
  return {};
}

std::uint32_t note_key_id(std::string_view name, SignatureType type, const PublicKey& key) {
  const std::array<std::uint8_t, 2> separator = {'\n', static_cast<std::uint8_t>(type)};
  const Digest digest = sha256({view(name), separator, key});
  std::uint32_t key_id = 0;
  for (unsigned i = 0; i < 4; ++i) key_id = (key_id << 8) | digest.bytes[i];
  return key_id;
}

Result<Vkey> Vkey::make(std::string_view name, SignatureType type, const PublicKey& key) {
  ENTENTE_TRY(check_note_name(name));
  ENTENTE_TRY(check_key(key));
  Vkey vkey;
  vkey.name_ = name;
  vkey.key_id_ = note_key_id(name, type, key);
  vkey.type_ = type;
  vkey.public_key_ = key;
  return vkey;
}

Result<Vkey> Vkey::decode(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = text.find('+', first == std::string_view::npos ? first : first + 1);
  if (text.size() > vkey_bytes_max || second == std::string_view::npos ||
      second - first - 1 != key_id_digits) {
    return fail(ErrorCode::malformed, "not <name>+<key id>+<key>");
  }
  ENTENTE_LET(encoded, from_base64(text.substr(second + 1)));
  if (encoded.empty()) return fail(ErrorCode::malformed, "a verifier key without a key");
  ENTENTE_LET(type, to_signature_type(encoded.front()));
  ENTENTE_LET(key, to_public_key(ByteView(encoded).subspan(1)));
  ENTENTE_LET(vkey, make(text.substr(0, first), type, key));
  if (key_id_text(vkey.key_id_) != text.substr(first + 1, key_id_digits)) {
    return fail(ErrorCode::malformed, "the key id is not of this name and key");
  }
  return vkey;
}

std::string Vkey::encode() const {
  Bytes encoded{static_cast<std::uint8_t>(type_)};
  append(encoded, ByteView(public_key_));
  return name_ + "+" + key_id_text(key_id_) + "+" + to_base64(encoded);
}

}  // namespace entente
