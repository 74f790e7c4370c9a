#pragma once
// Where an auditor's copy of a log comes from, pulled entry by entry: a store, an export, the
// evidence of one case, or memory in a test. What a source says is untrusted; replay believes only
// what hashes and signatures carry.
//
//     ENTENTE_LET(header, source.header());
//     for (;;) { ENTENTE_LET(entry, source.next()); if (!entry) break; ... source.open(*entry,
//     leaf); }
//
// Replay reads it once and keeps nothing that the source says will not be asked for again. What it
// works out on the way, it tells: a source that stores the same thing twice compares.
//
// Formats: protocol/spec/06-audit-log.md; what is concluded: 07-replay.md.

#include <entente/audit/merkle.h>
#include <entente/audit/note.h>
#include <entente/casefile/case.h>
#include <entente/protocol/log_entry.h>
#include <entente/protocol/parcel.h>
#include <entente/replay/finding.h>

#include <optional>
#include <variant>

namespace entente {

struct LogHeader {
  std::string origin;
  std::string checkpoint;       // the signed note; empty: the source has none
  std::string cosigned;         // an older one, with the lines of witnesses; empty: none
  std::string checkpoint_text;  // what the owner last signed, without signature; empty: unknown
  Party owner = Party::unset;   // unset: found out from the first messages
  // The source shows some entries only, each with a proof; the tree cannot be recomputed.
  bool partial = false;
  std::uint64_t size = 0;  // entries there are to read; 0: nobody knows
  // The time of the last entry, if it is known before that is read: cases are then judged as soon
  // as they end.
  std::optional<std::int64_t> last_ms;
};

// What opens a leaf's commitment, or why it is not shown.
struct EntryContent {
  std::array<std::uint8_t, 32> salt{};
  Bytes bytes;
};
struct WithheldContent {
  enum class Kind : std::uint8_t {
    lost,         // its key is gone: erased, one hopes on record
    undisclosed,  // the party keeps it to itself: for facts, decisions and what the desk wrote
    damaged       // it is there and does not open
  };
  Kind kind = Kind::lost;
  std::string why;
};

struct LoggedEntry {
  std::uint64_t index = 0;
  Bytes leaf;  // empty: the source cannot read it
  std::variant<EntryContent, WithheldContent> content;
  // As the source files it; compared with what the content says. Unset: it does not file.
  std::optional<CaseId> case_id;
  std::optional<std::vector<Digest>> proof;  // of a partial source
  // Nothing of its case comes after it, as the source files it. Only where header().last_ms is set.
  bool ends_case = false;
};

struct LoggedPart {
  Digest digest;
  std::variant<Part, WithheldContent> content;
};

// The counterparty's word on one message, as this party kept it.
struct LoggedReceipt {
  MessageId message;
  Receipt receipt;
};

// What replay knows once everything is read.
struct EndOfReplay {
  std::optional<TreeHead> head;  // of the leaves; unset: not every leaf could be read
  Party owner = Party::unset;
  bool folded = false;  // cases were folded, not only their entries checked
};

class EntrySource {
 public:
  virtual ~EntrySource() = default;

  virtual Result<LogHeader> header() = 0;
  // Entries in order; nothing after the last. An entry that cannot be read is given without a leaf.
  virtual Result<std::optional<LoggedEntry>> next() = 0;
  // Finds the content of the entry just given, where that takes knowing what its leaf says.
  virtual void open(LoggedEntry& /*entry*/, const LogEntry& /*leaf*/) {}
  virtual Result<std::vector<LoggedPart>> parts_of(const CaseId& case_id) = 0;
  virtual Result<std::vector<LoggedReceipt>> receipts_of(const CaseId& case_id) = 0;

  // What was worked out, to be held against what is stored: the nodes that a leaf has completed, a
  // message that opens a case, and the case as it stood in the end.
  virtual void compare_nodes(std::uint64_t /*entry*/, std::span<const MerkleNode> /*nodes*/) {}
  virtual void compare_opening(const Verified<Message>& /*opening*/) {}
  virtual void compare_case(const Case& /*casefile*/, Party /*owner*/) {}
  // What the source itself found wrong with its form. Asked after the last entry.
  virtual std::vector<Finding> findings(const EndOfReplay& /*end*/) { return {}; }
};

}  // namespace entente
