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
std::ptrdiff_t link_steps(const Case& casefile) {
  return std::ranges::count_if(casefile.messages(), [](const Authorised<Message>& message) {
    const auto* link = std::get_if<Link>(&message->body);
    return link != nullptr && std::holds_alternative<Step>(link->step);
  });
}

template <class Step>
std::ptrdiff_t link_steps(Customer& customer) {
  return link_steps<Step>(customer.casefile());
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
  void deliver_code(const AccountProof&, std::string_view) override { ++codes; }

  std::atomic<int> times{0};
  std::atomic<int> codes{0};
};

Speech proof_of(const std::string& method, const std::string& challenge, const std::string& proof) {
  return {.body = Link{LinkProve{.method = method, .challenge = challenge, .proof = 0}},
          .added = {{PartClass::contact, "text/plain", to_bytes(proof)}}};
}

std::string newest_challenge(const Case& casefile) {
  std::string newest;
  for (const Authorised<Message>& message : casefile.messages()) {
    const auto* link = std::get_if<Link>(&message->body);
    const auto* require = link ? std::get_if<LinkRequire>(&link->step) : nullptr;
    if (require != nullptr) newest = require->challenge;
  }
  return newest;
}

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

// A code has a million values. However many cases a stranger opens, it has thirty tries a day, and
// whom it bothers gets ten letters.
TEST_CASE("an account is sent so many codes a day, whoever asks", "[money][negative]") {
  MoneyWorld world(changed(generous_policy(), "methods: [knowledge]", "methods: [email_otp]"), {});
  auto asked = std::make_unique<Asked>(world.directory / "asked.db");
  std::atomic<int>& codes = asked->codes;
  world.office = std::move(asked);
  world.options.back_office = world.office.get();
  world.start();
  for (std::uint8_t stranger = 1; stranger <= 15; ++stranger) {
    Customer customer(world, {stranger, 1, 1});
    Assistant& assistant = customer.assistant();
    const CaseId case_id = *assistant.open();  // by a method that is not offered: one failure
    const auto hear = [&]() -> const Case& {
      REQUIRE(world.endpoint->wait_idle(60'000));
      static_cast<void>(assistant.poll(case_id, 0));
      return *assistant.find_case(case_id);
    };
    REQUIRE(link_steps<LinkFailed>(hear()) == 1);
    REQUIRE(assistant.say(
        case_id, {.body = Link{LinkStart{.method = "email_otp", .contact = 0}},
                  .added = {{PartClass::contact, "text/plain", to_bytes("c1@example.com")}}}));
    const std::string challenge = newest_challenge(hear());
    CHECK(challenge.starts_with("c-"));  // nobody can tell that no code was sent
    for (int guess = 0; guess < 5; ++guess) {
      static_cast<void>(assistant.say(case_id, proof_of("email_otp", challenge, "no code")));
      hear();
    }
    CHECK(link_steps<LinkFailed>(hear()) == 3);
    CHECK(hear().handoff() != nullptr);
  }
  CHECK(codes == 10);
  world.stop();
  CHECK(broken_in(world) == "");
}
