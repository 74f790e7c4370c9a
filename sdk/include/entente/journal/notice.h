#pragma once
// What the parties tell each other about forgetting: a signed notice that something was erased, and
// the other's signed answer. Both are advice, stand in both logs (entries of kind `notice`), and
// are never erased. Nothing is erased because a notice asks for it: whoever keeps the log decides.
//
//     ENTENTE_LET(id, tell_erasure(*ledger, {.case_id = case_id, .classes = {"contact"}, ...},
//     key)); ENTENTE_TRY(ledger->commit());            // it goes out with the next exchange of the
//     case
//
// Rules: protocol/spec/06-audit-log.md, "Telling the other party".

#include <entente/journal/ledger.h>

namespace entente {

// That are on record in one case, of either party: more would be a way to make a log grow.
inline constexpr std::size_t notices_per_case_max = 16;

struct LoggedNotice {
  Digest id;  // of what was signed
  Direction direction = Direction::unset;
  ErasureNotice notice;
  Bytes envelope;
};
struct LoggedAck {
  Direction direction = Direction::unset;
  ErasureAck ack;
  Bytes envelope;
};

// What a log has of one case, in order.
struct CaseNotices {
  std::vector<LoggedNotice> notices;
  std::vector<LoggedAck> acks;

  // Null if there is none.
  const LoggedNotice* find(const Digest& id) const;
  const LoggedAck* answer_to(const Digest& notice) const;
  // Sent and not answered yet, as envelopes: they go out again.
  std::vector<Bytes> unanswered() const;
};
// Entries of other kinds are passed over.
CaseNotices notices_among(std::span<const StoredEntry> entries);
// Fails as reading does; what was erased of the case is passed over.
Result<CaseNotices> read_notices(const Ledger& ledger, const CaseId& case_id);

// Signs the notice as the owner of `key`, who is put into it, and gathers its entry; nothing is
// durable before commit(). The nonce is the caller's. Its id.
Result<Digest> tell_erasure(Ledger& ledger, ErasureNotice notice, const Signer& key);

// How long content is kept after its case has ended, by class of parts, and `case` for the rest.
using KeepTimes = std::map<std::string, std::int64_t, std::less<>>;

// What a notice is answered by.
struct KeepingDuties {
  bool has_ended = false;
  std::int64_t ended_ms = 0;  // if it has
  const RetentionRecords& records;
  const KeepTimes& keep_ms;
  std::int64_t now_ms = 0;
};
// `erased` where all that is named is gone by this log; `refused` of an open case (case_open) or a
// class that does not exist (class_unknown); else `held`: by a hold (hold) or for as long as the
// times say (retention), and without a day where nothing says one, or the day has passed and a
// person has not decided yet (review). Names no key and no environment.
ErasureAck answer_notice(const LoggedNotice& asked, const KeepingDuties& duties);

}  // namespace entente
