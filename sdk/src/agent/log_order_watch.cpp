#include "erase_watch.h"

#include <utility>

namespace entente {

void EraseWatch::look() {
  if (!order_) return take();
  std::optional<Entries> entries;
  std::optional<bool> forgotten;
  {
    const std::scoped_lock lock(answer_->mutex);
    entries = answer_->entries;
    forgotten = answer_->forgotten;
  }
  if (!entries) return;
  if (!*entries) return finish(*entries, true);
  if (!std::exchange(office_told_, true)) return tell_office();
  if (forgotten) finish(*entries, *forgotten);
}

void EraseWatch::take() {
  order_ = take_erase_order(directory_);
  if (!order_) return;
  answer_ = std::make_shared<Answer>();
  office_told_ = false;
  hands_.sequencer.erase(order_->erasures, order_->notify, [answer = answer_](Entries entries) {
    const std::scoped_lock lock(answer->mutex);
    answer->entries = std::move(entries);
  });
}

// By a worker: a back office that hangs must not keep a stop from being seen.
void EraseWatch::tell_office() {
  const auto say = [answer = answer_](bool forgotten) {
    const std::scoped_lock lock(answer->mutex);
    answer->forgotten = forgotten;
  };
  const auto ask = [&office = hands_.office, erasures = order_->erasures,
                    say]() -> std::function<void()> {
    for (const ErasureRecord& each : erasures) office.forget(each.case_id, each.classes);
    return [say] { say(true); };
  };
  hands_.workers.start({.ask = ask, .unanswered = [say] { say(false); }, .late = {}});
}

// While the log cannot be written the order waits. An outcome that cannot be written is one that
// nobody hears of; given again, the order finds everything erased.
void EraseWatch::finish(const Entries& entries, bool forgotten) {
  const EraseOrder order = std::exchange(order_, std::nullopt).value();
  if (!entries && entries.error().code == ErrorCode::busy) return;
  EraseOutcome outcome{.order = order.order, .entries = {}, .error = {}};
  if (!entries) {
    outcome.error = describe(entries.error());
  } else if (!forgotten) {
    outcome.error =
        "it is erased from the log, but the back office has not said that it forgot it: see to it "
        "there";
  } else {
    outcome.entries = *entries;
  }
  [[maybe_unused]] const Status told = write_erase_outcome(directory_, outcome);
}

}  // namespace entente
