#include "workers.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace entente {
namespace {

using Instant = std::chrono::steady_clock::time_point;

Instant in(std::int64_t ms) {
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
}

struct Job {
  Call call;
  Instant give_up_at;
  bool given_up = false;
};

}  // namespace

struct Workers::State {
  State(std::size_t count, std::int64_t timeout) : wanted(count), timeout_ms(timeout) {}

  const std::size_t wanted;
  const std::int64_t timeout_ms;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::shared_ptr<Job>> waiting;
  std::list<std::shared_ptr<Job>> running;
  std::multimap<Instant, Call> later;
  std::size_t threads = 0;  // that take calls
  std::size_t hung = 0;     // that are inside a call which was given up
  std::size_t telling = 0;  // that run `unanswered` or `late`
  bool stopping = false;
  bool stopped = false;
  std::thread timer;

  std::int64_t timeout_of(const Call& call) const {
    return call.timeout_ms == 0 ? timeout_ms : std::min(call.timeout_ms, timeout_ms);
  }

  void add_thread(const std::shared_ptr<State>& self) {
    ++threads;
    std::thread([self] { self->work(); }).detach();
  }

  void enqueue(Call call) {
    const Instant give_up_at = in(timeout_of(call));
    waiting.push_back(std::make_shared<Job>(std::move(call), give_up_at));
  }

  void work();
  bool run(std::unique_lock<std::mutex>& lock, const std::shared_ptr<Job>& job);
  void keep_time(const std::shared_ptr<State>& self);
  std::vector<std::function<void()>> give_up_overdue(const std::shared_ptr<State>& self);
  Instant next_due() const;
  void tell(std::unique_lock<std::mutex>& lock, const std::function<void()>& what);
};

void Workers::State::tell(std::unique_lock<std::mutex>& lock, const std::function<void()>& what) {
  if (!what) return;
  ++telling;
  lock.unlock();
  what();
  lock.lock();
  --telling;
  changed.notify_all();
}

void Workers::State::work() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [&] { return stopping || !waiting.empty(); });
    if (stopping) break;
    const auto job = waiting.front();
    waiting.pop_front();
    if (!run(lock, job)) return;  // another thread has taken this one's place
  }
  --threads;
  changed.notify_all();
}

// False if the call was given up meanwhile. Holds the lock before and after.
bool Workers::State::run(std::unique_lock<std::mutex>& lock, const std::shared_ptr<Job>& job) {
  job->give_up_at = in(timeout_of(job->call));
  running.push_back(job);
  changed.notify_all();
  lock.unlock();
  std::function<void()> answer;
  try {
    answer = job->call.ask();
  } catch (...) {
    // What a back office throws says nothing about what it did.
    answer = job->call.unanswered;
  }
  lock.lock();
  if (job->given_up) {
    --hung;
    if (!stopping) tell(lock, job->call.late);
    if (stopping || threads >= wanted) return false;
    ++threads;  // it had no successor
    return true;
  }
  running.remove(job);
  lock.unlock();
  if (answer) answer();
  lock.lock();
  return true;
}

std::vector<std::function<void()>> Workers::State::give_up_overdue(
    const std::shared_ptr<State>& self) {
  const Instant now = std::chrono::steady_clock::now();
  std::vector<std::function<void()>> untold;
  for (auto job = running.begin(); job != running.end();) {
    if ((*job)->give_up_at > now) {
      ++job;
      continue;
    }
    (*job)->given_up = true;
    untold.push_back((*job)->call.unanswered);
    job = running.erase(job);
    --threads;
    ++hung;
    if (!stopping && hung <= hung_max) add_thread(self);
  }
  // With no thread left to take them, what waits is given up in its time as well.
  while (threads == 0 && !waiting.empty() && waiting.front()->give_up_at <= now) {
    untold.push_back(waiting.front()->call.unanswered);
    waiting.pop_front();
  }
  return untold;
}

Instant Workers::State::next_due() const {
  Instant due = in(3'600'000);
  if (!later.empty()) due = std::min(due, later.begin()->first);
  for (const auto& job : running) due = std::min(due, job->give_up_at);
  if (threads == 0 && !waiting.empty()) due = std::min(due, waiting.front()->give_up_at);
  return due;
}

void Workers::State::keep_time(const std::shared_ptr<State>& self) {
  std::unique_lock lock(mutex);
  while (!stopped) {
    const Instant now = std::chrono::steady_clock::now();
    while (!later.empty() && later.begin()->first <= now) {
      enqueue(std::move(later.begin()->second));
      later.erase(later.begin());
      changed.notify_all();
    }
    const auto untold = give_up_overdue(self);
    if (!untold.empty()) changed.notify_all();
    for (const auto& unanswered : untold) tell(lock, unanswered);
    if (untold.empty()) changed.wait_until(lock, next_due());
  }
}

Workers::Workers(std::size_t threads, std::int64_t timeout_ms)
    : state_(std::make_shared<State>(threads, timeout_ms)) {
  const std::scoped_lock lock(state_->mutex);
  for (std::size_t i = 0; i < threads; ++i) state_->add_thread(state_);
  state_->timer = std::thread([state = state_] { state->keep_time(state); });
}

Workers::~Workers() { stop(); }

void Workers::start(Call call) {
  {
    const std::scoped_lock lock(state_->mutex);
    if (state_->stopping) return;
    state_->enqueue(std::move(call));
  }
  state_->changed.notify_all();
}

void Workers::start_after(std::int64_t delay_ms, Call call) {
  {
    const std::scoped_lock lock(state_->mutex);
    if (state_->stopping) return;
    state_->later.emplace(in(delay_ms), std::move(call));
  }
  state_->changed.notify_all();
}

void Workers::stop() {
  {
    std::unique_lock lock(state_->mutex);
    state_->stopping = true;
    state_->waiting.clear();
    state_->later.clear();
    state_->changed.notify_all();
    state_->changed.wait(lock, [&] { return state_->threads == 0 && state_->telling == 0; });
    state_->stopped = true;
  }
  state_->changed.notify_all();
  if (state_->timer.joinable()) state_->timer.join();
}

}  // namespace entente
