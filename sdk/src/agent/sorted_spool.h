#pragma once
// More records than memory should hold, given back in the order of their bytes: sorted runs in a
// file without a name, merged as they are read.
//
//     SortedSpool spool;
//     ENTENTE_TRY(spool.add("b"));  ENTENTE_TRY(spool.add("a"));
//     ENTENTE_TRY(spool.each([](std::string_view record) { ... }));   // "a", "b"

#include <entente/core/result.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entente {

class SortedSpool {
 public:
  // So much is held before it goes to the file.
  static constexpr std::size_t memory_bytes_max = 2 << 20;

  // Fails with store_failed: there is no room for temporary files.
  Status add(std::string record);
  // Every record, once; nothing is added afterwards. Fails with store_failed.
  Status each(const std::function<void(std::string_view)>& take);

 private:
  struct Run {
    long begin = 0;
    long end = 0;
  };
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  class Reader;

  Status spill();

  std::vector<std::string> held_;
  std::size_t held_bytes_ = 0;
  std::unique_ptr<std::FILE, Close> file_;
  std::vector<Run> runs_;
};

}  // namespace entente
