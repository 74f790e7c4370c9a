#pragma once
// A bar on a terminal, a line now and then elsewhere.

#include <chrono>
#include <cstddef>

namespace retail {

class Progress {
 public:
  explicit Progress(std::size_t total);
  // Not from several threads at once.
  void show(std::size_t done, std::size_t wrong);
  double seconds() const;
  void finish() const;

 private:
  std::size_t total_;
  bool terminal_;
  std::size_t shown_ = 0;
  std::chrono::steady_clock::time_point started_;
};

}  // namespace retail
