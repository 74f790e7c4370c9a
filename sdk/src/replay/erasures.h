#pragma once
// What a log says was erased of one case. Only what an erasure names is excused by it, and only
// what was there before it.

#include <entente/protocol/retention.h>

#include <optional>

namespace entente {

class Erasures {
 public:
  // The content of an entry of kind erasure. False if it is no such record.
  bool take(std::uint64_t entry, ByteView content);
  // "erased (entry 41, request)" by the first erasure of this class after `entry`.
  std::optional<std::string> after(std::uint64_t entry, std::string_view of_class) const;
  // The same, wherever it stands.
  std::optional<std::string> of(std::string_view of_class) const;

 private:
  struct Known {
    std::uint64_t entry;
    ErasureRecord record;
  };
  std::vector<Known> known_;
};

}  // namespace entente
