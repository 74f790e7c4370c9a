#pragma once
// Who asks, when a proxy of the operator's stands between: X-Forwarded-For, or Forwarded (RFC
// 7239), read from the right, since each proxy adds on the right what it saw itself and anything
// further left may be a stranger's invention. From anyone but a trusted proxy both are ignored.

#include "transport/http_head.h"
#include "transport/network.h"

#include <vector>

namespace entente::http {

class TrustedProxies {
 public:
  // Addresses and blocks, "10.0.0.0/8". Fails with config_invalid.
  static Result<TrustedProxies> make(const std::vector<std::string>& networks);

  bool trusts(const Address& address) const;
  // The rightmost address that is no trusted proxy's. Where an entry names no address ("unknown"),
  // the proxy that wrote it stands for its clients; likewise where nothing was forwarded. Refuses
  // with 400 a request with both fields: a proxy writes one of them, and the other came from
  // outside.
  std::expected<Address, Refusal> client_of(const HttpHeaders& fields, const Address& peer) const;

 private:
  std::vector<Network> networks_;
};

}  // namespace entente::http
