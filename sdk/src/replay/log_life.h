#pragma once
// What a log says about who signs it and what it is called: changes of key that the old key has
// signed, and the log that this one goes on from. Neither makes anybody trusted: both carry the
// auditor's own trust on.

#include <entente/audit/merkle.h>
#include <entente/replay/key_change.h>

#include "notes.h"

namespace entente {

struct OpenEntry;

class LogLife {
 public:
  explicit LogLife(Notes& notes) : notes_(notes) {}

  // Kinds key and rollover; others are passed over. `before` is the root of the entries before it;
  // unset: not known.
  void take(const OpenEntry& entry, const std::optional<Digest>& before);
  // Whether it goes on from a log of this name.
  bool was_called(std::string_view origin) const;
  // Keys of the log `origin` that whoever believes `trust` may believe, each for as long as it
  // signed. `self_named` is the key that the log names itself: where it is the trusted key of the
  // log that this one goes on from, it is trusted here.
  std::vector<TrustedKey> keys_of(const Trust& trust, std::string_view origin,
                                  const std::optional<Vkey>& self_named) const;
  // The entry that put this key in the place of another; nothing if none did.
  std::optional<std::uint64_t> find_change_to(const Vkey& key) const;

 private:
  struct Link {
    Vkey from;
    std::int64_t at_ms = 0;
  };

  void take_key(const OpenEntry& entry);
  void take_rollover(const OpenEntry& entry, const std::optional<Digest>& before);

  Notes& notes_;
  std::vector<KeyChange> changes_;
  std::vector<Link> links_;
  std::optional<std::uint64_t> ended_;  // the entry that names the next log
};

}  // namespace entente
