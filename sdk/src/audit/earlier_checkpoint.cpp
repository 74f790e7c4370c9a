#include <entente/audit/earlier_checkpoint.h>

#include <algorithm>

namespace entente {

Result<std::optional<CosignedCheckpoint>> verify_earlier_checkpoint(
    std::string_view note, std::span<const Vkey> log_keys, std::span<const Vkey> witnesses) {
  const auto parsed = parse_note(note);
  if (!parsed) return fail(ErrorCode::checkpoint_invalid, describe(parsed.error()));
  for (const Vkey& key : log_keys) {
    const bool is_by_key =
        std::ranges::any_of(parsed->signatures, [&](const NoteSignature& signature) {
          return signature.name == key.name() && signature.key_id == key.key_id();
        });
    if (!is_by_key) continue;
    ENTENTE_LET(verified, verify_cosigned_checkpoint(note, key, witnesses));
    return std::optional(std::move(verified));
  }
  return std::optional<CosignedCheckpoint>();
}

}  // namespace entente
