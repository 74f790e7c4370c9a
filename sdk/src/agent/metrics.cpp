#include "metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <utility>

namespace entente {
namespace {

using Buckets = prometheus::Histogram::BucketBoundaries;
constexpr double us_per_s = 1e6;
constexpr double ms_per_s = 1e3;

// From a tenth of a millisecond to ten seconds. Never destroyed: a call that hung may come back
// while the process ends.
const Buckets& seconds() {
  static const Buckets& buckets =
      *new Buckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                   0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
  return buckets;
}

const Buckets& sizes() {
  static const Buckets buckets = {1, 2, 4, 8, 16, 32, 64, 128, 256};
  return buckets;
}

}  // namespace

struct Metrics::Families {
  using Counters = prometheus::Family<prometheus::Counter>;
  using Gauges = prometheus::Family<prometheus::Gauge>;
  using Histograms = prometheus::Family<prometheus::Histogram>;

  prometheus::Registry registry;
  Counters& requests = counters("http_requests_total", "Answers given, by route and status.");
  Histograms& request_seconds =
      histograms("http_request_seconds", "From a complete request to its answer, by route.");
  Counters& connections_total = counters("http_connections_total", "Connections, by what became.");
  Gauges& connections = gauges("http_connections", "Connections open now, and requests parked.");
  Counters& submissions = counters("submissions_total", "What came, by what became of it.");
  Counters& messages = counters("messages_admitted_total", "Messages, by party, verb and effect.");
  Counters& refusals = counters("refusals_total", "Messages refused, by error code.");
  Counters& calls = counters("back_office_calls_total", "Calls of the back office, by outcome.");
  Histograms& call_seconds = histograms("back_office_seconds", "A call of the back office.");
  Counters& timestamps = counters("timestamps_total", "Time stamps of the log, by outcome.");
  Gauges& dated = gauges("timestamp_time_seconds", "When the newest time stamp was made.");
  Histograms& batch_seconds = histograms("batch_seconds", "A batch, until it is durable.");
  Histograms& batch_sizes = histograms("batch_submissions", "Submissions in a batch.");
  Gauges& queue = gauges("queue_submissions", "Submissions that wait for a batch.");
  Gauges& cases = gauges("cases", "Cases in memory.");
  Gauges& readers = gauges("waiting_readers", "Answers that wait for news of a case.");
  Gauges& overdue = gauges("deadlines_overdue", "Deadlines of the brand that passed, by kind.");
  Gauges& handoffs = gauges("handoffs", "Requests for a person that are not concluded, by stage.");
  Gauges& card = gauges("card_expires_time_seconds", "When the card in use expires.");
  Gauges& oldest = gauges("handoff_oldest_wait_seconds", "How long the longest waits already.");

  Counters& counters(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(full(name)).Help(help).Register(registry);
  }
  Gauges& gauges(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(full(name)).Help(help).Register(registry);
  }
  Histograms& histograms(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(full(name)).Help(help).Register(registry);
  }
  static std::string full(const char* name) { return std::string("entente_") + name; }

  // Others count for themselves: what they counted more is added.
  static void raise(prometheus::Counter& counter, std::uint64_t to) {
    counter.Increment(static_cast<double>(to) - counter.Value());
  }

