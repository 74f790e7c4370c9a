#include "auditor_spool.h"

#include <cstring>

namespace entente {
namespace {

constexpr std::size_t number_bytes = 8;
constexpr std::size_t digest_bytes = sizeof(Digest::bytes);

std::string_view chars(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Big-endian, so that the order of bytes is that of numbers.
void append_number(std::string& to, std::uint64_t number) {
  Bytes bytes;
  append_u64(bytes, number);
  to += chars(bytes);
}

std::uint64_t number_from(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<std::uint8_t>(byte);
  return number;
}

}  // namespace

void ViewSpool::add(std::string_view origin, const LogView& view) {
  if (!status_) return;
  std::string record(origin);
  append_number(record.append(1, '\0'), view.head.size);
  record += chars(ByteView(view.head.root));
  record += static_cast<char>(view.signed_by);
  status_ = spool_.add(std::move(record));
}

void ViewSpool::each(const std::function<void(std::string_view, const LogView&)>& take) {
  if (!status_) return;
  status_ = spool_.each([&](std::string_view record) {
    constexpr std::size_t tail_bytes = number_bytes + digest_bytes + 1;
    const std::string_view tail = record.substr(record.size() - tail_bytes);
    LogView view{.head = {.size = number_from(tail.substr(0, number_bytes)), .root = {}},
                 .signed_by = static_cast<Party>(tail.back())};
    std::memcpy(view.head.root.bytes.data(), tail.data() + number_bytes, digest_bytes);
    take(record.substr(0, record.size() - tail_bytes - 1), view);
  });
}

void CaseSpool::add(const CaseSummary& summary) {
  if (!status_) return;
  std::string record(chars(ByteView(summary.case_id)));
  append_number(record, added_++);
  record += write_case(summary, form_);
  status_ = spool_.add(std::move(record));
}

Status CaseSpool::write(const std::function<void(std::string_view)>& out) {
  ENTENTE_TRY(status_);
  bool first = true;
  return spool_.each([&](std::string_view record) {
    if (form_ == ReportForm::json && !std::exchange(first, false)) out(",");
    out(record.substr(digest_bytes + number_bytes));
  });
}

}  // namespace entente
