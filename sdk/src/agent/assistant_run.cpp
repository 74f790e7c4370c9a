#include <algorithm>
#include <chrono>
#include <thread>

#include "assistant_state.h"

namespace entente {
namespace {

// What a run may cost, whatever the brand does.
constexpr std::int64_t first_pause_ms = 200;
constexpr std::int64_t pause_ms_max = 10'000;
constexpr std::int64_t asked_pause_ms_max = 60'000;  // that a busy brand may ask for
constexpr int barren_calls_max = 60;                 // in a row, answered at once and with nothing
constexpr int moves_max = 256;

// A failure that the same bytes may be sent after.
bool is_passing(ErrorCode code) {
  switch (code) {
    case ErrorCode::network_failed:
    case ErrorCode::timed_out:
    case ErrorCode::busy:
    case ErrorCode::peer_failed:
    case ErrorCode::too_large:
    case ErrorCode::malformed:
    case ErrorCode::not_canonical:
      return true;
    default:
      return false;
  }
}

// Between calls that bring nothing the pauses grow; news ends them.
class Pace {
 public:
  Pace(Clock& clock, const std::function<void(std::int64_t)>& pause, std::int64_t until_ms)
      : clock_(clock), pause_(pause), until_ms_(until_ms) {}

  bool is_over() const {
    return clock_.now_ms() >= until_ms_ || barren_ >= barren_calls_max || moves_ >= moves_max;
  }
  void begin_call(bool is_move) {
    moves_ += is_move ? 1 : 0;
    began_ms_ = clock_.now_ms();
  }
  void got_news() {
    barren_ = 0;
    pause_ms_ = first_pause_ms;
  }
  // A call that the brand held has waited already.
  void got_nothing(std::int64_t asked_ms) {
    const std::int64_t wanted =
        std::max(pause_ms_, std::min(asked_ms, asked_pause_ms_max)) - (clock_.now_ms() - began_ms_);
    pause_ms_ = std::min(2 * pause_ms_, pause_ms_max);
    const std::int64_t left = std::min(wanted, until_ms_ - clock_.now_ms());
    if (wanted <= 0) return;
    ++barren_;
    if (left > 0) wait(left);
  }

 private:
  void wait(std::int64_t ms) const {
    if (pause_) return pause_(ms);
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
  }

