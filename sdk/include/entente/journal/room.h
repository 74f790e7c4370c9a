#pragma once
// The room a case is talked about in, while a batch is open: what the brand's agent sees of the
// case and the two things it can do, say something and put something on record. Valid only during
// the call it is handed to.

#include <entente/journal/case_record.h>
#include <entente/policy/speech.h>

namespace entente {

class Room {
 public:
  virtual ~Room() = default;

  virtual const Case& casefile() const = 0;
  virtual std::int64_t now_ms() const = 0;
  virtual const Part* find_part(const PartRef& ref) const = 0;
  virtual const std::vector<StoredEntry>& records() const = 0;

  // Signs and admits a message of the brand at the head of the case. The case may refuse it, by its
  // tables: then nothing leaves, and the code says why.
  virtual Result<MessageId> say(const Speech& speech, Actor actor) = 0;
  // The log index of the new entry of this case.
  virtual std::uint64_t record(EntryKind kind, Bytes content) = 0;
};

class Sequencer;

// The brand's own voice. Called on the writer thread, inside a batch: must not wait for anything.
class Speaker {
 public:
  virtual ~Speaker() = default;
  // Once, before anything else: where results of workers are posted.
  virtual void attach(Sequencer& sequencer) = 0;
  // After each message of either party took its place in the log, in log order.
  virtual void admitted(const CaseRecord& record) = 0;
  // What nothing refuses was acknowledged and has no entry yet, but for a moment: whom it is meant
  // for hears of it now. It may be told again, and is admitted later.
  virtual void promised(const CaseRecord& record, const Authorised<Message>& message) = 0;
  // After messages of the consumer were admitted, a clock fell due or a worker came back. Says what
  // can be said at once.
  virtual void respond(Room& room) = 0;
  // What was admitted and said since the last committed() never happened: the journal reads its log
  // again and tells every case anew. Work that was not started is not; work under way still
  // returns.
  virtual void start_over() = 0;
  // After the batch is durable: the place to start work whose result comes back by post().
  virtual void committed(const Case& casefile) = 0;
  // The case is closed and leaves memory. Should anybody come back to it, it is admitted anew.
  virtual void forget(const CaseId& case_id) = 0;
  // True while work for this case is under way, so that a waiting reader waits a little longer.
  virtual bool is_working(const CaseId& case_id) const = 0;
};

}  // namespace entente
