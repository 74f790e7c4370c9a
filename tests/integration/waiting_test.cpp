// How long an answer takes, in steps of the log rather than in time: what is answered in the batch
// that admits it, who is kept waiting, and until when.

#include <entente/endpoint.h>
#include <entente/wire/admission.h>

#include <atomic>
#include <future>
#include <thread>

#include "catch.h"
#include "kettle.h"

using namespace entente;
using namespace entente::tests;

namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::string_view brand_did = "did:web:kettle.example";
constexpr std::chrono::seconds soon{20};

constexpr const char* policy = R"(entente: policy/1
name: late-parcels
environment: sandbox
answer_within: 10s
facts:
  order.late: {type: bool}
concessions:
  - for: delivery.late
    name: late
    when: [{fact: order.late, is: true}]
    remedy: voucher
    steps: [{amount: {cur: EUR, amt: 300}}]
    due: {n: 1, unit: days, from: agreement}
otherwise: handoff
offers: {valid_for: 72h, hold: none, toll_max: 24h}
close: {contest_for: 14d, reopen_for: 90d}
)";

class SetClock final : public Clock {
 public:
  std::int64_t now_ms() override { return now_ms_; }
  void pass(std::int64_t ms) { now_ms_ += ms; }

 private:
  std::atomic<std::int64_t> now_ms_ = SystemClock().now_ms();
};

// Knows which parcels are late, at once or when asked on another thread.
class LateShop final : public BackOffice {
 public:
  explicit LateShop(bool at_once) : at_once_(at_once) {}
  Result<std::vector<Fact>> facts(const FactsQuery&) override {
    if (!at_once_) may_answer.get_future().wait();
    return std::vector<Fact>{{"order.late", Scalar(true)}};
  }
  Performance execute(const Order&) override { return {}; }
  Performance lookup(const Digest&) override { return {}; }
  std::optional<std::string> find_account(const AccountProof&) override { return std::nullopt; }
  bool answers_at_once() const override { return at_once_; }

  std::promise<void> may_answer;

 private:
  bool at_once_;
};

// A consumer without an assistant, who signs what is posted.
struct World {
  TemporaryDirectory directory;
  SetClock clock;
  SystemEntropy entropy;
  Brand brand = make_brand(1, clock.now_ms());
  KettleShop unused;
  LateShop shop;
  KeyPair key = KeyPair::generate(entropy);
  CaseId case_id;
  std::unique_ptr<Endpoint> endpoint;

  explicit World(bool at_once, bool over_http = false) : shop(at_once) {
    EndpointOptions options = kettle_endpoint(directory.path() / "brand", brand, unused);
    options.policy = policy;
    options.back_office = &shop;
    options.clock = &clock;
    options.serve_http = over_http;
    options.server.limits.drain_ms = 3'000;
    endpoint = std::move(*Endpoint::start(std::move(options)));
  }

  Message frame(Body body) {
    Message message{.environment = Environment::sandbox,
                    .case_id = case_id,
                    .prev = case_id,
                    .sent_at_ms = clock.now_ms(),
                    .admit_by_ms = clock.now_ms() + 60'000,
                    .author = {.party = Party::consumer,
                               .actor = Actor::person,
                               .key = key.public_key(),
                               .authority = {}},
                    .audience = {.party = std::string(brand_did),
                                 .card = Admission::admit<Card>(brand.card)->id()},
                    .seen = {},
                    .body = std::move(body)};
    entropy.fill(message.act_id);
    entropy.fill(message.nonce);
    return message;
  }

  // The answer as it is given without waiting for anything.
  std::future<EndpointAnswer> post(const Message& message) {
    auto answer = std::make_shared<std::promise<EndpointAnswer>>();
    endpoint->deliver({.envelopes = {*sign(message, key)}},
                      case_id.is_zero() ? std::nullopt : std::optional(case_id), 0,
                      [answer](EndpointAnswer given) { answer->set_value(std::move(given)); });
    return answer->get_future();
  }

  std::future<EndpointAnswer> open() {
    Claim claim{.claim_id = 1, .category = "delivery", .code = "late", .basis = Basis::contract};
    claim.desired.push_back({"voucher", AnyShape{}});
    const Message message = frame(Open{.claims = {claim}, .jurisdiction = "es", .language = "en"});
    auto answer = post(message);
    case_id = id_of(message);
    return answer;
  }

  Bytes sign_read(const std::string& path) {
    Read read{.key = key.public_key(),
              .audience = std::string(brand_did),
              .environment = Environment::sandbox,
              .method = "GET",
              .path = path,
              .expires_ms = clock.now_ms() + 60'000};
    entropy.fill(read.nonce);
    return *sign(read, key);
  }

  std::future<EndpointAnswer> read(std::uint64_t after, std::int64_t wait_ms) {
    auto answer = std::make_shared<std::promise<EndpointAnswer>>();
    endpoint->read(case_id, after, wait_ms, sign_read("/" + to_hex(case_id)),
                   [answer](EndpointAnswer given) { answer->set_value(std::move(given)); });
    return answer->get_future();
  }
};

bool is_answered(const std::future<EndpointAnswer>& answer) {
  return answer.wait_for(std::chrono::milliseconds(300)) == std::future_status::ready;
}

}  // namespace

