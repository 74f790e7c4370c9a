#include <entente/core/limits.h>
#include <entente/crypto/hash.h>
#include <entente/journal/content.h>
#include <entente/journal/sequencer.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "brand_documents.h"
#include "delivery.h"
#include "entrance.h"
#include "outage.h"
#include "running_retention.h"
#include "waiters.h"

namespace entente {
namespace {

constexpr std::chrono::milliseconds tick{50};  // how late a clock or a waiting reader may be

}  // namespace

struct Sequencer::State {
  State(SequencerParts given, Card newest)
      : parts(std::move(given)),
        card(std::move(newest)),
        members(parts.entropy, parts.identity.load.members_max),
        intake(parts.identity.load),
        entrance(parts, members, intake) {
    parts.members = &members;
    parts.promises = &promises;
  }

  SequencerParts parts;
  Card card;
  Batch::Cases cases;
  Alarms clocks;  // of cases
  Waiters waiters;
  Promises promises{parts};
  Outage outage{parts, promises, cases};
  std::vector<Post> held;  // results of workers that came while the log could not be written

  Members members;
  Intake intake;
  Entrance entrance;
  mutable std::mutex note_mutex;
  std::string note;                    // of the log, for readers on other threads
  std::optional<std::string> trouble;  // why nothing is admitted
  std::thread writer;
  bool is_patient = true;  // of the writer's: answers may be held

