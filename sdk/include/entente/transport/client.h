#pragma once
// The way out: HTTPS to peers whose address came from a card or a person, and may therefore point
// anywhere. Only public addresses are connected to, whatever the name or its spelling resolves to.
//
//     HttpClient client;
//     ENTENTE_LET(card, client.get("https://kettle.example/.well-known/entente"));
//
// protocol/spec/11-transport.md.

#include <entente/core/limits.h>
#include <entente/transport/http.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace entente {

struct HttpClientOptions {
  std::string ca_file;         // PEM: trust this authority alone; empty trusts the system's
  bool allow_plain = false;    // http:// too
  bool allow_private = false;  // loopback, private and special addresses too
  // "kettle.example:443:127.0.0.1": connect there for that name, as a test without DNS needs.
  std::vector<std::string> resolve;
  std::size_t response_bytes_max = limits::parcel_bytes_max;
  std::int64_t connect_timeout_ms = 5'000;
  std::int64_t timeout_ms = 30'000;  // a whole call, without its wait_ms
};

struct HttpCall {
  std::string method = "GET";
  std::string url;
  std::string content_type;  // of the body
  Bytes body;
  HttpHeaders headers;       // others
  std::int64_t wait_ms = 0;  // how long the peer was asked to hold its answer: added to the timeout
};

// Keeps its connections open between calls. One thread at a time; cancel() excepted.
class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options = {});
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  // Any complete answer is a value, whatever its status; redirects are answers and not followed.
  // Fails with address_refused (not https, user info in the URL, no public address),
  // network_failed, timed_out, peer_failed (no HTTP, or a certificate that does not hold),
  // too_large, file_invalid (ca_file), wrong_use (a method, header or resolve entry that HTTP or
  // curl cannot carry).
  Result<HttpResponse> send(const HttpCall& call);
  Result<HttpResponse> get(const std::string& url);
  Result<HttpResponse> post(const std::string& url, const std::string& content_type, Bytes body);

  // Ends the call under way within about a second, and refuses later ones, with network_failed.
  // From any thread.
  void cancel();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace entente
