#include "log_timestamper.h"

#include <entente/agent/timestamp_client.h>
#include <entente/core/clock.h>
#include <entente/wire/codec.h>
#include <entente/wire/log_life.h>

#include <algorithm>
#include <chrono>
#include <future>

#include "log_look.h"
#include "periodic.h"

namespace entente {
namespace {

using Instant = std::chrono::steady_clock::time_point;

constexpr std::chrono::milliseconds look_every{1'000};
constexpr std::chrono::milliseconds backoff_min{10'000};
constexpr std::chrono::milliseconds backoff_max{3'600'000};
constexpr std::int64_t call_timeout_ms = 10'000;

TimestampClientOptions client_options(const TimestampPeer& authority) {
  Trust trust;
  trust.authorities.push_back({authority.certificate, {}});
  // Where an authority is, the operator says, and what it says is signed: it may be anywhere.
  return {.url = authority.url,
          .trust = std::move(trust),
          .ca_file = authority.ca_file,
          .allow_private = true,
          .timeout_ms = call_timeout_ms};
}

}  // namespace

struct LogTimestamper::State {
  explicit State(LogTimestamperParts given)
      : parts(std::move(given)), client(client_options(parts.authority)) {}

  LogTimestamperParts parts;
  TimestampClient client;
  std::uint64_t size = 0;     // so many entries are dated on record
  std::int64_t dated_ms = 0;  // when, by the log's clock; 0: never
  std::chrono::milliseconds backoff{0};
  Instant due;                       // after what failed
  std::optional<ErrorCode> trouble;  // as it was told
  std::unique_ptr<Periodic> rounds;

  void recall();
  void round();
  bool is_due() const;
  Status date(const std::string& note);
  Result<TimestampClient::Token> ask(const std::string& note);
  bool record(const TimestampRecord& stamp) const;
  void note_failure(const Error& why);
};

// What is on record from before a restart.
void LogTimestamper::State::recall() {
  std::optional<StoredEntry> entry;
  look_and_wait(parts.sequencer, [&](const Ledger& ledger) {
    entry = newest_attestation(ledger, EntryKind::timestamp);
  });
  const auto record = entry ? decode<TimestampRecord>(entry->content) : fail(ErrorCode::not_found);
  const auto named = record ? decode_unverified_checkpoint(record->note)
                            : Result<Checkpoint>(std::unexpected(record.error()));
  if (!named) return;
  size = named->size;
  dated_ms = entry->leaf.time_ms;
}

bool LogTimestamper::State::is_due() const {
  if (due > std::chrono::steady_clock::now()) return false;
  return dated_ms == 0 || dated_ms + parts.authority.every_ms <= parts.clock.now_ms();
}

// A log that grew by attestations alone is not dated again, or it would grow for ever.
void LogTimestamper::State::round() {
  if (!is_due()) return;
  std::string note;
  bool is_new = false;
  look_and_wait(parts.sequencer, [&](const Ledger& ledger) {
    note = ledger.checkpoint_note();
    is_new = has_news(ledger, size);
  });
  if (note.empty() || !is_new) return;
  if (const Status dated = date(note); !dated) return note_failure(dated.error());
  if (trouble) parts.tell("the log is dated again");
  trouble.reset();
  backoff = {};
}

Status LogTimestamper::State::date(const std::string& note) {
  ENTENTE_LET(named, decode_unverified_checkpoint(note));
  ENTENTE_LET(token, ask(note));
  const std::int64_t now_ms = parts.clock.now_ms();
  if (!record({.note = note, .token = token.der})) {
    return fail(ErrorCode::busy, "the token cannot be put on record now");
  }
  parts.metrics->dated(token.at_ms);
  size = named.size;
  dated_ms = now_ms;
  return {};
}

// A token that no auditor would take is not put on record.
Result<TimestampClient::Token> LogTimestamper::State::ask(const std::string& note) {
  ENTENTE_LET(token, client.date(view(note)));
  const std::int64_t now_ms = parts.clock.now_ms();
  const std::int64_t at_ms = token.at_ms.value_or(0);
  if (std::abs(at_ms - now_ms) <= timestamp_skew_ms_max) return token;
  return fail(ErrorCode::clock_skew, "it says that it is " + format_rfc3339(at_ms) +
                                         ", and here it is " + format_rfc3339(now_ms) +
                                         ": set the clock right");
}

// Waits for the writer.
bool LogTimestamper::State::record(const TimestampRecord& stamp) const {
  const auto outcome = std::make_shared<std::promise<bool>>();
  parts.sequencer.note(EntryKind::timestamp, Direction::received, encode(stamp),
                       [outcome](bool on_record) { outcome->set_value(on_record); });
  return outcome->get_future().get();
}

// Told when it changes, and not with every call that fails.
void LogTimestamper::State::note_failure(const Error& why) {
  parts.metrics->dated(std::nullopt);
  if (trouble != why.code) {
    parts.tell("the time-stamp authority " + parts.authority.url + ": " + describe(why));
  }
  trouble = why.code;
  const std::chrono::milliseconds every(parts.authority.every_ms);
  backoff = std::clamp(backoff * 2, std::min(backoff_min, every), backoff_max);
  due = std::chrono::steady_clock::now() + backoff;
}

LogTimestamper::LogTimestamper(LogTimestamperParts parts)
    : state_(std::make_unique<State>(std::move(parts))) {
  state_->recall();
  const std::chrono::milliseconds every(state_->parts.authority.every_ms);
  state_->rounds = std::make_unique<Periodic>(std::min(every, look_every),
                                              [state = state_.get()] { state->round(); });
}

LogTimestamper::~LogTimestamper() {
  state_->rounds->begin_no_more();
  state_->client.cancel();
  state_->rounds.reset();
}

}  // namespace entente
