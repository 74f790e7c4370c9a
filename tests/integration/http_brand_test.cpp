// What an assistant's side makes of HTTP answers: whose card it takes, and what is an answer at
// all.

#include <entente/journal/challenge.h>
#include <entente/transport/server.h>
#include <entente/wire/codec.h>
#include <entente/wire/envelope.h>

#include <functional>

#include "catch.h"
#include "kettle.h"

using namespace entente;
using namespace entente::tests;

namespace {

struct OddServer {
  using Answer = std::function<HttpResponse(const HttpRequest&)>;

  explicit OddServer(Answer answer)
      : answer_(std::move(answer)),
        server_({}, [this](const HttpRequest& request, const HttpReply& reply) {
          ++asked;
          reply.send(answer_(request));
        }) {
    REQUIRE(server_.start());
  }
  // Answers everything alike.
  explicit OddServer(const HttpResponse& answer)
      : OddServer([answer](const HttpRequest&) { return answer; }) {}
  ~OddServer() { server_.stop(); }

  HttpBrandOptions options(const std::string& name, const std::string& after = "") const {
    const std::string port = std::to_string(server_.port());
    return {.url = "http://" + name + ":" + port + after,
            .client = {.allow_plain = true,
                       .allow_private = true,
                       .resolve = {name + ":" + port + ":127.0.0.1"}}};
  }

  std::atomic<int> asked = 0;

 private:
  Answer answer_;
  HttpServer server_;
};

ErrorCode code_of_post(const HttpResponse& answer) {
  const OddServer server(answer);
  HttpBrand brand(server.options("kettle.example"));
  const auto got = brand.post({}, std::nullopt, 0);
  REQUIRE_FALSE(got);
  return got.error().code;
}

}  // namespace

TEST_CASE("at first contact a card must be of the host that TLS speaks for",
          "[integration][negative]") {
  const Brand kettle = make_brand(1, 1'790'000'000'000);
  const OddServer server({.body = kettle.card});
  CHECK(HttpBrand(server.options("kettle.example")).card() == kettle.card);
  CHECK(HttpBrand(server.options("KETTLE.example")).card() == kettle.card);
  for (const char* name : {"pot.example", "kettle.example.evil.example", "xkettle.example",
                           "example", "agent.kettle.example"}) {
    CAPTURE(name);
    CHECK(HttpBrand(server.options(name)).card().error().code == ErrorCode::card_invalid);
  }
  const OddServer none({.status = 404, .body = kettle.card});
  CHECK(HttpBrand(none.options("kettle.example")).card().error().code == ErrorCode::peer_failed);
}

TEST_CASE("a URL in which a path would be no path is not called", "[integration][negative]") {
  const OddServer server({.body = to_bytes("x")});
  for (const char* after : {"?q=", "/a?b", "#part", "/a#b", "/?"}) {
    CAPTURE(after);
    CHECK(HttpBrand(server.options("kettle.example", after)).card().error().code ==
          ErrorCode::address_refused);
  }
  CHECK(server.asked == 0);
}

TEST_CASE("what is no parcel is an error that says so", "[integration][negative]") {
  CHECK(code_of_post({.status = 200, .body = to_bytes("no parcel")}) == ErrorCode::malformed);
  CHECK(code_of_post({.status = 200, .body = {}}) == ErrorCode::malformed);
  CHECK(code_of_post({.status = 404, .body = {}}) == ErrorCode::not_found);
  for (const int status : {201, 204, 301, 302, 400, 401, 418, 500, 502}) {
    CAPTURE(status);
    CHECK(code_of_post({.status = status, .body = encode(Parcel{})}) == ErrorCode::peer_failed);
  }
  CHECK(code_of_post({.status = 429, .body = {}}) == ErrorCode::busy);
  CHECK(code_of_post({.status = 503, .body = {}}) == ErrorCode::busy);
  CHECK(code_of_post({.status = 503, .body = to_bytes("<html>")}) == ErrorCode::busy);
  CHECK(code_of_post({.status = 503, .body = encode(Parcel{})}) == ErrorCode::busy);
}

TEST_CASE("what a busy brand signs is an answer", "[integration]") {
  Parcel refused;
  const Brand kettle = make_brand(1, 1'790'000'000'000);
  refused.envelopes.push_back(*sign(
      Refusal{.code = "busy", .at_ms = 1, .environment = Environment::sandbox}, kettle.message));
  const OddServer server({.status = 503, .body = encode(refused)});
  HttpBrand brand(server.options("kettle.example"));
  CHECK(brand.post({}, std::nullopt, 0) == refused);
  CHECK(server.asked == 1);
}

TEST_CASE("a brand that asks for work first gets it, once and within bounds", "[integration]") {
  const ChallengeMaker maker({1, 2, 3});
  const PublicKey opener = make_brand(2, 1).message.public_key();
  const ChallengeMaker::Asked asked{.network = "192.0.2.1", .opener = opener, .now_ms = 1};
  const auto ask_for = [&](unsigned bits) {
    return HttpResponse{
        .status = 503,
        .content_type = {},
        .body = {},
        .headers = {{"entente-challenge", to_text(Challenge{bits, maker.seed_for(asked)})}}};
  };
  Parcel welcome;
  welcome.cards = {to_bytes("welcome")};
  const OddServer fair([&](const HttpRequest& request) {
    const auto answer = find_header(request.headers, "entente-answer");
    if (!answer || !maker.is_answered(*answer, asked, 8)) return ask_for(8);
    return HttpResponse{.status = 200, .content_type = {}, .body = encode(welcome), .headers = {}};
  });
  CHECK(HttpBrand(fair.options("kettle.example")).post({}, std::nullopt, 0) == welcome);
  CHECK(fair.asked == 2);

  const auto refuses_after = [&](unsigned bits, int calls) {
    const OddServer server([&](const HttpRequest&) { return ask_for(bits); });
    HttpBrand brand(server.options("kettle.example"));
    CHECK(brand.post({}, std::nullopt, 0).error().code == ErrorCode::busy);
    CHECK(server.asked == calls);
  };
  refuses_after(4, 2);  // never content
  refuses_after(challenge_bits_max + 1, 1);
}
