#pragma once
// Money out of the door: an intent on record before the back office is asked, under the key of the
// term that is owed; done at most once; and said to the consumer only with all that behind it.

#include <entente/protocol/log_entry.h>

#include "case_fold.h"
#include "log_pass.h"

namespace entente {

class PerformanceCheck {
 public:
  explicit PerformanceCheck(Notes& notes) : notes_(notes) {}

  void take_intent(const CaseFold& fold, const OpenEntry& entry, const PerformanceRecord& record);
  void take_result(const CaseFold& fold, const OpenEntry& entry, const PerformanceRecord& record);
  // A `perform` that the brand said.
  void take_report(const CaseFold& fold, const Saying& saying);

 private:
  void take_regained(const CaseFold& fold, const Saying& saying, const Performed& item);
  struct Key {
    std::uint64_t intent = 0;
    std::uint32_t done = 0;
    Performed::State last = Performed::State::unset;
    bool is_regained = false;  // known by a report alone, whose records were lost
  };
  Notes& notes_;
  std::map<Digest, Key> keys_;
};

}  // namespace entente
