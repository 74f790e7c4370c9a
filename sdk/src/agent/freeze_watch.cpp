#include "freeze_watch.h"

#include <entente/journal/content.h>
#include <entente/wire/codec.h>

#include <chrono>
#include <utility>

namespace entente {
namespace {

constexpr std::chrono::milliseconds look_every{100};

}  // namespace

Result<std::optional<FreezeRecord>> last_freeze(const Ledger& ledger) {
  std::optional<FreezeRecord> last;
  ENTENTE_LET(documents, ledger.entries_of(no_case));
  for (const std::uint64_t index : documents) {
    ENTENTE_LET(entry, ledger.read(index));
    if (entry.leaf.kind != EntryKind::freeze) continue;
    ENTENTE_LET(record, decode<FreezeRecord>(entry.content));
    last = record;
  }
  return last;
}

FreezeWatch::FreezeWatch(std::filesystem::path directory, const Digest& known,
                         std::function<void(const FreezeRecord&)> take, std::function<void()> also)
    : directory_(std::move(directory)),
      known_(known),
      take_(std::move(take)),
      also_(std::move(also)) {
  thread_ = std::thread([this] { run(); });
}

FreezeWatch::~FreezeWatch() { stop(); }

void FreezeWatch::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void FreezeWatch::hand_over_again() {
  const std::scoped_lock lock(mutex_);
  known_ = before_;
}

void FreezeWatch::run() {
  std::unique_lock lock(mutex_);
  do {
    also_();
    const auto order = read_freeze_order(directory_);
    if (!order || order->order == known_) continue;
    before_ = std::exchange(known_, order->order);
    take_(*order);
  } while (!changed_.wait_for(lock, look_every, [&] { return stopping_; }));
}

}  // namespace entente
