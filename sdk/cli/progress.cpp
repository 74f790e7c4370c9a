#include "progress.h"

#include <unistd.h>

#include <cmath>
#include <iostream>

namespace entente::cli {
namespace {

constexpr std::chrono::seconds patience{2};
constexpr std::chrono::milliseconds between{200};
constexpr std::string_view erase_line = "\r\x1b[K";

std::string describe_time(std::uint64_t seconds) {
  if (seconds < 120) return std::to_string(seconds) + " s";
  return std::to_string((seconds + 30) / 60) + " min";
}

}  // namespace

std::string describe_progress(std::string_view what, std::uint64_t done, std::uint64_t all,
                              std::chrono::milliseconds spent) {
  std::string text = std::to_string(done);
  if (all != 0) text += " of " + std::to_string(all);
  text += " " + std::string(what);
  const auto spent_ms = static_cast<double>(spent.count());
  if (done == 0 || spent_ms <= 0) return text;
  const double per_second = static_cast<double>(done) * 1000 / spent_ms;
  text += ", " + std::to_string(static_cast<std::uint64_t>(per_second)) + "/s";
  if (all <= done) return text;
  const double left = static_cast<double>(all - done) / per_second;
  return text + ", " + describe_time(static_cast<std::uint64_t>(std::llround(left))) + " left";
}

ProgressLine::ProgressLine(std::string_view what)
    : what_(what), has_reader_(isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
  if (is_shown_) std::cerr << erase_line << std::flush;
}

void ProgressLine::tell(std::uint64_t done, std::uint64_t all) {
  if (!has_reader_) return;
  const auto now = Clock::now();
  if (done < done_) begin_ = now;
  done_ = done;
  if (now - begin_ < patience || now - told_ < between) return;
  told_ = now;
  is_shown_ = true;
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(now - begin_);
  std::cerr << erase_line << describe_progress(what_, done, all, spent) << std::flush;
}

}  // namespace entente::cli
