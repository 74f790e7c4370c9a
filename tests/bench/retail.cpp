// The shop of examples/retail at work on the training tasks, as a user runs it.

#include <array>
#include <memory>

#include "figure.h"
#include "measure.h"
#include "shared_data.h"
#include "temporary_directory.h"

namespace entente::bench {
namespace {

namespace fs = std::filesystem;

constexpr int rounds = 3;

Figure describe_retail() {
  return {.name = "retail",
          .goal = 100,
          .unit = "/s",
          .means =
              "training tasks of the retail example a second, brand, shoppers and stores on "
              "this machine"};
}

// The last line: "34 tasks: 34 right, ..., 31.6 tasks/s (1.1 s)".
double tasks_per_second(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> out(popen(command.c_str(), "r"), pclose);
  std::array<char, 4096> text{};
  std::string line;
  while (out && fgets(text.data(), text.size(), out.get()) != nullptr) line = text.data();
  const std::size_t unit = line.find(" tasks/s");
  if (unit == std::string::npos) give_up("retail did not finish: " + line);
  return std::strtod(line.c_str() + line.rfind(' ', unit - 1), nullptr);
}

}  // namespace

std::vector<Figure> measure_retail(const BenchOptions&) {
  Figure figure = describe_retail();
  const fs::path program = fs::path(ENTENTE_SOURCE_DIR) / "build/retail/retail";
  const fs::path data = tests::shared_folder() / "data/tau-retail";
  if (!fs::exists(program)) {
    figure.skipped = "no " + program.string() + ": ./dev bench builds it";
  } else if (!fs::exists(data / "tasks_train.json")) {
    figure.skipped = "no " + (data / "tasks_train.json").string() + " (set ENTENTE_SHARED)";
  }
  if (!figure.skipped.empty()) return {figure};
  const tests::TemporaryDirectory directory;
  const std::string command = "'" + program.string() + "' --data '" + data.string() +
                              "' --tasks '" + (data / "tasks_train.json").string() + "' --out '" +
                              (directory.path() / "out.jsonl").string() + "' 2>/dev/null";
  figure.value = median_of_rounds(rounds, [&] {
    const double speed = tasks_per_second(command);
    progress("retail: " + std::to_string(speed) + " tasks/s");
    return speed;
  });
  return {figure};
}

}  // namespace entente::bench
