#include "intake.h"

namespace entente {
namespace {

// A smaller batch says more about the disk than about a submission.
constexpr std::size_t telling_batch = 32;
constexpr std::size_t ordinary_min = 16;
constexpr double learning = 0.25;
constexpr double forgetting = 0.002;  // of the shed share, per submission

}  // namespace

void Intake::post(Work work) {
  {
    const std::scoped_lock lock(mutex_);
    own_.push_back(std::move(work));
  }
  arrived_.notify_one();
}

bool Intake::offer(Arrived& arrived) {
  {
    const std::scoped_lock lock(mutex_);
    if (closed_ || ordinary_.size() >= ordinary_max() ||
        ordinary_bytes_ + arrived.bytes > limits_.queue_bytes_max) {
      return false;
    }
    shed_share_ -= shed_share_ * forgetting;
    ordinary_bytes_ += arrived.bytes;
    ordinary_.push_back(std::move(arrived));
  }
  arrived_.notify_one();
  return true;
}

Intake::Reserved Intake::reserve(const Source& source, Arrived& arrived, bool may_acknowledge) {
  Reserved result;
  {
    const std::scoped_lock lock(mutex_);
    const std::size_t waiting = reserved_.waiting_of(source.place);
    const auto is_full = [&] {
      return reserved_.size() >= limits_.reserved_max ||
             reserved_.bytes() + arrived.bytes > limits_.reserved_bytes_max;
    };
    result.taken = !closed_ && waiting < limits_.reserved_per_source_max;
    if (result.taken && is_full()) {
      result.displaced = reserved_.displace(waiting + 1);
      result.taken = result.displaced.has_value() && !is_full();
    }
    if (!result.taken || result.displaced) ++stats_.turned_away;
    if (!result.taken) return result;
    result.acknowledge = may_acknowledge && waiting >= limits_.reserved_prompt_max;
    if (result.acknowledge) ++stats_.unlogged;
    arrived.acknowledged = result.acknowledge;
    reserved_.push(source, std::move(arrived));
  }
  arrived_.notify_one();
  return result;
}

std::optional<std::deque<Work>> Intake::take(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  const auto waits = [&] {
    return closed_ || !own_.empty() || reserved_.size() > 0 || !ordinary_.empty();
  };
  arrived_.wait_for(lock, patience, waits);
  std::deque<Work> works;
  const auto room = [&](std::size_t share) { return works.size() < share; };
  while (!own_.empty() && room(limits::batch_submissions_max)) {
    works.push_back(std::move(own_.front()));
    own_.pop_front();
  }
  const std::size_t own = works.size();
  while (reserved_.size() > 0 && room(own + limits_.reserved_batch_share)) {
    works.emplace_back(reserved_.pop());
  }
  while (!ordinary_.empty() && room(own + limits::batch_submissions_max)) {
    ordinary_bytes_ -= ordinary_.front().bytes;
    works.emplace_back(std::move(ordinary_.front()));
    ordinary_.pop_front();
  }
  stats_.admitted += works.size() - own;
  if (works.empty() && closed_) return std::nullopt;
  return works;
}

void Intake::note_batch(std::size_t submissions, std::chrono::nanoseconds spent) {
  if (submissions == 0) return;
  const double each = static_cast<double>(spent.count()) / static_cast<double>(submissions);
  const std::scoped_lock lock(mutex_);
  const bool telling = submissions >= std::min(telling_batch, ordinary_max() / 2);
  if (submission_ns_ == 0) {
    if (telling) submission_ns_ = each;
  } else if (telling || each < submission_ns_) {
    submission_ns_ += learning * (each - submission_ns_);
  }
}

// As many as the writer does within the target, as the batches before have shown. Under the lock.
std::size_t Intake::ordinary_max() const {
  if (submission_ns_ == 0) return std::min(limits_.queue_max, limits::batch_submissions_max);
  const double fits = static_cast<double>(limits_.queue_ms_target) * 1e6 / submission_ns_;
  const auto rounded = static_cast<std::size_t>(std::min(fits, 1e9));
  return std::min(limits_.queue_max, std::max(ordinary_min, rounded));
}

void Intake::close() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
  }
  arrived_.notify_all();
}

bool Intake::is_loaded() const {
  const std::scoped_lock lock(mutex_);
  return ordinary_.size() * 2 >= ordinary_max();
}

void Intake::note_shed() {
  const std::scoped_lock lock(mutex_);
  ++stats_.shed;
  shed_share_ += (1 - shed_share_) * forgetting;
}

void Intake::note_challenged() {
  const std::scoped_lock lock(mutex_);
  ++stats_.challenged;
}

std::int64_t Intake::retry_after_ms(std::uint64_t seed) const {
  double kept = 1;
  {
    const std::scoped_lock lock(mutex_);
    kept = std::max(1 - shed_share_, 0.01);
  }
  const auto least = static_cast<double>(limits_.retry_ms_min);
  const double spread = 1 + static_cast<double>(seed % 1024) / 1024;
  return std::min(limits_.retry_ms_max, static_cast<std::int64_t>(least * spread / kept));
}

LoadStats Intake::stats() const {
  const std::scoped_lock lock(mutex_);
  LoadStats stats = stats_;
  stats.waiting = own_.size() + ordinary_.size();
  stats.reserved_waiting = reserved_.size();
  stats.waiting_bytes = ordinary_bytes_ + reserved_.bytes();
  return stats;
}

}  // namespace entente
