#include "casting.h"

#include <entente/crypto/hash.h>
#include <entente/identity/authority.h>
#include <entente/protocol/render.h>
#include <entente/wire/admission.h>

#include <algorithm>
#include <stdexcept>

namespace entente::tests {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t far_ms = 4'000'000'000'000;

template <class T>
T require(Result<T> result) {
  if (!result) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

void require(const Status& status) {
  if (!status) throw std::runtime_error(describe(status.error()));
}

KeyPair key_of(std::uint8_t number) {
  Bytes seed(32, number);
  return require(KeyPair::from_seed(seed));
}

const std::vector<std::string> categories = {"goods_nonconformity", "delivery", "contract",
                                             "return_refund",       "billing",  "travel"};
const std::vector<std::string> remedies = {
    "repair",       "replacement",     "compensation_goodwill",
    "refund_full",  "voucher",         "correction_of_record",
    "exchange",     "refund_partial",  "plan_change",
    "explanation",  "bill_correction", "contract_termination",
    "price_payment"};

Bytes* approval_of(Body& body) {
  if (auto* accept = std::get_if<Accept>(&body)) return &accept->approval;
  if (auto* offer = std::get_if<Offer>(&body)) return &offer->approval;
  auto* exercise = std::get_if<Exercise>(&body);
  auto* invoke = exercise ? std::get_if<Invoke>(&exercise->act) : nullptr;
  return invoke ? &invoke->approval : nullptr;
}

}  // namespace

struct Casting::State {
  KeyPair root = key_of(1);
  KeyPair message = key_of(2);
  KeyPair person = key_of(3);
  KeyPair principal = key_of(4);
  KeyPair assistants[2] = {key_of(5), key_of(6)};
  Authority knows{brand_did, Environment::sandbox};
  Authority knows_revoked{brand_did, Environment::sandbox};
  Digest card;
  Digest mandates[2];
  std::uint64_t spoken = 0;  // messages so far

  void publish_card() {
    Card made;
    made.root_key = root.public_key();
    made.issued_ms = 1;
    made.expires_ms = far_ms;
    made.environment = Environment::sandbox;
    made.domain = "kettle.example";
    made.entity = {"Kettle SL", "Calle 1", "B1", "es"};
    made.endpoints = {"https://kettle.example/entente/v1"};
    made.versions = {protocol_version};
    made.keys = {{message.public_key(), KeyPurpose::message, Custody::server, 0, 0},
                 {person.public_key(), KeyPurpose::operator_, Custody::device, 0, 0}};
    made.log_vkey = "kettle.example/log+00000000+AQ==";
    made.link_methods = {"email_otp"};
    made.human.time_zone = "Europe/Madrid";
    made.human.languages = {"es"};
    made.human.channels = {"case"};
    const Bytes envelope = require(sign(made, root));
    const auto verified = require(Admission::admit<Card>(envelope));
    card = verified.id();
    for (Authority* each : {&knows, &knows_revoked}) require(each->learn(verified, 2));
  }

  void give_mandate(int index) {
    Mandate made;
    made.principal = principal.public_key();
    made.assistant = assistants[index].public_key();
    made.audience = brand_did;
    made.environment = Environment::sandbox;
    made.versions = {protocol_version};
    made.categories = categories;
    made.remedies = remedies;
    made.approval_exempt = remedies;
    for (std::size_t i = 0; i < verb_count; ++i) {
      made.verbs.emplace_back(name(static_cast<Verb>(i)));
    }
    made.issued_ms = 1;
    made.expires_ms = far_ms;
    made.nonce[0] = static_cast<std::uint8_t>(index + 1);
    const auto verified = require(Admission::admit<Mandate>(require(sign(made, principal))));
    mandates[index] = verified.id();
    for (Authority* each : {&knows, &knows_revoked}) require(each->learn(verified, 2));
    knows_revoked.revoke(verified.id(), principal.public_key(), 0);
  }

  const KeyPair& key_for(const Said& said) const {
    if (said.party == Party::brand) return said.actor == Actor::person ? person : message;
    return said.principal ? principal : assistants[said.mandate - 1];
  }

