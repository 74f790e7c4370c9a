#pragma once
// What witnesses have cosigned of a log is never its newest checkpoint, if the log keeps their
// lines as entries: the entry that holds them comes after. An export has that note beside the
// newest one.
//
//     ENTENTE_LET(earlier, verify_earlier_checkpoint(note, log_keys, witnesses));
//     if (earlier) ...   // and its root is that of the first so many entries
//
// protocol/spec/06-audit-log.md.

#include <entente/audit/checkpoint.h>

#include <optional>

namespace entente {

inline constexpr std::string_view cosigned_path = "checkpoint.cosigned";

// Of a log that has had these keys. Nothing if it bears no line of one of them: a log may have
// changed its key since. Fails with checkpoint_invalid. Nothing is said of its tree.
Result<std::optional<CosignedCheckpoint>> verify_earlier_checkpoint(
    std::string_view note, std::span<const Vkey> log_keys, std::span<const Vkey> witnesses);

}  // namespace entente
