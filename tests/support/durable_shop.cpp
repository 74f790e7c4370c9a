#include "durable_shop.h"

#include <entente/core/bytes.h>
#include <fcntl.h>
#include <unistd.h>

#include <fstream>

namespace entente::tests {

DurableShop::DurableShop(const std::filesystem::path& file) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) done_.insert(line);
  descriptor_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

DurableShop::~DurableShop() { ::close(descriptor_); }

Result<std::vector<Fact>> DurableShop::facts(const FactsQuery& query) { return shop_.facts(query); }

Performance DurableShop::execute(const Order& order) {
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

Performance DurableShop::lookup(const Digest& key) {
  const std::scoped_lock lock(mutex_);
  if (!done_.contains(to_hex(key))) return {.state = Performance::State::absent};
  return {.state = Performance::State::done, .reference = to_hex(key).substr(0, 8), .code = {}};
}

std::optional<std::string> DurableShop::find_account(const AccountProof& proof) {
  return shop_.find_account(proof);
}

void DurableShop::deliver_code(const AccountProof& proof, std::string_view code) {
  shop_.deliver_code(proof, code);
}

std::string knowing_goal(std::size_t number) {
  std::string goal = kettle_goal();
  goal.replace(goal.find("email_otp"), 9, "knowledge");
  return goal.replace(goal.find("K-2291"), 6, "K-" + std::to_string(number));
}

std::string lenient(std::string policy) {
  for (auto at = policy.find("email_otp"); at != std::string::npos;
       at = policy.find("email_otp", at)) {
    policy.replace(at, 9, "knowledge");
  }
  for (const std::string cap :
       {"{cur: EUR, amt: 2000}", "{cur: EUR, amt: 1000}", "{cur: EUR, amt: 50000}, refund"}) {
    const auto at = policy.find(cap);
    if (at != std::string::npos) policy.insert(at + cap.find("amt: ") + 5, "9999");
  }
  return policy;
}

bool acknowledge(const Case& casefile, std::set<MessageId>& told, int descriptor) {
  for (const auto& message : casefile.messages()) {
    if (message->author.party != Party::consumer || !told.insert(message.id()).second) continue;
    const std::string line = "ack " + to_hex(message.id()) + "\n";
    if (::write(descriptor, line.data(), line.size()) < 0) return false;
  }
  return true;
}

}  // namespace entente::tests
