// A URL has one meaning or none. Held against the vectors of the WHATWG: what is taken means the
// same place to its parsers, and what we say to each is in conformance/verdicts/whatwg-url.txt.

#include "transport/url.h"

#include <arpa/inet.h>
#include <entente/core/bytes.h>
#include <entente/text/json.h>
#include <netinet/in.h>

#include "catch.h"
#include "shared_data.h"
#include "verdicts.h"

using namespace entente;
using namespace entente::tests;

namespace {

constexpr http::UrlRules anything{.allow_plain = true, .allow_any_port = true};

// An IPv6 address has spellings; all are read by inet_pton(), and so is it compared.
std::string plain_host(const std::string& host) {
  in6_addr address{};
  if (host.size() < 2 || host.front() != '[' ||
      inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &address) != 1) {
    return host;
  }
  return to_hex(ByteView(address.s6_addr, sizeof address.s6_addr));
}

constexpr const char* other_spellings[] = {"127.1",
                                           "127.0.1",
                                           "2130706433",
                                           "0x7f000001",
                                           "0x7f.1",
                                           "0X7F.1",
                                           "0177.0.0.1",
                                           "127.0.0.01",
                                           "00000177.1",
                                           "0",
                                           "0x",
                                           "127.0.0.1.",
                                           "localhost.",
                                           "127.0.0.256",
                                           "1.2.3",
                                           "1.2.3.4.5",
                                           "%31%32%37.0.0.1",
                                           "127%2e0.0.1",
                                           "127.0.0.1%00",
                                           "a%20b",
                                           "\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1",
                                           "127\u30020.0.1",
                                           "\xe2\x91\xa0.1",
                                           "caf\xc3\xa9.example",
                                           "a..b",
                                           ".a",
                                           "a.",
                                           "-a",
                                           "a-",
                                           "a_b",
                                           "a b",
                                           "a\tb",
                                           "a\\b",
                                           "user@a",
                                           "user:pw@a",
                                           "@a",
                                           "a@127.0.0.1",
                                           "127.0.0.1@a",
                                           "[::1%25lo]",
                                           "[::1%lo]",
                                           "[fe80::1%eth0]",
                                           "[::1",
                                           "::1",
                                           "[]",
                                           "[1.2.3.4]",
                                           "[::127.0.0.1.]",
                                           "[::1]a",
                                           "a[::1]",
                                           "",
                                           ":443",
                                           "a:",
                                           "a:0",
                                           "a:00443",
                                           "a:65536",
                                           "a:-1",
                                           "a:+1",
                                           "a: 1",
                                           "a:1:2",
                                           "a:0x1bb",
                                           "a:443x",
                                           "*",
                                           "a*b",
                                           "a,b",
                                           "a;b",
                                           "a'b",
                                           "(a)"};

struct Vector {
  std::string input;
  bool refused = false;  // by the WHATWG's rules
  std::string scheme, host, port, path;
};

std::string text_in(const Json& json, const char* key) {
  const Json* found = json.find(key);
  return found != nullptr && found->text() != nullptr ? *found->text() : "";
}

std::vector<Vector> read_vectors(const std::filesystem::path& file) {
  const auto json = parse_json(read_file(file), {.bytes_max = 1 << 20});
  if (!json) FAIL(describe(json.error()));
  std::vector<Vector> vectors;
  for (const Json& item : json->items()) {
    if (!item.is_object()) continue;  // a comment
    vectors.push_back({.input = text_in(item, "input"),
                       .refused = item.find("failure") != nullptr,
                       .scheme = text_in(item, "protocol"),
                       .host = text_in(item, "hostname"),
                       .port = text_in(item, "port"),
                       .path = text_in(item, "pathname")});
  }
  return vectors;
}

std::string reason_against(const std::string& url, http::UrlRules rules = {}) {
  const auto read = http::read_url(url, rules);
  if (read) return "taken";
  CHECK(read.error().code == ErrorCode::address_refused);
  return read.error().detail;
}

}  // namespace

