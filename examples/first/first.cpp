// A brand and a consumer's assistant in one process: the shortest program with both doors.
//
//     first DIR examples/policies/kettle.policy.yaml examples/policies/kettle.goal.yaml

#include <entente/assistant.h>
#include <entente/audit/note.h>
#include <entente/crypto/hash.h>
#include <entente/crypto/system.h>
#include <entente/endpoint.h>
#include <entente/wire/envelope.h>

#include <fstream>
#include <iostream>
#include <mutex>
#include <sstream>

using namespace entente;

// [back-office]
// What stands between Entente and the shop's own systems.
class Shop final : public BackOffice {
 public:
  Result<std::vector<Fact>> facts(const FactsQuery& query) override {
    const bool mine = query.account == "ana" && query.parts.text_or(0, "") == "K-2291";
    return std::vector<Fact>{{"order.mine", Scalar(mine)},
                             {"item.age", Scalar(DurationFact{70 * day_ms})},
                             {"item.misuse", Scalar(false)},
                             {"item.price", Scalar(Money{"EUR", 3990, 2})},
                             {"item.out_of_stock", Scalar(false)}};
  }

  // The key is stored beside the write: whoever comes with it again is told what was done.
  Performance execute(const Order& order) override {
    const std::scoped_lock lock(mutex_);
    const Performance done{Performance::State::done, "ref-" + short_hex(order.key), ""};
    return done_.try_emplace(order.key, done).first->second;
  }

  Performance lookup(const Digest& key) override {
    const std::scoped_lock lock(mutex_);
    const auto found = done_.find(key);
    return found == done_.end() ? Performance{Performance::State::absent, "", ""} : found->second;
  }

  std::optional<std::string> find_account(const AccountProof& proof) override {
    if (proof.proof != "ana@example.com") return std::nullopt;
    return "ana";
  }

  // Sends the code by mail; here the reader of the mail is in the same process.
  void deliver_code(const AccountProof&, std::string_view code) override {
    const std::scoped_lock lock(mutex_);
    mail_ = code;
  }
  std::string mail() {
    const std::scoped_lock lock(mutex_);
    return mail_;
  }

 private:
  static constexpr std::int64_t day_ms = 86'400'000;
  std::mutex mutex_;
  std::map<Digest, Performance> done_;
  std::string mail_;
};
// [/back-office]

// [principal]
// The person. On a phone the key never leaves the device, and approve() shows a screen.
class Ana final : public Principal {
 public:
  Ana(KeyPair key, Shop& shop) : key_(std::move(key)), shop_(shop) {}

  const PublicKey& public_key() const override { return key_.public_key(); }

  std::optional<Signature> approve(std::string_view text, ByteView to_sign) override {
    std::cout << text << "\n";
    const auto signature = key_.sign(to_sign);
    if (!signature) return std::nullopt;
    return *signature;
  }

  Result<Signature> sign_mandate(ByteView to_sign) override { return key_.sign(to_sign); }

  // What the shop says it has done, and what Ana was to do: only Ana can know.
  bool has_happened(std::string_view text) override {
    std::cout << "It has happened: " << text << "\n";
    return true;
  }

  std::optional<std::string> link_proof(std::string_view) override { return shop_.mail(); }

 private:
  KeyPair key_;
  Shop& shop_;
};
// [/principal]

namespace {

Result<std::string> read(const char* file) {
  std::ifstream in(file);
  if (!in) return fail(ErrorCode::file_missing, file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// [card]
// Who the brand is, signed by its root key: `entente card make` does the same from a file.
Result<Bytes> make_card(const Signer& root, const Signer& message, const Signer& log,
                        std::int64_t now_ms) {
  ENTENTE_LET(vkey, Vkey::make("kettle.example/log", SignatureType::ed25519, log.public_key()));
  Card card;
  card.root_key = root.public_key();
  card.next_root_digest = sha256(root.public_key());
  card.issued_ms = now_ms;
  card.expires_ms = now_ms + std::int64_t{90} * 86'400'000;
  card.environment = Environment::sandbox;
  card.domain = "kettle.example";
  card.entity = {
      .name = "Kettle Shop S.L.", .address = "Madrid", .register_entry = "", .country = "es"};
  card.versions = {protocol_version};
  card.keys = {{message.public_key(), KeyPurpose::message, Custody::server},
               {log.public_key(), KeyPurpose::log, Custody::server}};
  card.log_vkey = vkey.encode();
  card.link_methods = {"email_otp"};
  return sign(card, root);
}
// [/card]

Result<Ending> negotiate(const std::filesystem::path& directory, const char* policy_file,
                         const char* goal_file) {
  SystemEntropy entropy;
  SystemClock clock;
  const KeyPair root = KeyPair::generate(entropy);
  const KeyPair message_key = KeyPair::generate(entropy);
  const KeyPair log_key = KeyPair::generate(entropy);
  Shop shop;
  ENTENTE_LET(policy, read(policy_file));
  ENTENTE_LET(card, make_card(root, message_key, log_key, clock.now_ms()));

  // [endpoint]
  ENTENTE_LET(endpoint, Endpoint::start({.directory = directory / "brand",
                                         .policy = policy,
                                         .card = card,
                                         .message_key = &message_key,
                                         .log_key = &log_key,
                                         .back_office = &shop,
                                         .serve_http = false}));
  // [/endpoint]

  ENTENTE_LET(goal_text, read(goal_file));
  Ana ana(KeyPair::generate(entropy), shop);
  const KeyPair assistant_key = KeyPair::generate(entropy);

  // [assistant]
  ENTENTE_LET(goal, Goal::parse(goal_text, goal_file));
  LocalBrand brand(*endpoint, card);  // over the network: HttpBrand brand({.url = "https://..."})
  ENTENTE_LET(assistant, Assistant::start({.directory = directory / "consumer",
                                           .goal = &goal,
                                           .files = {{"kettle.jpg", to_bytes("a photo")}},
                                           .brand = &brand,
                                           .principal = &ana,
                                           .key = &assistant_key}));
  ENTENTE_LET(case_id, assistant->open());
  ENTENTE_LET(ending, assistant->run(case_id));
  // [/assistant]
  endpoint->stop();
  return ending;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: first DIR POLICY GOAL\n";
    return 2;
  }
  const auto ending = negotiate(argv[1], argv[2], argv[3]);
  if (!ending) {
    std::cerr << describe(ending.error()) << "\n";
    return 1;
  }
  std::cout << name(ending->kind) << ": " << ending->outcome << "\n";
  return ending->kind == Ending::Kind::closed ? 0 : 1;
}
