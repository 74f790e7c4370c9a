// A brand and its customers in one process, to be killed at any moment:
//   crash_child DIRECTORY CUSTOMERS
// Prints "ack <message id>" for every own message whose receipt was verified, and "write <key>"
// stands in DIRECTORY/writes for everything the back office really did.

#include <unistd.h>

#include <cstdio>
#include <set>
#include <thread>

#include "durable_shop.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

void live_as_customer(const fs::path& directory, std::uint8_t number, Endpoint& endpoint,
                      const Brand& brand) {
  const KettleShop mailbox;
  const Goal goal = *Goal::parse(knowing_goal(number), "goal.yaml");
  Agreeable principal(number, mailbox);
  const KeyPair key =
      std::move(*KeyPair::from_seed(Bytes(32, static_cast<std::uint8_t>(number + 100))));
  LocalBrand connection(endpoint, brand.card);
  auto assistant =
      Assistant::start({.directory = directory / ("consumer-" + std::to_string(number)),
                        .goal = &goal,
                        .files = {{"kettle.jpg", to_bytes("a photo")}},
                        .brand = &connection,
                        .principal = &principal,
                        .key = &key});
  if (!assistant) {
    std::fprintf(stderr, "customer %d: %s\n", number, describe(assistant.error()).c_str());
    std::_Exit(3);
  }
  std::set<MessageId> told;
  for (const CaseId& case_id : (*assistant)->cases()) {
    const auto ending = (*assistant)->run(case_id, 5'000);
    if (!ending) std::fprintf(stderr, "again: %s\n", describe(ending.error()).c_str());
    acknowledge(*(*assistant)->find_case(case_id), told, STDOUT_FILENO);
  }
  for (;;) {
    const auto case_id = (*assistant)->open();
    if (!case_id) {
      std::fprintf(stderr, "open: %s\n", describe(case_id.error()).c_str());
      continue;
    }
    acknowledge(*(*assistant)->find_case(*case_id), told, STDOUT_FILENO);
    const auto ending = (*assistant)->run(*case_id, 5'000);
    if (!ending) std::fprintf(stderr, "run: %s\n", describe(ending.error()).c_str());
    acknowledge(*(*assistant)->find_case(*case_id), told, STDOUT_FILENO);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const fs::path directory = argv[1];
  // The card must be the same in every life of the brand.
  const Brand brand = make_brand(1, 1'790'000'000'000);
  DurableShop shop(directory / "writes");
  KettleShop unused;
  EndpointOptions options = kettle_endpoint(directory / "brand", brand, unused);
  options.back_office = &shop;
  options.policy = lenient(options.policy);
  auto endpoint = Endpoint::start(std::move(options));
  if (!endpoint) {
    std::fprintf(stderr, "endpoint: %s\n", describe(endpoint.error()).c_str());
    return 3;
  }
  std::puts("ready");
  std::fflush(stdout);
  std::vector<std::thread> customers;
  for (int number = 1; number <= std::atoi(argv[2]); ++number) {
    customers.emplace_back([&, number] {
      live_as_customer(directory, static_cast<std::uint8_t>(number), **endpoint, brand);
    });
  }
  for (std::thread& customer : customers) customer.join();
}
