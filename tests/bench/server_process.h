#pragma once
// What is measured runs in a process of its own, on a core of its own, so that its processor time,
// memory and descriptors are its own too.
//
//     ServerProcess server({"/proc/self/exe", "--serve", ...});
//     server.port();

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace entente::bench {

class ServerProcess {
 public:
  // The program prints the port it listens at as its first line, and ends when its standard input
  // does. It inherits the limits of this process. Gives up if it does not come up.
  explicit ServerProcess(const std::vector<std::string>& command);
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess();  // stops it and waits

  pid_t id() const { return id_; }
  std::uint16_t port() const { return port_; }

 private:
  std::uint16_t read_port(int from) const;

  pid_t id_ = -1;
  int input_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace entente::bench
