// Peers that answer without end, without pace or without sense: each call ends within its bounds,
// with a code that says how.

#include <entente/transport/client.h>

#include "peer.h"
#include "raw_server.h"
#include "server_under_test.h"

using namespace entente;
using namespace entente::tests;

namespace {

const std::string ok = "HTTP/1.1 200 OK\r\n";
constexpr int many = 100'000;  // more than any bound lets through

HttpClientOptions small_options() {
  auto options = plain_options();
  options.response_bytes_max = std::size_t{64} * 1024;
  return options;
}

// For what never ends: the only way such a call comes back.
HttpClientOptions hasty_options() {
  auto options = small_options();
  options.connect_timeout_ms = 300;
  options.timeout_ms = 600;
  return options;
}

// A quarter of a megabyte of zeros in 289 bytes: a gzip member, whose middle is zeros too.
std::string gzip_of_zeros() {
  const Bytes head = *from_hex("1f8b0800000000000203edc13101000000c2a0f54fed6d07a0");
  const Bytes tail = *from_hex("de0022ea0ee200000400");
  return to_text(head) + std::string(254, '\0') + to_text(tail);
}

std::optional<ErrorCode> code_of(const RawServer::Script& script,
                                 HttpClientOptions options = small_options()) {
  const RawServer server(script);
  const auto answer = HttpClient(std::move(options)).get(server.url());
  return answer ? std::nullopt : std::optional(answer.error().code);
}

std::optional<ErrorCode> code_of(const std::string& answer) {
  return code_of([answer](int peer) { send_all(peer, answer); });
}

}  // namespace

