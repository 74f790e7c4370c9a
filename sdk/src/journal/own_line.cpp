#include "own_line.h"

#include <algorithm>

namespace entente {
namespace {

constexpr std::size_t lines_max = 2;  // while two keys sign; what anybody may send costs no more

}  // namespace

Result<std::optional<Checkpoint>> find_foreign_checkpoint(const Ledger& ledger, const Seen& seen,
                                                          std::span<const std::string> lines) {
  constexpr auto none = std::nullopt;
  const bool ours = seen.size > 0 && seen.origin == ledger.vkey().name();
  if (!ours || lines.empty()) return none;
  const Checkpoint named{seen.origin, seen.size, seen.root};
  if (named.size <= ledger.size()) {
    ENTENTE_LET(root, root_of(ledger, named.size));
    if (root == named.root) return none;
  }
  const auto text = encode_checkpoint_text(named);
  if (!text) return none;
  for (const std::string& line : lines.first(std::min(lines.size(), lines_max))) {
    const auto signed_by_us = verify_checkpoint(*text + "\n" + line, ledger.vkey());
    if (signed_by_us) return named;
  }
  return none;
}

Status halt_if_forked(Ledger& ledger, const Seen& seen, std::span<const std::string> lines) {
  ENTENTE_LET(foreign, find_foreign_checkpoint(ledger, seen, lines));
  if (!foreign) return {};
  return ledger.halt("a counterparty holds a checkpoint of " + foreign->origin + " with " +
                     std::to_string(foreign->size) +
                     " entries, signed by this log's key, that is not of this log, which has " +
                     std::to_string(ledger.size()) +
                     ": another endpoint uses the key, or an older copy of the store was put here");
}

}  // namespace entente
