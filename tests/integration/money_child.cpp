// A brand and one customer in one process, which dies where it is told to:
//   money_child DIRECTORY before|during|after|lookup|nowhere KNOWLEDGE
// Places are those of UnreliableOffice. Goes on where the last life left, and ends with 0 once
// every term is settled or a person has it.

#include <signal.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "money_world.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

Knowledge knowledge_named(std::string_view name) {
  if (name == "unknown_once") return Knowledge::unknown_once;
  if (name == "unknown_always") return Knowledge::unknown_always;
  return name == "throws_once" ? Knowledge::throws_once : Knowledge::truth;
}

bool is_all_settled(Endpoint& endpoint) {
  bool settled = false;
  endpoint.inspect([&](const Ledger& ledger) {
    const auto histories = performances(ledger);
    settled = histories.size() == 2;
    for (const auto& [key, history] : histories) settled = settled && history.is_settled();
  });
  return settled;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string dies_at = argv[2];
  MoneyWorld world(argv[1], generous_policy(),
                   {.plan = [knowledge = knowledge_named(argv[3])](
                                std::string_view) { return Trouble{Execution::right, knowledge}; },
                    .at =
                        [&](std::string_view where, std::string_view) {
                          if (where == dies_at) ::raise(SIGKILL);
                        }});
  world.options.lookup_after_ms = 10;
  world.start();
  Customer customer(world, {});
  if (customer.case_id().is_zero()) {
    customer.negotiate(20'000);
  } else {
    customer.go_on(20'000);
  }
  for (int i = 0; i < 600; ++i) {
    if (is_all_settled(*world.endpoint)) return 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  std::fputs("not settled\n", stderr);
  return 1;
}
