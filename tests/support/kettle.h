#pragma once
// A small brand and its customers for tests: kettle.example with a back office in memory, and
// people whose assistants speak for them. Everything else is the real thing.

#include <entente/assistant.h>
#include <entente/crypto/system.h>
#include <entente/endpoint.h>

#include <filesystem>
#include <map>
#include <mutex>

#include "temporary_directory.h"

namespace entente::tests {

// The keys and the card of a brand, made anew from a seed.
struct Brand {
  KeyPair root, message, log;
  Bytes card;
};
Brand make_brand(std::uint8_t seed, std::int64_t now_ms);

// Remembers by key, and so does everything once.
class KettleShop final : public BackOffice {
 public:
  Result<std::vector<Fact>> facts(const FactsQuery& query) override;
  Performance execute(const Order& order) override;
  Performance lookup(const Digest& key) override;
  std::optional<std::string> find_account(const AccountProof& proof) override;
  void deliver_code(const AccountProof& proof, std::string_view code) override;

  std::string delivered_code() const;
  std::size_t executed() const;
  // How often execute() was called for a key that was done before.
  std::size_t repeated() const;

 private:
  mutable std::mutex mutex_;
  std::map<Digest, std::string> done_;
  std::size_t repeated_ = 0;
  std::string code_;
};

// A person who agrees to everything shown and reads codes from the shop's mail.
class Agreeable final : public Principal {
 public:
  Agreeable(std::uint8_t seed, const KettleShop& shop);
  const PublicKey& public_key() const override;
  std::optional<Signature> approve(std::string_view text, ByteView to_sign) override;
  Result<Signature> sign_mandate(ByteView to_sign) override;
  bool has_happened(std::string_view text) override;
  std::optional<std::string> link_proof(std::string_view method) override;

  KeyPair key() const;  // a copy

  std::string shown;  // the last text
  bool agrees = true;
  std::vector<std::string> asked;  // whether it has happened
  bool has_seen = true;

 private:
  KeyPair key_;
  const KettleShop& shop_;
};

EndpointOptions kettle_endpoint(const std::filesystem::path& directory, const Brand& brand,
                                KettleShop& shop);
std::string kettle_goal();

}  // namespace entente::tests
