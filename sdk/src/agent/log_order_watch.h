#pragma once
// Takes orders about what the log keeps, one at a time, has the writer carry each out between two
// batches, tells the back office what was erased, and says what came of it.

#include <entente/agent/back_office.h>
#include <entente/agent/log_order.h>
#include <entente/journal/sequencer.h>

#include <memory>
#include <mutex>

#include "workers.h"

namespace entente {

class LogOrderWatch {
 public:
  // What an order goes through; all outlive the watch. A call that never returns keeps the office.
  struct Hands {
    Sequencer& sequencer;
    std::shared_ptr<BackOffice> office;
    Workers& workers;
  };
  LogOrderWatch(std::filesystem::path directory, Hands hands)
      : directory_(std::move(directory)), hands_(std::move(hands)) {}

  // From one thread, now and then. Waits for nobody.
  void look();

 private:
  using Entries = Result<std::vector<std::uint64_t>>;
  // Outlives the watch, should the writer or the back office come last.
  struct Answer {
    std::mutex mutex;
    std::optional<Entries> entries;
    std::optional<bool> forgotten;  // by the back office; false: it did not say so in time
  };
  void take();
  void tell_office(const EraseOrder& erase);
  void finish(const Entries& entries, bool forgotten);

  std::filesystem::path directory_;
  Hands hands_;
  std::optional<LogOrder> order_;  // under way
  std::shared_ptr<Answer> answer_;
  bool office_told_ = false;
};

}  // namespace entente
