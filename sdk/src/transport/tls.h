#pragma once
// OpenSSL for the server: one context made of a certificate and its key, replaceable while running.

#include <entente/core/result.h>

#include <openssl/ssl.h>

#include <memory>
#include <mutex>
#include <string>

namespace entente::http {

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslPtr = std::unique_ptr<SSL, SslFree>;

class TlsKeeper {
 public:
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

  static Result<ContextPtr> make_context(const std::string& certificate_file,
                                         const std::string& key_file);

  mutable std::mutex mutex_;
  ContextPtr context_;
};

// What OpenSSL has to say about the last failure on this thread; clears it.
std::string take_openssl_error();

}  // namespace entente::http
