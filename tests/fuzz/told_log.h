#pragma once
// A log as somebody tells it who keeps his hashes straight: bytes say what its entries hold, and
// the log is made around them as its owner would make it, with commitments, chains, tree and
// signatures that hold. So a fuzzer gets past the hashes, to what an auditor concludes.
//
//     ToldLog log(input);                       // an EntrySource
//     write_evidence(log, to_hex(log.case_id()), file, {.log_key = &log.key()});
//
// Messages are signed again by the keys of tests/support/kettle.h, and whoever names them by id
// names them by their new one. The form is in told_log.cpp, where write_told() is its other half.

#include <entente/crypto/signature.h>
#include <entente/protocol/log_entry.h>
#include <entente/replay/source.h>

#include "fuzz.h"

namespace entente::fuzz {

class ToldLog final : public EntrySource {
 public:
  // Takes one log from the front of the input.
  explicit ToldLog(Input& input);

  // Of its first case; zero: it has none.
  CaseId case_id() const { return cases_.empty() ? CaseId{} : cases_.front(); }
  std::size_t size() const { return entries_.size(); }
  const KeyPair& key() const;
  std::string vkey() const;
  // Starts again at the first entry.
  void rewind() { next_ = 0; }

  Result<LogHeader> header() override;
  Result<std::optional<LoggedEntry>> next() override;
  Result<std::vector<LoggedPart>> parts_of(const CaseId& case_id) override;
  Result<std::vector<LoggedReceipt>> receipts_of(const CaseId& case_id) override;

 private:
  struct Entry {
    LogEntry leaf;
    std::size_t case_number = 0;  // from 1; 0: a document of the log
    Digest id;                    // as the message was called where the bytes come from
    Bytes content;
  };
  struct Renaming {
    Digest from;
    Digest to;
  };
  void take_entry(Input& input);
  void take_part(Input& input);
  void take_receipt(Input& input);
  void rename_in(Bytes& content) const;
  void sign_again(Entry& entry);
  void close();

  std::string origin_;
  std::size_t key_ = 0;
  std::vector<Entry> told_;
  std::vector<Renaming> renamings_;
  std::vector<CaseId> cases_;
  std::vector<LoggedPart> parts_;
  std::vector<LoggedReceipt> receipts_;
  std::vector<LoggedEntry> entries_;
  std::string checkpoint_text_;
  std::size_t next_ = 0;
};

// The bytes that tell this log, whose checkpoint the key of this number signs: 0 to 4 the brand's
// (root, message, log, next root) and the principal's, 5 the assistant's.
Bytes write_told(EntrySource& source, std::uint8_t key_number);

}  // namespace entente::fuzz
