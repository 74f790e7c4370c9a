#include "progress.h"

#include <unistd.h>

#include <cstdio>
#include <string>

namespace retail {

Progress::Progress(std::size_t total)
    : total_(total),
      terminal_(isatty(STDERR_FILENO) == 1),
      started_(std::chrono::steady_clock::now()) {}

double Progress::seconds() const {
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - started_;
  return since.count();
}

void Progress::show(std::size_t done, std::size_t wrong) {
  constexpr std::size_t width = 40;
  const std::size_t percent = total_ == 0 ? 100 : done * 100 / total_;
  if (!terminal_ && percent / 10 == shown_ / 10) return;
  if (terminal_ && percent == shown_ && done != total_) return;
  shown_ = percent;
  const std::size_t filled = percent * width / 100;
  const std::string bar = std::string(filled, '#') + std::string(width - filled, '.');
  const double per_second = seconds() > 0 ? static_cast<double>(done) / seconds() : 0;
  std::fprintf(stderr, "%s[%s] %zu of %zu, %zu wrong, %.0f/s%s", terminal_ ? "\r" : "", bar.c_str(),
               done, total_, wrong, per_second, terminal_ ? "" : "\n");
  std::fflush(stderr);
}

void Progress::finish() const {
  if (terminal_) std::fputc('\n', stderr);
}

}  // namespace retail
