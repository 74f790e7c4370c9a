#pragma once
// How many one-time codes an account is sent. Whoever guesses has three tries at each, in as many
// cases as it likes to open, and each code lands in somebody's mail.

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>

namespace entente {

class CodeLimit {
 public:
  static constexpr std::size_t codes_max = 10;
  static constexpr std::int64_t period_ms = 86'400'000;

  // False if this account was sent so many within the period. From any thread. A restart forgets.
  bool take(const std::string& account, std::int64_t now_ms);

 private:
  void forget(std::int64_t now_ms);

  std::mutex mutex_;
  std::map<std::string, std::deque<std::int64_t>> sent_ms_;  // the newest last
  std::int64_t forgotten_ms_ = 0;
};

}  // namespace entente
