#include <entente/protocol/retention.h>

#include <algorithm>
#include <array>

namespace entente {
namespace {

constexpr std::array<std::string_view, 7> erasable = {"contact",   "decision", "media", "prose",
                                                      "reference", "special",  "terms"};

}  // namespace

std::string_view content_class(EntryKind kind) {
  switch (kind) {
    case EntryKind::facts:
    case EntryKind::decision:
    case EntryKind::freeze:
      return "decision";
    case EntryKind::hold:
    case EntryKind::erasure:
    case EntryKind::access:
    case EntryKind::notice:
    case EntryKind::backup:
    case EntryKind::restore:
    case EntryKind::rollover:
      return "record";
    case EntryKind::unset:
    case EntryKind::message:
    case EntryKind::refusal:
    case EntryKind::perform_intent:
    case EntryKind::perform_result:
    case EntryKind::handoff_clock:
    case EntryKind::card:
    case EntryKind::mandate:
    case EntryKind::policy:
    case EntryKind::key:
    case EntryKind::checkpoint_seen:
    case EntryKind::cosignature:
    case EntryKind::timestamp:
      return "terms";
  }
  return "terms";
}

std::span<const std::string_view> erasable_classes() { return erasable; }

bool covers(const ErasureRecord& erasure, std::string_view of_class) {
  return std::ranges::find(erasable, of_class) != erasable.end() &&
         std::ranges::find(erasure.classes, of_class) != erasure.classes.end();
}

}  // namespace entente
