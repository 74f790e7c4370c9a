#pragma once
// One batch of the sequencer: messages are admitted in order, refused with a signature, or answered
// with the receipt they had; the brand's voice speaks; nothing is durable yet. Writer thread only.

#include <entente/journal/lost_end.h>
#include <entente/journal/sequencer.h>
#include <entente/protocol/act.h>
#include <entente/wire/admission.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "compose.h"
#include "followed_case.h"

namespace entente {

// A submission whose signatures were checked on the thread that brought it.
struct Arrived {
  Submission submission;
  std::vector<Result<Verified<Message>>> messages;  // one per envelope, but for:
  std::vector<Verified<Refusal>> busies;  // ours, shown again; what does not verify is a message
  std::vector<Verified<Mandate>> mandates;
  std::optional<Result<Verified<Read>>> read;
  std::vector<Verified<ErasureNotice>> notices;  // what does not verify is not among them
  std::vector<Verified<ErasureAck>> acks;
  std::size_t bytes = 0;          // of envelopes and parts
  bool acknowledged = false;      // unlogged, and answered: it is owed to the log
  std::int64_t hold_back_ms = 0;  // busy for so long to those messages that may be shed; 0: to none
};

Arrived check_signatures(Submission submission);
inline Bytes bytes_of(ByteView view) { return {view.begin(), view.end()}; }
// Never shed: what is unrefusable by itself, and the `open` of the same parcel it stands on.
bool is_owed(const Arrived& arrived, const Verified<Message>& message);

// Whether it brings receipts where something was lost, and so shows what was said already.
bool shows_lost(const Arrived& arrived, std::span<const LostEnd> lost_ends);

// A case in memory.
struct LiveCase {
  CaseRecord record;
  std::optional<bool> filed_closed;  // as its row in the store says
  // In a log that lost its end: how many messages its consumer may hold. Until they are here, the
  // brand says nothing: it would put another message at a position that was taken.
  std::uint64_t awaited = 0;
};

// What a submission gets once the batch is durable.
struct Reply {
  Delivery::Kind kind = Delivery::Kind::parcel;
  std::optional<CaseId> case_id;
  std::optional<std::uint64_t> from;  // deliver positions from here; empty: none
  std::vector<Bytes> refusals;        // envelopes
  bool is_acknowledged = false;       // by signature alone: busy, and at once
  std::uint64_t seen_size = 0;        // of our log, as this very request names it
  std::vector<Bytes> notices = {};    // answers to notices of erasure, as envelopes
  bool is_read = false;  // whoever reads may have lost what it said itself: it gets that, too

  void deliver_from(std::uint64_t position) { from = std::min(from.value_or(position), position); }
};

// What was acknowledged by signature alone, and is owed to the log as entries of that time.
struct Owed {
  Arrived arrived;  // the messages so acknowledged, with what came with them
  CaseId case_id;
  std::int64_t at_ms = 0;
  std::map<MessageId, Bytes> words;  // envelopes of the acknowledgements, by message
};

class Members;
class Promises;

struct SequencerParts {
  Ledger& ledger;
  Authority authority;
  BrandIdentity identity;
  Digest card_digest;
  Speaker& speaker;
  Clock& clock;
  Entropy& entropy;
  Members* members = nullptr;    // told who belongs to which case
  Promises* promises = nullptr;  // what is owed to the log
  std::unordered_map<Digest, std::size_t> mandates =
      {};  // in how many cases in memory each is used
  std::function<void(const std::string&)> tell;
  Observer* observer = nullptr;
  std::map<Digest, Bytes> cards = {};  // envelopes of all; nothing changes them once it runs
  std::vector<LostEnd> lost_ends = {};

  void note_admitted(const Message& message, const Outcome& outcome) const {
    if (observer) observer->admitted(message, outcome.effect == Effect::binding);
  }
};

class Batch {
 public:
  using Cases = std::unordered_map<CaseId, std::unique_ptr<LiveCase>>;
  Batch(SequencerParts& parts, Cases& cases, std::int64_t now_ms);

  Reply take(const Arrived& arrived);
  // Makes entries of what is owed, each word beside the message it was given for. A message that
  // cannot be one is told to the operator.
  void backfill(const Owed& owed);
  // Whether it waits for its consumer to show what this log has lost of the case.
  bool is_put_off(const Owed& owed, std::int64_t now_ms);
  // The desk hears of what has no entry yet.
  void announce(const Owed& owed);
  // What has waited long enough is backfilled where the case stands.
  void end_waits();
  // Of what was owed: entries by now, or told to the operator.
  const std::set<MessageId>& backfilled() const { return backfilled_; }
  // Lets time pass in a case that is loaded.
  void wake(const CaseId& case_id);
  // For whoever may read the case. Fails with not_found, not_admitted, busy (it cannot be read).
  Result<Receipt> find_receipt(const Verified<Read>& read, const CaseId& case_id,
                               const MessageId& message);
  // Null if there is no such case, or it cannot be read. Loads it if it is not in memory.
  LiveCase* find(const CaseId& case_id);
  // Something could not be read: nothing of this batch may be believed, and it will not commit.
  bool is_unreadable() const { return unreadable_; }
  void touch(const CaseId& case_id) { touched_.insert(case_id); }
  // Its consumer has not said yet how far the case has come: see LiveCase::awaited.
  bool is_awaiting(const LiveCase& live) const;
  const std::set<CaseId>& touched() const { return touched_; }
  // Cases that were not in memory when the batch began and were read from the ledger.
  const std::set<CaseId>& loaded() const { return loaded_; }
  // Writes where each touched case now stands.
  void put_cases();
  // Of the touched cases, by put_cases(): the earliest clock that this batch has not seen due; 0:
  // none.
  const std::map<CaseId, std::int64_t>& next_clocks() const { return next_clocks_; }
  std::int64_t now_ms() const { return now_ms_; }
  SequencerParts& parts() { return parts_; }
  const SequencerParts& parts() const { return parts_; }

