#include <entente/identity/gate.h>
#include <entente/wire/admission.h>

#include "batch.h"
#include "compose.h"

namespace entente {

Result<MessageId> BatchRoom::say(const Speech& speech, Actor actor) {
  SequencerParts& parts = batch_.parts();
  Case& casefile = live_.record.casefile;
  if (batch_.is_awaiting(live_)) {
    return fail(ErrorCode::busy,
                "this log lost its end: the consumer has not said yet how far the case has come");
  }
  const Message& opening = *casefile.messages().front();
  Composition made = compose(speech, now_ms(), parts.entropy);
  Message& message = made.message;
  message.environment = parts.identity.environment;
  message.case_id = casefile.id();
  message.prev = casefile.head();
  message.author = {.party = Party::brand,
                    .actor = actor,
                    .key = parts.identity.message_key->public_key(),
                    .authority = parts.card_digest};
  message.audience = {.party = consumer_did(parts.authority, opening), .card = {}};
  message.seen = live_.record.other_log;
  ENTENTE_LET(verified, Admission::sign(message, *parts.identity.message_key));
  ENTENTE_LET(authorised, pass_gate(parts.authority, casefile, verified,
                                    {.now_ms = now_ms(), .index = parts.ledger.next_index()}));
  const Outcome outcome = casefile.admit(authorised, now_ms());
  if (outcome.effect == Effect::refused) return fail(outcome.code, describe(outcome));
  const std::uint64_t position = casefile.next_position() - 1;
  for (const Part& part : made.new_parts) {
    parts.ledger.keep_part(casefile.id(), part);
    live_.record.keep(part);
  }
  const ByteView envelope = verified.envelope();
  live_.record.entries.push_back(parts.ledger.append(
      {.kind = EntryKind::message,
       .case_id = casefile.id(),
       .position = position,
       .direction = Direction::sent,
       .time_ms = now_ms(),
       .content = Bytes(envelope.begin(), envelope.end()),
       .effect = std::string(outcome.effect == Effect::binding ? "binding" : name(outcome.code))}));
  parts.note_admitted(*authorised, outcome);
  parts.speaker.admitted(live_.record);
  batch_.touch(casefile.id());
  return authorised.id();
}

std::uint64_t BatchRoom::record(EntryKind kind, Bytes content) {
  StoredEntry entry{.leaf = {.kind = kind, .time_ms = now_ms(), .direction = Direction::own},
                    .content = content};
  entry.index = batch_.parts().ledger.append({.kind = kind,
                                              .case_id = live_.record.casefile.id(),
                                              .direction = Direction::own,
                                              .time_ms = now_ms(),
                                              .content = std::move(content)});
  live_.record.records.push_back(entry);
  batch_.touch(live_.record.casefile.id());
  return entry.index;
}

}  // namespace entente
