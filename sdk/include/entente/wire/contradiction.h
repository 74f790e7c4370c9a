#pragma once
// What a brand signed and cannot have meant: two signatures that contradict each other, or one no
// that nobody may say. Everything a stranger needs to see it is inside; entente/replay/judge.h says
// what it proves.
//
//     std::ofstream("me/data/3f0a77c1.equivocation.json") << to_json(contradiction);
//
// Format: protocol/spec/06-audit-log.md, "Contradictions".

#include <entente/protocol/parcel.h>

#include <string>
#include <string_view>
#include <vector>

namespace entente {

struct Contradiction {
  enum class Kind : std::uint8_t {
    unset,
    checkpoints,  // two histories of one size
    receipts,     // two messages at one position, one at two, or two entries for one
    acts,         // two different messages under one act id
    refusal,      // a refusal of what nothing refuses
    revocation    // a key revoked by a card from before what a receipt proves it said
  };
  Kind kind = Kind::unset;
  std::vector<Bytes> cards;              // of the brand, oldest first: whose keys these are
  std::vector<std::string> checkpoints;  // two signed notes
  std::vector<Receipt> receipts;         // two; of a revocation, one
  // The messages that the receipts open to; two messages of one act; the act and its refusal.
  std::vector<Bytes> envelopes;
  std::vector<Bytes> mandates;  // that the refused act was said under

  bool operator==(const Contradiction&) const = default;
};
std::string_view name(Contradiction::Kind kind);

inline constexpr std::size_t contradiction_bytes_max = std::size_t{4} * 1024 * 1024;

// Canonical, with a digest of the rest as its last member.
std::string to_json(const Contradiction& contradiction);
// Takes only what to_json() writes. Fails with json_invalid, not_canonical, too_large, file_invalid
// (another format, or not what its digest says).
Result<Contradiction> contradiction_from_json(std::string_view text);
// Whether a file claims to be one; says nothing else about it.
bool is_contradiction_json(std::string_view text);

}  // namespace entente
