#pragma once
// Where submissions wait that nothing may shed. Sources take turns (a member's key, or the network
// of a stranger), and so do the keys of one source: who sends a thousand waits behind one other.

#include <list>
#include <unordered_map>

#include "batch.h"

namespace entente {

// Whose turn it counts against.
struct Source {
  std::string place;
  PublicKey key;
};

class FairLane {
 public:
  void push(const Source& source, Arrived arrived);
  // The next in turn. Requires that something waits.
  Arrived pop();
  std::size_t size() const { return size_; }
  std::size_t bytes() const { return bytes_; }
  std::size_t waiting_of(const std::string& place) const;
  // Takes one back of the source with most waiting, if that is more than `fewer` and one of them is
  // not yet acknowledged: what makes room for a source that has less.
  std::optional<Arrived> displace(std::size_t fewer);

 private:
  struct Place {
    std::unordered_map<PublicKey, std::list<Arrived>> waiting;
    std::list<PublicKey> turns;
    std::size_t size = 0;
  };

  std::unordered_map<std::string, Place> places_;
  std::list<std::string> turns_;
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace entente
