#pragma once
// Where an auditor's copy of a log comes from, pulled entry by entry: a store, an export, the
// evidence of one case, or memory in a test. What a source says is untrusted; replay believes only
// what hashes and signatures carry.
//
//     ENTENTE_LET(header, source.header());
//     for (;;) { ENTENTE_LET(entry, source.next()); if (!entry) break; ... }
//
// Formats: protocol/spec/06-audit-log.md; what is concluded: 07-replay.md.

#include <entente/audit/note.h>
#include <entente/protocol/parcel.h>
#include <entente/replay/finding.h>

#include <optional>
#include <variant>

namespace entente {

struct LogHeader {
  std::string origin;
  // Of the log, as the auditor knows it from a card or a pin; the log cannot vouch for itself.
  std::optional<Vkey> vkey;
  std::vector<Vkey> witnesses;  // whose cosignatures count
  std::string checkpoint;       // the signed note; empty: the source has none
  std::string checkpoint_text;  // what the owner last signed, without signature; empty: unknown
  Party owner = Party::unset;   // unset: found out from the first messages
  // The source shows some entries only, each with a proof; the tree cannot be recomputed.
  bool partial = false;
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

class EntrySource {
 public:
  virtual ~EntrySource() = default;

  virtual Result<LogHeader> header() = 0;
  // Entries in order; nothing after the last. An entry that cannot be read is given without a leaf.
  virtual Result<std::optional<LoggedEntry>> next() = 0;
  virtual Result<std::vector<LoggedPart>> parts_of(const CaseId& case_id) = 0;
  virtual Result<std::vector<LoggedReceipt>> receipts_of(const CaseId& case_id) = 0;
  // What the source itself found wrong with its form. Asked after the last entry.
  virtual std::vector<Finding> findings() { return {}; }
};

}  // namespace entente
