#pragma once
// A brand and one customer who settle three cases while the disk of one of them misbehaves, played
// in a child process that may be killed; and what must be true of the files they leave.
//
//     const Ending end = play(directory, {.call = 17, .fault = Fault::kill});
//     play(directory, {});                                   // restart, and finish
//     check_promises(directory, end.said);

#include <string>
#include <vector>

#include "faulty_disk.h"

namespace entente::tests {

struct Trouble {
  std::uint64_t call = 0;  // 0: none
  Fault fault = Fault::none;
  Lasting lasting = Lasting::once;
  const char* whose = "brand";  // or "consumer"
};

struct SceneEnd {
  int signal = 0;  // that ended the child; 0: it ended by itself
  int code = 0;    // its exit code; 0: all three cases are closed
  bool hung = false;
  std::vector<std::string> said;  // its lines
  std::uint64_t messages = 0;
  std::uint64_t calls = 0;  // storage calls on the disk that may fail

  bool said_any(std::string_view beginning) const;
};

// The scene in a child of its own, from where the directory stands to the end, with the disk healed
// once the trouble has been noticed.
SceneEnd play(const std::filesystem::path& directory, const Trouble& trouble);

// All that was acknowledged is in the brand's log, no key was carried out twice, and an auditor
// finds nothing broken in either log or between them. Empty, or what is wrong.
std::string broken_promises(const std::filesystem::path& directory,
                            const std::vector<std::string>& said);

}  // namespace entente::tests
