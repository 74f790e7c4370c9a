#include <entente/agent/brand_connection.h>
#include <entente/journal/challenge.h>
#include <entente/wire/admission.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "endpoint_http.h"

namespace entente {
namespace {

constexpr std::int64_t first_pause_ms = 200;  // before a lost call is made again; then twice that

// A failure that the same bytes may be sent after: the act id makes the repeat harmless.
bool may_repeat(const Error& error) {
  return error.code == ErrorCode::network_failed || error.code == ErrorCode::timed_out;
}

Result<Parcel> parcel_of(const HttpResponse& response) {
  if (response.status == 404) return fail(ErrorCode::not_found, "the brand knows no such case");
  if (response.status == 503 || response.status == 429) {
    // What a busy brand signs proves that it was asked.
    auto refusals = decode<Parcel>(response.body);
    if (refusals && !refusals->envelopes.empty()) return refusals;
    return fail(ErrorCode::busy, "the brand asks to come back later");
  }
  if (response.status != 200) {
    return fail(ErrorCode::peer_failed,
                "the brand answered with status " + std::to_string(response.status));
  }
  return decode<Parcel>(response.body);
}

// "https://kettle.example:8443/agents" -> "kettle.example:8443"
std::string_view authority_of(std::string_view url) {
  const auto colon = url.find("://");
  if (colon != std::string_view::npos) url.remove_prefix(colon + 3);
  return url.substr(0, url.find('/'));
}

// The card's domain is the URL's host, and its port where the domain names one.
bool is_of(const Card& card, std::string_view url) {
  std::string host(authority_of(url));
  std::ranges::transform(host, host.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  const auto escaped = card.domain.find("%3A");
  if (escaped != std::string::npos) {
    return host == card.domain.substr(0, escaped) + ":" + card.domain.substr(escaped + 3);
  }
  return host.substr(0, host.find(':')) == card.domain;
}

}  // namespace

struct HttpBrand::State {
  HttpBrandOptions options;
  HttpClient client;

  // A brand that is loaded may ask for work before it opens a case: done once, within bounds.
  Result<HttpResponse> send(HttpCall call) {
    // What is added to a query or fragment would be no path.
    if (options.url.find_first_of("?#") != std::string::npos) {
      return fail(ErrorCode::address_refused, "the brand's URL has no query and no fragment");
    }
    call.url = options.url + call.url;
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
    std::int64_t pause_ms = first_pause_ms;
    for (int attempt = 1;; ++attempt, pause_ms *= 2) {
      auto response = client.send(call);
      if (response || attempt >= options.attempts || !may_repeat(response.error())) return response;
      std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms));
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
  const std::string& url = state_->options.url;
  ENTENTE_LET(response, state_->send({.url = std::string(card_path)}));
  if (response.status != 200) return fail(ErrorCode::peer_failed, "no card at " + url);
  ENTENTE_LET(card, Admission::admit<Card>(response.body));
  if (!is_of(*card, url)) {
    return fail(ErrorCode::card_invalid, "the card at " + url + " is of " + card->domain);
  }
  return response.body;
}

Result<Bytes> HttpBrand::earlier_card(const Digest& digest) {
  ENTENTE_LET(response, state_->send({.url = std::string(cards_path) + "/" + to_hex(digest)}));
  if (response.status == 200) return response.body;
  const std::string status = "the brand answered with status " + std::to_string(response.status);
  const bool is_busy = response.status == 503 || response.status == 429;
  if (is_busy) return fail(ErrorCode::busy, status);
  return fail(response.status == 404 ? ErrorCode::not_found : ErrorCode::peer_failed, status);
}

Result<Parcel> HttpBrand::post(const Parcel& parcel, const std::optional<CaseId>& case_id,
                               std::int64_t wait_ms) {
  std::string path(cases_path);
  if (case_id) path += "/" + to_hex(*case_id);
  if (wait_ms > 0) path += "?wait=" + std::to_string(wait_ms);
  ENTENTE_LET(response, state_->send({.method = "POST",
                                      .url = path,
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
  ENTENTE_LET(response, state_->send({.url = path,
                                      .headers = {{"authorization", "Entente " + to_base64(read)}},
                                      .wait_ms = wait_ms}));
  return parcel_of(response);
}

}  // namespace entente