 private:
  void note_member(const LiveCase& live, const Message& message);
  void log_word(LiveCase& live, const Verified<Refusal>& word);
  void log_refusal(LiveCase& live, const Verified<Refusal>& refusal);
  void take_back_busies(LiveCase& live, const Arrived& arrived, const Verified<Message>& message);
  bool put_off(LiveCase& live, const Arrived& arrived, const Verified<Message>& message,
               Reply& reply);
  bool is_ahead(const LiveCase& live, const Message& message) const;
  void promise(LiveCase& live, const Arrived& arrived, const Verified<Message>& message,
               Reply& reply);
  void answer_again(const Verified<Message>& first, const Verified<Message>& message, Reply& reply);
  static void acknowledge(const Bytes& word, Reply& reply);
  void backfill_case(const CaseId& case_id);
  bool stands_as_another(const Arrived& arrived, const MessageId& id);
  void note_unreadable(const Error& why);
  Reply take_read(const Arrived& arrived);
  Reply take_parcel(const Arrived& arrived);
  // What the log has lost of a case and its consumer shows, with the log's receipts.
  bool regain(const Arrived& arrived, Reply& reply);
  bool is_here(const Verified<Message>& message);
  std::uint64_t read_from(LiveCase& live, std::uint64_t after);
  LiveCase* case_to_regain(const Arrived& arrived);
  Status regain_message(LiveCase& live, const Arrived& arrived, const Placed& item);
  void log_regained(LiveCase& live, const Arrived& arrived, const Placed& item,
                    const Authorised<Message>& message);
  void refuse_receipt(const LiveCase* live, const Receipt& receipt, ErrorCode code, Reply& reply);
  std::vector<Digest> keep_parts(LiveCase& live, const Arrived& arrived, const Message& message);
  void take_message(const Arrived& arrived, const Verified<Message>& message, Reply& reply);
  LiveCase* case_of(const Verified<Message>& message, Reply& reply);
  bool is_on_file(const CaseId& case_id, const Message& opening);
  LiveCase* find_opened(const PublicKey& opener, const ActId& act);
  bool repeats(LiveCase& live, const Verified<Message>& message, Reply& reply);
  void admit(LiveCase& live, const Arrived& arrived, const Verified<Message>& message,
             Reply& reply);
  void fold(LiveCase& live, const Arrived& arrived, const Authorised<Message>& message,
            const Outcome& outcome);
  Status check_times(const LiveCase& live, const Arrived& arrived,
                     const Verified<Message>& message) const;
  void learn_mandate(const Arrived& arrived, const Message& message);
  void log_mandate(LiveCase& live, const Message& message);
  void note_checkpoint(LiveCase& live, const Arrived& arrived, const Message& message);
  // `retry_after_ms`: with busy.
  struct No {
    ErrorCode code;
    std::int64_t retry_after_ms = 0;
  };
  void refuse(LiveCase& live, const Verified<Message>& message, No no, Reply& reply);

  SequencerParts& parts_;
  Cases& cases_;
  std::int64_t now_ms_;
  std::set<CaseId> touched_;
  std::set<CaseId> loaded_;
  bool unreadable_ = false;
  std::map<CaseId, std::int64_t> next_clocks_;
  std::set<MessageId> backfilled_;
};

// Of those that came: anybody can sign one, and only what a case rests on is kept.
void forget_unused_mandates(SequencerParts& parts, const Arrived& arrived);

// Before anything else is written: what was promised gets its entry at the time it was promised,
// unless it is put off. Gives the messages that were owed and are not any more.
std::set<MessageId> backfill(SequencerParts& parts, Batch::Cases& cases, std::int64_t now_ms);

// Where the cases in memory stand.
Survey survey_of(const Batch::Cases& cases, std::int64_t now_ms);

Result<Bytes> sign_refusal(const SequencerParts& parts, const Refusal& refusal);
// That the message was presented; `unlogged`: and that its entry is owed.
Result<Bytes> sign_busy(const SequencerParts& parts, const Verified<Message>& message,
                        bool unlogged, std::int64_t now_ms);
// That its act id stands for something else.
Result<Bytes> sign_act_conflict(const SequencerParts& parts, const Verified<Message>& message,
                                std::int64_t now_ms);
inline constexpr std::int64_t busy_retry_ms = 1'000;  // what a consumer is told

// The room of one case while the batch is open.
class BatchRoom final : public Room {
 public:
  BatchRoom(Batch& batch, LiveCase& live) : batch_(batch), live_(live) {}

  const Case& casefile() const override { return live_.record.casefile; }
  std::int64_t now_ms() const override { return batch_.now_ms(); }
  const Part* find_part(const PartRef& ref) const override { return live_.record.find_part(ref); }
  const std::vector<StoredEntry>& records() const override { return live_.record.records; }
  Result<MessageId> say(const Speech& speech, Actor actor) override;
  std::uint64_t record(EntryKind kind, Bytes content) override;

 private:
  Batch& batch_;
  LiveCase& live_;
};

}  // namespace entente
