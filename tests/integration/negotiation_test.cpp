// Two parties negotiate in one process, by policy and goal alone; what they leave is checked from
// both sides.

#include <algorithm>

#include "catch.h"
#include "kettle.h"

using namespace entente;
using namespace entente::tests;

namespace {

struct World {
  TemporaryDirectory directory;
  SystemClock clock;
  Brand brand = make_brand(1, SystemClock().now_ms());
  KettleShop shop;
  std::unique_ptr<Endpoint> endpoint;
  std::unique_ptr<LocalBrand> connection;

  World() { start(); }

  void start() {
    auto started = Endpoint::start(kettle_endpoint(directory.path() / "brand", brand, shop));
    if (!started) FAIL(describe(started.error()));
    endpoint = std::move(*started);
    connection = std::make_unique<LocalBrand>(*endpoint, brand.card);
  }
};

struct Customer {
  Goal goal;
  Agreeable principal;
  KeyPair key;
  std::string talk;  // "consumer open, brand link, ..."
  std::unique_ptr<Assistant> assistant;

  Customer(World& world, std::uint8_t seed, const std::string& goal_text)
      : goal(*Goal::parse(goal_text, "goal.yaml")),
        principal(seed, world.shop),
        key(std::move(*KeyPair::from_seed(Bytes(32, static_cast<std::uint8_t>(seed + 100))))) {
    auto started = Assistant::start(
        {.directory = world.directory.path() / ("consumer-" + std::to_string(seed)),
         .goal = &goal,
         .files = {{"kettle.jpg", to_bytes("a photo")}},
         .brand = world.connection.get(),
         .principal = &principal,
         .key = &key,
         .on_message = [this](const Message& message) {
           if (!talk.empty()) talk += ", ";
           talk +=
               std::string(name(message.author.party)) + " " + std::string(name(message.verb()));
         }});
    if (!started) FAIL(describe(started.error()));
    assistant = std::move(*started);
  }
};

}  // namespace

TEST_CASE("a broken kettle is replaced, with a smaller credit than was asked", "[integration]") {
  World world;
  Customer ana(world, 1, kettle_goal());

  const auto case_id = ana.assistant->open();
  if (!case_id) FAIL(describe(case_id.error()));
  const auto ending = ana.assistant->run(*case_id, 20'000);
  if (!ending) FAIL(describe(ending.error()));

  INFO(ana.talk);
  CHECK(name(ending->kind) == "closed");
  CHECK(ending->outcome == "resolved_agreed");
  CHECK(world.shop.executed() == 2);
  CHECK(world.shop.repeated() == 0);
  CHECK(ana.principal.shown.find("EUR 5.00") != std::string::npos);
}
