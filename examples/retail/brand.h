#pragma once
// The shop's side for the length of a run: keys, a card, a certificate, and the endpoint.

#include <entente/agent/brand_connection.h>
#include <entente/endpoint.h>

#include "files.h"

namespace retail {

struct BrandOptions {
  std::string domain = "shop.example";
  std::filesystem::path directory;  // its store
  std::filesystem::path policy;
  entente::BackOffice* back_office = nullptr;
  std::vector<std::string> link_methods;
};

class Brand {
 public:
  // Fails as Endpoint::start does, and with what the files say.
  static Result<std::unique_ptr<Brand>> start(const BrandOptions& options);
  ~Brand();

  std::string url() const;  // "https://shop.example:40123"
  // How to reach it without DNS, and whom to trust.
  entente::HttpClientOptions client() const;
  std::string did() const;
  std::string log_vkey() const;
  entente::Endpoint& endpoint() { return *endpoint_; }
  void stop();

 private:
  Brand(entente::KeyPair root, entente::KeyPair message, entente::KeyPair log);
  Result<entente::Bytes> make_card(const BrandOptions& options) const;
  Status write_certificate(const BrandOptions& options);

  entente::KeyPair root_;
  entente::KeyPair message_;
  entente::KeyPair log_;
  std::string domain_;
  std::string log_vkey_;
  std::filesystem::path tls_;  // certificate, key and authority, outside the store
  std::unique_ptr<entente::Endpoint> endpoint_;
};

}  // namespace retail
