#pragma once
// Two parties who say whatever comes to mind: mostly nonsense, always signed. What comes to mind is
// chosen by whoever calls: a random generator, or the bytes of a fuzzer.
//
//     Babbler babbler([&](std::size_t count) { return random() % count; });
//     const Said said = babbler.next(casefile, now_ms);
//
// Needs babbler.cpp and lines.cpp.

#include <entente/casefile/case.h>

#include <functional>

#include "casting.h"

namespace entente::tests {

class Babbler {
 public:
  // Gives a number below the one given, which is at least 1 and at most 255.
  using Choose = std::function<std::size_t(std::size_t)>;
  explicit Babbler(Choose choose) : below(std::move(choose)) {}

  // Requires an open case.
  Said next(const Case& casefile, std::int64_t now_ms);

  const Choose below;

 private:
  MessageId any_message(const Case& casefile);
  template <class Map>
  MessageId any_of(const Case& casefile, const Map& map);
  MessageId any_offer(const Case& casefile);
  MessageId any_binding(const Case& casefile);
  std::uint16_t any_claim();
  bool one_in(std::size_t count) { return below(count) == 0; }

  Body offer(const Case& casefile);
  Body ticket_act(const Case& casefile);
  Body desk_act(const HandoffState& ticket);
  Body link_step();
  Body question();
  Body right(const Case& casefile);
  Body exit(const Case& casefile);
  Body body(const Case& casefile);

  std::int64_t now_ms_ = 0;
  bool may_join_ = false;
};

}  // namespace entente::tests
