// Whose money it is, the brand knows by a link: which it takes, how good it must be, and what it
// does about one that comes where nothing can be answered.

#include <chrono>
#include <thread>

#include "catch.h"
#include "money_world.h"

using namespace entente;
using namespace entente::tests;

namespace {

std::string changed(std::string text, const std::string& what, const std::string& instead) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), instead);
}

template <class Step>
std::ptrdiff_t link_steps(Customer& customer) {
  const Case casefile = customer.casefile();
  return std::ranges::count_if(casefile.messages(), [](const Authorised<Message>& message) {
    const auto* link = std::get_if<Link>(&message->body);
    return link != nullptr && std::holds_alternative<Step>(link->step);
  });
}

}  // namespace

// Whoever knows an address is not whom it belongs to.
TEST_CASE("a right waits for the link that the policy asks for, and then for a person",
          "[money][negative]") {
  std::string policy =
      changed(generous_policy(), "methods: [knowledge]", "methods: [knowledge, email_otp]");
  policy = changed(policy, "link: knowledge\n    link_within", "link: email_otp\n    link_within");
  MoneyWorld world(policy, {});
  world.start();
  {
    const auto customer = undecided(world, {1, 1, 1});
    const auto asked = link_steps<LinkRequire>(*customer);
    withdraw(*customer, {{1}, "K-1"});
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK(acknowledged_rights(*customer) == 1);
    CHECK(link_steps<LinkRequire>(*customer) == asked + 1);
    CHECK_FALSE(customer->has_person());
    world.clock.move(15 * std::int64_t{86'400'000});
    for (int i = 0; i < 1'000 && !customer->has_person(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    CHECK(customer->has_person());
    REQUIRE(world.endpoint->wait_idle(60'000));
  }
  CHECK(world.office->payments() == 0);
  world.stop();
  CHECK(broken_in(world) == "");
}

TEST_CASE("nobody is linked by a method that the policy does not offer", "[money][negative]") {
  MoneyWorld world(changed(generous_policy(), "methods: [knowledge]", "methods: [email_otp]"), {});
  world.start();
  {
    Customer customer(world, {1, 1, 1});
    customer.negotiate(1'000);
    REQUIRE(customer.assistant().say(
        customer.case_id(),
        {.body = Link{LinkProve{.method = "knowledge", .challenge = "any", .proof = 0}},
         .added = {{PartClass::contact, "text/plain", to_bytes("c1@example.com")}}}));
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK(link_steps<LinkGranted>(customer) == 0);
    CHECK(link_steps<LinkFailed>(customer) >= 1);
  }
  world.stop();
  CHECK(broken_in(world) == "");
}

namespace {

// Remembers how often it was asked whose an address is.
class Asked final : public UnreliableOffice {
 public:
  explicit Asked(const std::filesystem::path& file) : UnreliableOffice(file, {}) {}
  std::optional<std::string> find_account(const AccountProof& proof) override {
    ++times;
    return UnreliableOffice::find_account(proof);
  }

  std::atomic<int> times{0};
};

}  // namespace

// The brand may not speak of links any more: looking again and again would end nowhere, and what
// was agreed would wait behind it.
TEST_CASE("a link that nobody may answer keeps nothing from being carried out",
          "[money][negative]") {
  MoneyWorld world(waiting_policy(), {});
  auto asked = std::make_unique<Asked>(world.directory / "asked.db");
  std::atomic<int>& times = asked->times;
  world.office = std::move(asked);
  world.options.back_office = world.office.get();
  world.start();
  {
    const auto customer = undecided(world, {1, 1, 1});
    customer->principal.agrees = true;
    REQUIRE(customer->assistant().accept(customer->case_id(), standing_offer(*customer)));
    REQUIRE(world.endpoint->wait_idle(60'000));
    REQUIRE(customer->assistant().say(customer->case_id(),
                                      {.body = Leave{.reason = "consumer_asked"}}));
    const int before = times;
    static_cast<void>(customer->assistant().say(
        customer->case_id(),
        {.body = Link{LinkProve{.method = "knowledge", .challenge = "any", .proof = 0}},
         .added = {{PartClass::contact, "text/plain", to_bytes("c1@example.com")}}}));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    CHECK(times <= before + 1);
    send_back(*customer);
    for (int i = 0; i < 1'000 && world.office->payments() < 2; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    CHECK(world.office->payments() == 2);
  }
  world.stop();
  CHECK(broken_in(world) == "");
}
