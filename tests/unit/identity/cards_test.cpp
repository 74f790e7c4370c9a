#include <functional>

#include "world.h"

using namespace entente;
using namespace entente::tests;

namespace {

struct Defect {
  const char* what;
  std::function<void(Card&)> change;
  std::string expect;
};

PublicKey small_order_key() { return PublicKey{{1}}; }  // the neutral element

}  // namespace

TEST_CASE("a first card is refused for one defect") {
  const World w;
  const std::vector<Defect> defects = {
      {"nothing", [](Card&) {}, "ok"},
      {"a later number", [&](Card& c) { c.number = 7, c.prev_card = w.offer.id(); }, "ok"},
      {"other environment", [](Card& c) { c.environment = Environment::production; },
       "environment_mismatch"},
      {"other brand", [](Card& c) { c.domain = "pan.example"; }, "card_invalid"},
      {"no log key", [](Card& c) { c.log_vkey = ""; }, "card_invalid"},
      {"no keys", [](Card& c) { c.keys.clear(); }, "card_invalid"},
      {"no message key", [](Card& c) { c.keys.erase(c.keys.begin()); }, "card_invalid"},
      {"a key in two roles", [](Card& c) { c.keys[2].key = c.keys[0].key; }, "card_invalid"},
      {"a key listed twice", [](Card& c) { c.keys.push_back(c.keys[0]); }, "card_invalid"},
      {"the root as a key", [](Card& c) { c.keys[1].key = c.root_key; }, "card_invalid"},
      {"a key of small order", [](Card& c) { c.keys[1].key = small_order_key(); }, "key_invalid"},
      {"revoked before valid",
       [](Card& c) { c.keys[0].valid_from_index = 9, c.keys[0].revoked_at_index = 8; },
       "card_invalid"},
      {"expired now", [](Card& c) { c.expires_ms = now; }, "card_expired"},
      {"expires later", [](Card& c) { c.expires_ms = now + 1; }, "ok"}};
  for (const Defect& defect : defects) {
    INFO(defect.what);
    Authority fresh(w.brand, Environment::sandbox);
    CHECK(verdict(fresh.learn(admitted(w.card(defect.change), w.root), now)) == defect.expect);
    CHECK((fresh.newest_card() != nullptr) == (defect.expect == "ok"));
  }
}

TEST_CASE("a domain has the syntax of did:web") {
  const World w;
  const std::vector<std::pair<std::string, bool>> domains = {
      {"kettle.example", true},
      {"localhost", true},
      {"a-b.c9.example", true},
      {"kettle.example%3A8443", true},
      {"1.0x.example", true},
      {"a.0xg", true},
      {"127.0.0.1", false},
      {"127.1", false},
      {"2130706433", false},
      {"0x7f.1", false},
      {"kettle.0x7f", false},
      {"kettle.0x", false},
      {"", false},
      {".", false},
      {"kettle.example.", false},
      {".example", false},
      {"kettle..example", false},
      {"Kettle.example", false},
      {"-a.example", false},
      {"a-.example", false},
      {"a_b.example", false},
      {"kettle.example:8443", false},
      {"kettle.example%3A", false},
      {"kettle.example%3A0", false},
      {"kettle.example%3A65536", false},
      {"a.example/path", false},
      {"k\u00e9ttle.example", false},
      {std::string(64, 'a') + ".example", false},
      {std::string(63, 'a') + ".example", true}};
  for (const auto& each : domains) {
    const std::string& domain = each.first;
    const bool good = each.second;
    INFO(domain);
    if (domain.empty()) continue;  // not even on the wire
    Authority fresh("did:web:" + domain, Environment::sandbox);
    const Card card = w.card([&](Card& c) { c.domain = domain; });
    CHECK(verdict(fresh.learn(admitted(card, w.root), now)) == (good ? "ok" : "card_invalid"));
  }
}

