// What a brand gives is given once, and to whom it was promised: agreements, exercised rights and
// grants about one thing, in one case or in several, whoever is linked meanwhile.

#include <chrono>
#include <thread>

#include "catch.h"
#include "money_world.h"

using namespace entente;
using namespace entente::tests;

namespace {

// Remembers for whose account each order was carried out. What is asked about orders, which are all
// cust-1's, it may take its time over.
class Noting final : public UnreliableOffice {
 public:
  Noting(const std::filesystem::path& file, OfficeOptions options)
      : UnreliableOffice(file, std::move(options)) {}
  Result<std::vector<Fact>> facts(const FactsQuery& query) override {
    asked = true;
    while (held) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    auto facts = UnreliableOffice::facts(query);
    std::ranges::find(*facts, "order.mine", &Fact::name)->value = Scalar(query.account == "cust-1");
    return facts;
  }
  Performance execute(const Order& order) override {
    {
      const std::scoped_lock lock(mutex_);
      accounts_[order.term.purpose].push_back(order.account);
      const auto* change = std::get_if<ContractChange>(&order.term.shape);
      if (change != nullptr) contracts_.push_back(order.parts.text_or(change->contract, ""));
    }
    return UnreliableOffice::execute(order);
  }
  std::vector<std::string> accounts_of(const std::string& purpose) {
    const std::scoped_lock lock(mutex_);
    return accounts_[purpose];
  }

  std::vector<std::string> contracts() {
    const std::scoped_lock lock(mutex_);
    return contracts_;
  }

  std::atomic<bool> asked{false};
  std::atomic<bool> held{false};

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> accounts_;
  std::vector<std::string> contracts_;  // that were ended
};

// Does not wait for what the brand says later.
class QuickLine final : public BrandConnection {
 public:
  explicit QuickLine(MoneyWorld& world) : line_(*world.connection) {}
  Result<Bytes> card() override { return line_.card(); }
  Result<Bytes> earlier_card(const Digest& digest) override { return line_.earlier_card(digest); }
  Result<Parcel> post(const Parcel& parcel, const std::optional<CaseId>& case_id,
                      std::int64_t) override {
    return line_.post(parcel, case_id, 0);
  }
  Result<Parcel> get(const CaseId& case_id, std::uint64_t after, std::int64_t,
                     const SignRead& sign) override {
    return line_.get(case_id, after, 0, sign);
  }

