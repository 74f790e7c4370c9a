#pragma once
// What an operator sees of a running endpoint: metrics, events, and whether it takes messages, on
// an address of its own. docs/guides/deploy.md.

#include <entente/journal/sequencer.h>
#include <entente/transport/server.h>

#include "event_log.h"
#include "metrics.h"

namespace entente {

class Monitoring {
 public:
  Monitoring(EventLog::Sink sink, Clock& clock, Entropy& entropy);

  Observer& observer() { return *metrics_; }
  const std::shared_ptr<Metrics>& metrics() const { return metrics_; }
  EventLog& events() { return events_; }

  // The same reply, counted and told of when it is given.
  HttpReply watch(const HttpRequest& request, const HttpReply& reply);

  // Answers /metrics, /healthz and /healthz/alive there. `http` is asked at each. Both outlive the
  // listening. Fails as HttpServer::start() does.
  Status listen(HttpServerOptions where, Sequencer& sequencer,
                std::function<HttpServerStats()> http);
  void stop();
  std::uint16_t port() const { return server_ ? server_->port() : 0; }
  const HttpServer* server() const { return server_.get(); }  // null if nothing listens

 private:
  EventLog events_;
  Clock& clock_;
  Entropy& entropy_;
  std::shared_ptr<Metrics> metrics_ = std::make_shared<Metrics>();
  std::unique_ptr<HttpServer> server_;
};

}  // namespace entente
