// Lost requests, lost answers and answers given twice, at every step of a negotiation: one act, one
// case, one performance.

#include <chrono>
#include <cstdlib>
#include <set>
#include <thread>

#include "catch.h"
#include "lying_brand.h"
#include "moved_clock.h"

using namespace entente;
using namespace entente::tests;

namespace {

enum class Fault : std::uint8_t { request_lost, answer_lost, sent_twice };

// A line that fails once, at the call of this number, in this way.
class FaultyLine final : public BrandConnection {
 public:
  FaultyLine(BrandConnection& line, int at, Fault fault) : line_(line), at_(at), fault_(fault) {}

  Result<Bytes> card() override { return line_.card(); }
  Result<Bytes> earlier_card(const Digest& digest) override { return line_.earlier_card(digest); }
  Result<Parcel> post(const Parcel& parcel, const std::optional<CaseId>& case_id,
                      std::int64_t wait_ms) override {
    for (const Bytes& envelope : parcel.envelopes) {
      const auto message = *Admission::admit<Message>(envelope);
      acts.insert({message->author.key, message->act_id});
      ids.insert(message.id());
    }
    const bool fails = calls++ == at_;
    if (fails && fault_ == Fault::request_lost) return fail(ErrorCode::network_failed);
    auto answer = line_.post(parcel, case_id, wait_ms);
    if (fails && fault_ == Fault::sent_twice) answer = line_.post(parcel, case_id, wait_ms);
    if (fails && fault_ == Fault::answer_lost) return fail(ErrorCode::timed_out);
    return answer;
  }
  Result<Parcel> get(const CaseId& case_id, std::uint64_t after, std::int64_t wait_ms,
                     const SignRead& sign) override {
    return line_.get(case_id, after, wait_ms, sign);
  }

  int calls = 0;
  std::set<std::pair<PublicKey, ActId>> acts;
  std::set<MessageId> ids;

 private:
  BrandConnection& line_;
  int at_;
  Fault fault_;
};

struct Outcome {
  int calls = 0;
  bool reached = false;  // the call that was to fail was made
};

// A whole case over such a line, with a new assistant after each failure if `restarts`.
Outcome negotiate(int at, Fault fault, bool restarts) {
  TemporaryDirectory directory;
  const Brand brand = make_brand(1, SystemClock().now_ms());
  KettleShop shop;
  auto endpoint = Endpoint::start(kettle_endpoint(directory.path() / "brand", brand, shop));
  REQUIRE(endpoint);
  LocalBrand local(**endpoint, brand.card);
  FaultyLine line(local, at, fault);
  Agreeable principal(1, shop);
  const KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 101)));
  const Goal goal = *Goal::parse(kettle_goal(), "goal.yaml");
  std::unique_ptr<Assistant> assistant;
  const auto start = [&] {
    assistant.reset();
    auto started = Assistant::start({.directory = directory.path() / "consumer",
                                     .goal = &goal,
                                     .files = {{"kettle.jpg", to_bytes("a photo")}},
                                     .brand = &line,
                                     .principal = &principal,
                                     .key = &key,
                                     .pause = [](std::int64_t) {}});
    if (!started) FAIL(describe(started.error()));
    assistant = std::move(*started);
  };
  start();
  const auto opened = assistant->open();
  if (restarts) start();
  const CaseId case_id = opened ? *opened : assistant->cases().at(0);
  const auto ending = assistant->run(case_id, 60'000);
  if (!ending) FAIL(describe(ending.error()));
  CHECK(ending->outcome == "resolved_agreed");
  CHECK(assistant->cases().size() == 1);
  // Each act was signed once, and is in the case once.
  CHECK(line.acts.size() == line.ids.size());
  std::set<MessageId> own;
  for (const auto& message : assistant->find_case(case_id)->messages()) {
    if (message->author.party == Party::consumer) CHECK(own.insert(message.id()).second);
  }
  CHECK(own == line.ids);
  CHECK(shop.executed() == 2);
  CHECK(shop.repeated() == 0);
  assistant.reset();
  (*endpoint)->stop();
  CHECK(broken_in(brand, {directory.path() / "consumer", directory.path() / "brand"}).empty());
  return {.calls = line.calls, .reached = line.calls > at};
}

}  // namespace

// By default each step meets one fault in turn; ENTENTE_FULL=1 tries every fault at every step.
TEST_CASE("one fault at any step changes nothing", "[integration]") {
  constexpr Fault faults[] = {Fault::answer_lost, Fault::request_lost, Fault::sent_twice};
  const bool every = std::getenv("ENTENTE_FULL") != nullptr;
  int step = 0;
  for (bool reached = true; reached; ++step) {
    CAPTURE(step);
    for (int i = 0; i < (every ? 3 : 1); ++i) {
      reached = negotiate(step, faults[(step + i) % 3], false).reached;
    }
  }
  CHECK(step >= 6);
}

TEST_CASE("a lost answer comes through, however much was said before it", "[integration]") {
  TemporaryDirectory directory;
  MovedClock clock;
  const Brand brand = make_brand(1, SystemClock().now_ms());
  KettleShop shop;
  EndpointOptions options = kettle_endpoint(directory.path() / "brand", brand, shop);
  options.clock = &clock;
  auto endpoint = Endpoint::start(options);
  REQUIRE(endpoint);
  LocalBrand local(**endpoint, brand.card);
  Agreeable principal(1, shop);
  principal.agrees = false;
  const KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 101)));
  const Goal goal = *Goal::parse(kettle_goal(), "goal.yaml");
  const auto start = [&](BrandConnection& line) {
    auto started = Assistant::start({.directory = directory.path() / "consumer",
                                     .goal = &goal,
                                     .files = {{"kettle.jpg", to_bytes("a photo")}},
                                     .brand = &line,
                                     .principal = &principal,
                                     .key = &key,
                                     .clock = &clock,
                                     .pause = [](std::int64_t) {}});
    if (!started) FAIL(describe(started.error()));
    return std::move(*started);
  };
  auto assistant = start(local);
  const CaseId case_id = *assistant->open();
  REQUIRE(assistant->run(case_id, 20'000));
  REQUIRE(assistant->say(
      case_id, {.body = Handoff{{},
                                HandoffRequest{.reason = "consumer_asked",
                                               .principal_present = HandoffRequest::Present::live,
                                               .channels = {"case"},
                                               .language = "en"}}}));
  assistant.reset();
  // Nobody listens while the queue says each minute that it is one.
  const auto entries = [&] {
    std::uint64_t size = 0;
    (*endpoint)->inspect([&](const Ledger& ledger) { size = ledger.size(); });
    return size;
  };
  for (int minute = 0; minute < 20; ++minute) {
    const std::uint64_t before = entries();
    clock.move(61'000);
    for (int i = 0; i < 1'000 && entries() == before; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    REQUIRE(entries() > before);
  }
  FaultyLine line(local, 0, Fault::answer_lost);
  assistant = start(line);
  CHECK_FALSE(assistant->say(case_id, {.body = Inform{}}));
  const auto ending = assistant->run(case_id, 60'000);
  if (!ending) FAIL(describe(ending.error()));
  CHECK(ending->kind == Ending::Kind::needs_principal);
  CHECK(std::ranges::count_if(assistant->find_case(case_id)->messages(), [](const auto& message) {
          return message->author.party == Party::consumer && message->verb() == Verb::inform;
        }) == 1);
}

TEST_CASE("an opening whose answer is lost with the process opens one case", "[integration]") {
  for (const Fault fault : {Fault::request_lost, Fault::answer_lost}) negotiate(0, fault, true);
}
