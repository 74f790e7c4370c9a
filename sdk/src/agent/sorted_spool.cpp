#include "sorted_spool.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace entente {
namespace {

std::unexpected<Error> no_room() {
  return fail(ErrorCode::store_failed, "a temporary file cannot be written or read");
}

}  // namespace

// One run, read in pieces.
class SortedSpool::Reader {
 public:
  Reader(int file, Run run) : file_(file), next_(run.begin), end_(run.end) {}

  const std::string& record() const { return record_; }
  // False after the last.
  Result<bool> advance() {
    std::uint32_t size = 0;
    if (at_ == buffer_.size() && next_ == end_) return false;
    ENTENTE_TRY(take(reinterpret_cast<char*>(&size), sizeof size));
    record_.resize(size);
    ENTENTE_TRY(take(record_.data(), size));
    return true;
  }

 private:
  static constexpr std::size_t piece_bytes = 16 * 1024;

  Status take(char* to, std::size_t size) {
    while (size > 0) {
      if (at_ == buffer_.size()) ENTENTE_TRY(fill());
      const std::size_t some = std::min(size, buffer_.size() - at_);
      std::memcpy(to, buffer_.data() + at_, some);
      at_ += some;
      to += some;
      size -= some;
    }
    return {};
  }
  Status fill() {
    buffer_.resize(std::min(piece_bytes, static_cast<std::size_t>(end_ - next_)));
    const ssize_t got = pread(file_, buffer_.data(), buffer_.size(), next_);
    if (got <= 0) return no_room();
    buffer_.resize(static_cast<std::size_t>(got));
    next_ += got;
    at_ = 0;
    return {};
  }

  int file_;
  long next_;
  long end_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::string record_;
};

Status SortedSpool::add(std::string record) {
  held_bytes_ += sizeof(std::string) + record.size();
  held_.push_back(std::move(record));
  return held_bytes_ < memory_bytes_max ? Status() : spill();
}

Status SortedSpool::spill() {
  if (!file_) file_.reset(std::tmpfile());
  if (!file_) return no_room();
  std::ranges::sort(held_);
  Run run{.begin = std::ftell(file_.get())};
  for (const std::string& record : held_) {
    const auto size = static_cast<std::uint32_t>(record.size());
    std::fwrite(&size, sizeof size, 1, file_.get());
    std::fwrite(record.data(), 1, record.size(), file_.get());
  }
  if (std::fflush(file_.get()) != 0 || std::ferror(file_.get()) != 0) return no_room();
  run.end = std::ftell(file_.get());
  runs_.push_back(run);
  held_.clear();
  held_bytes_ = 0;
  return {};
}

Status SortedSpool::each(const std::function<void(std::string_view)>& take) {
  if (!file_) {  // all of it fits
    std::ranges::sort(held_);
    for (const std::string& record : held_) take(record);
    return {};
  }
  ENTENTE_TRY(spill());
  std::vector<Reader> readers;
  const auto later = [&](std::size_t a, std::size_t b) {
    return readers[a].record() > readers[b].record();
  };
  std::vector<std::size_t> heap;
  for (const Run run : runs_) {
    Reader& reader = readers.emplace_back(fileno(file_.get()), run);
    ENTENTE_LET(any, reader.advance());
    if (any) heap.push_back(readers.size() - 1);
  }
  std::ranges::make_heap(heap, later);
  while (!heap.empty()) {
    std::ranges::pop_heap(heap, later);
    Reader& first = readers[heap.back()];
    take(first.record());
    ENTENTE_LET(more, first.advance());
    if (more) {
      std::ranges::push_heap(heap, later);
    } else {
      heap.pop_back();
    }
  }
  return {};
}

}  // namespace entente
