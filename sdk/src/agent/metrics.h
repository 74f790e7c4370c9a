#pragma once
// What monitoring reads of a running endpoint, in the Prometheus text format: queue, batches,
// latencies, refusals by code, deadlines against their targets. The one home of prometheus-cpp.
// Names and meanings: docs/reference/metrics.md.

#include <entente/journal/load.h>
#include <entente/journal/observer.h>
#include <entente/transport/server.h>

#include <memory>
#include <optional>
#include <string>

namespace entente {

class Metrics final : public Observer {
 public:
  Metrics();
  ~Metrics() override;
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // From any thread. `route` is a pattern, "/entente/v1/cases/{id}", never what a peer wrote.
  void answered(std::string_view route, int status, std::int64_t took_us);

  // From any thread. `call` and `outcome` are ours: a function of BackOffice, and how it went.
  void back_office_answered(std::string_view call, std::string_view outcome, std::int64_t took_us);

  // From any thread. A time stamp of the log: it is on record and says this time, or it failed.
  void dated(std::optional<std::int64_t> at_ms);

  void batch_done(const BatchSeen& batch) override;
  void admitted(const Message& message, bool binds) override;
  void refused(ErrorCode code) override;

  // Everything, with the state of the server, the queue and the cases as given. One thread at a
  // time.
  struct State {
    HttpServerStats http;
    LoadStats load;
    Survey survey;
    std::int64_t card_expires_ms = 0;  // 0: never
  };
  std::string text(const State& state);

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace entente