  void take(const HttpServerStats& http);
  void take(const LoadStats& load);
  void take(const Survey& survey);
  using Sizes = std::map<std::string, std::size_t>;
  static void tell(Gauges& family, const char* label, const Sizes& sizes);
};

void Metrics::Families::take(const HttpServerStats& http) {
  raise(connections_total.Add({{"event", "accepted"}}), http.accepted);
  raise(connections_total.Add({{"event", "refused"}}), http.refused);
  raise(connections_total.Add({{"event", "accept_failed"}}), http.accept_failures);
  raise(connections_total.Add({{"event", "handshake_failed"}}), http.handshake_failures);
  raise(connections_total.Add({{"event", "bad_request"}}), http.bad_requests);
  raise(connections_total.Add({{"event", "handler_failed"}}), http.handler_failures);
  raise(connections_total.Add({{"event", "expired"}}), http.expired);
  raise(connections_total.Add({{"event", "peer_gone"}}), http.peers_gone);
  connections.Add({{"state", "open"}}).Set(static_cast<double>(http.open));
  connections.Add({{"state", "parked"}}).Set(static_cast<double>(http.parked));
}

void Metrics::Families::take(const LoadStats& load) {
  raise(submissions.Add({{"outcome", "admitted"}}), load.admitted);
  raise(submissions.Add({{"outcome", "shed"}}), load.shed);
  raise(submissions.Add({{"outcome", "unlogged"}}), load.unlogged);
  raise(submissions.Add({{"outcome", "challenged"}}), load.challenged);
  raise(submissions.Add({{"outcome", "turned_away"}}), load.turned_away);
  queue.Add({}).Set(static_cast<double>(load.waiting));
}

void Metrics::Families::take(const Survey& survey) {
  cases.Add({}).Set(static_cast<double>(survey.cases));
  readers.Add({}).Set(static_cast<double>(survey.readers));
  oldest.Add({}).Set(static_cast<double>(survey.oldest_handoff_ms) / ms_per_s);
  Sizes by_stage;
  for (const auto& [stage, count] : survey.handoffs) by_stage[std::string(name(stage))] = count;
  tell(handoffs, "stage", by_stage);
  tell(overdue, "kind", survey.overdue);
}

// What was told before and is not there any more is told as zero.
void Metrics::Families::tell(Gauges& family, const char* label, const Sizes& sizes) {
  for (const auto& told : family.Collect()) {
    for (const auto& metric : told.metric) {
      const std::string& value = metric.label.front().value;
      if (!sizes.contains(value)) family.Add({{label, value}}).Set(0);
    }
  }
  for (const auto& [value, size] : sizes) {
    family.Add({{label, value}}).Set(static_cast<double>(size));
  }
}

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::answered(std::string_view route, int status, std::int64_t took_us) {
  families_->requests.Add({{"route", std::string(route)}, {"status", std::to_string(status)}})
      .Increment();
  families_->request_seconds.Add({{"route", std::string(route)}}, seconds())
      .Observe(static_cast<double>(took_us) / us_per_s);
}

void Metrics::back_office_answered(std::string_view call, std::string_view outcome,
                                   std::int64_t took_us) {
  families_->calls.Add({{"call", std::string(call)}, {"outcome", std::string(outcome)}})
      .Increment();
  families_->call_seconds.Add({{"call", std::string(call)}}, seconds())
      .Observe(static_cast<double>(took_us) / us_per_s);
}

void Metrics::dated(std::optional<std::int64_t> at_ms) {
  families_->timestamps.Add({{"outcome", at_ms ? "done" : "failed"}}).Increment();
  if (at_ms) families_->dated.Add({}).Set(static_cast<double>(*at_ms) / ms_per_s);
}

void Metrics::batch_done(const BatchSeen& batch) {
  families_->batch_seconds.Add({}, seconds())
      .Observe(static_cast<double>(batch.took_us) / us_per_s);
  families_->batch_sizes.Add({}, sizes()).Observe(static_cast<double>(batch.submissions));
}

void Metrics::admitted(const Message& message, bool binds) {
  families_->messages
      .Add({{"party", std::string(name(message.author.party))},
            {"verb", std::string(name(message.verb()))},
            {"effect", binds ? "binding" : "none"}})
      .Increment();
}

void Metrics::refused(ErrorCode code) {
  families_->refusals.Add({{"code", std::string(name(code))}}).Increment();
}

std::string Metrics::text(const State& state) {
  families_->take(state.http);
  families_->take(state.load);
  families_->take(state.survey);
  if (state.card_expires_ms != 0) {
    families_->card.Add({}).Set(static_cast<double>(state.card_expires_ms) / ms_per_s);
  }
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace entente
