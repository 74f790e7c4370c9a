#pragma once
// A brand, a consumer and a case between them, really signed: what the tests of identity start
// from. Each test breaks one thing.

#include <entente/crypto/hash.h>
#include <entente/identity/authority.h>
#include <entente/protocol/render.h>
#include <entente/wire/admission.h>

#include "catch.h"

namespace entente::tests {

constexpr std::int64_t now = 1'795'000'000'000;
constexpr std::int64_t day_ms = 86'400'000;
constexpr std::uint64_t log_index = 100;

inline KeyPair key_pair(std::uint8_t seed) { return KeyPair::from_seed(Bytes(32, seed)).value(); }

template <class T>
Verified<T> admitted(const T& value, const Signer& signer) {
  const Bytes envelope = sign(value, signer).value();
  const auto verified = Admission::admit<T>(envelope);
  if (!verified) FAIL("not on the wire: " << describe(verified.error()));
  return *verified;
}

// "ok", or the code: what tables compare.
template <class T>
std::string verdict(const Result<T>& result) {
  return result ? "ok" : std::string(name(result.error().code));
}

inline Line kettle_line() {
  return {.part = no_part, .line = "kettle-17", .qty = 1, .replacement = ""};
}

inline Term repair() {
  Term term;
  term.id = 1;
  term.claims = {1};
  term.ground = Ground::entitlement;
  term.basis = "es.trlgdcu.118";
  term.due = {.n = 10, .unit = Due::Unit::days};
  term.purpose = "repair";
  term.shape = Repair{{kettle_line()}, false};
  return term;
}

inline Term credit() {
  Term term;
  term.id = 2;
  term.claims = {1};
  term.ground = Ground::concession;
  term.due = {.n = 1, .unit = Due::Unit::days};
  term.purpose = "voucher";
  term.shape = Credit{{"EUR", 500, 2}, now + 365 * day_ms};
  return term;
}

inline Offer offer_of(std::vector<Term> terms) {
  Offer offer;
  offer.terms = std::move(terms);
  offer.valid_until_ms = now + 3 * day_ms;
  return offer;
}

struct World {
  KeyPair root = key_pair(1);
  KeyPair next_root = key_pair(2);
  KeyPair message_key = key_pair(3);
  KeyPair log_key = key_pair(4);
  KeyPair device_operator = key_pair(5);
  KeyPair hosted_operator = key_pair(6);
  KeyPair bridge = key_pair(7);
  KeyPair principal = key_pair(11);
  KeyPair assistant = key_pair(12);
  KeyPair other_principal = key_pair(13);
  KeyPair other_assistant = key_pair(14);

  std::string brand = "did:web:kettle.example";
  Verified<Card> card_1 = admitted(card(), root);
  Verified<Mandate> mandate_1 = admitted(mandate(), principal);
  Verified<Mandate> others_mandate = admitted(mandate([this](Mandate& m) {
                                                m.principal = other_principal.public_key();
                                                m.assistant = other_assistant.public_key();
                                              }),
                                              other_principal);
  Verified<Message> opening = admitted(said(Open{{claim()}, "es", "en", {}, {}}), assistant);
  Verified<Message> offer = admitted(answered(offer_of({repair()})), message_key);
  Verified<Message> voucher_offer = admitted(answered(offer_of({credit()})), message_key);
  Authority authority{brand, Environment::sandbox};

  World() {
    REQUIRE(authority.learn(card_1, now));
    REQUIRE(authority.learn(mandate_1, now));
    REQUIRE(authority.learn(others_mandate, now));
  }

  Card card() const {
    Card made;
    made.root_key = root.public_key();
    made.next_root_digest = sha256(next_root.public_key());
    made.issued_ms = now - day_ms;
    made.expires_ms = now + 30 * day_ms;
    made.environment = Environment::sandbox;
    made.domain = "kettle.example";
    made.endpoints = {"https://kettle.example/entente/v1"};
    made.versions = {protocol_version};
    made.keys = {{message_key.public_key(), KeyPurpose::message, Custody::server},
                 {log_key.public_key(), KeyPurpose::log, Custody::server},
                 {device_operator.public_key(), KeyPurpose::operator_, Custody::webauthn},
                 {hosted_operator.public_key(), KeyPurpose::operator_, Custody::server},
                 {bridge.public_key(), KeyPurpose::bridge, Custody::server}};
    made.log_vkey = "kettle.example/log+00000000+AQ==";
    return made;
  }

