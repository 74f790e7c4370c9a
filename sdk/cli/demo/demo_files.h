#pragma once
// The files of the demo, built in: the example policy and goal as they stand in examples/, and what
// only the demo needs.

#include <span>
#include <string_view>

namespace entente::cli {

struct DemoFile {
  std::string_view name;
  std::string_view text;
};
std::span<const DemoFile> demo_files();

}  // namespace entente::cli
