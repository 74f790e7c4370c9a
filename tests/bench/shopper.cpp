#include "shopper.h"

#include <entente/audit/proof.h>
#include <entente/crypto/hash.h>
#include <entente/wire/admission.h>
#include <entente/wire/part.h>

#include "measure.h"

namespace entente::bench {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::string_view brand_did = "did:web:kettle.example";

}  // namespace

Counterpart::Counterpart(std::int64_t now_ms)
    : brand(tests::make_brand(1, now_ms)),
      card(must(Admission::admit<Card>(brand.card)).id()),
      log(must(Vkey::make("kettle.example/log", SignatureType::ed25519, brand.log.public_key()))) {}

Shopper::Shopper(Counterpart& brand, SystemEntropy& entropy)
    : brand_(brand),
      entropy_(entropy),
      principal_(KeyPair::generate(entropy)),
      key_(KeyPair::generate(entropy)) {
  const std::int64_t now_ms = SystemClock().now_ms();
  Mandate mandate{.principal = principal_.public_key(),
                  .assistant = key_.public_key(),
                  .audience = std::string(brand_did),
                  .environment = Environment::sandbox,
                  .versions = {protocol_version},
                  .categories = {"delivery"},
                  .verbs = {"open", "propose", "accept", "close"},
                  .remedies = {"voucher"},
                  .approval_exempt = {"voucher"},
                  .issued_ms = now_ms,
                  .expires_ms = now_ms + day_ms};
  entropy.fill(mandate.nonce);
  mandate_ = must(sign(mandate, principal_));
  mandate_id_ = id_of(mandate);
}

Message Shopper::frame(Body body) {
  const std::int64_t now_ms = SystemClock().now_ms();
  Message message{.environment = Environment::sandbox,
                  .case_id = case_id_,
                  .prev = head_,
                  .sent_at_ms = now_ms,
                  .admit_by_ms = now_ms + limits::admit_window_ms,
                  .author = {.party = Party::consumer,
                             .actor = Actor::rules,
                             .key = key_.public_key(),
                             .authority = mandate_id_},
                  .audience = {.party = std::string(brand_did), .card = brand_.card},
                  .seen = {},
                  .body = std::move(body)};
  if (brand_.verified.size > 0) {
    message.seen = {brand_.verified.origin, brand_.verified.size, brand_.verified.root};
  }
  entropy_.fill(message.act_id);
  entropy_.fill(message.nonce);
  return message;
}

Bytes Shopper::seal(const Message& message) {
  const Bytes payload = encode(message);
  signed_bytes_ = pre_authentication_encoding(payload_type::message, payload).size();
  said_ = must(sign_payload(payload_type::message, payload, key_));
  return said_;
}

Bytes Shopper::open() {
  Claim claim{.claim_id = 1, .category = "delivery", .code = "late", .basis = Basis::contract};
  claim.desired.push_back({"voucher", AnyShape{}});
  const Message message = frame(Open{.claims = {claim}, .jurisdiction = "es", .language = "en"});
  Parcel parcel{.envelopes = {seal(message)}, .mandates = {mandate_}};
  case_id_ = id_of(message);
  return encode(parcel);
}

Bytes Shopper::propose() {
  const std::int64_t now_ms = SystemClock().now_ms();
  Term term{.id = 1,
            .claims = {1},
            .obligor = Party::brand,
            .ground = Ground::concession,
            .due = {.n = 1},
            .purpose = "voucher",
            .shape = Credit{{"EUR", 100'000, 2}, now_ms + 365 * day_ms}};
  const Message message = frame(Offer{.terms = {std::move(term)},
                                      .valid_until_ms = now_ms + day_ms,
                                      .replaces = own_offer_,
                                      .answers = their_last_});
  const Bytes parcel = encode(Parcel{.envelopes = {seal(message)}});
  own_offer_ = id_of(message);
  return parcel;
}

Bytes Shopper::accept() {
  const Message message = frame(Accept{.offer = their_last_, .approval = {}});
  accepted_ = id_of(message);
  return encode(Parcel{.envelopes = {seal(message)}});
}

Bytes Shopper::close() {
  const Close close{CloseFinal{.of = their_last_, .confirms = {accepted_}}};
  return encode(Parcel{.envelopes = {seal(frame(close))}});
}

std::string Shopper::sign_read(const std::string& path) {
  Read read{.key = key_.public_key(),
            .authority = mandate_id_,
            .audience = std::string(brand_did),
            .environment = Environment::sandbox,
            .method = "GET",
            .path = path,
            .expires_ms = SystemClock().now_ms() + 60'000};
  entropy_.fill(read.nonce);
  return "Entente " + to_base64(must(sign(read, key_)));
}

std::string Shopper::case_path() const { return "/entente/v1/cases/" + to_hex(case_id_); }

void Shopper::hear(ByteView parcel, Verb answer) {
  if (hear_all(must(decode<Parcel>(parcel)), answer) == 0) give_up("the brand said something else");
}

void Shopper::hear_closed(ByteView parcel) {
  const Parcel answer = must(decode<Parcel>(parcel));
  if (!answer.envelopes.empty()) give_up("the brand has something to say to a closed case");
  hear_all(answer, Verb::close);
}

// How many of the brand's messages are such.
std::size_t Shopper::hear_all(const Parcel& answer, Verb wanted) {
  std::vector<Bytes> said = answer.envelopes;
  said.push_back(said_);
  std::size_t heard = 0;
  for (const Bytes& envelope : answer.envelopes) {
    const auto message = must(Admission::admit<Message>(envelope));
    if (message.signer() != brand_.brand.message.public_key()) give_up("not signed by the brand");
    if (message->case_id != case_id_ || message->prev.is_zero()) give_up("of another case");
    if (message->verb() == wanted) ++heard;
    head_ = their_last_ = message.id();
  }
  if (answer.receipts.size() != said.size()) give_up("a message without receipt");
  for (const Receipt& receipt : answer.receipts) check_receipt(receipt, said);
  return heard;
}

void Shopper::check_receipt(const Receipt& receipt, std::span<const Bytes> envelopes) {
  const Proof proof = must(decode_proof(receipt.proof));
  if (proof.checkpoint != brand_.verified_note) {
    brand_.verified = must(verify_checkpoint(proof.checkpoint, brand_.log));
    brand_.verified_note = proof.checkpoint;
  }
  must(
      verify_inclusion(leaf_hash(receipt.leaf), proof.index, brand_.verified.head(), proof.hashes));
  const LogEntry leaf = must(decode<LogEntry>(receipt.leaf));
  next_position_ = std::max(next_position_, leaf.position + 1);
  for (const Bytes& envelope : envelopes) {
    if (commitment(receipt.salt, envelope) == leaf.commit) return;
  }
  give_up("a receipt for something else");
}

std::string ladder_policy(int steps) {
  std::string ladder;
  for (int step = 1; step <= steps; ++step) {
    ladder +=
        (step > 1 ? ", " : "") + ("{amount: {cur: EUR, amt: " + std::to_string(100 * step)) + "}}";
  }
  return R"(entente: policy/1
name: ladder
environment: sandbox
answer_within: 10s
facts:
  order.late: {type: bool}
concessions:
  - for: delivery.late
    name: late
    when: [{fact: order.late, is: true}]
    remedy: voucher
    steps: [)" +
         ladder + R"(]
    due: {n: 1, unit: days, from: agreement}
otherwise: handoff
offers: {valid_for: 72h, hold: none, toll_max: 24h}
close: {contest_for: 14d, reopen_for: 90d}
)";
}

}  // namespace entente::bench
