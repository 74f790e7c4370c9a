#pragma once
// Takes an order to erase, has the writer carry it out between two batches, tells the back office,
// and says what came of it.

#include <entente/agent/back_office.h>
#include <entente/agent/erase_order.h>
#include <entente/journal/sequencer.h>

#include <mutex>

namespace entente {

class EraseWatch {
 public:
  EraseWatch(std::filesystem::path directory, Sequencer& sequencer, BackOffice& office)
      : directory_(std::move(directory)), sequencer_(sequencer), office_(office) {}

  // From one thread, now and then. Does not wait for the writer.
  void look();

 private:
  using Entries = Result<std::vector<std::uint64_t>>;
  // Outlives the watch, should the writer come last.
  struct Answer {
    std::mutex mutex;
    std::optional<Entries> entries;
  };
  void finish(const Entries& entries);

  std::filesystem::path directory_;
  Sequencer& sequencer_;
  BackOffice& office_;
  std::optional<EraseOrder> order_;  // with the writer
  std::shared_ptr<Answer> answer_;
};

}  // namespace entente