 private:
  BrandConnection& line_;
};

Noting& let_note(MoneyWorld& world, OfficeOptions options = {}) {
  auto noting = std::make_unique<Noting>(world.directory / "noting.db", std::move(options));
  Noting& office = *noting;
  world.office = std::move(noting);
  world.options.back_office = world.office.get();
  return office;
}

// The account behind this address is linked from then on.
void link(Customer& customer, const std::string& contact) {
  const auto granted = [&] {
    const Case casefile = customer.casefile();
    return std::ranges::count_if(casefile.messages(), [](const Authorised<Message>& message) {
      const auto* link = std::get_if<Link>(&message->body);
      return link != nullptr && std::holds_alternative<LinkGranted>(link->step);
    });
  };
  const auto before = granted();
  REQUIRE(customer.assistant().say(
      customer.case_id(),
      {.body = Link{LinkProve{.method = "knowledge", .challenge = "any", .proof = 0}},
       .added = {{PartClass::contact, "text/plain", to_bytes(contact)}}}));
  for (int i = 0; i < 1'000 && granted() == before; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  REQUIRE(granted() == before + 1);
}

bool is_offered_what_is_owed(Customer& customer) {
  const Case casefile = customer.casefile();
  return std::ranges::any_of(casefile.offers(), [](const auto& entry) {
    const std::vector<Term>& terms = entry.second.offer().terms;
    return entry.second.by == Party::brand &&
           std::ranges::find(terms, Ground::entitlement, &Term::ground) != terms.end();
  });
}

}  // namespace

TEST_CASE("what was agreed is carried out for the account it was agreed for", "[money]") {
  const bool other = GENERATE(true, false);
  MoneyWorld world(waiting_policy(), {});
  Noting& office = let_note(world);
  world.start();
  {
    Customer customer(world, {1, 1, 1});
    customer.principal.agrees = false;
    customer.negotiate();
    customer.principal.agrees = true;
    REQUIRE(customer.assistant().accept(customer.case_id(), standing_offer(customer)));
    REQUIRE(world.endpoint->wait_idle(60'000));
    REQUIRE(office.accounts_of("replacement").empty());
    if (other) {
      link(customer, "c2@example.com");
    } else {
      world.clock.move(25 * std::int64_t{3'600'000});  // the link is over
    }
    send_back(customer);
    REQUIRE(world.endpoint->wait_idle(60'000));
  }
  CHECK(office.accounts_of("replacement") == std::vector<std::string>{"cust-1"});
  world.stop();
  CHECK(broken_in(world) == "");
}

// One who has used up what one account may have would else have the other's as well.
TEST_CASE("what is known of one account decides nothing for another", "[money]") {
  MoneyWorld world(generous_policy(), {});
  Noting& office = let_note(world);
  world.start();
  {
    office.held = true;
    QuickLine line(world);
    Customer customer(world, {1, 1, 1}, &line);
    customer.negotiate(1'000);
    REQUIRE(office.asked);
    link(customer, "c2@example.com");
    office.held = false;
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK_FALSE(is_offered_what_is_owed(customer));  // cust-2 has no such order
  }
  world.stop();
  CHECK(broken_in(world) == "");
}

TEST_CASE("a right gives nothing back that an agreement has given back", "[money]") {
  MoneyWorld world(generous_policy(), {});
  Noting& office = let_note(world);
  world.start();
  {
    Customer customer(world, {1, 1, 1});
    customer.negotiate();
    REQUIRE(world.endpoint->wait_idle(60'000));
    for (const auto& claims : {std::vector<std::uint16_t>{1}, std::vector<std::uint16_t>{}}) {
      withdraw(customer, {claims, "K-1"});
      REQUIRE(world.endpoint->wait_idle(60'000));
    }
    CHECK(customer.has_person());
    CHECK(office.accounts_of("refund_full").empty());
    CHECK(office.accounts_of("contract_termination").size() == 2);
  }
  world.stop();
  CHECK(broken_in(world) == "");
}

namespace {

// Of what is owed in this case.
std::size_t failed_terms(Customer& customer) {
  std::size_t failed = 0;
  const Case casefile = customer.casefile();
  for (const auto& [source, binding] : casefile.bindings()) {
    failed += static_cast<std::size_t>(
        std::ranges::count(binding.terms, Performed::State::failed, &TermState::state));
  }
  return failed;
}

// The order of the claim said again, as a second claim.
void claim_again(Customer& customer) {
  const Case casefile = customer.casefile();
  const Claim& first = casefile.claims().at(1).claim;
  Claim second = first;
  second.claim_id = 2;
  for (Line& line : second.items) line.part = 0;
  REQUIRE(customer.assistant().say(
      customer.case_id(), {.body = Inform{.claims = {second}},
                           .added = {{PartClass::reference, "text/plain", to_bytes("K-1")}}}));
}

}  // namespace

TEST_CASE("of one order a right gives back once, in however many cases it is said", "[money]") {
  const auto [first, second] = GENERATE(std::pair(RightSaid{{1}, "K-1"}, RightSaid{{}, " k-1\n"}),
                                        std::pair(RightSaid{{}, "K-1"}, RightSaid{{1}, ""}),
                                        std::pair(RightSaid{{1}, ""}, RightSaid{{1}, "K-1"}),
                                        std::pair(RightSaid{{1}, ""}, RightSaid{}));
  const bool restarts = first.subject.empty();
  CAPTURE(first.claims, first.subject, second.claims, second.subject);
  MoneyWorld world(generous_policy(), {});
  Noting& office = let_note(world);
  world.start();
  {
    auto one = undecided(world, {1, 1, 1});
    withdraw(*one, first);
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK(office.accounts_of("refund_full").size() == 1);
    CHECK_FALSE(one->has_person());
    if (restarts) {
      one.reset();
      world.stop();
      world.start();
    }
    const auto two = undecided(world, {2, 1, 1});
    withdraw(*two, second);
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK(acknowledged_rights(*two) == 1);
    CHECK(failed_terms(*two) == 1);
    CHECK(two->has_person());
  }
  CHECK(office.accounts_of("refund_full").size() == 1);
  CHECK(office.accounts_of("contract_termination").size() == 2);
  world.stop();
  CHECK(broken_in(world) == "");
}

TEST_CASE("rights about other orders are none of each other's business", "[money]") {
  MoneyWorld world(generous_policy(), {});
  Noting& office = let_note(world);
  world.start();
  {
    const auto one = undecided(world, {1, 1, 1});
    const auto two = undecided(world, {2, 1, 2});
    withdraw(*one, {{1}, "K-1"});
    withdraw(*two, {{1}, "K-2"});
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK(failed_terms(*one) + failed_terms(*two) == 0);
  }
  CHECK(office.accounts_of("refund_full").size() == 2);
  world.stop();
  CHECK(broken_in(world) == "");
}

TEST_CASE("of one order a right gives back once, in however many claims it is said", "[money]") {
  MoneyWorld world(generous_policy(), {});
  Noting& office = let_note(world);
  world.start();
  {
    const auto customer = undecided(world, {1, 1, 1});
    claim_again(*customer);
    withdraw(*customer, {{1}, ""});
    REQUIRE(world.endpoint->wait_idle(60'000));
    withdraw(*customer, {{2}, ""});
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK(acknowledged_rights(*customer) == 2);
    CHECK(failed_terms(*customer) == 1);
    CHECK(customer->has_person());
  }
  CHECK(office.accounts_of("refund_full").size() == 1);
  world.stop();
  CHECK(broken_in(world) == "");
}

// Whatever the order in which they arrive, be it in one batch.
TEST_CASE("rights about one order that race each other give back once", "[money]") {
  MoneyWorld world(generous_policy(), {});
  Noting& office = let_note(world);
  world.start();
  {
    std::vector<std::unique_ptr<Customer>> customers(6);
    for (std::size_t i = 0; i < customers.size(); ++i) customers[i] = undecided(world, {i, 1, 1});
    at_once(customers.size(), [&](std::size_t i) { withdraw(*customers[i], {{1}, "K-1"}); });
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK(std::ranges::count_if(customers, [](auto& each) { return failed_terms(*each) == 0; }) ==
          1);
  }
  CHECK(office.accounts_of("refund_full").size() == 1);
  world.stop();
  CHECK(broken_in(world) == "");
}

// What was offered or agreed before the right was said, and is taken up or falls due afterwards.
TEST_CASE("an agreement gives nothing that a right has given back meanwhile", "[money]") {
  const bool agreed_before = GENERATE(true, false);
  MoneyWorld world(waiting_policy(), {});
  Noting& office = let_note(world);
  world.start();
  {
    const auto one = undecided(world, {1, 1, 1});
    const auto accept = [&] {
      one->principal.agrees = true;
      REQUIRE(one->assistant().accept(one->case_id(), standing_offer(*one)));
    };
    if (agreed_before) accept();
    const auto two = undecided(world, {2, 1, 1});
    withdraw(*two, {{1}, "K-1"});
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK(office.accounts_of("refund_full").size() == 1);
    if (!agreed_before) accept();
    send_back(*one);
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK(office.accounts_of("replacement").empty());
    CHECK(failed_terms(*one) == 1);
    CHECK(one->has_person());
  }
  world.stop();
  CHECK(broken_in(world) == "");
}

// In doubt, it may have been given.
TEST_CASE("a right whose end nobody knows still keeps another from giving back", "[money]") {
  MoneyWorld world(generous_policy(), {});
  Noting& office = let_note(world, {.plan = [](std::string_view) {
                              return Trouble{Execution::fails_after, Knowledge::unknown_always};
                            }});
  world.options.lookup_after_ms = 1;
  world.start();
  {
    auto one = undecided(world, {1, 1, 1});
    withdraw(*one, {{1}, "K-1"});
    REQUIRE(world.endpoint->wait_idle(60'000));
    one.reset();
    world.stop();
    world.start();
    const auto two = undecided(world, {2, 1, 1});
    withdraw(*two, {{1}, "K-1"});
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK(failed_terms(*two) == 1);
    CHECK(two->has_person());
  }
  CHECK(office.accounts_of("refund_full").size() == 1);
  world.stop();
  CHECK(broken_in(world) == "");
}

TEST_CASE("a right that the brand could not carry out keeps no other from it", "[money]") {
  MoneyWorld world(generous_policy(), {});
  std::atomic<bool> refuses = true;
  Noting& office = let_note(world, {.plan = [&](std::string_view) {
                              return Trouble{refuses ? Execution::refuses : Execution::right};
                            }});
  world.start();
  {
    const auto one = undecided(world, {1, 1, 1});
    withdraw(*one, {{1}, "K-1"});
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK(office.payments() == 0);
    refuses = false;
    const auto two = undecided(world, {2, 1, 1});
    withdraw(*two, {{1}, "K-1"});
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK(failed_terms(*two) == 0);
    CHECK(office.payments() == 2);
  }
  world.stop();
  CHECK(broken_in(world) == "");
}

TEST_CASE("a right is carried out on what it names, wherever that stands in its message",
          "[money]") {
  MoneyWorld world(generous_policy(), {});
  Noting& office = let_note(world);
  world.start();
  {
    const auto customer = undecided(world, {1, 1, 1});
    customer->principal.agrees = true;
    REQUIRE(customer->assistant().exercise(
        customer->case_id(), {.right = "withdrawal", .claims = {1}, .subject = 1},
        {{PartClass::reference, "text/plain", to_bytes("K-7")},
         {PartClass::reference, "text/plain", to_bytes("K-1")}}));
    REQUIRE(world.endpoint->wait_idle(60'000));
  }
  CHECK(office.contracts() == std::vector<std::string>{"K-1"});
  world.stop();
  CHECK(broken_in(world) == "");
}
