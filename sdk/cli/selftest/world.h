#pragma once
// A brand and a customer who really negotiated, a moment ago and on this machine, and what they
// left for an auditor; with the hands of somebody who would rather it said something else.

#include <entente/auditor.h>
#include <entente/crypto/signature.h>
#include <entente/protocol/log_entry.h>

#include <filesystem>
#include <functional>

namespace entente::cli::selftest {

struct World {
  std::filesystem::path brand;  // stores
  std::filesystem::path consumer;
  std::filesystem::path exported;  // of the brand's log, signed
  std::filesystem::path evidence;  // of the case, from the brand's log
  KeyPair log_key;
  Trust trust;
};

// In `directory`, which is empty. Fails with what an endpoint or an assistant says.
Result<World> make_world(const std::filesystem::path& directory);

Status copy_tree(const std::filesystem::path& from, const std::filesystem::path& to);
// Changes one bit in the middle of the file.
Status flip(const std::filesystem::path& file);
// The first plain file below, in the order of paths.
Result<std::filesystem::path> first_file(const std::filesystem::path& below);

// The brand's log, written anew and signed with its own key, so that every hash holds: entries as
// `edit` leaves them; one that it does not want is left out.
struct Entry {
  EntryKind kind = EntryKind::unset;
  std::uint64_t index = 0;
  Bytes content;
};
using Edit = std::function<bool(Entry&)>;
Status rewrite_log(const World& world, const std::filesystem::path& to, const Edit& edit);

}  // namespace entente::cli::selftest
