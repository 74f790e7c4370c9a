#pragma once
// An assistant's own: what it was given, its log, and how it hears and speaks.

#include <entente/assistant.h>
#include <entente/crypto/system.h>
#include <entente/journal/follower.h>

namespace entente {

inline constexpr std::int64_t hold_ms = 10'000;  // how long a brand is asked to hold an answer

struct Assistant::State {
  AssistantOptions options;
  SystemClock system_clock;
  SystemEntropy system_entropy;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<Follower> follower;
  std::map<CaseId, Instructions> instructions;
  std::size_t contradictions_kept = 0;  // of the follower's, as files
  std::vector<std::filesystem::path> evidence;
  bool brand_at_fault = false;  // the last answer was a lie, or a no that nobody may say
  bool was_refused = false;     // what the last call said
  std::string withheld;         // why it was not said: what the principal did not agree to
  bool is_behind = false;       // the last answer starts before what is known: to be read again
  std::optional<std::uint64_t> lost_from;  // by the last answer, the brand has lost what follows
  std::int64_t retry_after_ms = 0;         // as the last busy brand asked

  Clock& clock() { return options.clock != nullptr ? *options.clock : system_clock; }
  Entropy& entropy() { return options.entropy != nullptr ? *options.entropy : system_entropy; }

  Result<Bytes> stored_mandate() const;
  Result<Bytes> make_mandate(const std::string& brand_did);
  Result<Bytes> find_or_make_mandate();
  Status meet_brand();
  Result<bool> found_newer_card();
  Status deliver_notices();
  Result<Bytes> approval_of(Approval approval, std::string_view text);
  Result<Bytes> approval_of_offer(const CaseId& case_id, const MessageId& offer);
  Result<Bytes> approval_of_exercise(const Message& exercise);
  // Nothing, if the principal says that it has happened; else approval_missing.
  Status hear_that_done(const CaseId& case_id, const moves::Confirm& confirm);
  Status hear_that_done(const CaseId& case_id, const moves::Fulfil& fulfil);
  Status exchange(const CaseId& case_id, const Parcel& parcel, bool opens);
  bool may_have_lost(const CaseId& case_id);
  Status hear(const CaseId& case_id, const Parcel& parcel);
  Status hear_refusals(const News& news);
  // Writes what the brand has signed against itself beside the log.
  Status keep_evidence();
  Status say(const CaseId& case_id, const Speech& speech, const ApproveExercise& approve = {});
  // A right, with the principal's approval if it cannot be undone.
  Status exercise(const CaseId& case_id, const Speech& right);
  // Reads the case, and shows the brand what it says it has lost of it.
  Status poll(const CaseId& case_id, std::int64_t wait_ms);
  Status read(const CaseId& case_id, std::int64_t wait_ms);
  // Before anything is said: a brand whose log came back from a copy may need to be shown its end.
  Status settle(const CaseId& case_id);
  Result<bool> was_taken_back(const Digest& mandate) const;
  std::map<Digest, CaseId> mandates_in_use() const;
  void tell(const CaseId& case_id, std::uint64_t from) const;
  std::optional<Ending> ending_of(const CaseId& case_id, const Move& move) const;
  // Why nothing more comes of this, and what is left to the principal.
  Ending stop(Ending::Kind kind, std::string outcome) const;
  std::string why_nothing_came(const CaseId& case_id, std::string last) const;
};

}  // namespace entente