  Message compose(const Case& casefile, const Said& said, std::int64_t now_ms) {
    const bool opens = std::holds_alternative<Open>(said.body);
    const bool consumers = said.party == Party::consumer;
    Message made;
    made.environment = Environment::sandbox;
    if (!opens) made.case_id = casefile.id();
    ++spoken;
    for (std::size_t i = 0; i < 8; ++i) {
      made.nonce[i] = static_cast<std::uint8_t>(spoken >> (8 * i));
    }
    const std::string act = said.act.empty() ? "#" + std::to_string(spoken) : said.act;
    std::copy_n(act.begin(), std::min(act.size(), made.act_id.size()), made.act_id.begin());
    made.prev = opens ? MessageId{} : said.prev.value_or(casefile.head());
    made.sent_at_ms = now_ms;
    made.admit_by_ms = now_ms + hour_ms;
    made.author = {said.party, said.actor, key_for(said).public_key(), card};
    if (consumers) {
      made.author.authority = said.principal ? Digest{} : mandates[said.mandate - 1];
      made.audience = {brand_did, card};
    } else {
      made.audience = {to_did_key(principal.public_key()), Digest{}};
    }
    made.parts = said.parts;
    made.body = said.body;
    return made;
  }

  // What the principal signs: this act, over the text it was shown.
  Verified<Approval> approve(Message& act, const Message* subject, std::int64_t now_ms) const {
    Approval made;
    const auto* accept = std::get_if<Accept>(&act.body);
    if (accept) made.offer = accept->offer;
    made.case_id = act.case_id;
    made.act_id = act.act_id;
    made.audience = brand_did;
    made.environment = Environment::sandbox;
    made.mandate = act.author.authority;
    made.language = "en";
    const std::string text = accept ? render_offer(*subject, brand_did, "en")
                             : std::holds_alternative<Offer>(act.body)
                                 ? render_offer(act, brand_did, "en")
                                 : render_exercise(act, "en");
    made.text_digest = sha256(view(text));
    made.expires_ms = now_ms + hour_ms;
    Bytes envelope = require(sign(made, principal));
    auto verified = require(Admission::admit<Approval>(envelope));
    *approval_of(act.body) = std::move(envelope);
    return verified;
  }
};

Casting::Casting() : state_(std::make_unique<State>()) {
  state_->publish_card();
  state_->give_mandate(0);
  state_->give_mandate(1);
}
Casting::~Casting() = default;

Digest Casting::mandate(int number) const { return state_->mandates[number - 1]; }

Authorised<Message> Casting::say(const Case& casefile, const Said& said, std::int64_t now_ms) {
  return require(try_say(casefile, said, now_ms));
}

Result<Authorised<Message>> Casting::try_say(const Case& casefile, const Said& said,
                                             std::int64_t now_ms) {
  State& s = *state_;
  Message made = s.compose(casefile, said, now_ms);
  const auto* accept = std::get_if<Accept>(&made.body);
  const auto* subject = accept ? casefile.find_message(accept->offer) : nullptr;
  Moment moment;
  moment.now_ms = now_ms;
  moment.log_index = s.spoken;
  moment.subject = subject ? &**subject : nullptr;
  if (casefile.is_open()) moment.opening = &*casefile.messages().front();
  // An accept of what is no offer must reach the case: who refuses it is what is tested.
  const Message any_offer = [] {
    Message offer;
    offer.body = Offer{};
    return offer;
  }();
  if (accept && (!subject || (*subject)->verb() != Verb::propose)) moment.subject = &any_offer;
  std::optional<Verified<Approval>> approval;
  if (said.approved && !said.principal) {
    approval = s.approve(made, moment.subject, now_ms);
    moment.approval = &*approval;
  }
  const Bytes envelope = require(sign(made, s.key_for(said)));
  const auto verified = require(Admission::admit<Message>(envelope));
  const Authority& authority = said.lapsed ? s.knows_revoked : s.knows;
  return authority.authorise(verified, moment);
}

}  // namespace entente::tests
