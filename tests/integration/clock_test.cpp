// Somebody sets a clock, on either side, in the middle of a negotiation.

#include <entente/auditor.h>

#include <atomic>

#include "catch.h"
#include "kettle.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t second_ms = 1'000;
constexpr std::int64_t hour_ms = 3'600 * second_ms;
constexpr std::int64_t year_ms = std::int64_t{365} * 24 * hour_ms;
constexpr std::int64_t steps_ms[] = {second_ms, -second_ms,   hour_ms,
                                     -hour_ms,  10 * year_ms, -10 * year_ms};

// The right time, until somebody sets it.
struct SetClock final : Clock {
  std::atomic<std::int64_t> off_ms = 0;
  std::atomic<std::int64_t> frozen_at_ms = 0;
  std::int64_t now_ms() override {
    return frozen_at_ms != 0 ? frozen_at_ms.load() : SystemClock().now_ms() + off_ms;
  }
};

struct Scene {
  TemporaryDirectory directory;
  Brand brand = make_brand(1, SystemClock().now_ms());
  KettleShop shop;
  SetClock brand_clock, consumer_clock;
  SystemUptime uptime;
  std::mutex mutex;
  std::vector<std::string> told;
  std::unique_ptr<Endpoint> endpoint;
  std::unique_ptr<LocalBrand> line;
  Goal goal = *Goal::parse(kettle_goal(), "goal.yaml");
  Agreeable principal{1, shop};
  KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 101)));
  std::unique_ptr<Assistant> customer;
  std::function<void(int)> after_message;  // with the number of messages so far
  int messages = 0;

  Status open_doors() {
    EndpointOptions options = kettle_endpoint(directory.path() / "brand", brand, shop);
    options.clock = &brand_clock;
    options.uptime = &uptime;
    options.on_trouble = [this](const std::string& text) {
      const std::scoped_lock lock(mutex);
      told.push_back(text);
    };
    ENTENTE_LET(started, Endpoint::start(std::move(options)));
    endpoint = std::move(started);
    line = std::make_unique<LocalBrand>(*endpoint, brand.card);
    return {};
  }

  void invite_customer() {
    auto started = Assistant::start({.directory = directory.path() / "consumer",
                                     .goal = &goal,
                                     .files = {{"kettle.jpg", to_bytes("a photo")}},
                                     .brand = line.get(),
                                     .principal = &principal,
                                     .key = &key,
                                     .clock = &consumer_clock,
                                     .on_message = [this](const Message&) {
                                       if (after_message) after_message(++messages);
                                     }});
    if (!started) FAIL(describe(started.error()));
    customer = std::move(*started);
  }

  Report audit() {
    customer.reset();
    endpoint.reset();
    const std::vector<fs::path> sources = {directory.path() / "brand",
                                           directory.path() / "consumer"};
    const auto auditor = Auditor::open(sources);
    REQUIRE(auditor);
    const auto report = auditor->replay();
    REQUIRE(report);
    return *report;
  }
};

}  // namespace

TEST_CASE("an endpoint whose card is over says so", "[integration]") {
  TemporaryDirectory directory;
  const Brand brand = make_brand(1, SystemClock().now_ms());
  KettleShop shop;
  SetClock clock;
  EndpointOptions options = kettle_endpoint(directory.path() / "brand", brand, shop);
  options.clock = &clock;
  const auto endpoint = Endpoint::start(std::move(options));
  REQUIRE(endpoint);
  clock.off_ms = year_ms - hour_ms;
  CHECK_FALSE((*endpoint)->trouble());
  clock.off_ms = year_ms;
  REQUIRE((*endpoint)->trouble());
  CHECK((*endpoint)->trouble()->starts_with("the card has expired at "));
}

TEST_CASE("a brand's clock that is set and set right again changes no outcome", "[clock]") {
  for (const std::int64_t step_ms : steps_ms) {
    for (const int at : {1, 4, 7}) {
      Scene scene;
      scene.after_message = [&](int messages) {
        if (messages == at) scene.brand_clock.off_ms = step_ms;
        if (messages == at + 3) scene.brand_clock.off_ms = 0;
      };
      REQUIRE(scene.open_doors());
      scene.invite_customer();
      CAPTURE(step_ms, at);
      const auto case_id = scene.customer->open();
      if (!case_id) FAIL(describe(case_id.error()));
      const auto ending = scene.customer->run(*case_id, 20'000);
      if (!ending) FAIL(describe(ending.error()));
      CHECK(ending->outcome == "resolved_agreed");
      CHECK(scene.shop.executed() == 2);
      const Report report = scene.audit();
      INFO(to_text(report));
      CHECK(report.broken() == 0);
    }
  }
}

TEST_CASE("a brand's clock that stands still does not stop the endpoint", "[clock]") {
  Scene scene;
  scene.after_message = [&](int messages) {
    if (messages == 2) scene.brand_clock.frozen_at_ms = SystemClock().now_ms();
  };
  REQUIRE(scene.open_doors());
  scene.invite_customer();
  const auto case_id = scene.customer->open();
  REQUIRE(case_id);
  CHECK(scene.customer->run(*case_id, 20'000)->outcome == "resolved_agreed");
  CHECK(scene.audit().broken() == 0);
}

TEST_CASE("a consumer whose clock is wrong is refused or served, and its log stays in order",
          "[clock]") {
  for (const std::int64_t step_ms : steps_ms) {
    for (const int at : {1, 5}) {
      Scene scene;
      scene.after_message = [&](int messages) {
        if (messages == at) scene.consumer_clock.off_ms = step_ms;
      };
      REQUIRE(scene.open_doors());
      scene.invite_customer();
      CAPTURE(step_ms, at);
      const auto case_id = scene.customer->open();
      REQUIRE(case_id);
      Result<Ending> ending = scene.customer->run(*case_id, 20'000);
      scene.after_message = nullptr;
      scene.consumer_clock.off_ms = 0;
      for (int again = 0; again < 3 && !ending; ++again) {
        ending = scene.customer->run(*case_id, 20'000);
      }
      if (!ending) FAIL(describe(ending.error()));
      const Report report = scene.audit();
      INFO(to_text(report));
      CHECK(report.broken() == 0);
    }
  }
}

TEST_CASE("an endpoint does not start on a clock far behind its log", "[clock][negative]") {
  Scene scene;
  REQUIRE(scene.open_doors());
  scene.endpoint.reset();
  for (const std::int64_t step_ms : {-hour_ms, -10 * year_ms}) {
    scene.brand_clock.off_ms = step_ms;
    const Status refused = scene.open_doors();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::clock_skew);
    CHECK(refused.error().detail.find("set the clock right") != std::string::npos);
  }
  // Ten years on, the card has expired long since.
  scene.brand_clock.off_ms = 10 * year_ms;
  CHECK(scene.open_doors().error().code == ErrorCode::card_expired);
  scene.brand_clock.off_ms = -second_ms;
  CHECK(scene.open_doors());
}
