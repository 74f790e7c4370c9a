#include "honest.h"

namespace entente::tests {

Honest::Honest(Ask ask, HttpClientOptions options, Habit habit)
    : ask_(std::move(ask)),
      options_(std::move(options)),
      habit_(habit),
      thread_([this] { work(); }) {}

Honest::~Honest() {
  {
    const std::lock_guard lock(mutex_);
    should_stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

// The request that was under way when this was called counts too little: one more is asked.
bool Honest::is_served(int times) {
  std::unique_lock lock(mutex_);
  const int wanted = answered_ + times + 1;
  changed_.wait(lock, [&] { return answered_ >= wanted || !first_failure_.empty(); });
  return first_failure_.empty();
}

void Honest::rest() {
  std::unique_lock lock(mutex_);
  should_rest_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return is_resting_; });
}

void Honest::go_on() {
  const std::lock_guard lock(mutex_);
  should_rest_ = false;
  changed_.notify_all();
}

std::string Honest::first_failure() const {
  const std::lock_guard lock(mutex_);
  return first_failure_;
}

void Honest::work() {
  HttpClient kept(options_);
  std::unique_lock lock(mutex_);
  while (!should_stop_) {
    if (should_rest_) {
      is_resting_ = true;
      changed_.notify_all();
      changed_.wait(lock, [&] { return !should_rest_ || should_stop_; });
      is_resting_ = false;
      continue;
    }
    const int number = ++asked_;
    lock.unlock();
    std::string wrong;
    if (number % 3 == 0 && habit_ == Habit::both) {
      HttpClient fresh(options_);
      wrong = ask_(fresh, number);
    } else {
      wrong = ask_(kept, number);
    }
    lock.lock();
    if (wrong.empty()) ++answered_;
    if (first_failure_.empty() && !wrong.empty()) {
      first_failure_ = "request " + std::to_string(number) + ": " + wrong;
    }
    changed_.notify_all();
    changed_.wait_for(lock, std::chrono::milliseconds(1));  // the attack wants some processor, too
  }
}

Honest::Ask asks_echo(const std::string& base_url) {
  return [url = base_url + "/echo"](HttpClient& client, int number) -> std::string {
    const auto text = "honest " + std::to_string(number);
    const auto answer = client.post(url, "text/plain", to_bytes(text));
    if (!answer) return describe(answer.error());
    if (to_text(answer->body) == text) return "";
    return "status " + std::to_string(answer->status);
  };
}

}  // namespace entente::tests
