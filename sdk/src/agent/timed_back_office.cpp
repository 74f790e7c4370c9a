#include "timed_back_office.h"

#include <chrono>

namespace entente {
namespace {

// Told when it goes out of scope: what threw has said nothing else.
class Timing {
 public:
  Timing(std::string_view call, std::shared_ptr<Metrics> metrics)
      : call_(call), metrics_(std::move(metrics)) {}
  Timing(const Timing&) = delete;
  Timing& operator=(const Timing&) = delete;
  ~Timing() {
    const auto took = std::chrono::steady_clock::now() - begun_;
    metrics_->back_office_answered(
        call_, outcome_, std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  }

  template <class Answer>
  Answer ends(Answer answer, std::string_view outcome) {
    outcome_ = outcome;
    return answer;
  }

 private:
  std::string_view call_;
  std::string_view outcome_ = "threw";
  std::shared_ptr<Metrics> metrics_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

std::string_view name(Performance::State state) {
  switch (state) {
    case Performance::State::done:
      return "done";
    case Performance::State::failed:
      return "failed";
    case Performance::State::started:
      return "started";
    case Performance::State::unknown:
      return "unknown";
    case Performance::State::absent:
      return "absent";
  }
  return "unknown";
}

}  // namespace

Result<std::vector<Fact>> TimedBackOffice::facts(const FactsQuery& query) {
  Timing timing("facts", metrics_);
  auto answer = office_.facts(query);
  const std::string_view outcome = answer ? "done" : "failed";
  return timing.ends(std::move(answer), outcome);
}

Performance TimedBackOffice::execute(const Order& order) {
  Timing timing("execute", metrics_);
  auto answer = office_.execute(order);
  const std::string_view outcome = name(answer.state);
  return timing.ends(std::move(answer), outcome);
}

Performance TimedBackOffice::lookup(const Digest& key) {
  Timing timing("lookup", metrics_);
  auto answer = office_.lookup(key);
  const std::string_view outcome = name(answer.state);
  return timing.ends(std::move(answer), outcome);
}

// Whether there was an account is nobody's to count.
std::optional<std::string> TimedBackOffice::find_account(const AccountProof& proof) {
  Timing timing("find_account", metrics_);
  return timing.ends(office_.find_account(proof), "done");
}

void TimedBackOffice::deliver_code(const AccountProof& proof, std::string_view code) {
  Timing timing("deliver_code", metrics_);
  office_.deliver_code(proof, code);
  timing.ends(0, "done");
}

void TimedBackOffice::forget(const CaseId& case_id, std::span<const std::string> classes) {
  Timing timing("forget", metrics_);
  office_.forget(case_id, classes);
  timing.ends(0, "done");
}

}  // namespace entente