  void run();
  void run_batch(std::deque<Work> works);
  std::int64_t now_ms() const;
  std::vector<Waiting> take_all(Batch& batch, std::deque<Work>& works);
  void respond(Batch& batch);
  void after_commit(const Batch& batch);
  void wait_or_answer(std::vector<Waiting> replies, std::int64_t now_ms);
  void answer_waiting(const std::set<CaseId>& concerned, std::int64_t now_ms);
  void forget(Batch::Cases::iterator live);
  void let_go(const std::set<CaseId>& concerned);
  bool is_ready(const Waiting& waiting, std::int64_t now_ms);
  Delivery deliver(const Reply& reply) { return entente::deliver(parts.ledger, cases, reply); }
  void publish_note();
  void begin_outage(const Error& why, std::deque<Work> works);
  void hold(std::deque<Work> works);
  void resume();
  Status start_over();
  Status backfill();
  void run_posts(Batch& batch, std::span<const Post> posts);
  Status take_up();
};

// The clock, but never back behind what is on record.
std::int64_t Sequencer::State::now_ms() const {
  return std::max(parts.clock.now_ms(), parts.ledger.last_time_ms());
}

Status Sequencer::State::backfill() {
  const std::set<MessageId> done = entente::backfill(parts, cases, now_ms());
  ENTENTE_TRY(parts.ledger.commit());
  promises.settle(done);
  return {};
}

// Documents first, then every case: what is owed is found again by the rules that found it the
// first time.
Status Sequencer::State::take_up() {
  ENTENTE_TRY(learn_documents(parts, now_ms()));
  ENTENTE_LET(lost_ends, find_lost_ends(parts.ledger));
  parts.lost_ends = std::move(lost_ends);
  ENTENTE_TRY(backfill());
  ENTENTE_TRY(log_documents(parts, now_ms()));
  ENTENTE_LET(rows, parts.ledger.store().cases());
  Batch batch(parts, cases, now_ms());
  for (const CaseRow& row : rows) {
    ENTENTE_LET(erased, parts.ledger.is_erased(row.case_id));
    if (erased) continue;
    if (batch.find(row.case_id) == nullptr) {
      return fail(batch.is_unreadable() ? ErrorCode::store_failed : ErrorCode::log_corrupt,
                  "case " + short_hex(row.case_id) + " cannot be read");
    }
    parts.speaker.admitted(batch.find(row.case_id)->record);
    batch.wake(row.case_id);
  }
  run_posts(batch, held);
  respond(batch);
  batch.put_cases();
  ENTENTE_TRY(parts.ledger.commit());
  held.clear();
  after_commit(batch);
  let_go(batch.touched());
  return {};
}

void Sequencer::State::run_posts(Batch& batch, std::span<const Post> posts) {
  for (const auto& [case_id, work] : posts) {
    LiveCase* live = batch.find(case_id);
    if (live == nullptr) continue;
    BatchRoom room(batch, *live);
    work(room);
    batch.touch(case_id);
  }
}

void Sequencer::State::run() {
  while (auto works = intake.take(tick)) {
    const auto begun = std::chrono::steady_clock::now();
    const auto submissions = static_cast<std::size_t>(std::ranges::count_if(
        *works, [](const Work& work) { return std::holds_alternative<Arrived>(work); }));
    run_batch(std::move(*works));
    const auto took = std::chrono::steady_clock::now() - begun;
    intake.note_batch(submissions, took);
    if (parts.observer && submissions > 0) {
      parts.observer->batch_done(
          {.submissions = submissions,
           .took_us = std::chrono::duration_cast<std::chrono::microseconds>(took).count()});
    }
  }
}

// Messages of consumers go before anything the brand says, so that a chatty brand cannot overtake.
std::vector<Waiting> Sequencer::State::take_all(Batch& batch, std::deque<Work>& works) {
  std::vector<Waiting> replies;
  for (Work& work : works) {
    if (auto* message = std::get_if<Arrived>(&work)) {
      Submission& submission = message->submission;
      Reply reply = batch.take(*message);
      if (reply.kind == Delivery::Kind::not_found) entrance.note_not_entered(*message);
      if (message->acknowledged) continue;
      replies.push_back({.reply = std::move(reply),
                         .until_ms = batch.now_ms() + (is_patient ? submission.wait_ms : 0),
                         .reader = submission.read.has_value(),
                         .done = submission.done});
    }
  }
  for (const CaseId& case_id : clocks.take_due(batch.now_ms())) batch.wake(case_id);
  for (Work& work : works) {
    if (const auto* declared = std::get_if<Declare>(&work)) declared->put(&batch);
    if (const auto* post = std::get_if<Post>(&work)) run_posts(batch, {post, 1});
    if (auto* entry = std::get_if<NoteDown>(&work)) {
      entry->draft.time_ms = batch.now_ms();
      parts.ledger.append(entry->draft);
    }
  }
  return replies;
}

void Sequencer::State::respond(Batch& batch) {
  for (const CaseId& case_id : std::set(batch.touched())) {
    LiveCase* live = batch.find(case_id);
    if (live != nullptr && !batch.is_awaiting(*live)) {
      BatchRoom room(batch, *live);
      parts.speaker.respond(room);
    }
  }
}

void Sequencer::State::run_batch(std::deque<Work> works) {
  if (outage.is_on() && outage.may_retry()) resume();
  if (outage.is_on()) return hold(std::move(works));
  Batch batch(parts, cases, now_ms());
  std::vector<Waiting> replies = take_all(batch, works);
  batch.end_waits();
  respond(batch);
  batch.put_cases();
  if (const Status committed = parts.ledger.commit(); !committed) {
    return begin_outage(committed.error(), std::move(works));
  }
  after_commit(batch);
  // Only what this batch touched can have news; of the rest, some readers have waited long enough.
  std::set<CaseId> concerned = batch.touched();
  concerned.insert(batch.loaded().begin(), batch.loaded().end());
  wait_or_answer(std::move(replies), batch.now_ms());
  for (const CaseId& case_id : waiters.take_due(batch.now_ms())) concerned.insert(case_id);
  answer_waiting(concerned, batch.now_ms());
  for (const Work& work : works) {
    if (const auto* look = std::get_if<Look>(&work)) (*look)(&batch);
    if (const auto* entry = std::get_if<NoteDown>(&work)) entry->then(true);
  }
  concerned.insert(batch.loaded().begin(), batch.loaded().end());
  let_go(concerned);
}

// Nothing of the batch may be believed to have happened, and memory is ahead of the disk.
void Sequencer::State::begin_outage(const Error& why, std::deque<Work> works) {
  outage.begin(why);
  {
    const std::scoped_lock lock(note_mutex);
    trouble = "the log cannot be written: " + describe(why);
  }
  hold(std::move(works));
}

// Answers what can be answered without a log, and keeps what workers brought.
void Sequencer::State::hold(std::deque<Work> works) {
  for (Work& work : works) {
    if (auto* message = std::get_if<Arrived>(&work)) {
      Delivery answer = outage.answer(*message, now_ms());
      forget_unused_mandates(parts, *message);
      entrance.note_not_entered(*message);
      if (!message->acknowledged) message->submission.done(std::move(answer));
    } else if (auto* post = std::get_if<Post>(&work)) {
      held.push_back(std::move(*post));
    } else if (const auto* look = std::get_if<Look>(&work)) {
      (*look)(nullptr);
    } else if (const auto* declared = std::get_if<Declare>(&work)) {
      declared->put(nullptr);
    } else if (const auto* entry = std::get_if<NoteDown>(&work)) {
      entry->then(false);
    }
  }
  waiters.answer_all([](const Reply&) {
    return Delivery{.kind = Delivery::Kind::busy, .parcel = {}, .retry_after_ms = busy_retry_ms};
  });
}

void Sequencer::State::resume() {
  if (const Status resumed = start_over(); !resumed) return outage.go_on(resumed.error());
  outage.end();
  const std::scoped_lock lock(note_mutex);
  trouble.reset();
}

// As after a restart: everything is read again, and only what the disk gives is believed.
Status Sequencer::State::start_over() {
  ENTENTE_TRY(parts.ledger.reopen());
  cases.clear();
  parts.mandates.clear();
  clocks = {};
  parts.authority = Authority(card.did(), parts.identity.environment);
  parts.speaker.start_over();
  return take_up();
}

// What is in the ledger and need not be in memory: a closed case, should anybody come back to it,
// and the photos of any.
void Sequencer::State::let_go(const std::set<CaseId>& concerned) {
  for (const CaseId& case_id : concerned) {
    const auto live = cases.find(case_id);
    if (live == cases.end()) continue;
    live->second->record.let_go_of_bulky(parts.ledger);
    if (live->second->record.casefile.phase() != Phase::closed) continue;
    if (waiters.has(case_id) || parts.speaker.is_working(case_id)) continue;
    forget(live);
  }
}

void Sequencer::State::forget(Batch::Cases::iterator live) {
  for (const Digest& mandate : live->second->record.mandates) {
    if (--parts.mandates[mandate] > 0) continue;
    parts.mandates.erase(mandate);
    parts.authority.forget_mandate(mandate);
  }
  parts.speaker.forget(live->first);
  cases.erase(live);
}

void Sequencer::State::publish_note() {
  const std::scoped_lock lock(note_mutex);
  note = parts.ledger.checkpoint_note();
}

// A clock already due was seen by this batch; only a later one wakes the case again.
void Sequencer::State::after_commit(const Batch& batch) {
  publish_note();
  promises.settle(batch.backfilled());
  for (const auto& [case_id, at_ms] : batch.next_clocks()) {
    clocks.set(case_id, at_ms);
    const auto live = cases.find(case_id);
    if (live != cases.end()) parts.speaker.committed(live->second->record.casefile);
  }
}

bool Sequencer::State::is_ready(const Waiting& wait, std::int64_t now_ms) {
  const Reply& reply = wait.reply;
  if (reply.kind != Delivery::Kind::parcel || !reply.case_id || reply.is_acknowledged) return true;
  if (now_ms >= wait.until_ms) return true;
  const auto live = cases.find(*reply.case_id);
  if (live == cases.end() || parts.speaker.is_working(*reply.case_id)) return false;
  return !wait.reader || live->second->record.casefile.next_position() > reply.from.value_or(0);
}

void Sequencer::State::wait_or_answer(std::vector<Waiting> replies, std::int64_t now_ms) {
  for (Waiting& reply : replies) {
    if (is_ready(reply, now_ms)) {
      reply.done(deliver(reply.reply));
    } else {
      waiters.add(std::move(reply));
    }
  }
}

void Sequencer::State::answer_waiting(const std::set<CaseId>& concerned, std::int64_t now_ms) {
  for (const CaseId& case_id : concerned) {
    waiters.answer(
        case_id, [&](const Waiting& waiting) { return is_ready(waiting, now_ms); },
        [&](const Reply& reply) { return deliver(reply); });
  }
}

Sequencer::Sequencer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Sequencer>> Sequencer::start(Ledger& ledger, BrandIdentity identity,
                                                    SequencerHost host) {
  ENTENTE_LET(card, Admission::admit<Card>(identity.card));
  const Environment environment = identity.environment;
  identity.did = card->did();
  auto state =
      std::make_unique<State>(SequencerParts{.ledger = ledger,
                                             .authority = Authority(card->did(), environment),
                                             .identity = std::move(identity),
                                             .card_digest = card.id(),
                                             .speaker = host.speaker,
                                             .clock = host.clock,
                                             .entropy = host.entropy,
                                             .tell = std::move(host.tell),
                                             .observer = host.observer},
                              *card);
  auto sequencer = std::unique_ptr<Sequencer>(new Sequencer(std::move(state)));
  State& running = *sequencer->state_;
  host.speaker.attach(*sequencer);
  ENTENTE_TRY(running.promises.read());
  ENTENTE_TRY(running.take_up());
  running.writer = std::thread([&running] { running.run(); });
  return sequencer;
}

Sequencer::~Sequencer() {
  state_->intake.close();
  if (state_->writer.joinable()) state_->writer.join();
  state_->waiters.answer_all([&](const Reply& reply) { return state_->deliver(reply); });
}

void Sequencer::submit(Submission submission) { state_->entrance.submit(std::move(submission)); }

void Sequencer::stop_waiting() {
  const auto answer = [state = state_.get()](Batch*) {
    state->is_patient = false;
    state->waiters.answer_all([&](const Reply& reply) { return state->deliver(reply); });
  };
  state_->intake.post(Look(answer));
}

void Sequencer::post(const CaseId& case_id, std::function<void(Room&)> work) {
  state_->intake.post(std::pair(case_id, std::move(work)));
}

void Sequencer::declare(EntryKind kind, Bytes content, std::function<void(bool)> then) {
  const auto put = [kind, content = std::move(content), then = std::move(then)](Batch* batch) {
    if (batch == nullptr) return then(false);
    Ledger& ledger = batch->parts().ledger;
    ledger.append(
        {.kind = kind, .case_id = no_case, .time_ms = batch->now_ms(), .content = content});
    then(true);
    const auto rows = ledger.store().cases();
    if (!rows) return;
    for (const CaseRow& row : *rows) {
      if (!row.closed) batch->wake(row.case_id);
    }
  };
  state_->intake.post(Declare{put});
}

void Sequencer::erase(std::vector<ErasureRecord> erasures, bool notify,
                      std::function<void(Result<std::vector<std::uint64_t>>)> then) {
  const auto put = [state = state_.get(), erasures = std::move(erasures), notify,
                    then = std::move(then)](Batch* batch) {
    if (batch == nullptr) return then(fail(ErrorCode::busy, "the log cannot be written now"));
    auto entries = erase_running(*batch, state->cases, erasures, notify);
    for (const ErasureRecord& each : erasures) {
      const auto live = state->cases.find(each.case_id);
      if (entries && covers(each, "terms") && live != state->cases.end()) state->forget(live);
    }
    state->let_go(batch->loaded());
    state->publish_note();
    then(std::move(entries));
  };
  state_->intake.post(Look(put));
}

void Sequencer::hold(std::vector<HoldRecord> holds,
                     std::function<void(Result<std::vector<std::uint64_t>>)> then) {
  const auto put = [state = state_.get(), holds = std::move(holds),
                    then = std::move(then)](Batch* batch) {
    if (batch == nullptr) return then(fail(ErrorCode::busy, "the log cannot be written now"));
    auto entries = hold_running(state->parts.ledger, state->cases, holds);
    state->publish_note();
    then(std::move(entries));
  };
  state_->intake.post(Look(put));
}

void Sequencer::begin_epoch(std::int64_t if_older_ms, std::function<void(Status)> then) {
  const auto begin = [state = state_.get(), if_older_ms, then = std::move(then)](Batch* batch) {
    if (batch == nullptr) return then(fail(ErrorCode::busy, "the log cannot be written now"));
    Ledger& ledger = state->parts.ledger;
    const bool is_due = batch->now_ms() - ledger.epoch_began_ms() >= if_older_ms;
    then(is_due ? ledger.begin_epoch(batch->now_ms()) : Status());
  };
  state_->intake.post(Look(begin));
}

// Filed under no case, not even that of the documents: those are all read at every start.
void Sequencer::note(EntryKind kind, Direction direction, Bytes content,
                     std::function<void(bool)> then) {
  state_->intake.post(
      NoteDown{.draft = {.kind = kind, .direction = direction, .content = std::move(content)},
               .then = std::move(then)});
}

void Sequencer::ask_status(const StatusQuestion& asked, std::function<void(Result<Receipt>)> done) {
  const auto may = state_->entrance.check_read(asked);
  if (!may) return done(std::unexpected(may.error()));
  const auto look = [case_id = asked.case_id, message = asked.message, read = *may,
                     done = std::move(done)](Batch* batch) {
    if (batch == nullptr) return done(fail(ErrorCode::busy));
    done(batch->find_receipt(read, case_id, message));
  };
  state_->intake.post(Look(look));
}

void Sequencer::inspect(std::function<void(const Ledger&)> look) {
  state_->intake.post(
      Look([look = std::move(look), state = state_.get()](Batch*) { look(state->parts.ledger); }));
}

void Sequencer::survey(std::function<void(const Survey&)> look) {
  state_->intake.post(Look([look = std::move(look), state = state_.get()](Batch*) {
    Survey seen = survey_of(state->cases, state->now_ms());
    seen.readers = state->waiters.count();
    look(seen);
  }));
}

std::optional<std::string> Sequencer::trouble() const {
  const std::scoped_lock lock(state_->note_mutex);
  return state_->trouble;
}

std::string Sequencer::checkpoint_note() const {
  const std::scoped_lock lock(state_->note_mutex);
  return state_->note;
}

LoadStats Sequencer::load() const { return state_->intake.stats(); }
bool Sequencer::is_loaded() const { return state_->intake.is_loaded(); }

const Card& Sequencer::card() const { return state_->card; }

const Bytes* Sequencer::find_card(const Digest& digest) const {
  const auto found = state_->parts.cards.find(digest);
  return found == state_->parts.cards.end() ? nullptr : &found->second;
}

}  // namespace entente
