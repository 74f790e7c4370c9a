#pragma once
// A brand whose disk can fail, and a customer who hears what it says meanwhile.

#include <entente/auditor.h>
#include <entente/journal/ledger.h>
#include <entente/wire/admission.h>
#include <array>
#include <chrono>
#include <thread>
#include "catch.h"
#include "faulty_disk.h"
#include "kettle.h"
#include "own_words.h"

namespace entente::tests {

// Keeps what was sent last, and what the brand answered, busy or not.
class Overheard final : public BrandConnection {
 public:
  explicit Overheard(std::unique_ptr<BrandConnection>& line) : line_(line) {}
  Result<Bytes> card() override { return line_->card(); }
  Result<Bytes> earlier_card(const Digest& digest) override { return line_->earlier_card(digest); }
  Result<Parcel> post(const Parcel& parcel, const std::optional<CaseId>& case_id,
                      std::int64_t wait_ms) override {
    sent = parcel;
    auto answer = line_->post(parcel, case_id, wait_ms);
    last = answer ? *answer : Parcel();
    return answer;
  }
  Result<Parcel> get(const CaseId& case_id, std::uint64_t after, std::int64_t wait_ms,
                     const SignRead& sign) override {
    return line_->get(case_id, after, wait_ms, sign);
  }
  Parcel sent;
  Parcel last;

