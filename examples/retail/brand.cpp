#include "brand.h"

#include <entente/audit/note.h>
#include <entente/crypto/hash.h>
#include <entente/crypto/system.h>
#include <entente/transport/certificate.h>
#include <entente/wire/envelope.h>

namespace retail {
namespace {

using entente::Card;
using entente::KeyPair;
using entente::KeyPurpose;

constexpr std::int64_t hour_ms = 3'600'000;

Card describe_shop(const BrandOptions& options, std::int64_t now_ms) {
  Card card;
  card.issued_ms = now_ms;
  card.expires_ms = now_ms + 365 * 24 * hour_ms;
  card.environment = entente::Environment::sandbox;
  card.domain = options.domain;
  card.entity = {"Example Shop", "1 Example Street, Austin", "", "us"};
  card.endpoints = {"https://" + options.domain};
  card.versions = {entente::protocol_version};
  card.human.time_zone = "UTC";
  for (std::uint8_t weekday = 1; weekday <= 7; ++weekday) {
    card.human.hours.push_back({weekday, 0, 24 * 60});
  }
  card.human.languages = {"en"};
  card.human.channels = {"case"};
  card.human.target_ms = hour_ms;
  card.human.longest_wait_ms = 4 * hour_ms;
  card.link_methods = options.link_methods;
  card.periods = {hour_ms / 2, 24 * hour_ms, 24 * hour_ms, 60'000};
  card.privacy_contact = "privacy@" + options.domain;
  return card;
}

}  // namespace

Brand::Brand(KeyPair root, KeyPair message, KeyPair log)
    : root_(std::move(root)), message_(std::move(message)), log_(std::move(log)) {}

Brand::~Brand() {
  stop();
  std::error_code ignored;
  if (!tls_.empty()) std::filesystem::remove_all(tls_, ignored);
}

Result<entente::Bytes> Brand::make_card(const BrandOptions& options) const {
  entente::SystemClock clock;
  Card card = describe_shop(options, clock.now_ms());
  const auto add = [&](const KeyPair& key, KeyPurpose purpose) {
    card.keys.push_back(
        {.key = key.public_key(), .purpose = purpose, .custody = entente::Custody::server});
  };
  add(message_, KeyPurpose::message);
  add(log_, KeyPurpose::log);
  card.root_key = root_.public_key();
  card.next_root_digest = entente::sha256(card.root_key.bytes);
  card.log_vkey = log_vkey_;
  return entente::sign(card, root_);
}

Status Brand::write_certificate(const BrandOptions& options) {
  entente::SystemClock clock;
  ENTENTE_LET(made, entente::make_test_authority({options.domain}, clock.now_ms()));
  tls_ = options.directory.parent_path() / (options.directory.filename().string() + "-tls");
  std::error_code failed;
  std::filesystem::create_directories(tls_, failed);
  ENTENTE_TRY(write_text(tls_ / "ca.pem", made.ca_pem));
  ENTENTE_TRY(write_text(tls_ / "certificate.pem", made.certificate_pem));
  return write_text(tls_ / "key.pem", made.key_pem);
}

Result<std::unique_ptr<Brand>> Brand::start(const BrandOptions& options) {
  entente::SystemEntropy entropy;
  std::unique_ptr<Brand> brand(new Brand(KeyPair::generate(entropy), KeyPair::generate(entropy),
                                         KeyPair::generate(entropy)));
  brand->domain_ = options.domain;
  ENTENTE_LET(vkey, entente::Vkey::make(options.domain + "/log", entente::SignatureType::ed25519,
                                        brand->log_.public_key()));
  brand->log_vkey_ = vkey.encode();
  ENTENTE_LET(card, brand->make_card(options));
  ENTENTE_TRY(brand->write_certificate(options));
  ENTENTE_LET(policy, read_text(options.policy));
  entente::EndpointOptions endpoint{.directory = options.directory,
                                    .policy = policy,
                                    .policy_name = options.policy.filename().string(),
                                    .card = card,
                                    .message_key = &brand->message_,
                                    .log_key = &brand->log_,
                                    .back_office = options.back_office,
                                    .workers = 2};
  endpoint.server.certificate_file = (brand->tls_ / "certificate.pem").string();
  endpoint.server.key_file = (brand->tls_ / "key.pem").string();
  endpoint.server.limits.requests_per_connection_max = 100'000;
  ENTENTE_LET(running, entente::Endpoint::start(std::move(endpoint)));
  brand->endpoint_ = std::move(running);
  return brand;
}

std::string Brand::did() const { return "did:web:" + domain_; }
std::string Brand::log_vkey() const { return log_vkey_; }

std::string Brand::url() const {
  return "https://" + domain_ + ":" + std::to_string(endpoint_->port());
}

entente::HttpClientOptions Brand::client() const {
  const std::string port = std::to_string(endpoint_->port());
  return {.ca_file = (tls_ / "ca.pem").string(),
          .allow_private = true,
          .resolve = {domain_ + ":" + port + ":127.0.0.1"}};
}

void Brand::stop() {
  if (endpoint_) endpoint_->stop();
}

}  // namespace retail
