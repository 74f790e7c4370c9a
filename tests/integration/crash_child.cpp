// A brand and its customers in one process, to be killed at any moment:
//   crash_child DIRECTORY CUSTOMERS
// Prints "ack <message id>" for every own message whose receipt was verified, and "write <key>"
// stands in DIRECTORY/writes for everything the back office really did.

#include <entente/core/bytes.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <set>
#include <thread>

#include "kettle.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

// Does each key once, and remembers it in a file that survives the process.
class DurableShop final : public BackOffice {
 public:
  explicit DurableShop(const fs::path& file) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) done_.insert(line);
    descriptor_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }
  ~DurableShop() override { ::close(descriptor_); }

  Result<std::vector<Fact>> facts(const FactsQuery& query) override { return shop_.facts(query); }

  Performance execute(const Order& order) override {
    const std::scoped_lock lock(mutex_);
    const std::string key = to_hex(order.key);
    if (done_.insert(key).second) {
      const std::string line = key + "\n";
      if (::write(descriptor_, line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
          ::fdatasync(descriptor_) != 0) {
        return {};
      }
    }
    return {.state = Performance::State::done, .reference = key.substr(0, 8), .code = {}};
  }

  Performance lookup(const Digest& key) override {
    const std::scoped_lock lock(mutex_);
    if (!done_.contains(to_hex(key))) return {};
    return {.state = Performance::State::done, .reference = to_hex(key).substr(0, 8), .code = {}};
  }

  std::optional<std::string> find_account(const AccountProof& proof) override {
    return shop_.find_account(proof);
  }
  void deliver_code(const AccountProof& proof, std::string_view code) override {
    shop_.deliver_code(proof, code);
  }

 private:
  KettleShop shop_;  // for facts and accounts
  std::mutex mutex_;
  std::set<std::string> done_;
  int descriptor_ = -1;
};

// Links by what is known instead of by code: many customers share one mailbox here.
std::string knowing(std::string goal) {
  const auto at = goal.find("email_otp");
  return goal.replace(at, 9, "knowledge");
}

std::string lenient(std::string policy) {
  for (auto at = policy.find("email_otp"); at != std::string::npos;
       at = policy.find("email_otp", at)) {
    policy.replace(at, 9, "knowledge");
  }
  // The customers of this test share one account: its caps are not what is tested.
  for (const std::string cap :
       {"{cur: EUR, amt: 2000}", "{cur: EUR, amt: 1000}", "{cur: EUR, amt: 50000}, refund"}) {
    const auto at = policy.find(cap);
    if (at != std::string::npos) policy.insert(at + cap.find("amt: ") + 5, "9999");
  }
  return policy;
}

void acknowledge(const Case& casefile, std::set<MessageId>& told) {
  for (const auto& message : casefile.messages()) {
    if (message->author.party != Party::consumer || !told.insert(message.id()).second) continue;
    const std::string line = "ack " + to_hex(message.id()) + "\n";
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) return;
  }
}

void live_as_customer(const fs::path& directory, std::uint8_t number, Endpoint& endpoint,
                      const Brand& brand) {
  const KettleShop mailbox;
  const Goal goal = *Goal::parse(knowing(kettle_goal()), "goal.yaml");
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
    acknowledge(*(*assistant)->find_case(case_id), told);
  }
  for (;;) {
    const auto case_id = (*assistant)->open();
    if (!case_id) {
      std::fprintf(stderr, "open: %s\n", describe(case_id.error()).c_str());
      continue;
    }
    acknowledge(*(*assistant)->find_case(*case_id), told);
    const auto ending = (*assistant)->run(*case_id, 5'000);
    if (!ending) std::fprintf(stderr, "run: %s\n", describe(ending.error()).c_str());
    acknowledge(*(*assistant)->find_case(*case_id), told);
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
