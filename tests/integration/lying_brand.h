#pragma once
// A brand that lies: a real endpoint behind it decides and answers, and what leaves is rewritten
// and signed again with the brand's own keys. The log that a consumer is shown is a tree of its
// own, made of the real leaves as a test would have them; with nothing changed it is the real one.

#include <entente/auditor.h>
#include <entente/journal/ledger.h>
#include <entente/wire/admission.h>
#include <entente/wire/codec.h>

#include <functional>

#include "kettle.h"

namespace entente::tests {

// The entries of a log as somebody wants them seen.
class ShownLog {
 public:
  explicit ShownLog(const KeyPair& key) : key_(key) {}

  std::uint64_t add(Bytes leaf);  // its index
  std::uint64_t size() const { return tree_.size(); }
  std::string note() const;  // signed
  std::vector<Digest> growth_from(std::uint64_t old_size) const;
  Receipt receipt(std::uint64_t index, const std::array<std::uint8_t, 32>& salt) const;

 private:
  const KeyPair& key_;
  std::vector<Bytes> leaves_;
  MerkleTree tree_;
  MemoryNodes nodes_;
};

class LyingBrand final : public BrandConnection {
 public:
  LyingBrand(Endpoint& endpoint, const Brand& brand)
      : shown_card(brand.card),
        log_key(&brand.log),
        endpoint_(endpoint),
        line_(endpoint, brand.card) {}

  // How an entry of the real log looks from outside.
  std::function<void(std::uint64_t index, LogEntry&)> show;
  // Adds to the log what the real one does not have.
  std::function<void(ShownLog&)> grow;
  // The last word on an answer.
  std::function<void(Parcel&, const ShownLog&)> rewrite;
  // Instead of asking the endpoint: nothing goes on as usual.
  std::function<std::optional<Result<Parcel>>(const Parcel*)> instead;
  // From now on every answer holds this message as well, with a place and a receipt of its own.
  void tell_also(const Bytes& envelope, std::uint64_t position);

  Bytes shown_card;
  const KeyPair* log_key;

  Result<Bytes> card() override { return shown_card; }
  Result<Bytes> earlier_card(const Digest& digest) override { return line_.earlier_card(digest); }
  Result<Parcel> post(const Parcel& parcel, const std::optional<CaseId>& case_id,
                      std::int64_t wait_ms) override;
  Result<Parcel> get(const CaseId& case_id, std::uint64_t after, std::int64_t wait_ms,
                     const SignRead& sign) override;

  int calls = 0;

 private:
  Result<Parcel> retell(Parcel parcel, std::uint64_t seen);

  Endpoint& endpoint_;
  LocalBrand line_;
};

// What an auditor says of these sources with the brand's log key known: "rule by party" of what is
// broken, sorted.
std::vector<std::string> broken_in(const Brand& brand,
                                   const std::vector<std::filesystem::path>& sources);

}  // namespace entente::tests
