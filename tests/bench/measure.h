#pragma once
// How things are measured here. The machine may be shared and its speed may change from one second
// to the next: so what is compared is measured in turn, and the middle of several rounds counts.

#include <entente/core/result.h>
#include <sys/types.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <span>
#include <vector>

namespace entente::bench {

double seconds_of(const std::function<void()>& work);
double median(std::vector<double> values);

// One number per round, of measurements taken close together.
double median_of_rounds(int rounds, const std::function<double()>& measure);

// Processor time of all threads of a process, user and system.
double cpu_seconds_of(pid_t process);
std::size_t resident_bytes_of(pid_t process);
std::size_t descriptors_of(pid_t process);

// Where the measured server runs, and where its clients and everything else do; the same core if
// there is one only.
int server_core();
int client_core();
// The calling thread, and what it starts from now on.
void run_on_core(int core);
void run_on_all_cores();

// Seconds that one signature verified and one made take on the server's core: what a hop costs if
// nothing else does.
double crypto_bound_s(std::size_t message_bytes);

// A line about what is under way, on standard error.
void progress(const std::string& line);

[[noreturn]] void give_up(const std::string& why);

template <class T>
T must(Result<T> result) {
  if (!result) give_up(describe(result.error()));
  return std::move(*result);
}
inline void must(const Status& status) {
  if (!status) give_up(describe(status.error()));
}

}  // namespace entente::bench