 private:
  std::unique_ptr<BrandConnection>& line_;
};

struct LaterClock final : Clock {
  std::atomic<std::int64_t> by_ms = 0;
  std::int64_t now_ms() override { return SystemClock().now_ms() + by_ms; }
};

struct Scene {
  TemporaryDirectory directory;
  LaterClock clock;
  Brand brand = make_brand(1, SystemClock().now_ms());
  KettleShop shop;
  std::mutex mutex;
  std::vector<std::string> told;
  std::unique_ptr<Endpoint> endpoint;
  std::unique_ptr<BrandConnection> line;
  Overheard overheard{line};
  Goal goal;
  Agreeable principal{1, shop};
  KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 101)));
  std::unique_ptr<Assistant> customer;
  std::array<Bytes, 2> signed_again;

  explicit Scene(const std::string& more_goal = "")
      : goal(*Goal::parse(kettle_goal() + more_goal, "goal.yaml")) {
    std::filesystem::create_directory(brand_store());
  }
  ~Scene() {
    customer.reset();
    endpoint.reset();
  }

  std::filesystem::path brand_store() const { return directory.path() / "brand"; }

  void open_doors() {
    EndpointOptions options = kettle_endpoint(brand_store(), brand, shop);
    options.clock = &clock;
    options.on_trouble = [this](const std::string& text) {
      const std::scoped_lock lock(mutex);
      told.push_back(text);
    };
    auto started = Endpoint::start(std::move(options));
    if (!started) FAIL(describe(started.error()));
    endpoint = std::move(*started);
    line = std::make_unique<LocalBrand>(*endpoint, brand.card);
  }

  std::vector<std::string> told_to_operator() {
    const std::scoped_lock lock(mutex);
    return told;
  }

  void invite_customer() {
    auto started = Assistant::start({.directory = directory.path() / "consumer",
                                     .goal = &goal,
                                     .files = {{"kettle.jpg", to_bytes("a photo")}},
                                     .brand = &overheard,
                                     .principal = &principal,
                                     .key = &key});
    if (!started) FAIL(describe(started.error()));
    customer = std::move(*started);
  }

  // Until the customer's principal is asked about an offer.
  CaseId negotiate() {
    principal.agrees = false;
    const auto case_id = customer->open();
    if (!case_id) FAIL(describe(case_id.error()));
    REQUIRE(customer->run(*case_id, 20'000)->kind == Ending::Kind::needs_principal);
    return *case_id;
  }

  // The brand's signed words in its last answer.
  std::vector<Refusal> words() const {
    std::vector<Refusal> found;
    for (const Bytes& envelope : overheard.last.envelopes) {
      if (auto word = Admission::admit<Refusal>(envelope)) found.push_back(**word);
    }
    return found;
  }

  // What the customer has sent, with another nonce and, if one is given, another body: the same
  // act. The brand's one word for it. Both as envelopes: `signed_again`.
  Refusal sign_again(Parcel parcel, const CaseId& case_id, const std::optional<Body>& other = {}) {
    Message message = **Admission::admit<Message>(parcel.envelopes.back());
    message.nonce.fill(7);
    if (other) message.body = *other;
    parcel.envelopes = {*sign(message, key)};
    const auto answer = line->post(parcel, case_id, 0);
    if (!answer) FAIL(describe(answer.error()));
    REQUIRE(answer->envelopes.size() == 1);
    signed_again = {parcel.envelopes.front(), answer->envelopes.front()};
    return **Admission::admit<Refusal>(answer->envelopes.front());
  }

  // Into the log of a customer that is closed.
  void note(const CaseId& case_id, EntryKind kind, Direction direction, Bytes content) {
    SystemEntropy entropy;
    const auto ledger = Ledger::open({.directory = directory.path() / "consumer",
                                      .origin = to_did_key(principal.public_key()),
                                      .master_key_file = {}},
                                     key, entropy);
    if (!ledger) FAIL(describe(ledger.error()));
    (*ledger)->append({.kind = kind,
                       .case_id = case_id,
                       .direction = direction,
                       .time_ms = SystemClock().now_ms(),
                       .content = std::move(content)});
    REQUIRE((*ledger)->commit());
  }

  bool recovers() const {
    for (int i = 0; i < 1'000; ++i) {
      if (!endpoint->trouble()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  Report audit() { return audit({brand_store(), directory.path() / "consumer"}); }
  Report audit_brand() { return audit({brand_store()}); }
  Report audit(const std::vector<std::filesystem::path>& sources) {
    customer.reset();
    endpoint.reset();
    const auto auditor = Auditor::open(sources);
    REQUIRE(auditor);
    const auto report = auditor->replay();
    REQUIRE(report);
    return *report;
  }
};

// A party that signs what it likes: the principal of its own case, without an assistant.
struct Caller {
  Scene& scene;
  KeyPair key = Agreeable(3, scene.shop).key();
  CaseId case_id = {};
  std::uint32_t acts = 0;

  Bytes sign_as_said(Body body, const std::string& to = "did:web:kettle.example") {
    const bool opens = std::holds_alternative<Open>(body);
    const Frame said{.key = key.public_key(),
                     .card = Admission::admit<Card>(scene.brand.card)->id(),
                     .now_ms = scene.clock.now_ms(),
                     .case_id = case_id,
                     .number = ++acts,
                     .brand = to};
    const Bytes envelope = *sign(frame(said, std::move(body)), key);
    if (opens) case_id = Admission::admit<Message>(envelope)->id();
    return envelope;
  }
  static Open claims(std::uint16_t count) { return late_parcels(count); }
  static Body request() { return Handoff{.hid = {}, .act = person_request()}; }
  std::vector<Refusal> post(std::vector<Bytes> envelopes) {
    Parcel parcel;
    parcel.envelopes = std::move(envelopes);
    const auto answer = scene.overheard.post(parcel, std::nullopt, 0);
    const bool hears = answer || answer.error().code == ErrorCode::busy;  // without a word
    if (!hears) FAIL(describe(answer.error()));
    return scene.words();
  }
};

inline MessageId id_of(const Bytes& envelope) { return Admission::admit<Message>(envelope)->id(); }

inline std::int64_t admitted_ms(const Case& casefile, const MessageId& message) {
  const auto position = casefile.find_position(message);
  REQUIRE(position);
  return casefile.admitted_ms(*position);
}

}  // namespace entente::tests
