#pragma once
// A running server whose handler the tests script: /echo answers the body, /much?9 nine bytes,
// /later and /never keep the reply, /throw throws, /drop forgets the reply.

#include <entente/transport/certificate.h>
#include <entente/transport/client.h>
#include <entente/transport/server.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "catch.h"

namespace entente::tests {

inline std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Files with a certificate for these names, gone with this object.
class CertificateFiles {
 public:
  explicit CertificateFiles(const std::vector<std::string>& names = {"127.0.0.1",
                                                                     "kettle.example"}) {
    std::string pattern = std::filesystem::temp_directory_path() / "entente-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    directory_ = pattern;
    renew(names);
  }
  ~CertificateFiles() { std::filesystem::remove_all(directory_); }
  CertificateFiles(const CertificateFiles&) = delete;
  CertificateFiles& operator=(const CertificateFiles&) = delete;

  void renew(const std::vector<std::string>& names) const {
    const auto made = make_test_authority(names, wall_ms());
    REQUIRE(made);
    std::ofstream(ca()) << made->ca_pem;
    std::ofstream(certificate()) << made->certificate_pem;
    std::ofstream(key()) << made->key_pem;
  }

  std::string ca() const { return directory_ / "ca.pem"; }
  std::string certificate() const { return directory_ / "certificate.pem"; }
  std::string key() const { return directory_ / "key.pem"; }

 private:
  std::filesystem::path directory_;
};

class ServerUnderTest {
 public:
  explicit ServerUnderTest(HttpServerOptions options = {})
      : server_(std::move(options), [this](HttpRequest request, HttpReply reply) {
          handle(std::move(request), std::move(reply));
        }) {
    const auto started = server_.start();
    if (!started) FAIL(describe(started.error()));
  }
  ~ServerUnderTest() {
    server_.stop();
    for (auto& thread : threads_) thread.join();
  }

  HttpServer& operator*() { return server_; }
  HttpServer* operator->() { return &server_; }
  std::uint16_t port() const { return server_.port(); }

  // The replies that /never has kept.
  std::vector<HttpReply> kept() {
    const std::lock_guard lock(mutex_);
    return kept_;
  }
  std::vector<HttpRequest> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  bool has_seen(std::string_view path) {
    const std::lock_guard lock(mutex_);
    return std::ranges::find(seen_, path, &HttpRequest::path) != seen_.end();
  }

 private:
  void handle(HttpRequest request, HttpReply reply) {
    const std::lock_guard lock(mutex_);
    if (request.path == "/throw") throw std::runtime_error("the secret reason");
    if (request.path == "/split") {
      reply.send({.headers = {{"x", "a\r\nset-cookie: b"}}});
    } else if (request.path == "/never") {
      kept_.push_back(std::move(reply));
    } else if (request.path == "/later") {
      threads_.emplace_back([reply, body = request.body] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        reply.send({.content_type = "text/plain", .body = body});
      });
    } else if (request.path == "/much") {
      reply.send({.body = Bytes(std::stoul(request.query))});
    } else if (request.path != "/drop") {
      reply.send({.content_type = "text/plain", .body = request.body});
    }
    seen_.push_back(std::move(request));
    seen_.back().body.clear();
  }

  std::mutex mutex_;
  std::vector<HttpReply> kept_;
  std::vector<HttpRequest> seen_;
  std::vector<std::thread> threads_;
  HttpServer server_;
};

inline HttpServerOptions with_tls(const CertificateFiles& files) {
  return {.certificate_file = files.certificate(), .key_file = files.key()};
}

inline HttpClientOptions trusting(const CertificateFiles& files) {
  return {.ca_file = files.ca(), .allow_private = true};
}

inline std::string url(const ServerUnderTest& server, const std::string& path) {
  return "https://127.0.0.1:" + std::to_string(server.port()) + path;
}

}  // namespace entente::tests
