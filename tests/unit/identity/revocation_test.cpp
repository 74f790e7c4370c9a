// From where on a mandate is taken back, and by whose word.

#include <entente/identity/gate.h>

#include <tuple>

#include "world.h"

using namespace entente;
using namespace entente::tests;

namespace {

std::string judged(const World& w, const Message& message, const Moment& moment,
                   const KeyPair& signer) {
  return verdict(w.judge(message, signer, moment));
}

Inform telling(std::vector<Claim> claims) { return Inform{.claims = std::move(claims)}; }

}  // namespace

TEST_CASE("whoever names another's mandate ends nothing, and hides no later revoke") {
  World w;
  const auto at = [&](std::uint64_t index) {
    Moment moment = w.moment();
    moment.log_index = index;
    return judged(w, w.said(telling({World::claim()})), moment, w.assistant);
  };
  w.authority.revoke(w.mandate_1.id(), w.other_principal.public_key(), 0);
  CHECK_FALSE(w.authority.is_revoked(w.mandate_1.id()));
  CHECK(at(1'000) == "ok");
  w.authority.revoke(w.mandate_1.id(), w.principal.public_key(), 120);
  CHECK(at(119) == "ok");
  CHECK(at(120) == "mandate_revoked");
  // It holds for one who is forgotten and met again.
  const Verified<Mandate> known = *w.authority.find_signed_mandate(w.mandate_1.id());
  w.authority.forget_mandate(w.mandate_1.id());
  CHECK_FALSE(w.authority.is_revoked(w.mandate_1.id()));
  REQUIRE(w.authority.learn(known, w.moment().now_ms));
  CHECK(at(120) == "mandate_revoked");
}

TEST_CASE("a log that lost its end orders by time what it says under its next name") {
  World w;
  TakenBack taken_back;
  taken_back.take(w.authority, w.said_by_principal(Revoke{w.mandate_1.id()}),
                  {"log-2", {.now_ms = now, .index = 100}});
  const std::tuple<const char*, std::uint64_t, std::int64_t, std::string> stands[] = {
      {"log-1", 99, now - 1, "ok"},
      {"log-1", 200, now - 1, "ok"},  // lost with what stood before it
      {"log-1", 99, now, "mandate_revoked"},
      {"log-1", 200, now, "mandate_revoked"},
      {"log-2", 99, now, "ok"},
      {"log-2", 100, now - 1, "mandate_revoked"},
      {"log-2", 200, now, "mandate_revoked"}};
  for (const auto& [log, index, at_ms, expect] : stands) {
    INFO(log << ", entry " << index << ", " << at_ms - now);
    const Message message = w.said(telling({World::claim()}));
    const GateTime time =
        taken_back.time_of(Case(), message, {log, {.now_ms = at_ms, .index = index}});
    Moment moment = w.moment();
    moment.now_ms = time.now_ms;
    moment.log_index = time.index;
    CHECK(judged(w, message, moment, w.assistant) == expect);
  }
}

TEST_CASE("a revocation counts from its lowest index, and is remembered") {
  World w;
  CHECK_FALSE(w.authority.is_revoked(w.mandate_1.id()));
  w.authority.revoke(w.mandate_1.id(), w.principal.public_key(), 120);
  w.authority.revoke(w.mandate_1.id(), w.principal.public_key(), 150);
  CHECK(w.authority.is_revoked(w.mandate_1.id()));
  const auto at = [&](std::uint64_t index) {
    Moment moment = w.moment();
    moment.log_index = index;
    return judged(w, w.said(telling({World::claim()})), moment, w.assistant);
  };
  CHECK(at(119) == "ok");
  CHECK(at(120) == "mandate_revoked");
  w.authority.revoke(w.mandate_1.id(), w.principal.public_key(), 110);
  CHECK(at(119) == "mandate_revoked");
}

TEST_CASE("what was offered under a mandate ends with it, whatever case it was taken back in") {
  World w;
  const auto offered = admitted(w.said(offer_of({credit()})), w.assistant);
  const auto by_principal = admitted(w.said_by_principal(offer_of({credit()})), w.principal);
  const auto accepted = [&](const Verified<Message>& offer, std::uint64_t index) {
    Moment moment = w.moment();
    moment.subject = &*offer;
    moment.log_index = index;
    return judged(w, w.answered(Accept{.offer = offer.id()}), moment, w.message_key);
  };
  CHECK(accepted(offered, 1'000) == "ok");
  w.authority.revoke(w.mandate_1.id(), w.principal.public_key(), 120);
  CHECK(accepted(offered, 119) == "ok");
  CHECK(accepted(offered, 120) == "mandate_revoked");
  CHECK(accepted(by_principal, 120) == "ok");
}
