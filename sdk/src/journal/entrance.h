#pragma once
// Where submissions come in, on the thread that brought them: signatures and price are asked, then
// the submission waits in its lane, or its author hears no. A member's no is signed.

#include <entente/journal/challenge.h>

#include "intake.h"
#include "triage.h"

namespace entente {

class Entrance {
 public:
  Entrance(SequencerParts& parts, const Members& members, Intake& intake);

  void submit(Submission submission);
  // What nothing sheds and did not become an entry: as if it had never come. Any thread.
  void note_not_entered(const Arrived& arrived) { triage_.note_not_entered(arrived); }
  // Whether this read of a case may ask the writer something now. Fails with not_found, busy.
  Result<Verified<Read>> check_read(const StatusQuestion& asked);

 private:
  using Verdict = Triage::Verdict;
  bool shed_late(const Submission& submission, std::int64_t now_ms);
  void reserve(const Verdict& verdict, Arrived arrived, std::int64_t now_ms);
  void shed(const Verdict& verdict, Arrived arrived, std::int64_t now_ms);
  std::optional<Challenge> challenge_for(const Submission& submission, std::int64_t now_ms) const;
  void turn_away(const Arrived& arrived);
  bool is_meant_for_us(const Arrived& arrived) const;
  Delivery busy(const std::vector<Refusal>& words, std::int64_t retry_after_ms) const;

  const SequencerParts& parts_;
  const Members& members_;
  Intake& intake_;
  Triage triage_;
  ChallengeMaker challenges_;
};

}  // namespace entente
