// Money leaves once, or a person knows why not: whole negotiations against a back office that goes
// wrong in every way, at every look-up.

#include <entente/wire/part.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "catch.h"
#include "money_world.h"

using namespace entente;
using namespace entente::tests;

namespace {

Trouble trouble_of(std::size_t number) {
  return {.execution = static_cast<Execution>(number / knowledge_count),
          .knowledge = static_cast<Knowledge>(number % knowledge_count)};
}

std::size_t number_in(std::string_view order) {
  return static_cast<std::size_t>(std::atoi(std::string(order.substr(2)).c_str()));
}

bool is_told_at_last(Knowledge knowledge) {
  return knowledge != Knowledge::unknown_always && knowledge != Knowledge::throws_always;
}

// What the first answer says by itself, without any look-up.
std::string said_at_once(Execution execution) {
  if (execution == Execution::right) return "done";
  return execution == Execution::refuses ? "failed" : "unknown";
}

// How each term must end, as the consumer hears it.
std::string ending_of(const Trouble& trouble) {
  const std::string at_once = said_at_once(trouble.execution);
  if (at_once != "unknown" || !is_told_at_last(trouble.knowledge)) return at_once;
  if (trouble.execution == Execution::refuses_unsaid) return "failed";
  return trouble.execution == Execution::does_half ? "started" : "done";
}

std::size_t payments_in(const Trouble& trouble) {
  switch (trouble.execution) {
    case Execution::refuses:
    case Execution::refuses_unsaid:
    case Execution::does_half:
      return 0;
    case Execution::fails_before:
    case Execution::fails_during:
    case Execution::throws_before:
    case Execution::hangs_before:
      return is_told_at_last(trouble.knowledge) ? 1 : 0;
    case Execution::right:
    case Execution::fails_after:
    case Execution::throws_after:
    case Execution::hangs_after:
    case Execution::commits_late:
    case Execution::claims_started:
      return 1;
  }
  return 0;
}

void wait_until_settled(MoneyWorld& world, std::size_t keys) {
  for (int i = 0; i < 600; ++i) {
    std::size_t settled = 0;
    world.endpoint->inspect([&](const Ledger& ledger) {
      for (const auto& [key, history] : performances(ledger)) settled += history.is_settled();
    });
    if (settled >= keys) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  FAIL("the brand did not come to an end");
}

// Nothing is said to be done that was not paid, or to have failed that was; nothing twice.
void check_truth(const Case& casefile, const UnreliableOffice& office) {
  std::map<Digest, std::size_t> said_done;
  for (const auto& message : casefile.messages()) {
    const auto* perform = std::get_if<Perform>(&message->body);
    if (perform == nullptr || message->author.party != Party::brand) continue;
    for (const Performed& item : perform->items) {
      const Digest key = perform_key(perform->source, item.term);
      if (item.state == Performed::State::done) {
        CHECK(office.payments(key) == 1);
        CHECK(++said_done[key] == 1);
      }
      if (item.state == Performed::State::failed) CHECK(office.payments(key) == 0);
    }
  }
}

void check_terms(Customer& customer, const Trouble& trouble, const UnreliableOffice& office) {
  const Case casefile = customer.casefile();
  REQUIRE(casefile.bindings().size() == 1);
  const auto& [source, binding] = *casefile.bindings().begin();
  CHECK(binding.terms.size() == 2);
  for (const TermState& term : binding.terms) {
    const Digest key = perform_key(source, term.term.id);
    CHECK(name(term.state) == ending_of(trouble));
    CHECK(office.payments(key) == payments_in(trouble));
    CHECK(office.executions(key) <= 2);
    if (term.state != Performed::State::done) CHECK(customer.has_person());
  }
  check_truth(casefile, office);
}

}  // namespace

TEST_CASE("whatever goes wrong, each term is paid once or a person has it", "[money]") {
  constexpr std::size_t cases = execution_count * knowledge_count;
  MoneyWorld world(generous_policy(),
                   {.plan = [](std::string_view order) { return trouble_of(number_in(order)); }});
  world.options.workers = 40;  // each call that hangs holds one until it is given up
  world.options.call_timeout_ms = 2'000;
  world.options.lookup_after_ms = 50;
  world.start();
  std::vector<std::unique_ptr<Customer>> customers(cases);
  at_once(cases, [&](std::size_t i) {
    customers[i] = std::make_unique<Customer>(world, CaseOf{i, i, i});
    customers[i]->negotiate();
  });
  wait_until_settled(world, 2 * cases);

  for (std::size_t i = 0; i < cases; ++i) {
    INFO("execution " << i / knowledge_count << ", look-up " << i % knowledge_count);
    check_terms(*customers[i], trouble_of(i), *world.office);
  }
  customers.clear();
  world.stop();
  CHECK(broken_in(world) == "");
}

namespace {

// Orders below 8 hang for good, at what they come to first.
class Hanging final : public UnreliableOffice {
 public:
  Hanging(const std::filesystem::path& file, std::atomic<bool>& until)
      : UnreliableOffice(file, {}), over_(until) {}
  ~Hanging() override {
    over_ = true;
    while (inside_ > 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  Result<std::vector<Fact>> facts(const FactsQuery& query) override {
    if (number_in(order_in(query.parts)) < 4) stay();
    return UnreliableOffice::facts(query);
  }
  Performance execute(const Order& order) override {
    {
      const std::scoped_lock lock(mutex_);
      ++tries_[order.key];
    }
    if (number_in(order_in(order.parts)) < 8) stay();
    return UnreliableOffice::execute(order);
  }
  int most_tries() {
    const std::scoped_lock lock(mutex_);
    int most = 0;
    for (const auto& [key, tries] : tries_) most = std::max(most, tries);
    return most;
  }

 private:
  void stay() {
    ++inside_;
    while (!over_) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    --inside_;
    throw std::runtime_error("let go");  // without another look at this office
  }
  std::atomic<bool>& over_;
  std::atomic<int> inside_{0};
  std::mutex mutex_;
  std::map<Digest, int> tries_;
};

}  // namespace

TEST_CASE("a call that never returns stops nobody else, and not the end", "[money]") {
  std::atomic<bool> over = false;
  MoneyWorld world(generous_policy(), {});
  auto hanging = std::make_unique<Hanging>(world.directory / "hanging.db", over);
  Hanging& office = *hanging;
  world.office = std::move(hanging);
  world.options.back_office = world.office.get();
  world.options.workers = 2;  // fewer than the calls that hang
  world.options.call_timeout_ms = 1'000;
  world.options.lookup_after_ms = 20;
  world.start();
  std::vector<std::unique_ptr<Customer>> customers(12);
  at_once(customers.size(), [&](std::size_t i) {
    customers[i] = std::make_unique<Customer>(world, CaseOf{i, i, i});
    customers[i]->negotiate();
  });
  wait_until_settled(world, 16);

  for (std::size_t i = 0; i < customers.size(); ++i) {
    CAPTURE(i);
    const Case casefile = customers[i]->casefile();
    CHECK(customers[i]->has_person() == (i < 8));
    CHECK(casefile.bindings().empty() == (i < 4));  // nothing was known: nothing was promised
    CHECK((casefile.phase() == Phase::closed) == (i >= 8));
    check_truth(casefile, *world.office);
  }
  CHECK(world.office->payments() == 8);
  // Every look-up says that nothing came, and the first call may still get there.
  CHECK(office.most_tries() == 1);
  customers.clear();
  world.stop();  // with calls still out
  CHECK_FALSE(over);
  CHECK(broken_in(world) == "");
}

namespace {

// One life of the child; true if it died where it was told to.
bool live(const MoneyWorld& world, const std::string& dies_at, const std::string& knowledge) {
  const std::string directory = world.directory.string();
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::execl(ENTENTE_MONEY_CHILD, ENTENTE_MONEY_CHILD, directory.c_str(), dies_at.c_str(),
            knowledge.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return true;
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  return false;
}

}  // namespace

TEST_CASE("killed between intent, execution and result, it pays once all the same", "[money]") {
  const std::string knowledge = GENERATE("truth", "unknown_once", "unknown_always", "throws_once");
  const bool full = std::getenv("ENTENTE_FULL") != nullptr;
  if (!full && knowledge != "truth") return;
  const std::vector<std::string> deaths =
      full ? std::vector<std::string>{"nowhere", "before", "during", "after", "lookup"}
           : std::vector<std::string>{"nowhere", "lookup"};
  for (const std::string first : {"before", "during", "after"}) {
    for (const std::string& second : deaths) {
      CAPTURE(knowledge, first, second);
      MoneyWorld world(generous_policy(), {});
      REQUIRE(live(world, first, knowledge));
      // A second death only happens where the second life comes to that place.
      const bool died = live(world, second, knowledge);
      if (second == "lookup") CHECK(died);
      if (died) REQUIRE_FALSE(live(world, "nowhere", knowledge));

      const bool told = knowledge != "unknown_always";
      SystemEntropy entropy;
      auto ledger = Ledger::open({.directory = world.store(), .origin = "kettle.example/log"},
                                 world.brand.log, entropy);
      REQUIRE(ledger);
      const auto histories = performances(**ledger);
      CHECK(histories.size() == 2);
      for (const auto& [key, history] : histories) {
        CHECK(history.intents == 1);
        CHECK(history.is_settled());
        CHECK(world.office->payments(key) <= 1);
        const bool done = history.results.back().state == Performed::State::done;
        if (told) CHECK((done && world.office->payments(key) == 1));
        if (done) CHECK(world.office->payments(key) == 1);
      }
      ledger->reset();
      CHECK(broken_in(world) == "");
    }
  }
}
