#pragma once
// Replay: from one party's log alone, recompute every hash, signature, authority, state, decision
// and deadline, with the code that production ran, and say what holds and what is broken.
//
//     ENTENTE_LET(replayed, replay(source));
//     to_text(replayed.report)
//
// Two logs of one case are compared by entente/replay/reconcile.h. Pure: no disk, no clock.
// Rules: protocol/spec/07-replay.md.

#include <entente/audit/checkpoint.h>
#include <entente/casefile/case.h>
#include <entente/replay/redecision.h>
#include <entente/replay/source.h>
#include <entente/replay/trust.h>

#include <functional>
#include <map>

namespace entente {

// The head of a log, as somebody has it.
struct LogView {
  TreeHead head;
  // Whose log it is, if it is signed with a key of that log that the auditor brought; else nobody
  // can be held to it.
  Party signed_by = Party::unset;
};

struct ReplayOptions {
  Trust trust;      // whose signatures the auditor believes; the log names none of them
  Bytes timestamp;  // a time-stamp token over the checkpoint as the source has it; empty: none
  bool integrity_only = false;  // hashes, signatures and form; no case is folded
  // Another log is laid beside this one: what reconcile() compares is kept, which takes memory for
  // every message. Else what is kept does not grow with the log.
  bool keep_for_comparison = false;
  // Hear what would take memory for every case and every message; else it is in the result. A case
  // is told when it has ended, a view when it was verified, as ReplayedLog::views names its log.
  std::function<void(CaseSummary)> each_case;
  std::function<void(std::string_view log, const LogView& view)> each_view;
  // Hears now and then how many entries were read, and how many there are (0: nobody knows).
  std::function<void(std::uint64_t done, std::uint64_t of)> progress;
  // Messages whose id begins so, in hex, are explained in ReplayedLog::traces. Empty: none.
  std::string explain_prefix;
  // Both or neither: each decision is made again by both, into ReplayedLog::redecisions.
  const Policy* older = nullptr;
  const Policy* newer = nullptr;
};

// One message with the log's word on it.
struct ReplayedMessage {
  MessageId id;
  Party author = Party::unset;
  PublicKey author_key;
  ActId act{};  // signed again, it is another message and the same act
  std::string verb;
  std::uint64_t entry = 0;                // in the log replayed
  std::optional<std::uint64_t> position;  // a consumer's own without receipt has none
  std::optional<Receipt> receipt;         // of the brand, in a consumer's log
  std::optional<std::uint64_t> brand_entry;
  std::string effect;
  std::int64_t brand_ms = 0;  // by the brand's clock; 0: unknown
  std::int64_t own_ms = 0;    // by the clock of this log
  // Of one without receipt: when the brand signed for it while its log could not be written.
  std::int64_t signed_for_ms = 0;
  std::vector<Digest> parts_named;
  std::vector<Digest> parts_received;
};

// By position, then those without.
using ReplayedCase = std::vector<ReplayedMessage>;

struct SeenCheckpoint {
  std::uint64_t entry = 0;
  Checkpoint checkpoint;
  std::optional<Vkey> verified_by;  // a key of the other party that this log has
};

// Why a message was said, as far as the log tells: facts, rule, policy line.
struct Trace {
  CaseId case_id;
  ReplayedMessage message;
  std::vector<std::string> lines;  // for people, in order
};

// What a consumer was refused as if under a mandate that was taken back, which its log does not
// show: it may have been in a case that the consumer keeps to itself.
struct UnshownRevoke {
  std::uint64_t entry = 0;  // of the refusal
  CaseId case_id;
  Digest mandate;
  std::int64_t at_ms = 0;
};

struct ReplayedLog {
  Report report;
  Party owner = Party::unset;
  Checkpoint checkpoint;
  Grade grade = Grade::asserted;
  std::map<CaseId, ReplayedCase> cases;  // only if kept for comparison, as are the leaves
  std::int64_t last_ms = 0;              // of the newest entry of a brand's log
  std::vector<Digest> leaves;            // leaf hashes in order; empty if the source is partial
  std::vector<SeenCheckpoint> seen;      // of other parties' logs; only if kept for comparison
  std::optional<Vkey> consumer_key;  // of a consumer's log: it speaks for the consumer and signs it
  std::vector<UnshownRevoke> unshown_revokes;
  // When each mandate was taken back, by the brand's own log; unset if that is not all shown.
  std::optional<std::map<Digest, std::int64_t>> taken_back;
  std::vector<Digest> cards;      // of the brand, as this log has them
  bool has_trusted_root = false;  // the first of them is signed by a root that the auditor brought
  // What this log and others have signed, as far as it was seen and verified: by origin, and of
  // consumers' logs by vkey.
  std::map<std::string, std::vector<LogView>> views;
  std::vector<Trace> traces;
  std::vector<Redecision> redecisions;  // in the order of the log
};

// Fails with what the source says if it cannot be read at all; what is broken or withheld is in the
// report.
Result<ReplayedLog> replay(EntrySource& source, const ReplayOptions& options = {});

}  // namespace entente
