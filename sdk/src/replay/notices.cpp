#include "notices.h"

#include <entente/core/clock.h>
#include <entente/wire/admission.h>

#include <algorithm>

namespace entente {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string sentence_of(const ErasureAck& ack) {
  std::string text = ", answered " + std::string(name(ack.answer));
  if (ack.until_ms != 0) text += " until " + format_rfc3339(ack.until_ms);
  if (!ack.basis.empty()) text += " (" + ack.basis + ")";
  return text;
}

// One's own word that these classes are gone.
void check_gone(const std::vector<std::string>& classes, const Erasures& erasures,
                const Where& where, Party owner, Notes& notes) {
  for (const std::string& each : classes) {
    notes.check(erasures.of(each).has_value(), Rule::log_withheld, where, owner, [&] {
      return "the other party was told that " + each + " is erased, and no erasure is on record";
    });
  }
}

}  // namespace

bool NoticeBook::take(std::uint64_t entry, Direction direction, ByteView content) {
  if (auto notice = Admission::admit<ErasureNotice>(content)) {
    told_.push_back({entry, direction, notice->id(), **notice});
    return true;
  }
  auto ack = Admission::admit<ErasureAck>(content);
  if (!ack) return false;
  answered_.push_back({entry, direction, **ack});
  return true;
}

const NoticeBook::Answered* NoticeBook::answer_to(const Told& told) const {
  const auto found =
      std::ranges::find(answered_, told.id, [](const Answered& each) { return each.ack.notice; });
  return found == answered_.end() ? nullptr : &*found;
}

const NoticeBook::Told* NoticeBook::find(const Digest& id) const {
  const auto found = std::ranges::find(told_, id, &Told::id);
  return found == told_.end() ? nullptr : &*found;
}

void NoticeBook::check(const Erasures& erasures, Party owner, Notes& notes) const {
  for (const Told& told : told_) {
    const bool own = told.direction == Direction::sent;
    const Answered* answer = answer_to(told);
    const Where where{.entries = {told.entry}, .case_id = told.notice.case_id};
    notes.tell(Rule::log_record, where,
               "notice of erasure " + std::string(own ? "sent: " : "received: ") +
                   joined(told.notice.classes) + " (" + told.notice.reason + ")" +
                   (answer != nullptr ? sentence_of(answer->ack) : ", not answered"));
    if (own) check_gone(told.notice.classes, erasures, where, owner, notes);
  }
  for (const Answered& answered : answered_) {
    const Where where{.entries = {answered.entry}, .case_id = answered.ack.case_id};
    const Told* told = find(answered.ack.notice);
    const bool answers =
        told != nullptr && told->entry < answered.entry && told->direction != answered.direction &&
        told->notice.case_id == answered.ack.case_id && told->notice.key != answered.ack.key;
    notes.check(answers, Rule::log_record, where, owner,
                "the answer is to no notice of the other party that is on record before it");
    const bool own = answered.direction == Direction::sent;
    if (own) check_gone(answered.ack.classes, erasures, where, owner, notes);
  }
}

}  // namespace entente
