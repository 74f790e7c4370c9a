#pragma once
// What the benchmarks tell: figures, each measured against something of the same machine in the
// same run, and the goal each is held to. A family of figures is one function in a file of its own;
// bench.cpp lists them all.

#include <span>
#include <string>
#include <vector>

namespace entente::bench {

struct Figure {
  std::string name;
  double value = 0;
  double goal = 0;
  bool at_most = false;  // the goal is a ceiling, else a floor
  std::string unit;      // empty: a ratio
  std::string means;
  std::string skipped = {};  // why it was not measured; else empty

  bool is_met() const { return at_most ? value <= goal : value >= goal; }
};

struct BenchOptions {
  bool full = false;     // the figures that take half an hour, too
  int soak_seconds = 0;  // 0: as long as the soak usually takes
};

std::vector<Figure> measure_growth(const BenchOptions& options);
// What measure_growth() runs in a process of its own: a store and the key of its log.
int verify_alone(std::span<const char* const> words);
std::vector<Figure> measure_hop(const BenchOptions& options);
std::vector<Figure> measure_receipt(const BenchOptions& options);
std::vector<Figure> measure_a2a(const BenchOptions& options);
std::vector<Figure> measure_idle(const BenchOptions& options);
std::vector<Figure> measure_log(const BenchOptions& options);
std::vector<Figure> measure_negotiation(const BenchOptions& options);
std::vector<Figure> measure_overload(const BenchOptions& options);
std::vector<Figure> measure_replay(const BenchOptions& options);
// What measure_replay() runs in a process of its own: a store and the key of its log.
int replay_alone(std::span<const char* const> words);
std::vector<Figure> measure_retail(const BenchOptions& options);
std::vector<Figure> measure_soak(const BenchOptions& options);

}  // namespace entente::bench
