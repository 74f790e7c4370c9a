#include "work_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <entente/core/clock.h>
#include <entente/text/json.h>

#include "files.h"

namespace entente::cli {
namespace {

Result<std::pair<Digest, Performance>> read_line(std::string_view line) {
  ENTENTE_LET(json, parse_json(line));
  ENTENTE_LET(hex, json.get_text("key"));
  ENTENTE_LET(bytes, from_hex(hex));
  ENTENTE_LET(key, to_digest(bytes));
  ENTENTE_LET(reference, json.get_text("reference"));
  return std::pair(key, Performance{Performance::State::done, reference, ""});
}

std::string line_of(const Order& order, const Performance& performance, std::int64_t now_ms) {
  Json record = Json::object({{"key", to_hex(order.key)},
                              {"at", format_rfc3339(now_ms)},
                              {"case", to_hex(order.case_id)},
                              {"source", to_hex(order.source)},
                              {"term", order.term.id},
                              {"purpose", order.term.purpose},
                              {"account", order.account},
                              {"reference", performance.reference}});
  if (const auto value = find_value(order.term)) record.add("value", format_money(*value));
  return to_json(record) + "\n";
}

}  // namespace

Status append_line(int descriptor, const std::string& line) {
  const ssize_t written = ::write(descriptor, line.data(), line.size());
  if (written != static_cast<ssize_t>(line.size()) || ::fsync(descriptor) != 0) {
    return fail(ErrorCode::store_failed, std::strerror(errno));
  }
  return {};
}

WorkFile::WorkFile(WorkFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      certain_(other.certain_),
      done_(std::move(other.done_)) {}

WorkFile::~WorkFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<WorkFile> WorkFile::open(const std::filesystem::path& file) {
  WorkFile work;
  std::string text;
  if (std::filesystem::exists(file)) {
    ENTENTE_LET(read, read_text(file));
    text = std::move(read);
  }
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos;
       end = text.find('\n', begin)) {
    const auto record = read_line(std::string_view(text).substr(begin, end - begin));
    if (!record) {
      return fail(ErrorCode::store_corrupt,
                  file.string() + ": the line at byte " + std::to_string(begin));
    }
    work.done_.insert(*record);
    begin = end + 1;
  }
  work.descriptor_ = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  const bool cut =
      work.descriptor_ >= 0 &&
      (begin == text.size() || ::ftruncate(work.descriptor_, static_cast<off_t>(begin)) == 0);
  if (!cut) return fail(ErrorCode::store_failed, file.string() + ": " + std::strerror(errno));
  return work;
}

const Performance* WorkFile::find(const Digest& key) const {
  const auto found = done_.find(key);
  return found == done_.end() ? nullptr : &found->second;
}

Status WorkFile::add(const Order& order, const Performance& performance, std::int64_t now_ms) {
  if (!certain_) return fail(ErrorCode::store_failed, "a write before this one failed");
  const ::off_t before = ::lseek(descriptor_, 0, SEEK_END);
  if (const Status written = append_line(descriptor_, line_of(order, performance, now_ms));
      !written) {
    certain_ = before >= 0 && ::ftruncate(descriptor_, before) == 0 && ::fsync(descriptor_) == 0;
    return written;
  }
  done_.emplace(order.key, performance);
  return {};
}

}  // namespace entente::cli
