#include <entente/agent/brand_connection.h>
#include <entente/journal/challenge.h>
#include <entente/wire/codec.h>

#include "endpoint_http.h"

namespace entente {
namespace {

// A failure that the same bytes may be sent after: the act id makes the repeat harmless.
bool may_repeat(const Error& error) {
  return error.code == ErrorCode::network_failed || error.code == ErrorCode::timed_out;
}

Result<Parcel> parcel_of(const HttpResponse& response) {
  if (response.status == 404) return fail(ErrorCode::not_found, "the brand knows no such case");
  if (response.status == 503 || response.status == 429) {
    return fail(ErrorCode::busy, "the brand asks to come back later");
  }
  if (response.status != 200) {
    return fail(ErrorCode::peer_failed,
                "the brand answered with status " + std::to_string(response.status));
  }
  return decode<Parcel>(response.body);
}

}  // namespace

struct HttpBrand::State {
  HttpBrandOptions options;
  HttpClient client;

  // A brand that is loaded may ask for work before it opens a case: done once, within bounds.
  Result<HttpResponse> send(HttpCall call) {
    ENTENTE_LET(response, send_once_more(call));
    const auto asked = find_header(response.headers, challenge_header);
    if (response.status != 503 || !asked) return response;
    ENTENTE_LET(challenge, parse_challenge(*asked));
    auto answer = solve(challenge);
    if (!answer) return response;
    call.headers.push_back({std::string(answer_header), std::move(*answer)});
    return send_once_more(call);
  }

  Result<HttpResponse> send_once_more(const HttpCall& call) {
    for (int attempt = 1;; ++attempt) {
      auto response = client.send(call);
      if (response || attempt >= options.attempts || !may_repeat(response.error())) return response;
    }
  }
};

HttpBrand::HttpBrand(HttpBrandOptions options) {
  HttpClient client(options.client);
  while (options.url.ends_with('/')) options.url.pop_back();
  state_ = std::make_unique<State>(State{std::move(options), std::move(client)});
}
HttpBrand::~HttpBrand() = default;

Result<Bytes> HttpBrand::card() {
  ENTENTE_LET(response, state_->send({.url = state_->options.url + std::string(card_path)}));
  if (response.status != 200) {
    return fail(ErrorCode::peer_failed, "no card at " + state_->options.url);
  }
  return response.body;
}

Result<Parcel> HttpBrand::post(const Parcel& parcel, const std::optional<CaseId>& case_id,
                               std::int64_t wait_ms) {
  std::string url = state_->options.url + std::string(cases_path);
  if (case_id) url += "/" + to_hex(*case_id);
  if (wait_ms > 0) url += "?wait=" + std::to_string(wait_ms);
  ENTENTE_LET(response, state_->send({.method = "POST",
                                      .url = url,
                                      .content_type = std::string(parcel_media_type),
                                      .body = encode(parcel),
                                      .wait_ms = wait_ms}));
  return parcel_of(response);
}

Result<Parcel> HttpBrand::get(const CaseId& case_id, std::uint64_t after, std::int64_t wait_ms,
                              const SignRead& sign) {
  const std::string path = std::string(cases_path) + "/" + to_hex(case_id) +
                           "?after=" + std::to_string(after) + "&wait=" + std::to_string(wait_ms);
  ENTENTE_LET(read, sign(path));
  ENTENTE_LET(response, state_->send({.url = state_->options.url + path,
                                      .headers = {{"authorization", "Entente " + to_base64(read)}},
                                      .wait_ms = wait_ms}));
  return parcel_of(response);
}

}  // namespace entente
