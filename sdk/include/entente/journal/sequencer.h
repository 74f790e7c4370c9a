#pragma once
// The endpoint's spine: one writer thread takes what waits as one batch, admits it in order, lets
// the brand's voice answer, commits, and only then lets receipts and replies leave.
//
//     ENTENTE_LET(sequencer, Sequencer::start(ledger, identity, {speaker, clock, entropy, tell}));
//     sequencer->submit({.parcel = parcel, .done = [](Delivery d) { ... }});   // from any thread
//
// Rules: protocol/spec/05-lifecycle.md (order), 06-audit-log.md (what must be durable first).

#include <entente/journal/load.h>
#include <entente/journal/notice.h>
#include <entente/journal/observer.h>
#include <entente/journal/room.h>

#include <functional>

namespace entente {

// What the brand speaks as.
struct BrandIdentity {
  std::string did;
  Bytes card;  // envelope of the newest card
  // Of cards before it that the log may lack, because it came back from a copy; others are fine.
  std::vector<Bytes> earlier_cards;
  std::string policy;  // text; its SHA-256 is what decisions name
  const Signer* message_key = nullptr;
  Environment environment = Environment::sandbox;
  LoadLimits load;    // how much it takes on
  KeepTimes keep_ms;  // what a notice of erasure is answered by
};

// What it is given to live on; all outlive it.
struct SequencerHost {
  Speaker& speaker;
  Clock& clock;
  Entropy& entropy;
  // One line for the person who runs the endpoint, from the writer thread; may be empty.
  std::function<void(const std::string&)> tell;
  Observer* observer = nullptr;
};

struct Delivery {
  enum class Kind : std::uint8_t { parcel, not_found, busy, failed };
  Kind kind = Kind::failed;
  Parcel parcel;
  std::int64_t retry_after_ms = 0;
  std::string challenge;  // with busy: work that is asked first (entente/journal/challenge.h)
};

// A parcel from a consumer, or (without envelopes) a reader of a case.
struct Submission {
  Parcel parcel;
  std::optional<CaseId> case_id;  // from the path; empty when a case is opened
  std::uint64_t after = 0;        // a reader's: deliver positions from this on
  std::optional<Bytes> read;      // envelope of the signed read, for a reader
  std::string network;            // it comes from; empty: this machine's, which is not priced
  std::string answer;             // to a challenge; empty: none
  std::int64_t waited_ms = 0;     // before anybody looked at it
  std::int64_t wait_ms = 0;       // hold the answer at most this long while nothing is said
  std::function<void(Delivery)> done;
};

// What became of one message.
struct StatusQuestion {
  CaseId case_id;
  MessageId message;
  Bytes read;           // an envelope
  std::string network;  // as of a submission
};

// Whether a sequencer of this log would start with these cards and this message key, as the log
// stands: asked before one that runs is stopped for it. Fails as Sequencer::start does.
Status check_cards(const Ledger& ledger, const BrandIdentity& identity, std::int64_t now_ms);

class Sequencer {
 public:
  // Fails with what the ledger says, card_invalid, or log_corrupt. Open cases are read again and
  // what they owe is taken up where it was left.
  static Result<std::unique_ptr<Sequencer>> start(Ledger& ledger, BrandIdentity identity,
                                                  SequencerHost host);
  // Finishes the batch in hand; what waits is answered with busy.
  ~Sequencer();

  // Puts erasures on record and carries them out, between two batches, as erase() of
  // entente/journal/retention.h does; what is in memory of them goes, too, and with `notify` the
  // consumers are told, but for cases erased whole. What was erased before stays so. `then` hears
  // the entries, or what erase() says; wrong_use for all there is of a case that has not ended,
  // busy while the log cannot be written. From any thread; `then` is called on the writer's.
  void erase(std::vector<ErasureRecord> erasures, bool notify,
             std::function<void(Result<std::vector<std::uint64_t>>)> then);
  // Likewise, holds and the end of holds, as put_holds() does; what is on record already is not put
  // there again.
  void hold(std::vector<HoldRecord> holds,
            std::function<void(Result<std::vector<std::uint64_t>>)> then);
  // Likewise, begins an epoch of the keys unless the last one began less than `if_older_ms` ago.
  void begin_epoch(std::int64_t if_older_ms, std::function<void(Status)> then);
  // From any thread. Signatures are checked on the caller's thread. `done` is called exactly once,
  // after everything it tells is durable; at once, on the caller's thread, by what is shed. The
  // message key must bear being used by several threads. While the log cannot be written the answer
  // is busy, with a signature for each message; writing is tried again until it works.
  void submit(Submission submission);
  // Whoever waits is answered now, and nobody is kept waiting any more: before a stop, so that no
  // connection is held open by it. From any thread.
  void stop_waiting();
  // Runs `work` inside a later batch. Unknown cases are ignored.
  void post(const CaseId& case_id, std::function<void(Room&)> work);
  // Puts an entry of no case on record in a later batch, after which `then` runs and every open
  // case is looked at again, still in that batch. then(false) while the log cannot be written;
  // after then(true), if that batch came to nothing.
  void declare(EntryKind kind, Bytes content, std::function<void(bool)> then);
  // Puts an entry on record that is of no case and that no case rests on. `then(true)` runs on the
  // writer thread once it is durable; then(false) while the log cannot be written.
  void note(EntryKind kind, Direction direction, Bytes content, std::function<void(bool)> then);
  // Receipt or final not_admitted of one message, for whoever may read its case.
  void ask_status(const StatusQuestion& asked, std::function<void(Result<Receipt>)> done);
  // Runs on the writer thread between batches, for reading the ledger; reads may fail.
  void inspect(std::function<void(const Ledger&)> look);
  // Where the cases in memory stand; likewise.
  void survey(std::function<void(const Survey&)> look);
  // Why nothing is admitted now; nothing if all is well. From any thread.
  std::optional<std::string> trouble() const;

  // The newest signed note of the log, empty before the first. From any thread.
  std::string checkpoint_note() const;
  LoadStats load() const;
  // True while ordinary work is shed or close to it.
  bool is_loaded() const;

  const Card& card() const;
  // The envelope of any card of this brand; null if there is none such. From any thread.
  const Bytes* find_card(const Digest& digest) const;

 private:
  struct State;
  explicit Sequencer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace entente
