#include <entente/transport/server.h>

#include "transport/site.h"
#include "transport/worker.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <array>

namespace entente {
namespace {

using http::Listening;
using http::Site;
using http::Worker;

bool is_loopback(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  return address == "::1";
}

}  // namespace

struct HttpServer::Impl {
  Impl(HttpServerOptions options, HttpHandler handler)
      : site_(std::move(options), std::move(handler)) {}

  Status start();
  Status listen();
  void run_workers();
  void stop();

  Site site_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::uint16_t port_ = 0;
  bool was_started_ = false;
};

Status HttpServer::Impl::start() {
  if (was_started_) return fail(ErrorCode::wrong_use, "a server starts once");
  if (!site_.handler) return fail(ErrorCode::wrong_use, "no handler");
  const auto& options = site_.options;
  if (site_.is_plain() && !options.allow_plain && !is_loopback(options.address)) {
    return fail(ErrorCode::config_invalid, "plain HTTP on " + options.address);
  }
  ENTENTE_LET(proxies, http::TrustedProxies::make(options.trusted_proxies));
  site_.proxies = std::move(proxies);
  if (!site_.is_plain()) {
    ENTENTE_TRY(site_.tls.load(options.certificate_file, options.key_file));
  }
  ENTENTE_TRY(listen());
  was_started_ = true;
  try {
    for (auto& worker : workers_) worker->start();
  } catch (const std::exception& error) {
    stop();
    return fail(ErrorCode::internal, error.what());
  }
  return {};
}

Status HttpServer::Impl::listen() {
  const auto threads = std::max<std::size_t>(1, site_.options.threads);
  Listening where{site_.options.address, site_.options.port, threads > 1};
  const auto& held = site_.options.held_port;
  if (where.shared && where.port != 0 && !held) ENTENTE_TRY(http::require_free(where));
  std::vector<std::unique_ptr<Worker>> workers;
  for (std::size_t i = 0; i < threads; ++i) {
    workers.push_back(std::make_unique<Worker>(site_));
    where.socket = held ? held->take() : std::nullopt;
    ENTENTE_LET(port, workers.back()->listen(where));
    where.port = port;
  }
  port_ = where.port;
  workers_ = std::move(workers);
  return {};
}

void HttpServer::Impl::stop() {
  for (auto& worker : workers_) worker->drain();
  for (auto& worker : workers_) worker->join();
  workers_.clear();
}

HeldPort::~HeldPort() {
  for (const int socket : sockets_) ::close(socket);
}

std::optional<int> HeldPort::take() {
  if (sockets_.empty()) return std::nullopt;
  const int socket = sockets_.back();
  sockets_.pop_back();
  return socket;
}

HttpServer::HttpServer(HttpServerOptions options, HttpHandler handler)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handler))) {}

HttpServer::~HttpServer() {
  if (impl_) impl_->stop();
}

HttpServer::HttpServer(HttpServer&&) noexcept = default;

HttpServer& HttpServer::operator=(HttpServer&& other) noexcept {
  if (impl_) impl_->stop();
  impl_ = std::move(other.impl_);
  return *this;
}

Status HttpServer::start() { return impl_->start(); }
void HttpServer::stop() { impl_->stop(); }

Status HttpServer::reload() {
  const auto& options = impl_->site_.options;
  if (!impl_->was_started_ || impl_->site_.is_plain()) {
    return fail(ErrorCode::wrong_use, "no certificate in use");
  }
  return impl_->site_.tls.load(options.certificate_file, options.key_file);
}

Result<std::shared_ptr<HeldPort>> HttpServer::hold_port() const {
  if (impl_->workers_.empty()) return fail(ErrorCode::wrong_use, "no port is open");
  std::vector<int> sockets;
  for (const auto& worker : impl_->workers_) {
    if (const auto socket = worker->copy_listener()) sockets.push_back(*socket);
  }
  return std::make_shared<HeldPort>(std::move(sockets));
}

std::uint16_t HttpServer::port() const { return impl_->port_; }
HttpServerStats HttpServer::stats() const { return impl_->site_.counters.read(); }

}  // namespace entente
