// What cannot be undone waits for the principal: the right is dated at once, and carried out once
// the person behind the assistant has approved it.

#include <chrono>
#include <thread>

#include "catch.h"
#include "money_world.h"

using namespace entente;
using namespace entente::tests;

namespace {

constexpr std::int64_t day_ms = 86'400'000;

// A right and what its message carries.
struct Withdrawal {
  Invoke right{.right = "withdrawal", .claims = {1}, .subject = 0};
  std::vector<NewPart> parts = {{PartClass::reference, "text/plain", to_bytes("K-1")}};
};

// Without asking anybody, as an assistant may that cannot reach its principal.
MessageId say_unapproved(Customer& customer, const Withdrawal& words) {
  REQUIRE(customer.assistant().say(customer.case_id(),
                                   {.body = Exercise{words.right}, .added = words.parts}));
  const Case casefile = customer.casefile();
  const auto newest = std::ranges::max_element(
      casefile.exercises(), {}, [](const auto& entry) { return entry.second.position; });
  REQUIRE(newest != casefile.exercises().end());
  return newest->first;
}

bool is_approved(Customer& customer, const MessageId& right) {
  return customer.casefile().exercises().at(right).approved_ms != 0;
}

// The envelope that the newest exercise of the case nests.
Bytes newest_approval(Customer& customer) {
  Bytes newest;
  const Case casefile = customer.casefile();
  for (const Authorised<Message>& message : casefile.messages()) {
    const auto* exercise = std::get_if<Exercise>(&message->body);
    const auto* invoke = exercise ? std::get_if<Invoke>(&exercise->act) : nullptr;
    if (invoke != nullptr) newest = invoke->approval;
  }
  return newest;
}

bool gets_person(Customer& customer) {
  for (int i = 0; i < 1'000 && !customer.has_person(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return customer.has_person();
}

}  // namespace

TEST_CASE("a right said without its approval is carried out once the principal gives it",
          "[money]") {
  MoneyWorld world(generous_policy(), {});
  world.start();
  {
    const auto customer = undecided(world, {1, 1, 1});
    const MessageId right = say_unapproved(*customer, {});
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK(acknowledged_rights(*customer) == 1);
    CHECK_FALSE(is_approved(*customer, right));
    CHECK_FALSE(customer->has_person());
    CHECK(world.office->payments() == 0);

    const Ending asked = customer->go_on(5'000);  // the principal says no
    CHECK(asked.kind == Ending::Kind::needs_principal);
    CHECK(asked.outcome == "not_approved");
    CHECK(customer->principal.shown.starts_with("You withdraw from your contract with"));
    CHECK_FALSE(is_approved(*customer, right));

    customer->principal.agrees = true;
    const Ending ending = customer->go_on();
    CHECK(ending.kind == Ending::Kind::closed);
    CHECK(ending.outcome == "resolved_consumer_favour");
    CHECK(is_approved(*customer, right));
    CHECK(acknowledged_rights(*customer) == 1);
    CHECK(world.office->payments() == 2);  // its two duties, once
  }
  world.stop();
  CHECK(broken_in(world) == "");
}

TEST_CASE("what the principal does not want is not even said", "[money][negative]") {
  MoneyWorld world(generous_policy(), {});
  world.start();
  {
    const auto customer = undecided(world, {1, 1, 1});
    const Withdrawal words;
    const std::uint64_t said = customer->casefile().next_position();
    const Status exercised =
        customer->assistant().exercise(customer->case_id(), words.right, words.parts);
    REQUIRE_FALSE(exercised);
    CHECK(exercised.error().code == ErrorCode::approval_missing);
    CHECK(customer->casefile().next_position() == said);
    // What can be undone needs nobody.
    REQUIRE(customer->assistant().exercise(customer->case_id(), {.right = "objection"}));
    CHECK(customer->casefile().exercises().size() == 1);
  }
  world.stop();
  CHECK(broken_in(world) == "");
}

TEST_CASE("an approval of something else approves nothing", "[money][negative]") {
  MoneyWorld world(generous_policy(), {});
  world.start();
  {
    const auto customer = undecided(world, {1, 1, 1});
    const auto other = undecided(world, {2, 2, 2});
    Withdrawal words;
    const MessageId right = say_unapproved(*customer, words);
    // Of the same words in another case, by another person, of another right, and no approval.
    withdraw(*other, {{1}, "K-1"});
    std::vector<Bytes> stolen = {newest_approval(*other), to_bytes("yes")};
    customer->principal.agrees = true;
    REQUIRE(customer->assistant().exercise(customer->case_id(), {.right = "cancellation"}));
    stolen.push_back(newest_approval(*customer));
    for (const Bytes& approval : stolen) {
      REQUIRE_FALSE(approval.empty());
      words.right.approval = approval;
      REQUIRE(customer->assistant().say(customer->case_id(),
                                        {.body = Exercise{words.right}, .added = words.parts}));
      CHECK_FALSE(is_approved(*customer, right));
    }
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK(customer->casefile().bindings().at(right).is_open());
    // Of the same words about another contract: an approval that holds, of what it says.
    REQUIRE(customer->assistant().exercise(
        customer->case_id(), words.right = {.right = "withdrawal", .claims = {1}, .subject = 0},
        {{PartClass::reference, "text/plain", to_bytes("K-3")}}));
    CHECK_FALSE(is_approved(*customer, right));
    REQUIRE(customer->assistant().approve(customer->case_id(), right));
    CHECK(is_approved(*customer, right));
  }
  world.stop();
  CHECK(broken_in(world) == "");
}

TEST_CASE("a right that nobody approves in time is a person's", "[money][negative]") {
  MoneyWorld world(generous_policy(), {});
  world.start();
  {
    const auto customer = undecided(world, {1, 1, 1});
    const MessageId right = say_unapproved(*customer, {});
    REQUIRE(world.endpoint->wait_idle(60'000));
    world.clock.move(15 * day_ms);
    CHECK(gets_person(*customer));
    REQUIRE(world.endpoint->wait_idle(60'000));
    // Now it is approved; what became a person's stays with the person.
    customer->principal.agrees = true;
    REQUIRE(customer->assistant().approve(customer->case_id(), right));
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK(world.office->payments() == 0);
  }
  world.stop();
  CHECK(broken_in(world) == "");
}

TEST_CASE("a right that nobody is linked for in time is a person's", "[money][negative]") {
  std::string policy = generous_policy();
  const std::string methods = "methods: [knowledge]";
  policy.replace(policy.find(methods), methods.size(), "methods: [email_otp]");
  MoneyWorld world(policy, {});
  world.start();
  {
    Customer customer(world, {1, 1, 1});
    static_cast<void>(customer.negotiate(1'000));
    withdraw(customer, {{1}, "K-1"});
    REQUIRE(world.endpoint->wait_idle(60'000));
    world.clock.move(15 * day_ms);
    CHECK(gets_person(customer));
  }
  CHECK(world.office->payments() == 0);
  world.stop();
  CHECK(broken_in(world) == "");
}

TEST_CASE("a right that the policy does not know is a person's at once", "[money]") {
  MoneyWorld world(generous_policy(), {});
  world.start();
  {
    const auto customer = undecided(world, {1, 1, 1});
    REQUIRE(customer->assistant().exercise(customer->case_id(), {.right = "access"}));
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK(acknowledged_rights(*customer) == 1);
    const Case casefile = customer->casefile();
    REQUIRE(casefile.handoff() != nullptr);
    CHECK(casefile.handoff()->request.reason == "legal_right_invoked");
  }
  world.stop();
  CHECK(broken_in(world) == "");
}