TEST_CASE("a body without end is cut off at the limit", "[transport][negative]") {
  const std::string block(8'192, 'x');
  const auto endless = [&](const std::string& head, const std::string& piece) {
    return code_of([head, piece](int peer) {
      send_all(peer, head);
      drip(peer, piece, many, 0);
    });
  };
  CHECK(endless(ok + "\r\n", block) == ErrorCode::too_large);
  CHECK(endless(ok + "Content-Length: 9999999999\r\n\r\n", block) == ErrorCode::too_large);
  CHECK(endless(ok + "Transfer-Encoding: chunked\r\n\r\n", "2000\r\n" + block + "\r\n") ==
        ErrorCode::too_large);
  CHECK(endless(ok + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n") == ErrorCode::too_large);
}

TEST_CASE("headers without end are cut off, before, after and between answers",
          "[transport][negative]") {
  const auto endless = [&](const std::string& head, const std::string& piece) {
    return code_of([head, piece](int peer) {
      send_all(peer, head);
      drip(peer, piece, many, 0);
    });
  };
  CHECK(endless(ok, "X-Field: value\r\n") == ErrorCode::too_large);
  CHECK(endless(ok, "a:b\r\n") == ErrorCode::too_large);
  // One field that never ends: curl has a limit of its own.
  CHECK(endless(ok + "X: ", std::string(1'024, 'x')).has_value());
  CHECK(endless("", "HTTP/1.1 100 Continue\r\n\r\n") == ErrorCode::too_large);
  CHECK(endless("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n") == ErrorCode::too_large);
  CHECK(endless(ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X-Trailer: value\r\n") ==
        ErrorCode::too_large);
  CHECK(endless("H", "TTP").has_value());
}

TEST_CASE("what drips is left when the time of the whole call is over", "[transport][negative]") {
  const auto dripping = [&](const std::string& head, const std::string& piece) {
    return code_of(
        [head, piece](int peer) {
          send_all(peer, head);
          drip(peer, piece, 200, 20);
        },
        hasty_options());
  };
  CHECK(dripping(ok + "\r\n", "x") == ErrorCode::timed_out);
  CHECK(dripping(ok + "Content-Length: 5000\r\n\r\n", "x") == ErrorCode::timed_out);
  CHECK(dripping(ok + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n") == ErrorCode::timed_out);
  // The extension of a chunk has no end and counts as no body.
  CHECK(dripping(ok + "Transfer-Encoding: chunked\r\n\r\n1;", "x") == ErrorCode::timed_out);
  CHECK(dripping(ok, "a: b\r\n") == ErrorCode::timed_out);
  CHECK(dripping("", "H").has_value());  // soon no HTTP any more
  CHECK(dripping("", "HTTP/1.1 102 Processing\r\n\r\n") == ErrorCode::timed_out);
  CHECK(code_of([](int peer) { wait_until_gone(peer); }, hasty_options()) == ErrorCode::timed_out);
}

TEST_CASE("a peer that never ends the handshake of TLS is left", "[transport][negative]") {
  const auto stalling = [](const std::string& bytes) {
    const RawServer server(
        [bytes](int peer) {
          send_all(peer, bytes);
          wait_until_gone(peer);
        },
        "127.0.0.1", 0, false);
    auto options = hasty_options();
    options.allow_plain = false;
    return HttpClient(options)
        .get("https://127.0.0.1:" + std::to_string(server.port()) + "/")
        .error()
        .code;
  };
  CHECK(stalling("") == ErrorCode::timed_out);
  CHECK(stalling(std::string("\x16\x03\x03\x40", 4)) == ErrorCode::timed_out);
  // What is no TLS is seen at once, unless the time was over before.
  const ErrorCode plain = stalling("HTTP/1.1 400 Bad Request\r\n\r\n");
  CHECK((plain == ErrorCode::network_failed || plain == ErrorCode::timed_out));
}

TEST_CASE("a body that is not as long as it says is no answer, or not of the next call",
          "[transport][negative]") {
  CHECK(code_of(ok + "Content-Length: 10\r\n\r\nhalf") == ErrorCode::network_failed);
  CHECK(code_of(ok + "Content-Length: -1\r\n\r\nx").has_value());
  CHECK(code_of(ok + "Content-Length: 1x\r\n\r\nx").has_value());
  CHECK(code_of(ok + "Content-Length: 99999999999999999999\r\n\r\nx").has_value());
  CHECK(code_of(ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy") == ErrorCode::peer_failed);
  CHECK(
      code_of(ok + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n") ==
      ErrorCode::peer_failed);
  CHECK(code_of(ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n").has_value());
  CHECK(code_of(ok + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nx").has_value());

  // More than the length: what is left over is not the answer to the next question.
  const RawServer server([](int peer) {
    send_all(peer, ok + "Content-Length: 2\r\n\r\nok" + ok + "Content-Length: 4\r\n\r\nevil");
    wait_until_gone(peer, 200);
  });
  HttpClient client(small_options());
  for (int call = 0; call < 3; ++call) {
    const auto answer = client.get(server.url());
    REQUIRE(answer);
    CHECK(to_text(answer->body) == "ok");
  }
}

TEST_CASE("compression is not asked for, and not taken", "[transport][negative]") {
  ServerUnderTest server;
  HttpClient client(plain_options());
  REQUIRE(client.get("http://127.0.0.1:" + std::to_string(server.port()) + "/echo"));
  CHECK_FALSE(find_header(server.seen().at(0).headers, "accept-encoding"));
  CHECK_FALSE(find_header(server.seen().at(0).headers, "te"));

  for (const char* coding : {"gzip", "deflate", "br", "zstd", "x-gzip", "gzip, gzip", "unknown"}) {
    CAPTURE(coding);
    CHECK(code_of(ok + "Content-Encoding: " + coding + "\r\nContent-Length: 1\r\n\r\nx") ==
          ErrorCode::peer_failed);
  }
  CHECK(code_of(ok + "Content-Encoding: identity\r\nContent-Length: 1\r\n\r\nx") == std::nullopt);

  // A transfer coding is undone by curl on its own: a bomb hits the limit as any body does.
  const std::string member = gzip_of_zeros();
  std::string bomb;
  for (int i = 0; i < 64; ++i) bomb += member;
  const auto bombed = code_of(ok + "Transfer-Encoding: gzip\r\n\r\n" + bomb);
  REQUIRE(bombed);
  CHECK((*bombed == ErrorCode::too_large || *bombed == ErrorCode::peer_failed));
}

TEST_CASE("an answer in another protocol is none", "[transport][negative]") {
  for (const char* answer : {"SSH-2.0-OpenSSH_9.2\r\n", "220 mail.example ESMTP\r\n",
                             "HTTP/2 200\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n", "ICY 200 OK\r\n\r\n",
                             "\x16\x03\x01", "RTSP/1.0 200 OK\r\n\r\n"}) {
    CAPTURE(answer);
    CHECK(code_of(answer).has_value());
  }
}