TEST_CASE("a later card is refused for one break of the chain") {
  World w;
  const std::vector<Defect> defects = {
      {"nothing", [](Card&) {}, "ok"},
      {"number skipped", [](Card& c) { c.number = 3; }, "card_invalid"},
      {"another card before", [&](Card& c) { c.prev_card = w.offer.id(); }, "card_invalid"},
      {"a live key left out", [](Card& c) { c.keys.pop_back(); }, "card_invalid"},
      {"another purpose", [](Card& c) { c.keys[4].purpose = KeyPurpose::operator_; },
       "card_invalid"},
      {"another custody", [](Card& c) { c.keys[3].custody = Custody::webauthn; }, "card_invalid"},
      {"another start", [](Card& c) { c.keys[3].valid_from_index = 1; }, "card_invalid"},
      {"a key more",
       [](Card& c) {
         c.keys.push_back({key_pair(40).public_key(), KeyPurpose::message, Custody::server, 5, 0});
       },
       "ok"},
      {"a key revoked", [](Card& c) { c.keys[0].revoked_at_index = 50; }, "ok"},
      {"expired: judged when it speaks", [](Card& c) { c.expires_ms = now; }, "ok"}};
  for (const Defect& defect : defects) {
    INFO(defect.what);
    World fresh;
    const auto next = admitted(fresh.second_card(defect.change), fresh.root);
    CHECK(verdict(fresh.authority.learn(next, now)) == defect.expect);
    const bool learned = defect.expect == "ok";
    CHECK(fresh.authority.newest_card_digest() == (learned ? next.id() : fresh.card_1.id()));
  }
}

TEST_CASE("the root changes only to the one announced") {
  World w;
  const KeyPair thief = key_pair(66);
  const auto by = [&](const KeyPair& signer) {
    return admitted(w.second_card([&](Card& c) { c.root_key = signer.public_key(); }), signer);
  };
  CHECK(verdict(w.authority.learn(by(thief), now)) == "card_invalid");
  CHECK(verdict(w.authority.learn(by(w.next_root), now)) == "ok");
  CHECK(w.authority.newest_card()->root_key == w.next_root.public_key());
}

TEST_CASE("a revoked key stays as it was revoked, and may leave the card after that") {
  World w;
  const auto second =
      admitted(w.second_card([](Card& c) { c.keys[4].revoked_at_index = 50; }), w.root);
  REQUIRE(w.authority.learn(second, now));
  const auto third = [&](const std::function<void(Card&)>& change) {
    Card card = *second;
    card.number = 3;
    card.prev_card = second.id();
    change(card);
    return admitted(card, w.root);
  };
  const auto revived = third([](Card& c) { c.keys[4].revoked_at_index = 0; });
  const auto later = third([](Card& c) { c.keys[4].revoked_at_index = 60; });
  const auto gone = third([](Card& c) { c.keys.pop_back(); });
  CHECK(verdict(w.authority.learn(revived, now)) == "card_invalid");
  CHECK(verdict(w.authority.learn(later, now)) == "card_invalid");
  CHECK(verdict(w.authority.learn(gone, now)) == "ok");
  const auto check = [&](std::uint64_t index) {
    return verdict(w.authority.check_brand_key(w.bridge.public_key(), KeyPurpose::bridge, index));
  };
  CHECK(check(49) == "ok");
  CHECK(check(50) == "key_revoked");
}

TEST_CASE("a revocation counts from the card that says it, and never before") {
  struct Told {
    std::uint64_t says;
    std::uint64_t on_record_at;
    std::uint64_t counts_from;
  };
  for (const Told& told :
       {Told{50, 0, 50}, Told{50, 40, 50}, Told{50, 50, 50}, Told{50, 60, 60}, Told{1, 60, 60}}) {
    INFO(told.says << " said at " << told.on_record_at);
    World w;
    const auto second =
        admitted(w.second_card([&](Card& c) { c.keys[0].revoked_at_index = told.says; }), w.root);
    REQUIRE(w.authority.learn(second, now, told.on_record_at));
    Card third = *second;  // says it again, later
    third.number = 3;
    third.prev_card = second.id();
    REQUIRE(w.authority.learn(admitted(third, w.root), now, 1000));
    const auto check = [&](std::uint64_t index) {
      return verdict(
          w.authority.check_brand_key(w.message_key.public_key(), KeyPurpose::message, index));
    };
    CHECK(check(told.counts_from - 1) == "ok");
    CHECK(check(told.counts_from) == "key_revoked");
    CHECK(verdict(w.authority.check_brand_key(w.message_key.public_key(), KeyPurpose::message)) ==
          "ok");
    // What the brand says stays what it says: that is what proves it.
    CHECK(w.authority.find_revocation(w.message_key.public_key(), "kettle.example/log") ==
          told.says);
    CHECK_FALSE(w.authority.find_revocation(w.message_key.public_key(), "kettle.example/log-2"));
    CHECK_FALSE(w.authority.find_revocation(w.bridge.public_key(), "kettle.example/log"));
  }
}

