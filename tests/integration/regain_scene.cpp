#include "regain_scene.h"

#include <entente/journal/content.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "catch.h"

namespace entente::tests {

LostEndScene::LostEndScene() {
  must_back_up(world.store(), world.at("empty"));
  case_id = ana.halfway();
  kept = messages_in(world, case_id);
  must_back_up(world.store(), world.at("backup"));
  ana.finish(case_id);
  all = messages_in(world, case_id);
  world.endpoint->inspect([&](const Ledger& ledger) {
    const auto entries = *ledger.entries_of(case_id);
    const auto first = std::ranges::find_if(entries, [&](std::uint64_t index) {
      return ledger.read(index)->leaf.kind == EntryKind::message;
    });
    opening = ledger.read(*first)->content;
    of_opening = *ledger.receipt(*first);
  });
  ana.assistant.reset();
}

Parcel shown_by(LifeCustomer& customer, const CaseId& case_id) {
  QuickLine line(customer.world);
  Parcel seen;
  line.change = [&](Parcel& sent) { seen = std::exchange(sent, Parcel{}); };
  must(customer.start(&line));
  CHECK_FALSE(customer.assistant->poll(case_id, 0));
  customer.assistant.reset();
  CHECK_FALSE(seen.receipts.empty());
  return seen;
}

std::size_t messages_in(LifeWorld& world, const CaseId& case_id) {
  std::size_t count = 0;
  world.endpoint->inspect([&](const Ledger& ledger) {
    const auto entries = *ledger.entries_of(case_id);
    for (const std::uint64_t index : entries) {
      count += ledger.read(index)->leaf.kind == EntryKind::message ? 1 : 0;
    }
  });
  return count;
}

bool comes_to(LifeWorld& world, const CaseId& case_id, std::size_t messages) {
  for (int i = 0; i < 1'000; ++i) {
    if (messages_in(world, case_id) >= messages) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

std::size_t taken_back_in(const Report& report) {
  return static_cast<std::size_t>(std::ranges::count_if(report.findings, [](const Finding& each) {
    return each.judgement == Judgement::holds &&
           each.sentence.starts_with("lost and taken back: it was entry ");
  }));
}

void must(const Status& status) {
  if (!status) FAIL(describe(status.error()));
}

}  // namespace entente::tests
