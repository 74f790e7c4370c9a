#include "log_keeper.h"

#include <entente/core/clock.h>
#include <entente/journal/notice.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "file_back_office.h"
#include "key_file.h"
#include "progress.h"

namespace entente::cli {
namespace {

constexpr std::int64_t timeout_s_default = 60;
constexpr std::int64_t timeout_s_max = 3'600;
constexpr std::chrono::milliseconds look_every{50};

// Of a case that is erased whole a brand tells nobody anything any more, not even that it was.
bool can_tell(const OwnLog& own, const ErasureNotice& notice) {
  return !own.is_brand() || std::ranges::all_of(notice.classes, is_of_parts);
}

Status tell_other_parties(const ErasurePlan& plan, const OwnLog& own, Ledger& ledger) {
  ENTENTE_LET(key, read_key_file(own.speaking_key));
  SystemEntropy entropy;
  for (ErasureNotice notice : plan.notices()) {
    if (!can_tell(own, notice)) continue;
    notice.authority = own.card;
    entropy.fill(notice.nonce);
    ENTENTE_TRY(tell_erasure(ledger, notice, key));
  }
  return ledger.commit();
}

}  // namespace

Result<std::unique_ptr<LogKeeper>> LogKeeper::reach(const OwnLog& own, const Arguments& arguments) {
  ENTENTE_LET(timeout_s, arguments.integer_or("timeout", timeout_s_default, timeout_s_max));
  auto opened = OpenLog::open(own);
  const bool is_running =
      !opened && own.is_brand() && opened.error().code == ErrorCode::store_locked;
  if (!opened && !is_running) return std::unexpected(opened.error());
  return std::unique_ptr<LogKeeper>(
      new LogKeeper(own, opened ? std::move(*opened) : nullptr, timeout_s));
}

// The store is left alone meanwhile: whoever reads it keeps it from being built anew.
Result<std::vector<std::uint64_t>> LogKeeper::order(LogOrder order) const {
  SystemEntropy entropy;
  entropy.fill(order.id.bytes);
  ENTENTE_TRY(write_log_order(own_.data, order));
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(timeout_s_);
  while (std::chrono::steady_clock::now() < until) {
    if (const auto outcome = take_log_outcome(own_.data, order.id)) {
      if (outcome->error.empty()) return outcome->entries;
      return fail(ErrorCode::peer_failed, "the endpoint says: " + outcome->error);
    }
    std::this_thread::sleep_for(look_every);
  }
  return fail(ErrorCode::timed_out, "the order stands, but no endpoint has carried it out within " +
                                        std::to_string(timeout_s_) +
                                        " s; the next one that starts does");
}

template <class Record, class Work>
Result<std::vector<std::uint64_t>> LogKeeper::order_all(const std::vector<Record>& records,
                                                        const Work& work) const {
  ProgressLine line("cases");
  std::vector<std::uint64_t> entries;
  while (entries.size() < records.size()) {
    line.tell(entries.size(), records.size());
    const auto first = records.begin() + static_cast<std::ptrdiff_t>(entries.size());
    const std::size_t count = std::min(records.size() - entries.size(), log_order_records_max);
    const auto done =
        order({.id = {}, .work = work({first, first + static_cast<std::ptrdiff_t>(count)})});
    if (!done && !entries.empty()) {
      return fail(done.error().code, done.error().detail + " (" + std::to_string(entries.size()) +
                                         " of " + std::to_string(records.size()) +
                                         " cases are done)");
    }
    if (!done) return done;
    if (done->size() != count) return fail(ErrorCode::peer_failed, "an outcome of another order");
    entries.insert(entries.end(), done->begin(), done->end());
  }
  return entries;
}

Result<std::vector<std::uint64_t>> LogKeeper::erase(const ErasurePlan& plan, bool notify) {
  if (!opened_) {
    return order_all(plan.due(), [notify](std::vector<ErasureRecord> some) {
      return EraseOrder{.erasures = std::move(some), .notify = notify};
    });
  }
  ENTENTE_LET(entries, entente::erase(opened_->ledger(), plan.due()));
  if (own_.is_brand()) {
    for (const ErasureRecord& each : plan.due()) {
      ENTENTE_TRY(forget_work(own_.data, each.case_id, each.classes));
    }
  }
  if (notify) ENTENTE_TRY(tell_other_parties(plan, own_, opened_->ledger()));
  return entries;
}

Result<std::vector<std::uint64_t>> LogKeeper::put_holds(const std::vector<HoldRecord>& holds) {
  if (opened_) return entente::put_holds(opened_->ledger(), holds);
  return order_all(
      holds, [](std::vector<HoldRecord> some) { return HoldOrder{.holds = std::move(some)}; });
}

Status LogKeeper::begin_epoch(std::int64_t if_older_ms) {
  if (!opened_) {
    ENTENTE_LET(begun, order({.id = {}, .work = EpochOrder{.if_older_ms = if_older_ms}}));
    static_cast<void>(begun);
    return {};
  }
  const std::int64_t now_ms = SystemClock().now_ms();
  Ledger& ledger = opened_->ledger();
  if (now_ms - ledger.epoch_began_ms() < if_older_ms) return {};
  return ledger.begin_epoch(now_ms);
}

}  // namespace entente::cli
