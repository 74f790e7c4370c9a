#pragma once
// A case as a journal holds it in memory: the fold, where its entries stand in the log, the content
// of its parts, and which bytes have arrived. Everything in it can be read again from the ledger,
// and what is bulky is: who sends photos by the hundred does not fill our memory with them.

#include <entente/casefile/case.h>
#include <entente/identity/authority.h>
#include <entente/journal/ledger.h>
#include <entente/protocol/parcel.h>

#include <functional>
#include <map>
#include <set>
#include <unordered_map>

namespace entente {

struct CaseRecord {
  Case casefile;
  std::vector<std::uint64_t> entries;              // log index of the message at each position
  std::unordered_map<Digest, MessageId> arrivals;  // digest of envelope bytes -> message
  mutable std::unordered_map<Digest, Part> parts;  // by part digest; without those in `stored`
  std::vector<StoredEntry> records;                // what is no message: facts, decisions, ...
  std::set<Digest> mandates;                       // logged with this case, by id
  std::map<std::uint64_t, Receipt> regained;       // by position: given by the log it was lost from
  Seen other_log;                                  // newest checkpoint of the other party's log
  // Signed by the brand, by the message that was told so; without acknowledgements.
  std::unordered_map<MessageId, std::vector<Verified<Refusal>>> busies;

  // Parts whose content is read when it is asked for, and by whom it is read.
  std::set<Digest> stored;
  std::function<Result<std::optional<Part>>(const Digest&)> read_part;
  mutable bool is_unreadable = false;  // one of them could not be

  // The content behind a reference; null if it did not come or was erased.
  const Part* find_part(const PartRef& ref) const;
  void keep(const Part& part);
  // Lets go of the content of bulky parts, which `ledger` has on the disk.
  void let_go_of_bulky(Ledger& ledger);
  // Nothing changes if it is known, or no busy.
  void note_busy(const Verified<Refusal>& busy);
  bool has_busy(const Verified<Refusal>& busy) const;
  // As few as lead in a row from when the message first came to `at_ms`, oldest first: whoever has
  // these judges whether it was in time as this party does. Empty if none reaches that far.
  std::vector<Verified<Refusal>> busies_until(const MessageId& message, std::int64_t at_ms) const;
};

// Reads one case from the brand's own ledger and folds it again, learning its mandates.
// Fails with not_found, or log_corrupt if what was admitted once no longer is.
Result<CaseRecord> load_case(const Ledger& ledger, Authority& authority, const CaseId& case_id);

}  // namespace entente
