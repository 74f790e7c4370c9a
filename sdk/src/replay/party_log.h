#pragma once
// What replay() does with the entries of one party's log, in order. The brand's log is folded as it
// is read; a consumer's is gathered first, as only the brand's receipts give its messages an order.

#include <entente/replay/replay.h>

#include <map>
#include <set>

#include "case_fold.h"
#include "documents.h"
#include "erasures.h"
#include "log_pass.h"

namespace entente {

class PartyLog {
 public:
  virtual ~PartyLog() = default;
  // Every entry but documents, whose leaf could be read.
  virtual void take(const OpenEntry& entry) = 0;
  // Nothing of this case comes any more: what is only visible at its end, and then it is let go.
  virtual void end_case(const Digest& blind_case) = 0;
  // After the last entry: the same for every case that has not ended.
  virtual void finish() = 0;
};

struct PartyLogParts {
  EntrySource& source;
  Documents& documents;
  Notes& notes;
  const ReplayOptions& options;
  ReplayedLog& result;
  bool is_partial = false;
  std::int64_t last_ms = 0;  // when the log ends; 0: known only at its end
};

std::unique_ptr<PartyLog> make_brand_log(const PartyLogParts& parts);
std::unique_ptr<PartyLog> make_consumer_log(const PartyLogParts& parts);

// True if the message is one to explain.
bool is_wanted(const ReplayOptions& options, const MessageId& id);
// What is kept is named by a message; what came or was made here is kept, unless it was erased.
struct PartBook {
  // Why a part must be here: which entry says so, and whether it was made here. One that is made
  // where its class was erased before is not kept.
  struct Due {
    std::uint64_t entry = 0;
    bool own = false;
  };
  std::set<Digest> kept, lost;
  std::map<Digest, PartClass> named;
  std::map<Digest, Due> due;
  Erasures erasures;
  void note(const Message& message, const OpenEntry& entry, bool own);
  // "erased (entry 41, request)", if that is why it is not here.
  std::optional<std::string> excuse(const Digest& digest) const;
};
// Reads what the party has kept of the parts of its case, each checked against its digest. Small
// ones stay in `fold`.
void read_parts(EntrySource& source, CaseFold& fold, PartBook& book, Notes& notes);
void check_book(const CaseFold& fold, const PartBook& book, Notes& notes);
// A checkpoint that was seen, verified under the key if there is one.
void note_seen(const OpenEntry& entry, const std::optional<Vkey>& key, Party at_fault,
               std::vector<SeenCheckpoint>& seen, Notes& notes);
// What was seen, into the result or to whoever hears it. `whose` log it is.
void keep_seen(std::vector<SeenCheckpoint>& seen, Party whose, const ReplayOptions& options,
               ReplayedLog& result);
// By the name of the log and, of a consumer's, its key: each assistant of one person has a log
// under that person's name.
void keep_view(const std::string& log, const LogView& view, const ReplayOptions& options,
               ReplayedLog& result);
void keep_case(CaseSummary summary, const ReplayOptions& options, ReplayedLog& result);

}  // namespace entente
