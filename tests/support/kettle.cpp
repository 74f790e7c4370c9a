#include "kettle.h"

#include <entente/audit/note.h>
#include <entente/crypto/hash.h>
#include <entente/wire/envelope.h>

#include "shared_data.h"

namespace entente::tests {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

KeyPair key_of(std::uint8_t seed, std::uint8_t number) {
  Bytes bytes(32, seed);
  bytes[31] = number;
  return std::move(*KeyPair::from_seed(bytes));
}

}  // namespace

Brand make_brand(std::uint8_t seed, std::int64_t now_ms) {
  Brand brand{.root = key_of(seed, 1), .message = key_of(seed, 2), .log = key_of(seed, 3)};
  const KeyPair next_root = key_of(seed, 4);
  Card card{
      .number = 1,
      .root_key = brand.root.public_key(),
      .next_root_digest = sha256(ByteView(next_root.public_key())),
      .issued_ms = now_ms,
      .expires_ms = now_ms + 365 * day_ms,
      .environment = Environment::sandbox,
      .domain = "kettle.example",
      .entity = {.name = "Kettle S.L.", .address = "Calle Mayor 1", .country = "es"},
      .endpoints = {"https://kettle.example"},
      .versions = {protocol_version},
      .keys = {{.key = brand.message.public_key(),
                .purpose = KeyPurpose::message,
                .custody = Custody::server},
               {.key = brand.log.public_key(),
                .purpose = KeyPurpose::log,
                .custody = Custody::server}},
      .log_vkey = Vkey::make("kettle.example/log", SignatureType::ed25519, brand.log.public_key())
                      ->encode(),
      .human = {.time_zone = "Europe/Madrid",
                .languages = {"en", "es"},
                .channels = {"case", "phone"},
                .target_ms = 180'000,
                .longest_wait_ms = day_ms,
                .alternatives = {"phone", "post"}},
      .link_methods = {"email_otp"},
      .periods = {.offer_ms = 3'600'000,
                  .contest_ms = 14 * day_ms,
                  .reopen_ms = 90 * day_ms,
                  .answer_ms = 3'600'000},
      .privacy_contact = "privacy@kettle.example"};
  brand.card = *sign(card, brand.root);
  return brand;
}

Result<std::vector<Fact>> KettleShop::facts(const FactsQuery& query) {
  return std::vector<Fact>{
      {"order.mine", Scalar(query.account == "cust-17")},
      {"item.age", Scalar(DurationFact{70 * day_ms})},
      {"item.misuse", Scalar(false)},
      {"item.price", Scalar(Money{"EUR", 3990, 2})},
      {"item.out_of_stock", Scalar(false)},
  };
}

Performance KettleShop::execute(const Order& order) {
  const std::scoped_lock lock(mutex_);
  const auto [at, fresh] = done_.try_emplace(order.key, "ref-" + std::to_string(done_.size() + 1));
  if (!fresh) ++repeated_;
  return {.state = Performance::State::done, .reference = at->second, .code = {}};
}

Performance KettleShop::lookup(const Digest& key) {
  const std::scoped_lock lock(mutex_);
  const auto known = done_.find(key);
  if (known == done_.end()) return {.state = Performance::State::absent};
  return {.state = Performance::State::done, .reference = known->second, .code = {}};
}

std::optional<std::string> KettleShop::find_account(const AccountProof& proof) {
  if (proof.proof == "ana@example.com") return "cust-17";
  return std::nullopt;
}

void KettleShop::deliver_code(const AccountProof&, std::string_view code) {
  const std::scoped_lock lock(mutex_);
  code_ = code;
}

std::string KettleShop::delivered_code() const {
  const std::scoped_lock lock(mutex_);
  return code_;
}

std::size_t KettleShop::executed() const {
  const std::scoped_lock lock(mutex_);
  return done_.size();
}

std::size_t KettleShop::repeated() const {
  const std::scoped_lock lock(mutex_);
  return repeated_;
}

Agreeable::Agreeable(std::uint8_t seed, const KettleShop& shop)
    : key_(key_of(seed, 9)), shop_(shop) {}

const PublicKey& Agreeable::public_key() const { return key_.public_key(); }

KeyPair Agreeable::key() const { return std::move(*KeyPair::from_seed(key_.secret_seed())); }

std::optional<Signature> Agreeable::approve(std::string_view text, ByteView to_sign) {
  shown = text;
  if (!agrees) return std::nullopt;
  return *key_.sign(to_sign);
}

Result<Signature> Agreeable::sign_mandate(ByteView to_sign) { return key_.sign(to_sign); }

bool Agreeable::has_happened(std::string_view text) {
  asked.emplace_back(text);
  return has_seen;
}

std::optional<std::string> Agreeable::link_proof(std::string_view) {
  return shop_.delivered_code();
}

EndpointOptions kettle_endpoint(const std::filesystem::path& directory, const Brand& brand,
                                KettleShop& shop) {
  return {.directory = directory,
          .policy = read_file(std::filesystem::path(ENTENTE_SOURCE_DIR) /
                              "examples/policies/kettle.policy.yaml"),
          .card = brand.card,
          .message_key = &brand.message,
          .log_key = &brand.log,
          .back_office = &shop,
          .serve_http = false};
}

std::string kettle_goal() {
  return read_file(std::filesystem::path(ENTENTE_SOURCE_DIR) /
                   "examples/policies/kettle.goal.yaml");
}

}  // namespace entente::tests
