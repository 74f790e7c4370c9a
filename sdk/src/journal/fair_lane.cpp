#include "fair_lane.h"

namespace entente {

void FairLane::push(const Source& source, Arrived arrived) {
  const auto [at, fresh] = places_.try_emplace(source.place);
  if (fresh) turns_.push_back(source.place);
  Place& place = at->second;
  auto& waiting = place.waiting[source.key];
  if (waiting.empty()) place.turns.push_back(source.key);
  bytes_ += arrived.bytes;
  ++place.size;
  ++size_;
  waiting.push_back(std::move(arrived));
}

// The source and its key go to the end of their lines, or leave them if nothing of theirs waits.
Arrived FairLane::pop() {
  const auto at = places_.find(turns_.front());
  Place& place = at->second;
  const auto waiting = place.waiting.find(place.turns.front());
  Arrived next = std::move(waiting->second.front());
  waiting->second.pop_front();
  bytes_ -= next.bytes;
  --size_;
  --place.size;
  if (waiting->second.empty()) {
    place.waiting.erase(waiting);
    place.turns.pop_front();
  } else {
    place.turns.splice(place.turns.end(), place.turns, place.turns.begin());
  }
  if (place.size == 0) {
    places_.erase(at);
    turns_.pop_front();
  } else {
    turns_.splice(turns_.end(), turns_, turns_.begin());
  }
  return next;
}

std::size_t FairLane::waiting_of(const std::string& place) const {
  const auto known = places_.find(place);
  return known == places_.end() ? 0 : known->second.size;
}

std::optional<Arrived> FairLane::displace(std::size_t fewer) {
  const auto most =
      std::ranges::max_element(places_, {}, [](const auto& each) { return each.second.size; });
  if (most == places_.end() || most->second.size <= fewer) return std::nullopt;
  Place& place = most->second;
  for (auto& [key, waiting] : place.waiting) {
    const auto newest = std::find_if(waiting.rbegin(), waiting.rend(),
                                     [](const Arrived& each) { return !each.acknowledged; });
    if (newest == waiting.rend()) continue;
    Arrived taken = std::move(*newest);
    waiting.erase(std::next(newest).base());
    bytes_ -= taken.bytes;
    --size_;
    --place.size;
    if (waiting.empty()) {
      place.turns.remove(key);
      place.waiting.erase(key);
    }
    if (place.size == 0) {
      turns_.remove(most->first);
      places_.erase(most);
    }
    return taken;
  }
  return std::nullopt;
}

}  // namespace entente
