#pragma once
// Somebody with a right to be served, at work beside an attack: one request after another over a
// connection that is kept, and every third time over a new one. Each answer is looked at.

#include "server_under_test.h"

#include <condition_variable>
#include <thread>

namespace entente::tests {

class Honest {
 public:
  // Asks the so-manieth time; what is wrong with the answer, or nothing.
  using Ask = std::function<std::string(HttpClient&, int)>;
  enum class Habit : unsigned char { both, keeps };

  Honest(Ask ask, HttpClientOptions options, Habit habit = Habit::both);
  ~Honest();
  Honest(const Honest&) = delete;
  Honest& operator=(const Honest&) = delete;

  // Returns once so many more requests have been asked and answered from now on, or one was not;
  // false then.
  bool is_served(int times);
  // Returns when no request of it is under way; from then on it waits.
  void rest();
  void go_on();

  std::string first_failure() const;

 private:
  void work();

  const Ask ask_;
  const HttpClientOptions options_;
  const Habit habit_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int asked_ = 0;
  int answered_ = 0;
  std::string first_failure_;
  bool should_rest_ = false;
  bool is_resting_ = false;
  bool should_stop_ = false;
  std::thread thread_;
};

// Has a numbered text echoed.
Honest::Ask asks_echo(const std::string& base_url);

}  // namespace entente::tests
