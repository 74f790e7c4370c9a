#pragma once
// The brand's log, folded as it is read: cases are opened by their first message, held against
// their records, and let go at their last entry.

#include <entente/wire/admission.h>

#include <unordered_map>

#include "decisions.h"
#include "party_log.h"
#include "performance.h"
#include "regained.h"

namespace entente {

// The case as it was before what its agent said last, until the decision behind it is read.
struct Before {
  MessageId said;
  Case casefile;
};

struct BrandCase {
  explicit BrandCase(Notes& notes) : performance(notes) {}

  CaseFold fold;
  PerformanceCheck performance;
  std::vector<Before> answers;
  std::map<std::uint64_t, Facts> facts;  // by entry
  PartBook book;
  std::optional<Vkey> consumer_vkey;
  std::vector<SeenCheckpoint> seen;
  std::string consumer;                                // its DID
  std::optional<std::vector<LoggedReceipt>> receipts;  // once a message was taken back by one
  std::size_t regained = 0;                            // messages
};

class BrandLog final : public PartyLog {
 public:
  explicit BrandLog(const PartyLogParts& parts) : parts_(parts), last_ms_(parts.last_ms) {}

  void take(const OpenEntry& entry) override;
  void end_case(const Digest& blind_case) override;
  void finish() override;

 private:
  Notes& notes() { return parts_.notes; }
  BrandCase* case_of(const OpenEntry& entry);
  void take_message(const OpenEntry& entry);
  void miss_message(const OpenEntry& entry);
  void open_case(const OpenEntry& entry, const Verified<Message>& message);
  void admit(BrandCase& live, const OpenEntry& entry, const Verified<Message>& message);
  std::optional<FirstWord> first_word(BrandCase& live, const OpenEntry& entry,
                                      const Verified<Message>& message);
  bool check_mandate_on_record(BrandCase& live, const OpenEntry& entry, const Message& message);
  void after_admission(BrandCase& live, const Saying& saying, std::optional<Before> before);
  void take_record(BrandCase& live, const OpenEntry& entry);
  void take_refusal(BrandCase& live, const OpenEntry& entry);
  void take_decision(BrandCase& live, const OpenEntry& entry);
  void leave_open(const BrandCase& live, const OpenEntry& entry, const std::string& why);
  std::string obstacle_to(const DecisionRecord& record) const;
  // What a decision rests on beside the case; null: nothing was said, no facts were used.
  struct Grounds {
    const Case& before;
    const Message* said;
    const Facts* facts;
  };
  void check(const BrandCase& live, const OpenEntry& entry, const DecisionRecord& record,
             const Grounds& grounds);
  void take_performance(BrandCase& live, const OpenEntry& entry);
  void take_freeze(const OpenEntry& entry);
  void check_silence(const BrandCase& live, std::uint64_t entry, Actor actor, bool promises);
  bool awaits_agent(const BrandCase& live) const;
  void check_handed_over();
  Trace* find_trace(const MessageId& message);
  static void note_speaker(BrandCase& live, const PublicKey& key);
  void settle_exposure();
  std::optional<std::string> account_at(const BrandCase& live, const Case& casefile,
                                        std::int64_t at_ms) const;
  void check_filed(const BrandCase& live, const OpenEntry& entry);

  PartyLogParts parts_;
  LostEnds lost_ends_;
  std::unordered_map<Digest, std::unique_ptr<BrandCase>> cases_;  // by blinded case
  std::set<Digest> unseen_;   // blinded cases whose opening is not shown
  bool hides_cases_ = false;  // what was promised in some case is not shown in full
  std::map<Digest, std::int64_t> taken_back_;  // mandates, and when
  Exposure exposure_;
  std::optional<std::uint64_t> frozen_;  // the entry that stopped the agent, while it is stopped
  std::vector<CaseId> left_waiting_;  // ended while the agent owed a word, and no person has them
  BrandCase* unsettled_ = nullptr;    // whose newest message is not in exposure_ yet
  std::int64_t last_ms_;
};

// Somebody was asked for, and the request stands or is being met.
bool has_person(const Case& casefile);

}  // namespace entente