TEST_CASE("a revoked key that left the card does not come back to life on a later one") {
  World w;
  const auto second =
      admitted(w.second_card([](Card& c) { c.keys[4].revoked_at_index = 50; }), w.root);
  REQUIRE(w.authority.learn(second, now));
  const auto next = [&](const Verified<Card>& before, const std::function<void(Card&)>& change) {
    Card card = *before;
    ++card.number;
    card.prev_card = before.id();
    change(card);
    return admitted(card, w.root);
  };
  const auto without = next(second, [](Card& c) { c.keys.pop_back(); });
  REQUIRE(w.authority.learn(without, now));
  const auto back = next(without, [&](Card& c) {
    c.keys.push_back(second->keys[4]);
    c.keys.back().revoked_at_index = 0;
  });
  REQUIRE(w.authority.learn(back, now));
  CHECK(verdict(w.authority.check_brand_key(w.bridge.public_key(), KeyPurpose::bridge, 50)) ==
        "key_revoked");
}

TEST_CASE("a card known already is fine, also when it has expired since") {
  World w;
  CHECK(verdict(w.authority.learn(w.card_1, now + 1000 * day_ms)) == "ok");
  REQUIRE(w.authority.learn(admitted(w.second_card([](Card&) {}), w.root), now));
  CHECK(verdict(w.authority.learn(w.card_1, now)) == "ok");
  CHECK(w.authority.newest_card()->number == 2);
  CHECK(w.authority.find_card(w.card_1.id())->number == 1);
  CHECK(w.authority.find_card(w.offer.id()) == nullptr);
}

TEST_CASE("a brand key is good for its purpose and its stretch of the log") {
  World w;
  const auto second = admitted(w.second_card([](Card& c) {
    c.keys[0].revoked_at_index = 50;
    c.keys.push_back({key_pair(40).public_key(), KeyPurpose::message, Custody::server, 50, 0});
  }),
                               w.root);
  REQUIRE(w.authority.learn(second, now));
  const auto check = [&](const KeyPair& key, KeyPurpose purpose, std::uint64_t index) {
    return verdict(w.authority.check_brand_key(key.public_key(), purpose, index));
  };
  CHECK(check(w.message_key, KeyPurpose::message, 49) == "ok");
  CHECK(check(w.message_key, KeyPurpose::message, 50) == "key_revoked");
  CHECK(check(key_pair(40), KeyPurpose::message, 49) == "key_revoked");
  CHECK(check(key_pair(40), KeyPurpose::message, 50) == "ok");
  CHECK(check(w.message_key, KeyPurpose::log, 10) == "key_purpose");
  CHECK(check(w.principal, KeyPurpose::message, 10) == "key_unknown");
  CHECK(check(w.root, KeyPurpose::message, 10) == "key_unknown");
}

TEST_CASE("a mandate is refused for one defect") {
  const World w;
  struct Row {
    const char* what;
    std::function<void(Mandate&)> change;
    std::string expect;
  };
  const std::vector<Row> rows = {
      {"nothing", [](Mandate&) {}, "ok"},
      {"other environment", [](Mandate& m) { m.environment = Environment::production; },
       "environment_mismatch"},
      {"other brand", [](Mandate& m) { m.audience = "did:web:pan.example"; }, "audience_mismatch"},
      {"service agent", [](Mandate& m) { m.role = Mandate::Role::service_agent; },
       "mandate_invalid"},
      {"operator", [](Mandate& m) { m.role = Mandate::Role::operator_; }, "mandate_invalid"},
      {"assistant is the principal", [](Mandate& m) { m.assistant = m.principal; },
       "mandate_invalid"},
      {"weak assistant key", [](Mandate& m) { m.assistant = small_order_key(); }, "key_invalid"},
      {"expired: judged later", [](Mandate& m) { m.expires_ms = now - 1; }, "ok"}};
  for (const Row& row : rows) {
    INFO(row.what);
    Authority fresh(w.brand, Environment::sandbox);
    const auto mandate = admitted(w.mandate(row.change), w.principal);
    CHECK(verdict(fresh.learn(mandate, now)) == row.expect);
    CHECK((fresh.find_mandate(mandate.id()) != nullptr) == (row.expect == "ok"));
  }
}
