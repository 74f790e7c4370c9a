#pragma once
// Asks a time-stamp authority (RFC 3161 over HTTP) to date bytes. A token proves itself, so plain
// HTTP is allowed.
//
//     TimestampClient authority({.url = "https://tsa.example/", .trust = trust});
//     ENTENTE_LET(token, authority.date(view(checkpoint_note)));

#include <entente/replay/trust.h>
#include <entente/transport/client.h>

namespace entente {

struct TimestampClientOptions {
  std::string url;
  // Of its authorities one must have made the token; where it has none, whoever answers.
  Trust trust;
  std::string ca_file;         // for https; empty trusts the system's
  bool allow_private = false;  // loopback, private and special addresses too
  std::int64_t timeout_ms = 30'000;
};

// One thread at a time; cancel() excepted.
class TimestampClient {
 public:
  explicit TimestampClient(TimestampClientOptions options);

  // The token, and where its authority is trusted, the time that it says. Fails as
  // HttpClient::send does, and with peer_failed.
  struct Token {
    Bytes der;
    std::optional<std::int64_t> at_ms;
  };
  Result<Token> date(ByteView bytes);

  // As HttpClient::cancel(). From any thread.
  void cancel() { http_.cancel(); }

 private:
  std::string url_;
  Trust trust_;
  HttpClient http_;
};

}  // namespace entente
