#include "monitoring.h"

#include <chrono>

#include "endpoint_http.h"

namespace entente {
namespace {

HttpResponse plain(int status, std::string_view text) {
  return {.status = status, .content_type = "text/plain; charset=utf-8", .body = to_bytes(text)};
}

}  // namespace

Monitoring::Monitoring(EventLog::Sink sink, Clock& clock, Entropy& entropy)
    : events_(std::move(sink), clock), clock_(clock), entropy_(entropy) {}

HttpReply Monitoring::watch(const HttpRequest& request, const HttpReply& reply) {
  const auto begun = std::chrono::steady_clock::now();
  const std::string_view route = route_of(request.path);
  TraceContext trace;
  if (events_.is_on()) {
    trace = continue_trace(find_header(request.headers, "traceparent"), entropy_);
  }
  return reply.watched(
      [this, begun, route, trace, method = request.method](const HttpResponse& answer) {
        const auto took = std::chrono::steady_clock::now() - begun;
        const std::int64_t took_us =
            std::chrono::duration_cast<std::chrono::microseconds>(took).count();
        metrics_->answered(route, answer.status, took_us);
        events_.request({.method = method,
                         .route = route,
                         .status = answer.status,
                         .took_us = took_us,
                         .trace = trace});
      });
}

Status Monitoring::listen(HttpServerOptions where, Sequencer& sequencer,
                          std::function<HttpServerStats()> http) {
  const auto answer = [this, &sequencer, http = std::move(http)](const HttpRequest& request,
                                                                 const HttpReply& reply) {
    if (request.method != "GET") return reply.send(plain(405, "method not allowed"));
    if (request.path == "/healthz/alive") return reply.send(plain(200, "alive"));
    if (request.path == "/healthz") {
      const auto trouble = trouble_of(sequencer, clock_.now_ms());
      return reply.send(trouble ? plain(503, *trouble) : plain(200, "ready"));
    }
    if (request.path != "/metrics") return reply.send(plain(404, "not_found"));
    sequencer.survey([this, &sequencer, http, reply](const Survey& survey) {
      HttpResponse page =
          plain(200, metrics_->text({.http = http(),
                                     .load = sequencer.load(),
                                     .survey = survey,
                                     .card_expires_ms = sequencer.card().expires_ms}));
      page.content_type = "text/plain; version=0.0.4; charset=utf-8";
      reply.send(std::move(page));
    });
  };
  server_ = std::make_unique<HttpServer>(std::move(where), answer);
  return server_->start();
}

void Monitoring::stop() { server_.reset(); }

}  // namespace entente
