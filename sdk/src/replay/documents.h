#pragma once
// What a log teaches about who may speak and by which rules: cards, mandates, policies, in the
// order in which they were logged.

#include <entente/identity/authority.h>
#include <entente/policy/policy.h>

#include <deque>
#include <map>
#include <unordered_map>

#include "log_pass.h"

namespace entente {

struct Documents {
  Documents(Notes& to, const Trust& believed) : notes(to), trust(believed) {}

  void take(const OpenEntry& entry, Party owner);
  // On record in this case or for all of them, and sound.
  bool has_mandate(const Digest& blind_case, const Digest& mandate) const;
  // The brand has said something at this index of its log, with authority.
  void note_spoken(const PublicKey& key, std::uint64_t index) { spoken_at_[key] = index; }
  // Nothing more is said in this case, so that its mandates may be forgotten.
  void end_case(const Digest& blind_case);
  // The key of the brand's log, as its newest card names it.
  std::optional<Vkey> brand_vkey() const;
  // As all its cards name them, the newest first: what was signed once stays signed.
  const std::vector<Vkey>& log_keys() const { return log_keys_; }
  // Whether what these keys of the log have signed is the brand's for anybody but this log.
  bool is_known_brand() const;
  const Policy* find_policy(const Digest& digest) const;
  const Policy* newest_policy() const { return newest.is_zero() ? nullptr : find_policy(newest); }

  Notes& notes;
  const Trust& trust;
  std::optional<Authority> authority;  // from the first card on
  std::map<Digest, Policy> policies;
  Digest newest;              // policy
  std::vector<Digest> cards;  // that hold, oldest first
  bool has_trusted_root = false;
  // How much of the brand's log is on record as seen, in a consumer's log.
  std::uint64_t brand_size = 0;

 private:
  // One that holds, which lasts until no case has it and others came since.
  struct KnownMandate {
    Digest envelope;  // as it was first seen
    std::size_t cases = 0;
  };

  void take_card(const OpenEntry& entry, Party owner);
  void check_revocations(const OpenEntry& entry, const Card& card);
  void check_root(const OpenEntry& entry, const Card& card);
  void take_mandate(const OpenEntry& entry, Party owner);
  void take_policy(const OpenEntry& entry);
  void record_mandate(const Digest& mandate, const Digest& blind_case);

  std::vector<Vkey> log_keys_;
  std::map<PublicKey, std::uint64_t> spoken_at_;  // the last time, in the brand's own log
  std::unordered_map<Digest, KnownMandate> mandates_;
  std::unordered_map<Digest, Digest> verified_;  // mandate, by its envelope's digest
  std::unordered_map<Digest, std::vector<Digest>> mandates_of_;  // by blinded case
  std::deque<Digest> idle_;                                      // those that no case has
};

}  // namespace entente