TEST_CASE("a back office that answers at once has request and answer in one batch",
          "[integration]") {
  World world(true);
  auto answer = world.open();
  REQUIRE(answer.wait_for(soon) == std::future_status::ready);
  const Parcel parcel = answer.get().parcel;
  REQUIRE(parcel.envelopes.size() == 1);
  CHECK(Admission::admit<Message>(parcel.envelopes.front())->operator*().verb() == Verb::propose);
  CHECK(parcel.receipts.size() == 2);
}

TEST_CASE("a back office that takes its time keeps no receipt waiting", "[integration]") {
  World world(false);
  auto answer = world.open();
  REQUIRE(answer.wait_for(soon) == std::future_status::ready);
  CHECK(answer.get().parcel.receipts.size() == 1);

  auto news = world.read(1, 30'000);
  CHECK_FALSE(is_answered(news));
  world.shop.may_answer.set_value();
  REQUIRE(news.wait_for(soon) == std::future_status::ready);
  CHECK(news.get().parcel.envelopes.size() == 1);
}

TEST_CASE("readers of one case wait each as long as they asked to", "[integration]") {
  World world(true);
  REQUIRE(world.open().wait_for(soon) == std::future_status::ready);
  auto patient = world.read(2, 30'000);
  auto hasty = world.read(2, 10'000);
  auto equally_hasty = world.read(2, 10'000);
  CHECK_FALSE(is_answered(hasty));

  world.clock.pass(10'001);
  for (auto* waited : {&hasty, &equally_hasty}) {
    REQUIRE(waited->wait_for(soon) == std::future_status::ready);
    CHECK(waited->get().parcel.envelopes.empty());
  }
  CHECK_FALSE(is_answered(patient));

  REQUIRE(world.post(world.frame(Leave{})).wait_for(soon) == std::future_status::ready);
  REQUIRE(patient.wait_for(soon) == std::future_status::ready);
  CHECK_FALSE(patient.get().parcel.receipts.empty());
}

TEST_CASE("a reader that waits is answered when the endpoint stops", "[integration]") {
  World world(true, true);
  REQUIRE(world.open().wait_for(soon) == std::future_status::ready);
  const std::string port = std::to_string(world.endpoint->port());
  HttpBrand line({.url = "http://127.0.0.1:" + port,
                  .client = {.allow_plain = true, .allow_private = true},
                  .attempts = 1});
  auto news = std::async(std::launch::async, [&] {
    return line.get(world.case_id, 2, limits::wait_ms_max,
                    [&](std::string_view path) { return world.sign_read(std::string(path)); });
  });
  const auto until = std::chrono::steady_clock::now() + soon;
  while (world.endpoint->http().parked == 0 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  // Longer than what the writer needs to take the read up.
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  world.endpoint->stop();
  const auto answer = news.get();
  REQUIRE(answer);
  CHECK(answer->envelopes.empty());
}

TEST_CASE("whoever leaves hears that the case is closed as withdrawn", "[integration]") {
  World world(true);
  REQUIRE(world.open().wait_for(soon) == std::future_status::ready);

  auto left = world.post(world.frame(Leave{.reason = "consumer_asked"}));

  REQUIRE(left.wait_for(soon) == std::future_status::ready);
  const Parcel parcel = left.get().parcel;
  const auto last = Admission::admit<Message>(parcel.envelopes.back());
  REQUIRE(last);
  const auto* close = std::get_if<Close>(&last->operator*().body);
  REQUIRE(close != nullptr);
  CHECK(std::get<CloseProposed>(close->step).outcome == "withdrawn_by_consumer");
}

TEST_CASE("a clock of a case is heard while nobody speaks", "[integration]") {
  World world(true);
  REQUIRE(world.open().wait_for(soon) == std::future_status::ready);
  const HandoffRequest request{.reason = "consumer_asked",
                               .principal_present = HandoffRequest::Present::callback,
                               .channels = {"case"},
                               .language = "en"};
  auto asked = world.post(world.frame(Handoff{{}, request}));
  REQUIRE(asked.wait_for(soon) == std::future_status::ready);
  REQUIRE(asked.get().parcel.envelopes.size() == 2);  // the offer again, and where one stands

  world.clock.pass(day_ms);  // an update of the place in the queue is due

  const auto until = std::chrono::steady_clock::now() + soon;
  std::size_t said = 0;
  while (said == 0 && std::chrono::steady_clock::now() < until) {
    said = world.read(4, 0).get().parcel.envelopes.size();
  }
  CHECK(said > 0);
}
