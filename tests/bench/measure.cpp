#include "measure.h"

#include <entente/crypto/signature.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

namespace entente::bench {
namespace {

std::vector<int> cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  std::vector<int> found;
  if (sched_getaffinity(getpid(), sizeof allowed, &allowed) != 0) return {0};
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &allowed)) found.push_back(core);
  }
  return found;
}

// Asked once, before anything is pinned.
const std::vector<int>& all_cores() {
  static const std::vector<int> found = cores();
  return found;
}

std::string proc(pid_t process, const char* name) {
  return "/proc/" + std::to_string(process) + "/" + name;
}

}  // namespace

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[values.size() / 2];
}

double median_of_rounds(int rounds, const std::function<double()>& measure) {
  std::vector<double> values;
  for (int round = 0; round < rounds; ++round) values.push_back(measure());
  return median(std::move(values));
}

double cpu_seconds_of(pid_t process) {
  clockid_t clock = 0;
  timespec spent{};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &spent) != 0) {
    give_up("the server process is gone");
  }
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

std::size_t resident_bytes_of(pid_t process) {
  std::ifstream pages(proc(process, "statm"));
  std::size_t size = 0;
  std::size_t resident = 0;
  if (!(pages >> size >> resident)) give_up("the server process is gone");
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t descriptors_of(pid_t process) {
  const std::filesystem::directory_iterator open(proc(process, "fd"));
  return static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

int server_core() { return all_cores().front(); }
int client_core() { return all_cores().back(); }

void run_on_core(int core) {
  all_cores();
  cpu_set_t wanted;
  CPU_ZERO(&wanted);
  CPU_SET(core, &wanted);
  sched_setaffinity(0, sizeof wanted, &wanted);
}

double crypto_bound_s(std::size_t message_bytes) {
  constexpr int pairs = 1000;
  const KeyPair key = must(KeyPair::from_seed(Bytes(32, 1)));
  const Bytes message(message_bytes, 7);
  const Signature signature = must(key.sign(message));
  cpu_set_t before_set;
  sched_getaffinity(0, sizeof before_set, &before_set);
  run_on_core(server_core());
  const double before = cpu_seconds_of(getpid());
  for (int i = 0; i < pairs; ++i) {
    if (!verify(key.public_key(), message, signature) || !key.sign(message)) give_up("crypto");
  }
  const double spent = cpu_seconds_of(getpid()) - before;
  sched_setaffinity(0, sizeof before_set, &before_set);
  return spent / pairs;
}

void run_on_all_cores() {
  cpu_set_t wanted;
  CPU_ZERO(&wanted);
  for (const int core : all_cores()) CPU_SET(core, &wanted);
  sched_setaffinity(0, sizeof wanted, &wanted);
}

void progress(const std::string& line) { std::fprintf(stderr, "bench: %s\n", line.c_str()); }

void give_up(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(2);
}

}  // namespace entente::bench
