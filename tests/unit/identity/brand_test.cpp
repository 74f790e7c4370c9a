#include <functional>

#include "world.h"

using namespace entente;
using namespace entente::tests;

namespace {

struct Attack {
  const char* what;
  std::function<void(Message&, Moment&)> change;
  std::string expect;
};

std::string judged(const World& w, const Message& message, const KeyPair& signer) {
  return verdict(w.judge(message, signer));
}

Body hello() { return Inform{.canned = true}; }

Handoff joined(const World& w, std::string assurance) {
  return {w.opening.id(), Joined{.operator_ref = "op-417",
                                 .role = "agent",
                                 .channel = "case",
                                 .assurance = std::move(assurance)}};
}

}  // namespace

TEST_CASE("a brand's message is refused for one defect, with its code") {
  const World w;
  const std::vector<Attack> attacks = {
      {"nothing", [](Message&, Moment&) {}, "ok"},
      {"production", [](Message& m, Moment&) { m.environment = Environment::production; },
       "environment_mismatch"},
      {"a version nobody speaks", [](Message& m, Moment&) { m.version = 2; },
       "version_unsupported"},
      {"under an unknown card", [&](Message& m, Moment&) { m.author.authority = w.offer.id(); },
       "card_unknown"},
      {"to another consumer",
       [&](Message& m, Moment&) { m.audience.party = to_did_key(w.other_principal.public_key()); },
       "audience_mismatch"},
      {"to the assistant",
       [&](Message& m, Moment&) { m.audience.party = to_did_key(w.assistant.public_key()); },
       "audience_mismatch"},
      {"to itself", [&](Message& m, Moment&) { m.audience.party = w.brand; }, "audience_mismatch"},
      {"naming a card", [&](Message& m, Moment&) { m.audience.card = w.card_1.id(); },
       "audience_mismatch"},
      {"a critical extension", [](Message& m, Moment&) { m.ext = {{"x-a:b", true, {}}}; },
       "extension_unknown"},
      {"after the card's time", [](Message&, Moment& at) { at.now_ms = now + 30 * day_ms; },
       "card_expired"},
      {"before a case", [](Message&, Moment& at) { at.opening = nullptr; }, "author_forbidden"}};
  for (const Attack& attack : attacks) {
    INFO(attack.what);
    Message message = w.answered(hello());
    Moment moment = w.moment();
    attack.change(message, moment);
    CHECK(verdict(w.judge(message, w.message_key, moment)) == attack.expect);
  }
}

TEST_CASE("each kind of actor speaks with its kind of key") {
  const World w;
  const std::vector<const KeyPair*> keys = {&w.message_key,     &w.log_key, &w.device_operator,
                                            &w.hosted_operator, &w.bridge,  &w.root,
                                            &w.assistant};
  for (const Actor actor : {Actor::person, Actor::ai, Actor::rules}) {
    for (const KeyPair* key : keys) {
      INFO(name(actor) << " " << (key - &w.root));
      Message message = w.answered(hello());
      message.author.actor = actor;
      message.author.key = key->public_key();
      const bool listed = key != &w.root && key != &w.assistant;
      const bool persons =
          key == &w.device_operator || key == &w.hosted_operator || key == &w.bridge;
      const bool fits = actor == Actor::person ? persons : key == &w.message_key;
      CHECK(judged(w, message, *key) == (!listed ? "key_unknown" : fits ? "ok" : "key_purpose"));
    }
  }
}

TEST_CASE("a join claims the assurance that its key gives, no more and no less") {
  const World w;
  struct Row {
    const KeyPair& key;
    std::string gives;
  };
  const std::vector<Row> rows = {{w.device_operator, "operator_key"},
                                 {w.hosted_operator, "idp_attested"},
                                 {w.bridge, "platform_asserted"}};
  for (const Row& row : rows) {
    for (const char* claimed : {"operator_key", "idp_attested", "platform_asserted"}) {
      INFO(row.gives << " claims " << claimed);
      CHECK(judged(w, w.answered_by(row.key, joined(w, claimed)), row.key) ==
            (claimed == row.gives ? "ok" : "key_purpose"));
    }
  }
  CHECK(judged(w, w.answered(joined(w, "platform_asserted")), w.message_key) == "key_purpose");
}

TEST_CASE("a key speaks for its stretch of the log, whichever card it names") {
  World w;
  const KeyPair fresh_key = key_pair(40);
  const auto second = admitted(w.second_card([&](Card& c) {
    c.keys[0].revoked_at_index = 90;
    c.keys.push_back({fresh_key.public_key(), KeyPurpose::message, Custody::server, 90, 0});
  }),
                               w.root);
  REQUIRE(w.authority.learn(second, now));
  const auto at = [&](const KeyPair& key, const Digest& card, std::uint64_t index) {
    Message message = w.answered(hello());
    message.author.key = key.public_key();
    message.author.authority = card;
    Moment moment = w.moment();
    moment.log_index = index;
    return verdict(w.judge(message, key, moment));
  };
  CHECK(at(w.message_key, w.card_1.id(), 89) == "ok");
  CHECK(at(w.message_key, w.card_1.id(), 90) == "key_revoked");  // a thief names the older card
  CHECK(at(w.message_key, second.id(), 90) == "key_revoked");
  CHECK(at(fresh_key, second.id(), 89) == "key_revoked");
  CHECK(at(fresh_key, second.id(), 90) == "ok");
  CHECK(at(fresh_key, w.card_1.id(), 90) == "key_unknown");
}

TEST_CASE("any card since the offer's is one a consumer may name") {
  World w;
  const auto second = admitted(w.second_card([](Card&) {}), w.root);
  REQUIRE(w.authority.learn(second, now));
  const auto naming = [&](const Digest& card, const Message& subject) {
    Message accept = w.said(Accept{w.voucher_offer.id(), {}});
    accept.audience.card = card;
    Moment moment = w.moment();
    moment.subject = &subject;
    return verdict(w.judge(accept, w.assistant, moment));
  };
  Message newer = *w.voucher_offer;
  newer.author.authority = second.id();
  CHECK(naming(w.card_1.id(), *w.voucher_offer) == "ok");
  CHECK(naming(second.id(), *w.voucher_offer) == "ok");
  CHECK(naming(second.id(), newer) == "ok");
  CHECK(naming(w.card_1.id(), newer) == "card_unknown");
}