TEST_CASE("the WHATWG's vectors: nothing is taken that browsers refuse or read otherwise",
          "[transport][vectors]") {
  auto list = Verdicts::find("whatwg-url");
  if (!list) return;
  const std::vector<Vector> vectors = read_vectors(list->data());
  REQUIRE(vectors.size() == 869);
  for (std::size_t number = 0; number < vectors.size(); ++number) {
    const Vector& vector = vectors[number];
    CAPTURE(number, vector.input);
    const auto url = http::read_url(vector.input, anything);
    list->meet(static_cast<std::int64_t>(number), vector.refused ? Theirs::bad : Theirs::good,
               word_of(url));
    if (!url || vector.refused) continue;
    CHECK(plain_host(url->host) == plain_host(vector.host));
    const std::string usual = vector.scheme == "https:" ? "443" : "80";
    CHECK(std::to_string(url->port) == (vector.port.empty() ? usual : vector.port));
    CHECK(url->text().find(vector.path) != std::string::npos);
  }
  CHECK(list->complaints() == "");
}

TEST_CASE("a URL that a card may hold is taken, in the words it has", "[transport]") {
  for (const char* text :
       {"https://kettle.example", "https://kettle.example/", "https://kettle.example:8443/a/b",
        "https://xn--caf-dma.example/", "https://1.2.3.4/", "https://[2606:4700::1111]:8443/x",
        "https://a-b.c1.example/%20?q=%2F#part", "https://1e100.example/"}) {
    CAPTURE(text);
    CHECK(reason_against(text) == "taken");
  }
  CHECK(http::read_url("HTTPS://KETTLE.example/A", {})->host == "kettle.example");
  CHECK(http::read_url("https://kettle.example:8443", {})->port == 8443);
  CHECK(http::read_url("https://kettle.example", {})->port == 443);
  CHECK(http::read_url("http://kettle.example", {.allow_plain = true})->port == 80);
}

TEST_CASE("every other spelling of a host is refused before anything is asked of the network",
          "[transport][negative]") {
  for (const char* host : other_spellings) {
    CAPTURE(host);
    CHECK(reason_against("https://" + std::string(host) + "/", {.allow_any_port = true}) !=
          "taken");
  }
  const std::string long_label(64, 'a');
  CHECK(reason_against("https://" + long_label + ".example/") != "taken");
  std::string long_name = "a";
  for (int i = 0; i < 130; ++i) long_name += ".a";
  CHECK(reason_against("https://" + long_name + "/") != "taken");
}

TEST_CASE("a URL that hides something is refused", "[transport][negative]") {
  for (const std::string& text : {std::string("https://a.example/\0b", 20),
                                  std::string("https://a.example\n"),
                                  std::string(" https://a.example"),
                                  std::string("https:/a.example"),
                                  std::string("https:a.example"),
                                  std::string("//a.example"),
                                  std::string("a.example"),
                                  std::string("https:\\\\a.example"),
                                  std::string("http://a.example"),
                                  std::string("ftp://a.example"),
                                  std::string("file:///etc/passwd"),
                                  std::string("gopher://a.example"),
                                  std::string("javascript://a.example/"),
                                  std::string("https://a.example/.."),
                                  std::string("https://a.example/%2e%2E/b"),
                                  std::string("https://a.example/.%2e?x"),
                                  std::string("https://a.example/./b"),
                                  std::string("https://a.example/%"),
                                  std::string("https://a.example/%4"),
                                  std::string("https://a.example/%zz"),
                                  std::string("https://a.example/%00"),
                                  std::string("https://a.example/%0d%0ax"),
                                  std::string("https://a.example/<b>"),
                                  std::string("https://a.example/caf\xc3\xa9"),
                                  "https://a.example/" + std::string(2'048, 'a')}) {
    CAPTURE(text);
    CHECK(reason_against(text) != "taken");
  }
}

TEST_CASE("ports of other services are refused, unless one's own network is allowed",
          "[transport][negative]") {
  for (const int port : {1, 21, 22, 25, 53, 80, 110, 143, 389, 445, 465, 587, 636, 993, 1023}) {
    const std::string url = "https://a.example:" + std::to_string(port) + "/";
    CAPTURE(url);
    CHECK(reason_against(url) != "taken");
    CHECK(reason_against(url, {.allow_any_port = true}) == "taken");
  }
  CHECK(reason_against("https://a.example:443/") == "taken");
  CHECK(reason_against("https://a.example:1024/") == "taken");
  CHECK(reason_against("http://a.example:443/", {.allow_plain = true}) != "taken");
  CHECK(reason_against("http://a.example:80/", {.allow_plain = true}) == "taken");
}
