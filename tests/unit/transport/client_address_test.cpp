// Where a name may lead: judged on the address of the socket, so that no spelling, no name server
// and no redirect gets around it. Mixed answers are tried in a network of our own, in which a
// public address lies on the loopback device.

#include <entente/transport/client.h>

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <cstring>
#include <iostream>

#include "peer.h"
#include "raw_server.h"
#include "server_under_test.h"

using namespace entente;
using namespace entente::tests;

namespace {

constexpr const char* never_public[] = {"0.0.0.0",
                                        "0.1.2.3",
                                        "10.0.0.1",
                                        "100.64.0.1",
                                        "127.0.0.1",
                                        "127.255.255.254",
                                        "169.254.169.254",
                                        "172.16.0.1",
                                        "172.31.255.255",
                                        "192.0.0.8",
                                        "192.168.1.1",
                                        "198.18.0.1",
                                        "224.0.0.1",
                                        "255.255.255.255",
                                        "[::]",
                                        "[::1]",
                                        "[::127.0.0.1]",
                                        "[::ffff:127.0.0.1]",
                                        "[::ffff:7f00:1]",
                                        "[::ffff:169.254.169.254]",
                                        "[64:ff9b::127.0.0.1]",
                                        "[64:ff9b::7f00:1]",
                                        "[64:ff9b:1::127.0.0.1]",
                                        "[2002:7f00:1::1]",
                                        "[2001::1]",
                                        "[fc00::1]",
                                        "[fd00:ec2::254]",
                                        "[fe80::1]",
                                        "[fec0::1]",
                                        "[ff02::1]"};

// A network of this process alone: nothing that it sends leaves it.
bool enter_own_network(const char* public_address) {
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  const int any = ::socket(AF_INET, SOCK_DGRAM, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  bool made = ::ioctl(any, SIOCSIFFLAGS, &request) == 0;
  std::strcpy(request.ifr_name, "lo:1");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  ::inet_pton(AF_INET, public_address, &address.sin_addr);
  std::memcpy(&request.ifr_addr, &address, sizeof address);
  made = made && ::ioctl(any, SIOCSIFADDR, &request) == 0;
  ::close(any);
  return made;
}

constexpr int cannot = 77;

// Runs `check` in a child with such a network; its answer is the exit code.
int in_own_network(const char* public_address, const std::function<int()>& check) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    int result = cannot;
    try {
      if (enter_own_network(public_address)) result = check();
    } catch (...) {
      result = 99;
    }
    ::_exit(result);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string with_port(const char* host, std::uint16_t port) {
  return "http://" + std::string(host) + ":" + std::to_string(port) + "/";
}

}  // namespace

TEST_CASE("an address that is not public is not connected to", "[transport][negative]") {
  const CertificateFiles files;
  ServerUnderTest server(with_tls(files));
  const auto port = ":" + std::to_string(server.port()) + "/echo";
  HttpClient client({.ca_file = files.ca()});
  for (const char* host : never_public) {
    CAPTURE(host);
    const auto answer = client.get("https://" + std::string(host) + port);
    CHECK(answer.error() ==
          Error{ErrorCode::address_refused, "the name leads to no public address"});
  }
  CHECK(client.get("https://localhost" + port).error().code == ErrorCode::address_refused);
  CHECK(server->stats().accepted == 0);
}

TEST_CASE("a name that resolves to an address that is not public is not connected to",
          "[transport][negative]") {
  const CertificateFiles files;
  ServerUnderTest server(with_tls(files));
  const auto port = std::to_string(server.port());
  const auto target = "https://kettle.example:" + port + "/echo";
  for (const char* address : never_public) {
    CAPTURE(address);
    HttpClient client(
        {.ca_file = files.ca(), .resolve = {"kettle.example:" + port + ":" + address}});
    CHECK(client.get(target).error().code == ErrorCode::address_refused);
  }
  // Several at once, of both families.
  HttpClient several(
      {.ca_file = files.ca(),
       .resolve = {"kettle.example:" + port + ":[::1],127.0.0.1,10.0.0.1,[fd00::1]"}});
  CHECK(several.get(target).error().code == ErrorCode::address_refused);
  CHECK(server->stats().accepted == 0);

  HttpClient allowed({.ca_file = files.ca(),
                      .allow_private = true,
                      .resolve = {"kettle.example:" + port + ":127.0.0.1"}});
  REQUIRE(allowed.get(target));
  CHECK(server.seen().at(0).host == "kettle.example:" + port);
}

TEST_CASE("of a name that leads to public and private addresses only a public one is connected to",
          "[transport][negative]") {
  const int result = in_own_network("1.1.1.1", [] {
    const RawServer open("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npublic");
    const RawServer outside(
        [](int peer) { send_all(peer, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npublic"); },
        "1.1.1.1", open.port());
    const std::string port = std::to_string(open.port());
    for (const char* addresses : {"127.0.0.1,1.1.1.1", "1.1.1.1,127.0.0.1", "10.0.0.1,1.1.1.1",
                                  "[::1],127.0.0.1,1.1.1.1", "1.1.1.1"}) {
      HttpClient client(
          {.allow_plain = true, .resolve = {"kettle.example:" + port + ":" + addresses}});
      const auto answer = client.get("http://kettle.example:" + port + "/");
      if (!answer || to_text(answer->body) != "public") return 1;
    }
    // A public address where nobody listens is no reason to go to the private one.
    const RawServer inside("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nprivate");
    const std::string other = std::to_string(inside.port());
    HttpClient client(
        {.allow_plain = true, .resolve = {"kettle.example:" + other + ":1.1.1.1,127.0.0.1"}});
    const auto answer = client.get("http://kettle.example:" + other + "/");
    if (answer || answer.error().code != ErrorCode::network_failed) return 2;
    if (open.accepted() + inside.accepted() != 0) return 3;
    return outside.accepted() == 5 ? 0 : 4;
  });
  if (result == cannot) {
    std::cerr << "skipped: no network namespaces here\n";
    return;
  }
  CHECK(result == 0);
}

TEST_CASE("a redirect is an answer and never followed, wherever it points",
          "[transport][negative]") {
  const RawServer inside("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret");
  for (const int status : {300, 301, 302, 303, 305, 307, 308}) {
    for (const std::string& to :
         {with_port("127.0.0.1", inside.port()), with_port("2130706433", inside.port()),
          std::string("file:///etc/passwd"), std::string("/elsewhere"),
          std::string("//127.0.0.1/")}) {
      CAPTURE(status, to);
      const RawServer server("HTTP/1.1 " + std::to_string(status) + " There\r\nLocation: " + to +
                             "\r\nRefresh: 0; url=" + to + "\r\nAlt-Svc: h2=\":" +
                             std::to_string(inside.port()) + "\"\r\nContent-Length: 0\r\n\r\n");
      HttpClient client(plain_options());
      const auto answer = client.get(server.url());
      REQUIRE(answer);
      CHECK(answer->status == status);
      CHECK(server.accepted() == 1);
    }
  }
  CHECK(inside.accepted() == 0);
}

TEST_CASE("a proxy, a password file and a cookie of the environment are not used",
          "[transport][negative]") {
  const RawServer proxy("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy");
  const RawServer server("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\nok");
  const std::string url = proxy.url();
  for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"}) {
    ::setenv(name, url.c_str(), 1);
  }
  HttpClient client(plain_options());
  const auto answer = client.get(server.url());
  for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"}) {
    ::unsetenv(name);
  }
  REQUIRE(answer);
  CHECK(to_text(answer->body) == "ok");
  CHECK(proxy.accepted() == 0);
}
