#pragma once
// What all I/O threads of one server share; only the gate, the counters and the TLS context change
// once they run.

#include "transport/forwarded.h"
#include "transport/gate.h"
#include "transport/tls.h"

namespace entente::http {

struct Site {
  Site(HttpServerOptions given, HttpHandler asked)
      : options(std::move(given)),
        handler(std::move(asked)),
        gate(options.limits),
        tls(options.allowed_hosts) {}

  bool is_plain() const { return options.certificate_file.empty(); }

  const HttpServerOptions options;
  const HttpHandler handler;
  TrustedProxies proxies;
  Gate gate;
  Counters counters;
  TlsKeeper tls;
};

}  // namespace entente::http
