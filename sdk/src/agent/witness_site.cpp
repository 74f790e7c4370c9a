#include <entente/agent/witness_site.h>

#include "workers.h"

namespace entente {
namespace {

constexpr std::int64_t write_timeout_ms = 5'000;

HttpResponse plain(int status, std::string_view text) {
  return {.status = status, .content_type = "text/plain; charset=utf-8", .body = to_bytes(text)};
}

HttpResponse response_of(const WitnessAnswer& answer) {
  HttpResponse response = plain(static_cast<int>(answer.status), answer.body);
  if (answer.status == WitnessStatus::conflict) {
    response.content_type = std::string(witness_size_type);
  }
  return response;
}

HttpResponse method_not_allowed(std::string_view allowed) {
  HttpResponse response = plain(405, "method not allowed\n");
  response.headers.push_back({"allow", std::string(allowed)});
  return response;
}

}  // namespace

WitnessSite::WitnessSite(std::unique_ptr<Witness> witness)
    : witness_(std::move(witness)), writer_(std::make_unique<Workers>(1, write_timeout_ms)) {}

WitnessSite::~WitnessSite() { writer_->stop(); }

void WitnessSite::serve(std::string_view path, const HttpRequest& request, const HttpReply& reply) {
  constexpr std::string_view checkpoint = "/checkpoint";
  if (path == "/add-checkpoint") {
    if (request.method != "POST") return reply.send(method_not_allowed("POST"));
    return writer_->start(
        {.ask = [witness = witness_, body = to_text(request.body),
                 reply]() -> std::function<void()> {
           reply.send(response_of(witness->add_checkpoint(body)));
           return {};
         },
         .unanswered = [reply] { reply.send(plain(503, "the disk does not answer\n")); },
         .late = {}});
  }
  if (path.starts_with('/') && path.ends_with(checkpoint) && path.size() > checkpoint.size()) {
    if (request.method != "GET") return reply.send(method_not_allowed("GET"));
    path.remove_prefix(1);
    path.remove_suffix(checkpoint.size());
    const auto note = witness_->checkpoint_of(path);
    if (!note) return reply.send(plain(404, "not_found\n"));
    HttpResponse response = plain(200, *note);
    response.headers.push_back({"cache-control", "no-cache"});
    return reply.send(std::move(response));
  }
  reply.send(plain(404, "not_found\n"));
}

}  // namespace entente