  Clock& clock_;
  const std::function<void(std::int64_t)>& pause_;
  std::int64_t until_ms_;
  std::int64_t began_ms_ = 0;
  std::int64_t pause_ms_ = first_pause_ms;
  int barren_ = 0;
  int moves_ = 0;
};

// What a call may change.
struct Mark {
  std::uint64_t position;
  bool has_unsent;
  bool operator==(const Mark&) const = default;
};

bool is_proved_liar(const std::vector<Contradiction>& contradictions) {
  return std::ranges::any_of(contradictions, [](const Contradiction& each) {
    return each.kind != Contradiction::Kind::refusal;
  });
}

}  // namespace

std::string_view name(Ending::Kind kind) {
  switch (kind) {
    case Ending::Kind::closed:
      return "closed";
    case Ending::Kind::needs_principal:
      return "needs_principal";
    case Ending::Kind::with_a_person:
      return "with_a_person";
    case Ending::Kind::left:
      return "left";
    case Ending::Kind::gave_up:
      return "gave_up";
    case Ending::Kind::broken_off:
      return "broken_off";
  }
  return "unknown";
}

std::optional<Ending> Assistant::State::ending_of(const CaseId& case_id, const Move& move) const {
  const Case& casefile = *follower->find_case(case_id);
  if (casefile.phase() == Phase::closed) {
    std::string outcome;
    if (const auto& proposal = casefile.close_proposal()) {
      const auto& close = std::get<Close>((*casefile.find_message(*proposal))->body);
      if (const auto* proposed = std::get_if<CloseProposed>(&close.step)) {
        outcome = proposed->outcome;
      }
    }
    return Ending{.kind = Ending::Kind::closed, .outcome = outcome, .waiting_for = {}};
  }
  if (casefile.consumer_left()) return Ending{.kind = Ending::Kind::left, .outcome = move.why};
  if (const auto* ask = std::get_if<moves::AskPrincipal>(&move.what)) {
    return Ending{
        .kind = Ending::Kind::needs_principal, .outcome = move.why, .waiting_for = ask->offer};
  }
  const bool waits = std::holds_alternative<moves::Wait>(move.what);
  if (waits && casefile.handoff_pending()) {
    const HandoffState& handoff = *casefile.handoff();
    if (handoff.stage != HandoffStage::requested) {
      return Ending{.kind = Ending::Kind::with_a_person,
                    .outcome = std::string(name(handoff.stage))};
    }
  }
  return std::nullopt;
}

Ending Assistant::State::stop(Ending::Kind kind, std::string outcome) const {
  return {.kind = kind,
          .outcome = std::move(outcome),
          .waiting_for = {},
          .alternatives = follower->card()->human.alternatives,
          .evidence = evidence};
}

// Why time was over: a person who was asked for and not even acknowledged goes before the rest. A
// brand that has still to do what it agreed to keeps nobody waiting in vain.
std::string Assistant::State::why_nothing_came(const CaseId& case_id, std::string last) const {
  const Case& casefile = *follower->find_case(case_id);
  const HandoffState* handoff = casefile.handoff();
  if (handoff != nullptr && handoff->stage == HandoffStage::requested) {
    return "handoff_not_acknowledged";
  }
  const bool is_owed = std::ranges::any_of(casefile.bindings(), [](const auto& entry) {
    return std::ranges::any_of(entry.second.terms, [&](const TermState& term) {
      return !entry.second.superseded && term.is_open() && term.term.obligor == Party::brand;
    });
  });
  return is_owed && last == "timed_out" ? "awaiting_performance" : std::move(last);
}

Result<Ending> Assistant::run(const CaseId& case_id, std::int64_t timeout_ms) {
  State& s = *state_;
  if (find_case(case_id) == nullptr) return fail(ErrorCode::not_found, "no such case");
  if (is_proved_liar(s.follower->contradictions())) {
    return s.stop(Ending::Kind::broken_off, std::string(name(ErrorCode::log_forked)));
  }
  Pace pace(s.clock(), s.options.pause, s.clock().now_ms() + timeout_ms);
  std::string last = "timed_out";
  for (;;) {
    // What was said and has no receipt is said again before anything else is: one act, one case.
    // So is a brand that may have lost the end of the case heard first.
    const bool owes = s.follower->has_unsent(case_id) || s.follower->may_be_lost(case_id);
    const Move move = next(case_id);
    if (auto ending = owes ? std::nullopt : s.ending_of(case_id, move)) return *ending;
    if (pace.is_over()) return s.stop(Ending::Kind::gave_up, s.why_nothing_came(case_id, last));
    const Mark before{find_case(case_id)->next_position(), owes};
    s.brand_at_fault = false;
    s.was_refused = false;
    s.withheld = "not_approved";
    s.retry_after_ms = 0;
    pace.begin_call(!owes && !std::holds_alternative<moves::Wait>(move.what));
    const Status done = owes ? resume(case_id) : carry_out(case_id, move);
    if (!done && done.error().code == ErrorCode::approval_missing && !s.brand_at_fault) {
      const auto* accepted = std::get_if<moves::Accept>(&move.what);
      return Ending{.kind = Ending::Kind::needs_principal,
                    .outcome = s.withheld,
                    .waiting_for = accepted != nullptr ? accepted->offer : MessageId{}};
    }
    if (!done && s.brand_at_fault) {
      return s.stop(Ending::Kind::broken_off, std::string(name(done.error().code)));
    }
    if (!done && (s.was_refused || !is_passing(done.error().code))) {
      return std::unexpected(done.error());
    }
    const auto* fulfil = std::get_if<moves::Fulfil>(&move.what);
    if (done && !owes && fulfil != nullptr) s.instructions[case_id].done.push_back(*fulfil);
    last = done ? "timed_out" : std::string(name(done.error().code));
    const Mark after{find_case(case_id)->next_position(), s.follower->has_unsent(case_id)};
    if (after == before) {
      pace.got_nothing(s.retry_after_ms);
    } else {
      pace.got_news();
    }
  }
}

}  // namespace entente
