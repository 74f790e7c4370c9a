#include <set>

#include "catch.h"
#include "siege.h"

using namespace entente;
using namespace entente::tests;

namespace {

HttpServerOptions besieged() {
  HttpServerOptions options;
  options.allowed_hosts = {"127.0.0.1", "a", "Kettle.Example:8443", "kettle.example"};
  options.limits.body_bytes_max = 100'000;
  options.limits.connections_per_address = {};
  options.limits.requests_per_address = {};
  return options;
}

// Long enough for anybody honest on a busy machine, short enough to be waited for.
HttpServerOptions impatient() {
  auto options = besieged();
  options.allowed_hosts.clear();
  options.limits.handshake_ms = 2'000;
  options.limits.request_ms = 2'000;
  options.limits.idle_ms = 60'000;
  options.limits.write_ms = 2'000;
  options.limits.wait_ms = 2'000;
  options.limits.bytes_per_s_min = 1'000'000'000;
  return options;
}

void withstand(const Attacks& attacks) {
  for (const bool tls : {false, true}) Siege(besieged(), tls).attack_in_turn(attacks);
}

}  // namespace

TEST_CASE("no two readers could disagree on where a message ends", "[hostile]") {
  withstand(framing_attacks());
}

TEST_CASE("a head that could be read in two ways is refused", "[hostile]") {
  withstand(head_attacks());
}

TEST_CASE("requests are answered in order, and endings are understood", "[hostile]") {
  withstand(order_attacks());
}

TEST_CASE("whoever leaves, at whatever stage, leaves nothing behind", "[hostile]") {
  withstand(reset_attacks());
}

TEST_CASE("below HTTP, what is not sound TLS ends in an alert", "[hostile]") {
  Siege(besieged(), true).attack_in_turn(tls_attacks());
}

TEST_CASE("whoever stalls or drips ends at a deadline, whatever it keeps busy", "[hostile]") {
  for (const bool tls : {false, true}) Siege(impatient(), tls).attack_together(slow_attacks());
}

TEST_CASE("each attack has a name of its own, a verdict and a reason", "[hostile]") {
  std::set<std::string> names;
  for (const auto& attacks : {framing_attacks(), head_attacks(), order_attacks(), reset_attacks(),
                              slow_attacks(), tls_attacks()}) {
    for (const auto& attack : attacks) {
      CAPTURE(attack.name);
      CHECK(names.insert(attack.name).second);
      CHECK_FALSE(attack.verdict.empty());
      CHECK_FALSE(attack.why.empty());
    }
  }
  CHECK(names.size() >= 120);
}
