#include "transport/rate_table.h"

#include <algorithm>
#include <bit>
#include <random>

namespace entente::http {
namespace {

// Odd, so that no place is lost in the multiplication.
std::uint64_t random_factor() {
  std::random_device random;
  return (std::uint64_t{random()} << 32) | random() | 1;
}

}  // namespace

RateTable::RateTable(HttpRate rate, std::size_t slots) {
  if (rate.per_s == 0) return;
  constexpr std::int64_t second_ns = 1'000'000'000;
  step_ns_ = std::max<std::int64_t>(1, second_ns / static_cast<std::int64_t>(rate.per_s));
  backlog_ns_ = step_ns_ * static_cast<std::int64_t>(std::max<std::size_t>(1, rate.burst));
  const auto size = std::bit_ceil(std::max<std::size_t>(2, slots));
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(size));
  for (auto& row : rows_) {
    row.factor = random_factor();
    row.slots = std::make_unique<Slot[]>(size);
  }
}

// Multiply-shift: two given places meet with a chance of 2 in the number of slots, whoever chose
// them, since the factor is secret.
RateTable::Slot& RateTable::slot_of(const Row& row, Place place) const {
  return row.slots[(place * row.factor) >> shift_];
}

std::chrono::nanoseconds RateTable::take(Place place, Instant now) {
  if (step_ns_ == 0) return {};
  const auto now_ns =
      std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  const auto due = [&](const Slot& slot) { return std::max(slot.load(), now_ns) + step_ns_; };
  const auto limit_ns = now_ns + backlog_ns_;
  Slot& first = slot_of(rows_[0], place);
  Slot& second = slot_of(rows_[1], place);
  const auto earliest_ns = std::min(due(first), due(second));
  if (earliest_ns > limit_ns) return std::chrono::nanoseconds(earliest_ns - limit_ns);
  for (Slot* slot : {&first, &second}) {
    auto before = slot->load();
    while (!slot->compare_exchange_weak(before,
                                        std::min(std::max(before, now_ns) + step_ns_, limit_ns))) {
    }
  }
  return {};
}

}  // namespace entente::http