  template <class Change>
  Card card(const Change& change) const {
    Card made = card();
    change(made);
    return made;
  }

  // The card after the first, which may then be broken.
  template <class Change>
  Card second_card(Change change) const {
    return card([&](Card& made) {
      made.number = 2;
      made.prev_card = card_1.id();
      change(made);
    });
  }

  Mandate mandate() const {
    Mandate made;
    made.principal = principal.public_key();
    made.assistant = assistant.public_key();
    made.audience = brand;
    made.environment = Environment::sandbox;
    made.versions = {protocol_version};
    made.categories = {"goods_nonconformity"};
    for (std::size_t i = 0; i < verb_count; ++i) {
      made.verbs.emplace_back(name(static_cast<Verb>(i)));
    }
    made.remedies = {"repair", "replacement", "voucher"};
    made.approval_exempt = {"voucher"};
    made.issued_ms = now - day_ms;
    made.expires_ms = now + day_ms;
    return made;
  }

  template <class Change>
  Mandate mandate(const Change& change) const {
    Mandate made = mandate();
    change(made);
    return made;
  }

  static Claim claim() {
    Claim made;
    made.claim_id = 1;
    made.category = "goods_nonconformity";
    made.code = "defective";
    made.basis = Basis::statutory;
    made.items = {kettle_line()};
    made.desired = {Wish{.remedy = "repair", .exactly = AnyShape{}}};
    return made;
  }

  // By the assistant, under its mandate.
  Message said(Body body) const {
    Message made;
    made.environment = Environment::sandbox;
    made.act_id.fill(9);
    made.sent_at_ms = now;
    made.author = {Party::consumer, Actor::ai, assistant.public_key(), mandate_1.id()};
    made.audience = {brand, card_1.id()};
    if (!std::holds_alternative<Open>(body)) {
      made.case_id = opening.id();
      made.prev = opening.id();
    }
    made.body = std::move(body);
    return made;
  }

  Message said_by_principal(Body body) const {
    Message made = said(std::move(body));
    made.author = {Party::consumer, Actor::person, principal.public_key(), Digest{}};
    return made;
  }

  // By the brand's rules.
  Message answered(Body body) const {
    Message made = said(std::move(body));
    made.author = {Party::brand, Actor::rules, message_key.public_key(), card_1.id()};
    made.audience = {to_did_key(principal.public_key()), Digest{}};
    return made;
  }

  Message answered_by(const KeyPair& person, Body body) const {
    Message made = answered(std::move(body));
    made.author.actor = Actor::person;
    made.author.key = person.public_key();
    return made;
  }

  Moment moment() const { return {.now_ms = now, .log_index = log_index, .opening = &*opening}; }

  // An approval of an accept of `offered`, in English.
  Approval approval_of(const Verified<Message>& offered) const {
    Approval made;
    made.offer = offered.id();
    made.audience = brand;
    made.environment = Environment::sandbox;
    made.mandate = mandate_1.id();
    made.text_digest = sha256(view(render_offer(*offered, brand, "en")));
    made.language = "en";
    made.expires_ms = now + 600'000;
    return made;
  }

  // What the gate does: the nested envelope is admitted, a broken one counts as none.
  Result<Authorised<Message>> judge(const Message& message, const Signer& signer, Moment moment,
                                    ByteView nested = {}) const {
    std::optional<Verified<Approval>> approval;
    if (!nested.empty()) {
      if (auto got = Admission::admit<Approval>(nested)) approval = *got;
    }
    moment.approval = approval ? &*approval : nullptr;
    return authority.authorise(admitted(message, signer), moment);
  }
  Result<Authorised<Message>> judge(const Message& message, const Signer& signer) const {
    return judge(message, signer, moment());
  }
};

}  // namespace entente::tests
