#pragma once
// Asks a time-stamp authority (RFC 3161 over HTTP) to date bytes. A token proves itself, so plain
// HTTP is allowed.

#include <entente/replay/trust.h>
#include <entente/transport/client.h>

namespace entente::cli {

// Of the authorities trusted one must have made it; where none is trusted, whoever answers. Fails
// as HttpClient::send does, and with peer_failed.
Result<Bytes> request_timestamp(const std::string& url, ByteView bytes, const Trust& trust,
                                HttpClientOptions options);

}  // namespace entente::cli
