#pragma once
// While the log cannot be written: nothing is admitted and nothing gets a receipt, but whoever asks
// for a person, leaves, exercises a right or revokes gets a signature that fixes the time. What was
// so promised is owed to the log and stands in it before anything else, once writing works again.
//
// Writer thread only. Rules: protocol/spec/06-audit-log.md, "When the log cannot be written".

#include <chrono>

#include "promises.h"

namespace entente {

class Outage {
 public:
  Outage(SequencerParts& parts, Promises& promises, Batch::Cases& cases)
      : parts_(parts), promises_(promises), cases_(cases) {}

  bool is_on() const { return on_; }
  void begin(const Error& why);
  // A retry that came to nothing.
  void go_on(const Error& why);
  void end();
  // True now and then; the pauses grow while the disk stays bad.
  bool may_retry() const;

  // Signs for each message that it was presented, and for those that nothing sheds that the entry
  // is owed; the same bytes get the same signature again.
  Delivery answer(const Arrived& arrived, std::int64_t now_ms);

 private:
  bool may_promise(const Arrived& arrived, const Verified<Message>& message, std::int64_t now_ms);
  std::optional<Result<Bytes>> answer_again(const Arrived& arrived, const Owed& owed,
                                            const Verified<Message>& message);
  const Verified<Message>* find_on_record(const Verified<Message>& message, std::int64_t now_ms);
  bool belongs(const Arrived& arrived, const Verified<Message>& message, std::int64_t now_ms);
  void tell(const std::string& line) const;

  SequencerParts& parts_;
  Promises& promises_;
  Batch::Cases& cases_;
  bool on_ = false;
  std::string why_;
  std::chrono::steady_clock::time_point retry_at_;
  std::chrono::steady_clock::time_point ended_at_;
  std::chrono::milliseconds pause_{0};
};

}  // namespace entente
