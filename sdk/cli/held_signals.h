#pragma once
// Signals as something to wait for. Made before any thread starts, so that every thread leaves them
// to the one that waits.

#include <csignal>
#include <initializer_list>

namespace entente::cli {

class HeldSignals {
 public:
  HeldSignals(std::initializer_list<int> held) {
    sigemptyset(&signals_);
    for (const int signal : held) sigaddset(&signals_, signal);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }
  // The next one that comes.
  int wait() const {
    int signal = 0;
    sigwait(&signals_, &signal);
    return signal;
  }

 private:
  sigset_t signals_{};
};

}  // namespace entente::cli
