#pragma once
// What an auditor gathers of every case and every message, and reads once in order: it lies in
// temporary files where memory would grow with the log.

#include <entente/replay/replay.h>

#include "sorted_spool.h"

namespace entente {

// Heads of logs, by origin, size, root and who signed them.
class ViewSpool {
 public:
  void add(std::string_view origin, const LogView& view);
  void each(const std::function<void(std::string_view, const LogView&)>& take);
  // The first thing that went wrong.
  const Status& status() const { return status_; }

 private:
  SortedSpool spool_;
  Status status_;
};

// Cases as a report has them, by id; of two logs with one case, in the order they were added.
class CaseSpool {
 public:
  explicit CaseSpool(ReportForm form) : form_(form) {}
  void add(const CaseSummary& summary);
  Status write(const std::function<void(std::string_view)>& out);

 private:
  ReportForm form_;
  SortedSpool spool_;
  std::uint64_t added_ = 0;
  Status status_;
};

}  // namespace entente
