#include "erase_watch.h"

#include <utility>

namespace entente {

void EraseWatch::look() {
  if (!order_) {
    order_ = take_erase_order(directory_);
    if (!order_) return;
    answer_ = std::make_shared<Answer>();
    return sequencer_.erase(order_->erasures, order_->notify, [answer = answer_](Entries entries) {
      const std::scoped_lock lock(answer->mutex);
      answer->entries = std::move(entries);
    });
  }
  std::optional<Entries> entries;
  {
    const std::scoped_lock lock(answer_->mutex);
    entries = std::exchange(answer_->entries, std::nullopt);
  }
  if (entries) finish(*entries);
}

// While the log cannot be written the order waits. An outcome that cannot be written is one that
// nobody hears of; given again, the order finds everything erased.
void EraseWatch::finish(const Entries& entries) {
  const EraseOrder order = std::exchange(order_, std::nullopt).value();
  if (!entries && entries.error().code == ErrorCode::busy) return;
  EraseOutcome outcome{.order = order.order, .entries = {}, .error = {}};
  if (entries) {
    outcome.entries = *entries;
    for (const ErasureRecord& each : order.erasures) office_.forget(each.case_id, each.classes);
  } else {
    outcome.error = describe(entries.error());
  }
  [[maybe_unused]] const Status told = write_erase_outcome(directory_, outcome);
}

}  // namespace entente
