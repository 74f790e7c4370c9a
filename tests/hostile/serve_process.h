#pragma once
// `entente serve` as a process of its own: the brand of the demo, on a free port, with what it
// prints and how it ends.
//
//     const DemoBrand brand;
//     ServeProcess serve(brand);
//     serve.signal(SIGTERM);
//     CHECK(serve.wait() == 0);

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "temporary_directory.h"

namespace entente::tests {

// Made once by `entente demo`, and copied.
class DemoBrand {
 public:
  DemoBrand();

  std::filesystem::path file(const std::string& name) const { return place_.path() / name; }
  // Puts this into the `listen` map of brand.yaml: "limits: {drain: 60s}".
  void listen_with(const std::string& setting) const;

 private:
  TemporaryDirectory place_;
};

class ServeProcess {
 public:
  // Returns once it listens. `descriptors_max` is its limit of open files; 0 leaves ours.
  explicit ServeProcess(const DemoBrand& brand, std::size_t descriptors_max = 0);
  ~ServeProcess();  // kills what is left
  ServeProcess(const ServeProcess&) = delete;
  ServeProcess& operator=(const ServeProcess&) = delete;

  std::uint16_t port() const { return port_; }
  void signal(int number) const;
  // Its exit status, or 128 and the signal that ended it; a shell's way of saying it.
  int wait();
  std::string output() const;
  std::size_t descriptors() const;

 private:
  const std::filesystem::path output_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace entente::tests
