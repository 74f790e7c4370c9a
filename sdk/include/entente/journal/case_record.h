#pragma once
// A case as a journal holds it in memory: the fold, where its entries stand in the log, the content
// of its parts, and which bytes have arrived. Everything in it can be read again from the ledger.

#include <entente/casefile/case.h>
#include <entente/identity/authority.h>
#include <entente/journal/ledger.h>
#include <entente/protocol/parcel.h>

#include <map>
#include <set>
#include <unordered_map>

namespace entente {

struct CaseRecord {
  Case casefile;
  std::vector<std::uint64_t> entries;              // log index of the message at each position
  std::unordered_map<Digest, MessageId> arrivals;  // digest of envelope bytes -> message
  std::unordered_map<Digest, Part> parts;          // by part digest
  std::vector<StoredEntry> records;                // what is no message: facts, decisions, ...
  std::set<Digest> mandates;                       // logged with this case, by id
  std::map<std::uint64_t, Receipt> regained;       // by position: given by the log it was lost from
  std::unordered_map<MessageId, Bytes> busies;     // the newest signed busy for an accept, as sent
  Seen other_log;                                  // newest checkpoint of the other party's log

  // The content behind a reference; null if it did not come or was erased.
  const Part* find_part(const PartRef& ref) const;
  void keep(const Part& part);
};

// Reads one case from the brand's own ledger and folds it again, learning its mandates.
// Fails with not_found, or log_corrupt if what was admitted once no longer is.
Result<CaseRecord> load_case(const Ledger& ledger, Authority& authority, const CaseId& case_id);

}  // namespace entente
