#include "witness_client.h"

#include <entente/audit/witness_request.h>
#include <entente/transport/client.h>
#include <entente/wire/codec.h>
#include <entente/wire/log_life.h>

#include <algorithm>
#include <chrono>
#include <mutex>

#include "log_look.h"
#include "periodic.h"

namespace entente {
namespace {

using Instant = std::chrono::steady_clock::time_point;

constexpr std::chrono::milliseconds backoff_min{5'000};
constexpr std::chrono::milliseconds backoff_max{600'000};
constexpr std::chrono::milliseconds stale_after{600'000};  // then what is newest is published
constexpr std::int64_t call_timeout_ms = 5'000;
constexpr int attempts_max = 3;  // of one call: a size that was told may be old

Instant now() { return std::chrono::steady_clock::now(); }

// A witness, and how it has answered.
struct Known {
  WitnessPeer peer;
  std::uint64_t size = 0;  // it has cosigned so many entries
  std::chrono::milliseconds backoff{0};
  Instant due;
  std::optional<ErrorCode> trouble;  // as it was told
};

// The newest note on record with cosignatures. Shared with the writer, which may come to it late.
struct Recorded {
  std::mutex mutex;
  std::string note;
  std::uint64_t size = 0;
  std::size_t lines = 0;
  Instant current;                  // when the log had nothing newer
  std::uint64_t published_max = 0;  // the largest size that was shown to anybody
};

// The log at one moment.
struct LogView {
  std::string note;
  std::uint64_t size = 0;
  bool has_news = false;  // entries since what is on record as cosigned, that say something new
};

// What a refusal means for the person who runs this log.
Error meaning_of(const HttpResponse& answer) {
  switch (answer.status) {
    case 403:
      return {ErrorCode::peer_failed, "does not know the key of this log (403)"};
    case 404:
      return {ErrorCode::peer_failed, "does not watch this log (404)"};
    case 422:
      return {ErrorCode::log_forked,
              "has cosigned another history of this log (422): stop, and find out who else signs "
              "with its key, or which backup was restored"};
    default:
      return {ErrorCode::peer_failed, "answered " + std::to_string(answer.status)};
  }
}

}  // namespace

struct WitnessClient::State {
  explicit State(WitnessClientParts given) : parts(std::move(given)) {
    for (WitnessPeer& peer : parts.witnesses) {
      while (peer.url.ends_with('/')) peer.url.pop_back();
      witnesses.push_back({.peer = peer, .due = now()});
    }
  }

  WitnessClientParts parts;
  // Where a witness is, the operator says, and what it says is signed: it may be anywhere.
  HttpClient http{HttpClientOptions{.allow_plain = true,
                                    .allow_private = true,
                                    .response_bytes_max = limits::note_bytes_max,
                                    .timeout_ms = call_timeout_ms}};
  std::vector<Known> witnesses;
  std::shared_ptr<Recorded> recorded = std::make_shared<Recorded>();
  std::unique_ptr<Periodic> rounds;

  void recall();
  void round();
  bool is_behind() const;
  LogView look() const;
  Result<std::string> ask(Known& witness, const LogView& seen);
  Result<HttpResponse> call(const Known& witness, const LogView& seen);
  Result<std::string> verify(const Known& witness, const LogView& seen,
                             const HttpResponse& answer) const;
  Status take_size(Known& witness, const HttpResponse& answer) const;
  void note_answer(Known& witness, const Status& answered) const;
  void record(const std::string& note, std::uint64_t size, std::size_t lines) const;
};

// What is on record from before a restart. What is newer may have been shown to somebody already.
void WitnessClient::State::recall() {
  std::optional<StoredEntry> entry;
  look_and_wait(parts.sequencer, [&](const Ledger& ledger) {
    entry = newest_attestation(ledger, EntryKind::cosignature);
  });
  const auto newest =
      entry ? decode<CosignatureRecord>(entry->content) : fail(ErrorCode::not_found);
  if (!newest) return;
  std::vector<Vkey> keys;
  for (const Known& witness : witnesses) keys.push_back(witness.peer.key);
  const auto cosigned = verify_cosigned_checkpoint(newest->note, parts.log, keys);
  if (!cosigned) return;
  std::uint64_t shown_max = 0;
  look_and_wait(parts.sequencer, [&](const Ledger& ledger) {
    if (has_news(ledger, cosigned->checkpoint.size)) shown_max = ledger.size();
  });
  const std::scoped_lock lock(recorded->mutex);
  recorded->published_max = shown_max;
  recorded->note = newest->note;
  recorded->size = cosigned->checkpoint.size;
  recorded->lines = cosigned->cosignatures.size();
  recorded->current = now();
}

LogView WitnessClient::State::look() const {
  std::uint64_t since = 0;
  {
    const std::scoped_lock lock(recorded->mutex);
    since = recorded->size;
  }
  LogView seen;
  look_and_wait(parts.sequencer, [&](const Ledger& ledger) {
    seen.note = ledger.checkpoint_note();
    seen.has_news = has_news(ledger, since);
  });
  // What was signed, which after a failed write may be less than what the ledger holds.
  const auto signed_head = decode_unverified_checkpoint(seen.note);
  seen.size = signed_head ? signed_head->size : 0;
  if (!seen.has_news) {
    const std::scoped_lock lock(recorded->mutex);
    recorded->current = now();
  }
  return seen;
}

// Some witness has not signed what others have, and may be asked again.
bool WitnessClient::State::is_behind() const {
  const std::scoped_lock lock(recorded->mutex);
  return std::ranges::any_of(witnesses, [&](const Known& witness) {
    return witness.size < recorded->size && witness.due <= now();
  });
}

// A log that grew by its own cosignatures alone is not shown again, or it would grow for ever.
void WitnessClient::State::round() {
  const LogView seen = look();
  if (seen.size == 0 || (!seen.has_news && !is_behind())) return;
  std::string note = seen.note;
  std::size_t lines = 0;
  for (Known& witness : witnesses) {
    if (witness.due > now()) continue;
    const auto line = ask(witness, seen);
    note_answer(witness, line ? Status() : std::unexpected(line.error()));
    const auto longer = line ? add_signature(note, *line) : std::unexpected(line.error());
    if (!longer) continue;
    note = *longer;
    ++lines;
  }
  std::size_t known = 0;
  {
    const std::scoped_lock lock(recorded->mutex);
    known = recorded->lines;
  }
  if (lines > 0 && (seen.has_news || lines > known)) record(note, seen.size, lines);
}

void WitnessClient::State::record(const std::string& note, std::uint64_t size,
                                  std::size_t lines) const {
  const CosignatureRecord kept{.note = note, .at_ms = parts.clock.now_ms()};
  parts.sequencer.note(EntryKind::cosignature, Direction::received, encode(kept),
                       [newest = recorded, note, size, lines](bool on_record) {
                         if (!on_record) return;
                         const std::scoped_lock lock(newest->mutex);
                         newest->note = note;
                         newest->size = size;
                         newest->lines = lines;
                         newest->current = now();
                       });
}

Result<HttpResponse> WitnessClient::State::call(const Known& witness, const LogView& seen) {
  Result<std::vector<Digest>> proof;
  look_and_wait(parts.sequencer, [&](const Ledger& ledger) {
    proof = consistency_proof(ledger, witness.size, seen.size);
  });
  if (!proof) return std::unexpected(proof.error());
  ENTENTE_LET(body, encode_witness_request(
                        {.old_size = witness.size, .consistency = *proof, .note = seen.note}));
  return http.post(witness.peer.url + "/add-checkpoint", "text/plain; charset=utf-8",
                   to_bytes(body));
}

Result<std::string> WitnessClient::State::ask(Known& witness, const LogView& seen) {
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    if (witness.size > seen.size) break;  // somebody else has shown it a newer one
    ENTENTE_LET(answer, call(witness, seen));
    if (answer.status == 409) {
      ENTENTE_TRY(take_size(witness, answer));
      continue;
    }
    if (answer.status != 200) return std::unexpected(meaning_of(answer));
    ENTENTE_LET(line, verify(witness, seen, answer));
    witness.size = seen.size;
    return line;
  }
  return fail(ErrorCode::busy, "is shown this log by somebody else, too");
}

Status WitnessClient::State::take_size(Known& witness, const HttpResponse& answer) const {
  ENTENTE_LET(size, decode_witness_size(to_text(answer.body)));
  std::uint64_t held = 0;
  look_and_wait(parts.sequencer, [&](const Ledger& ledger) { held = ledger.size(); });
  if (size > held) {
    return fail(ErrorCode::log_forked,
                "has cosigned " + std::to_string(size) + " entries of this log, which holds " +
                    std::to_string(held) + ": stop, an old backup was restored here");
  }
  witness.size = size;
  return {};
}

Result<std::string> WitnessClient::State::verify(const Known& witness, const LogView& seen,
                                                 const HttpResponse& answer) const {
  ENTENTE_LET(line, find_cosignature_line(to_text(answer.body), witness.peer.key));
  ENTENTE_LET(note, add_signature(seen.note, line));
  const auto holds = verify_cosigned_checkpoint(note, parts.log, {&witness.peer.key, 1});
  if (!holds) return fail(ErrorCode::peer_failed, "gave a cosignature that does not hold");
  return line;
}

// Told when it changes, and not with every call that fails.
void WitnessClient::State::note_answer(Known& witness, const Status& answered) const {
  const std::string call = "witness " + witness.peer.key.name();
  if (answered) {
    if (witness.trouble) parts.tell(call + " cosigns this log again");
    witness.trouble.reset();
    witness.backoff = {};
    return;
  }
  const Error& why = answered.error();
  if (witness.trouble != why.code) parts.tell(call + ": " + describe(why));
  witness.trouble = why.code;
  witness.backoff = std::clamp(witness.backoff * 2, backoff_min, backoff_max);
  witness.due = now() + witness.backoff;
}

WitnessClient::WitnessClient(WitnessClientParts parts)
    : state_(std::make_unique<State>(std::move(parts))) {
  state_->recall();
  const std::chrono::milliseconds every(state_->parts.every_ms);
  state_->rounds = std::make_unique<Periodic>(every, [state = state_.get()] { state->round(); });
}

WitnessClient::~WitnessClient() {
  state_->rounds->begin_no_more();
  state_->http.cancel();
  state_->rounds.reset();
}

std::string WitnessClient::published(const std::string& newest) {
  Recorded& recorded = *state_->recorded;
  const std::scoped_lock lock(recorded.mutex);
  const bool is_current = now() - recorded.current < stale_after;
  if (!recorded.note.empty() && is_current && recorded.size >= recorded.published_max) {
    recorded.published_max = recorded.size;
    return recorded.note;
  }
  if (const auto checkpoint = decode_unverified_checkpoint(newest)) {
    recorded.published_max = std::max(recorded.published_max, checkpoint->size);
  }
  return newest;
}

}  // namespace entente
