#include <functional>

#include "world.h"

using namespace entente;
using namespace entente::tests;

namespace {

struct Attack {
  const char* what;
  std::function<void(Approval&)> change;
  std::string expect;
};

std::string outcome(const Result<Authorised<Message>>& result) {
  if (!result) return verdict(result);
  return result->approved() ? "approved" : "ok";
}

Bytes signed_by(const KeyPair& key, const Approval& approval) {
  return sign(approval, key).value();
}

// The accept of an offer, with what is nested in it.
std::string accepted(const World& w, const Verified<Message>& offer, const Bytes& nested) {
  Moment moment = w.moment();
  moment.subject = &*offer;
  return outcome(w.judge(w.said(Accept{offer.id(), nested}), w.assistant, moment, nested));
}

Approval act_approval(const World& w, const Message& act, const std::string& text) {
  Approval approval = w.approval_of(w.offer);
  approval.offer = {};
  approval.case_id = act.case_id;
  approval.act_id = act.act_id;
  approval.text_digest = sha256(view(text));
  return approval;
}

Message withdrawal(const World& w) {
  return w.said(Exercise{Invoke{.right = "withdrawal", .claims = {1}, .effective = "at_once"}});
}

std::string exercised(const World& w, Message act, const Bytes& nested) {
  std::get<Invoke>(std::get<Exercise>(act.body).act).approval = nested;
  return outcome(w.judge(act, w.assistant, w.moment(), nested));
}

}  // namespace

TEST_CASE("an approval holds for one act, one text, one language, one mandate") {
  const World w;
  const std::vector<Attack> attacks = {
      {"nothing", [](Approval&) {}, "approved"},
      {"another offer", [&](Approval& a) { a.offer = w.voucher_offer.id(); }, "approval_invalid"},
      {"an act instead of the offer",
       [&](Approval& a) { a.offer = {}, a.case_id = w.opening.id(), a.act_id.fill(9); },
       "approval_invalid"},
      {"offer and act", [&](Approval& a) { a.case_id = w.opening.id(), a.act_id.fill(9); },
       "approved"},
      {"another case", [&](Approval& a) { a.case_id = w.offer.id(); }, "approval_invalid"},
      {"another act", [](Approval& a) { a.act_id.fill(8); }, "approval_invalid"},
      {"another brand", [](Approval& a) { a.audience = "did:web:pan.example"; },
       "approval_invalid"},
      {"production", [](Approval& a) { a.environment = Environment::production; },
       "approval_invalid"},
      {"another mandate", [&](Approval& a) { a.mandate = w.others_mandate.id(); },
       "approval_invalid"},
      {"no mandate", [](Approval& a) { a.mandate = {}; }, "approval_invalid"},
      {"another text", [](Approval& a) { a.text_digest.bytes[0] ^= 1; }, "approval_invalid"},
      {"the English text as Spanish", [](Approval& a) { a.language = "es"; }, "approval_invalid"},
      {"the Spanish text",
       [&](Approval& a) {
         a.language = "es";
         a.text_digest = sha256(view(render_offer(*w.offer, w.brand, "es")));
       },
       "approved"},
      {"expired", [](Approval& a) { a.expires_ms = now; }, "approval_expired"},
      {"in its last millisecond", [](Approval& a) { a.expires_ms = now + 1; }, "approved"}};
  for (const Attack& attack : attacks) {
    INFO(attack.what);
    Approval approval = w.approval_of(w.offer);
    attack.change(approval);
    CHECK(accepted(w, w.offer, signed_by(w.principal, approval)) == attack.expect);
  }
}

TEST_CASE("an approval is signed by the principal and nobody else") {
  const World w;
  for (const KeyPair* key : {&w.assistant, &w.other_principal, &w.message_key, &w.root}) {
    CHECK(accepted(w, w.offer, signed_by(*key, w.approval_of(w.offer))) == "approval_invalid");
  }
  Bytes forged = signed_by(w.principal, w.approval_of(w.offer));
  forged[forged.size() / 2] ^= 1;
  CHECK(accepted(w, w.offer, forged) == "approval_invalid");
  CHECK(accepted(w, w.offer, Bytes{1, 2, 3}) == "approval_invalid");
  CHECK(accepted(w, w.offer, signed_by(w.principal, w.approval_of(w.voucher_offer))) ==
        "approval_invalid");
}

TEST_CASE("an accept needs approval unless every remedy is exempt") {
  const World w;
  const auto both = admitted(w.answered(offer_of({repair(), credit()})), w.message_key);
  Offer waiving = offer_of({credit()});
  waiving.waives = {"contest"};
  const auto waiver = admitted(w.answered(waiving), w.message_key);
  CHECK(accepted(w, w.voucher_offer, {}) == "ok");
  CHECK(accepted(w, w.offer, {}) == "approval_missing");
  CHECK(accepted(w, both, {}) == "approval_missing");
  CHECK(accepted(w, waiver, {}) == "approval_missing");
  for (const auto* offer : {&w.voucher_offer, &w.offer, &both, &waiver}) {
    const Bytes approval = signed_by(w.principal, w.approval_of(*offer));
    CHECK(accepted(w, *offer, approval) == "approved");
  }
  // Where none was needed, one that came must hold all the same.
  CHECK(accepted(w, w.voucher_offer, signed_by(w.assistant, w.approval_of(w.voucher_offer))) ==
        "approval_invalid");
}

