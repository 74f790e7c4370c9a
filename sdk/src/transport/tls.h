#pragma once
// OpenSSL for the server: one context made of a certificate and its key, replaceable while running.

#include <entente/core/result.h>

#include <openssl/ssl.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace entente::http {

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslPtr = std::unique_ptr<SSL, SslFree>;

class TlsKeeper {
 public:
  // A client that names another host than these is sent away in the handshake; an empty list, or a
  // client that names none, is nothing to object to.
  explicit TlsKeeper(const std::vector<std::string>& allowed_hosts);

  // TLS 1.2 or later, no renegotiation, no compression, HTTP/1.1 by ALPN. Fails with file_missing,
  // file_invalid; the context in use stays.
  Status load(const std::string& certificate_file, const std::string& key_file);
  // A session that will accept on this descriptor, which it does not own. Null without memory.
  SslPtr accept(int descriptor) const;

 private:
  struct ContextFree {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  using ContextPtr = std::unique_ptr<SSL_CTX, ContextFree>;

  Result<ContextPtr> make_context(const std::string& certificate_file,
                                  const std::string& key_file) const;

  const std::vector<std::string> names_;  // without ports, which a handshake does not know
  mutable std::mutex mutex_;
  ContextPtr context_;
};

// What OpenSSL has to say about the last failure on this thread; clears it.
std::string take_openssl_error();

}  // namespace entente::http
