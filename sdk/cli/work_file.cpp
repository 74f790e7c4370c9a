#include "work_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <entente/core/clock.h>
#include <entente/store/durable.h>
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

// The line with the same key and reference, and spaces instead of the rest; nothing if it is of
// another case.
std::optional<std::string> without_customer(std::string_view line, const CaseId& case_id) {
  const auto json = parse_json(line);
  const auto of_case = json ? json->get_text("case") : fail(ErrorCode::json_invalid);
  if (!of_case || *of_case != to_hex(case_id)) return std::nullopt;
  const auto key = json->get_text("key");
  const auto reference = json->get_text("reference");
  if (!key || !reference) return std::nullopt;
  std::string kept = to_json(Json::object({{"key", *key}, {"reference", *reference}}));
  if (kept.size() > line.size()) return std::nullopt;
  kept.insert(kept.size() - 1, line.size() - kept.size(), ' ');
  return kept;
}

}  // namespace

Status append_line(int descriptor, const std::string& line) {
  ENTENTE_TRY(write_all(descriptor, view(line)));
  if (::fsync(descriptor) != 0) return fail(ErrorCode::store_failed, std::strerror(errno));
  return {};
}

WorkFile::WorkFile(WorkFile&& other) noexcept
    : file_(std::move(other.file_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      certain_(other.certain_),
      done_(std::move(other.done_)) {}

WorkFile::~WorkFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<WorkFile> WorkFile::open(const std::filesystem::path& file) {
  WorkFile work;
  work.file_ = file;
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

// In place, byte for byte as long as it was: who writes next still appends, and what a crash leaves
// is a file whose lines are records.
Status WorkFile::forget(const CaseId& case_id) {
  ENTENTE_LET(text, read_text(file_));
  const int descriptor = ::open(file_.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return fail(ErrorCode::store_failed, file_.string());
  Status done;
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos && done;
       end = text.find('\n', begin)) {
    const auto blank = without_customer(std::string_view(text).substr(begin, end - begin), case_id);
    if (blank && ::pwrite(descriptor, blank->data(), blank->size(), static_cast<off_t>(begin)) !=
                     static_cast<ssize_t>(blank->size())) {
      done = fail(ErrorCode::store_failed, std::strerror(errno));
    }
    begin = end + 1;
  }
  if (done && ::fsync(descriptor) != 0) done = fail(ErrorCode::store_failed, std::strerror(errno));
  ::close(descriptor);
  return done;
}

}  // namespace entente::cli
