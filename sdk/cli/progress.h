#pragma once
// A line on the terminal about work that takes long: how far it is, how fast, how much longer. Only
// where a person sees it, only after two seconds, and gone when the work is done.
//
//     ProgressLine line("entries");
//     ...
//     line.tell(done, all);

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace entente::cli {

// "120448 of 200000 entries, 10021/s, 7 s left". `all` is 0 if nobody knows it.
std::string describe_progress(std::string_view what, std::uint64_t done, std::uint64_t all,
                              std::chrono::milliseconds spent);

class ProgressLine {
 public:
  explicit ProgressLine(std::string_view what);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine();

  // A count that falls back begins something new.
  void tell(std::uint64_t done, std::uint64_t all);

 private:
  using Clock = std::chrono::steady_clock;

  std::string what_;
  bool has_reader_;  // standard error is a terminal
  bool is_shown_ = false;
  std::uint64_t done_ = 0;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point told_ = begin_;
};

}  // namespace entente::cli