TEST_CASE("an accept is held against the offer it names") {
  World w;
  Term refund = repair();
  refund.purpose = "refund_full";
  refund.shape = MoneyTo{{"EUR", 500, 2}, "original_payment"};
  const auto offer = admitted(w.answered(offer_of({repair(),
                                                   [&] {
                                                     refund.id = 2;
                                                     return refund;
                                                   }()})),
                              w.message_key);
  CHECK(accepted(w, offer, signed_by(w.principal, w.approval_of(offer))) == "mandate_exceeded");
  const Message blind = w.said(Accept{w.offer.id(), {}});
  CHECK(outcome(w.judge(blind, w.assistant)) == "unknown_reference");
  Moment moment = w.moment();
  moment.subject = &*w.opening;
  CHECK(outcome(w.judge(blind, w.assistant, moment)) == "unknown_reference");
}

TEST_CASE("what the principal signs itself is approved") {
  const World w;
  Moment moment = w.moment();
  moment.subject = &*w.offer;
  const Message accept = w.said_by_principal(Accept{w.offer.id(), {}});
  CHECK(outcome(w.judge(accept, w.principal, moment)) == "approved");
  CHECK_FALSE(w.authority.needs_approval(accept, moment));
}

TEST_CASE("a consumer's offer invites without approval and binds with it") {
  const World w;
  Message propose = w.said(offer_of({repair()}));
  CHECK(outcome(w.judge(propose, w.assistant)) == "ok");
  const Approval approval = act_approval(w, propose, render_offer(propose, w.brand, "en"));
  const auto with = [&](const Approval& nested, const KeyPair& key) {
    const Bytes envelope = signed_by(key, nested);
    std::get<Offer>(propose.body).approval = envelope;
    return outcome(w.judge(propose, w.assistant, w.moment(), envelope));
  };
  CHECK(with(approval, w.principal) == "approved");
  CHECK(with(approval, w.assistant) == "approval_invalid");
  Approval wrong = approval;
  wrong.act_id.fill(3);
  CHECK(with(wrong, w.principal) == "approval_invalid");
  wrong = approval;
  wrong.case_id = w.offer.id();
  CHECK(with(wrong, w.principal) == "approval_invalid");
  wrong = approval;
  wrong.offer = w.offer.id();
  CHECK(with(wrong, w.principal) == "approval_invalid");
  wrong = approval;
  wrong.expires_ms = now;
  CHECK(with(wrong, w.principal) == "approval_expired");
}

TEST_CASE("a brand cannot bind a consumer to an offer that still waits for approval") {
  const World w;
  const auto by_brand = [&](const Message& subject) {
    Moment moment = w.moment();
    moment.subject = &subject;
    return outcome(w.judge(w.answered(Accept{w.offer.id(), {}}), w.message_key, moment));
  };
  Offer approved = offer_of({repair()});
  approved.approval = {1};  // it was judged when the offer was admitted
  CHECK(by_brand(w.said(offer_of({repair()}))) == "approval_missing");
  CHECK(by_brand(w.said(approved)) == "ok");
  CHECK(by_brand(w.said_by_principal(offer_of({repair()}))) == "ok");
  CHECK(by_brand(w.said(offer_of({credit()}))) == "ok");
}

TEST_CASE("an exercise is admitted with any approval, and approved only by a good one") {
  const World w;
  const Message act = withdrawal(w);
  const Approval good = act_approval(w, act, render_exercise(act, "en"));
  CHECK(exercised(w, act, signed_by(w.principal, good)) == "approved");
  CHECK(exercised(w, act, {}) == "ok");
  CHECK(exercised(w, act, signed_by(w.assistant, good)) == "ok");
  CHECK(exercised(w, act, Bytes{1, 2, 3}) == "ok");
  const std::vector<std::function<void(Approval&)>> defects = {
      [](Approval& a) { a.expires_ms = now; },
      [](Approval& a) { a.act_id.fill(1); },
      [](Approval& a) { a.text_digest.bytes[3] ^= 1; },
      [](Approval& a) { a.language = "nl"; },
      [&](Approval& a) { a.offer = w.offer.id(); },
      [](Approval& a) { a.environment = Environment::production; }};
  for (const auto& defect : defects) {
    Approval approval = good;
    defect(approval);
    CHECK(exercised(w, act, signed_by(w.principal, approval)) == "ok");
  }
  Message other = act;
  std::get<Invoke>(std::get<Exercise>(other.body).act).right = "cancellation";
  CHECK(exercised(w, other, signed_by(w.principal, good)) == "ok");
}

TEST_CASE("under a lapsed mandate no approval counts") {
  World w;
  const Message act = withdrawal(w);
  const Bytes good = signed_by(w.principal, act_approval(w, act, render_exercise(act, "en")));
  w.authority.revoke(w.mandate_1.id(), w.principal.public_key(), 0);
  CHECK(exercised(w, act, good) == "ok");
  CHECK(accepted(w, w.offer, signed_by(w.principal, w.approval_of(w.offer))) == "mandate_revoked");
}

TEST_CASE("an assistant can ask beforehand whether an act needs approval") {
  const World w;
  Moment moment = w.moment();
  const auto needs = [&](const Body& body, const Message* subject) {
    moment.subject = subject;
    return w.authority.needs_approval(w.said(body), moment);
  };
  const Accept accept{w.offer.id(), {}};
  CHECK(needs(accept, &*w.offer));
  CHECK_FALSE(needs(accept, &*w.voucher_offer));
  CHECK(needs(accept, nullptr));
  CHECK(needs(offer_of({repair()}), nullptr));
  CHECK_FALSE(needs(offer_of({credit()}), nullptr));
  CHECK_FALSE(needs(Decline{w.offer.id(), "policy"}, &*w.offer));
}
