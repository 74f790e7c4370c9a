// Whole negotiations in one process, both parties durable, one after the other.

#include "figure.h"
#include "kettle.h"
#include "measure.h"

namespace entente::bench {
namespace {

using namespace entente::tests;

constexpr int rounds = 5;
constexpr int cases = 8;

class Negotiations {
 public:
  Negotiations()
      : brand_(make_brand(1, SystemClock().now_ms())),
        endpoint_(
            must(Endpoint::start(kettle_endpoint(directory_.path() / "brand", brand_, shop_)))),
        line_(*endpoint_, brand_.card),
        goal_(must(Goal::parse(kettle_goal(), "goal.yaml"))) {}

  // Seconds for each message of some negotiations.
  double play() {
    std::uint64_t messages = 0;
    const double spent = seconds_of([&] {
      for (int i = 0; i < cases; ++i) messages += play_one();
    });
    return spent / static_cast<double>(messages);
  }

 private:
  std::uint64_t play_one() {
    const auto seed = static_cast<std::uint8_t>(++played_);
    Agreeable principal(seed, shop_);
    const KeyPair key = must(KeyPair::from_seed(Bytes(32, static_cast<std::uint8_t>(seed + 100))));
    auto assistant = must(
        Assistant::start({.directory = directory_.path() / ("consumer-" + std::to_string(played_)),
                          .goal = &goal_,
                          .files = {{"kettle.jpg", to_bytes("a photo")}},
                          .brand = &line_,
                          .principal = &principal,
                          .key = &key}));
    const CaseId case_id = must(assistant->open());
    must(assistant->run(case_id));
    return assistant->find_case(case_id)->next_position();
  }

  TemporaryDirectory directory_;
  KettleShop shop_;
  Brand brand_;
  std::unique_ptr<Endpoint> endpoint_;
  LocalBrand line_;
  Goal goal_;
  int played_ = 0;
};

}  // namespace

std::vector<Figure> measure_negotiation(const BenchOptions&) {
  Negotiations negotiations;
  const double ratio =
      median_of_rounds(rounds, [&] { return crypto_bound_s(700) / negotiations.play(); });
  return {{.name = "negotiation",
           .value = ratio,
           .means = "one verify + one sign, over the time of one message of whole negotiations, "
                    "both parties durable, one at a time"}};
}

}  // namespace entente::bench
