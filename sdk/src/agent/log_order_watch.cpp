#include "log_order_watch.h"

#include <utility>

#include "core/overloaded.h"

namespace entente {

void LogOrderWatch::look() {
  if (!order_) return take();
  std::optional<Entries> entries;
  std::optional<bool> forgotten;
  {
    const std::scoped_lock lock(answer_->mutex);
    entries = answer_->entries;
    forgotten = answer_->forgotten;
  }
  if (!entries) return;
  const auto* erase = std::get_if<EraseOrder>(&order_->work);
  if (!*entries || erase == nullptr) return finish(*entries, true);
  if (!std::exchange(office_told_, true)) return tell_office(*erase);
  if (forgotten) finish(*entries, *forgotten);
}

void LogOrderWatch::take() {
  order_ = next_log_order(directory_);
  if (!order_) return;
  answer_ = std::make_shared<Answer>();
  office_told_ = false;
  const auto then = [answer = answer_](Entries entries) {
    const std::scoped_lock lock(answer->mutex);
    answer->entries = std::move(entries);
  };
  Sequencer& sequencer = hands_.sequencer;
  const auto begin = Overloaded{
      [&](const EraseOrder& erase) { sequencer.erase(erase.erasures, erase.notify, then); },
      [&](const HoldOrder& hold) { sequencer.hold(hold.holds, then); },
      [&](const EpochOrder& epoch) {
        sequencer.begin_epoch(epoch.if_older_ms, [then](const Status& begun) {
          then(begun ? Entries() : std::unexpected(begun.error()));
        });
      }};
  std::visit(begin, order_->work);
}

// By a worker: a back office that hangs must not keep a stop from being seen.
void LogOrderWatch::tell_office(const EraseOrder& erase) {
  const auto say = [answer = answer_](bool forgotten) {
    const std::scoped_lock lock(answer->mutex);
    answer->forgotten = forgotten;
  };
  const auto ask = [office = hands_.office, erasures = erase.erasures,
                    say]() -> std::function<void()> {
    for (const ErasureRecord& each : erasures) office->forget(each.case_id, each.classes);
    return [say] { say(true); };
  };
  hands_.workers.start({.ask = ask, .unanswered = [say] { say(false); }, .late = {}});
}

// While the log cannot be written the order waits. An outcome that cannot be written is one that
// nobody hears of; given again, the order finds everything done.
void LogOrderWatch::finish(const Entries& entries, bool forgotten) {
  const LogOrder order = std::exchange(order_, std::nullopt).value();
  if (!entries && entries.error().code == ErrorCode::busy) return;
  LogOrderOutcome outcome{.order = order.id, .entries = {}, .error = {}};
  if (!entries) {
    outcome.error = describe(entries.error());
  } else if (!forgotten) {
    outcome.error =
        "it is erased from the log, but the back office has not said that it forgot it: see to it "
        "there";
  } else {
    outcome.entries = *entries;
  }
  [[maybe_unused]] const Status told = write_log_outcome(directory_, outcome);
}

}  // namespace entente
