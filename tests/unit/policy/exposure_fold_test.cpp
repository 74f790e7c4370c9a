#include <entente/policy/exposure_fold.h>

#include "catch.h"
#include "table.h"

using namespace entente;
using namespace entente::tests;

namespace {

// A customer who is linked from the start, and parts that nobody kept.
const CaseContent content = {
    .account_at = [](std::uint64_t) { return std::string("customer"); },
    .text_of = [](const PartRef&) -> std::optional<std::string> { return std::nullopt; }};

}  // namespace

TEST_CASE("a case counts what stands, keeps what was agreed and lets go of the rest", "[policy]") {
  Table table;
  const Policy policy = example_policy("kettle");
  set_kettle_facts(table);
  table.say(Party::consumer, value_of(opening(example_goal(), example_files())));
  Exposure exposure;
  const auto count = [&](const char* family) {
    fold_exposure(exposure, table.casefile, content);
    fold_exposure(exposure, table.casefile, content);  // folding again changes nothing
    return exposure.to_customer("customer", family, 0).count;
  };
  const auto offer = [&](const char* remedy, std::int64_t cents) {
    std::vector<OfferChoice> choices = {{remedy, {}}};
    if (cents > 0) choices.push_back({"compensation_goodwill", euros(cents)});
    return table.say(Party::brand, value_of(word_offer(policy, table.situation(1), choices)));
  };
  CHECK(count("repair") == 0);
  offer("repair", 0);
  CHECK(count("repair") == 1);
  const MessageId second = offer("replacement", 500);
  CHECK(count("repair") == 1);  // an acceptance that crosses the replacement would still bind
  CHECK(count("replacement") == 1);
  CHECK(exposure.to_customer("customer", "compensation", 0).money.at("EUR") == 500);
  table.say(Party::consumer, Decline{second, "other"});
  CHECK(count("compensation") == 0);
  CHECK(count("repair") == 0);  // the consumer has seen it go
  const MessageId third = offer("replacement", 800);
  table.approve(third);
  CHECK(count("compensation") == 1);
  exposure.release(third);
  CHECK(count("compensation") == 1);
  CHECK(exposure.to_customer("customer", "compensation", 0).money.at("EUR") == 800);
}

TEST_CASE("a grant is kept from the start", "[policy]") {
  Table table;
  table.say(Party::consumer, value_of(opening(example_goal(), example_files())));
  Term term;
  term.id = 1;
  term.claims = {1};
  term.ground = Ground::concession;
  term.purpose = "compensation_goodwill";
  term.shape = Credit{euros(300), table.now_ms + day_ms};
  const MessageId grant = table.say(Party::brand, Grant{{term}});
  Exposure exposure;
  fold_exposure(exposure, table.casefile, content);
  exposure.release(grant);
  CHECK(exposure.to_customer("customer", "compensation", 0).money.at("EUR") == 300);
}
