#include <entente/casefile/presented.h>
#include <entente/core/limits.h>
#include <entente/crypto/hash.h>
#include <entente/journal/content.h>
#include <entente/wire/part.h>

#include <algorithm>

#include "batch.h"
#include "follower_state.h"

namespace entente {
namespace {

// As far as they show that an accept is still in time, and fit into one parcel with it.
std::vector<Verified<Refusal>> busies_of(const CaseRecord& record,
                                         const Verified<Message>& message) {
  const auto known = record.busies.find(message.id());
  if (known == record.busies.end() || message->verb() != Verb::accept) return {};
  std::int64_t until_ms = 0;
  for (const auto& busy : known->second) until_ms = std::max(until_ms, busy_until_ms(*busy));
  auto row = record.busies_until(message.id(), until_ms);
  while (row.size() >= limits::parcel_envelopes_max) row.pop_back();
  return row;
}

}  // namespace

void Follower::State::frame(Message& message, const CaseId& case_id) const {
  message.environment = identity.environment;
  message.case_id = case_id;
  message.author = {.party = Party::consumer,
                    .actor = Actor::ai,
                    .key = identity.assistant->public_key(),
                    .authority = mandate ? mandate->id() : Digest{}};
  message.audience = {.party = authority->newest_card()->did(),
                      .card = authority->newest_card_digest()};
  if (!mandate) message.author.actor = Actor::person;
  message.seen = {line.head.origin, line.head.size, line.head.root};
}

// Signs and writes to the log. Nothing may be sent before commit().
Result<Verified<Message>> Follower::State::persist(Composition made, const CaseId* known,
                                                   const Signer& author) {
  ENTENTE_LET(message, Admission::sign(made.message, author));
  const ByteView envelope = message.envelope();
  const CaseId case_id = known == nullptr ? message.id() : *known;
  ledger.append({.kind = EntryKind::message,
                 .case_id = case_id,
                 .direction = Direction::sent,
                 .time_ms = clock.now_ms(),
                 .content = Bytes(envelope.begin(), envelope.end())});
  FollowedCase& followed = cases[case_id];
  for (const Part& part : made.new_parts) {
    ledger.keep_part(case_id, part);
    followed.record.keep(part);
  }
  followed.own_parts[message.id()] = std::move(made.new_parts);
  followed.unplaced.emplace(message.id(), message);
  return message;
}

// At the head as far as it is known here; by the assistant, unless the principal itself speaks.
Result<Verified<Message>> Follower::State::reply(const CaseId& case_id, const Speech& speech,
                                                 const Signer* principal,
                                                 const ApproveExercise& approve) {
  const auto known = cases.find(case_id);
  if (known == cases.end()) return fail(ErrorCode::not_found, "no such case");
  FollowedCase& followed = known->second;
  const Case& casefile = followed.record.casefile;
  Composition made = compose(speech, clock.now_ms(), entropy);
  made.message.prev = casefile.is_open() ? casefile.head() : case_id;
  frame(made.message, case_id);
  if (principal != nullptr) {
    made.message.author.actor = Actor::person;
    made.message.author.key = principal->public_key();
    made.message.author.authority = {};
  }
  auto* exercise = std::get_if<Exercise>(&made.message.body);
  auto* invoke = exercise != nullptr ? std::get_if<Invoke>(&exercise->act) : nullptr;
  if (invoke != nullptr && approve) {
    ENTENTE_LET(approval, approve(made.message));
    invoke->approval = approval;
  }
  return persist(std::move(made), &case_id,
                 principal != nullptr ? *principal : *identity.assistant);
}

Result<Parcel> Follower::State::pack(const CaseId& case_id,
                                     std::span<const Verified<Message>> messages) {
  Parcel parcel;
  FollowedCase& followed = cases.at(case_id);
  for (const Verified<Message>& message : messages) {
    // What it was told is shown with an accept: the brand may have lost it since.
    const auto busies = busies_of(followed.record, message);
    if (parcel.envelopes.size() + busies.size() >= limits::parcel_envelopes_max) break;
    for (const auto& busy : busies) parcel.envelopes.push_back(bytes_of(busy.envelope()));
    parcel.envelopes.push_back(bytes_of(message.envelope()));
    for (const PartRef& ref : message->parts) {
      if (const Part* part = followed.record.find_part(ref)) parcel.parts.push_back(*part);
    }
  }
  parcel.checkpoint = ledger.checkpoint_note();
  parcel.cosignatures = line.signatures();
  if (mandate) parcel.mandates.push_back(identity.mandate);
  parcel.notices = notices.take_due(case_id);
  return parcel;
}

// What two signatures show stays, whatever becomes of the case.
Status Follower::State::keep(const CaseId& case_id, std::vector<Contradiction> found) {
  return contradictions.keep({ledger, identity.mandate, clock.now_ms()}, case_id, std::move(found));
}

void Follower::State::advance_line(const CheckedReply& reply, const Parcel& parcel) {
  if (!reply.view) return;
  const bool same_log = reply.view->origin == line.head.origin;
  if (same_log && reply.view->size <= line.head.size) return;
  const std::uint64_t from = same_log || reply.follows_renamed ? line.head.size : 0;
  line = {*reply.view, parcel.checkpoint};
  ledger.append(
      {.kind = EntryKind::checkpoint_seen,
       .case_id = no_case,
       .direction = Direction::received,
       .time_ms = clock.now_ms(),
       .content = encode(CheckpointSeenRecord{
           .note = parcel.checkpoint, .consistency = parcel.consistency, .from_size = from})});
}

void Follower::State::log_refusals(const CaseId& case_id,
                                   const std::vector<HeardRefusal>& refusals) {
  for (const HeardRefusal& heard : refusals) {
    const ByteView envelope = heard.refusal.envelope();
    if (!cases.at(case_id).refusals.insert(sha256(envelope)).second) continue;
    ledger.append({.kind = EntryKind::refusal,
                   .case_id = case_id,
                   .direction = Direction::received,
                   .time_ms = clock.now_ms(),
                   .content = Bytes(envelope.begin(), envelope.end())});
  }
}

void Follower::State::log_news(const CaseId& case_id, const std::vector<Placed>& folded) {
  for (const Placed& item : folded) {
    ledger.keep_receipt(case_id, item.message.id(), item.receipt);
    const bool own = item.message->author.party == Party::consumer;
    if (own && !item.is_found_again) continue;
    const ByteView envelope = item.message.envelope();
    std::vector<Digest> received;
    for (const Part& part : item.parts) {
      if (ledger.keep_part(case_id, part) && !own) received.push_back(part_digest(part));
    }
    ledger.append({.kind = EntryKind::message,
                   .case_id = case_id,
                   .position = own ? 0 : item.leaf.position,
                   .direction = own ? Direction::sent : Direction::received,
                   .time_ms = clock.now_ms(),
                   .content = Bytes(envelope.begin(), envelope.end()),
                   .parts_received = std::move(received),
                   .effect = own ? std::string() : item.leaf.effect});
  }
}

Status Follower::State::load_entry(FollowedCase& followed, const StoredEntry& entry,
                                   std::vector<Verified<Message>>& messages) {
  if (entry.leaf.kind == EntryKind::refusal) {
    ENTENTE_LET(refusal, Admission::admit<Refusal>(entry.content));
    followed.refusals.insert(sha256(entry.content));
    followed.hear(refusal);
  } else if (entry.leaf.kind == EntryKind::freeze) {
    ENTENTE_TRY(contradictions.load(entry.content));
  } else if (entry.leaf.kind == EntryKind::message) {
    ENTENTE_LET(message, Admission::admit<Message>(entry.content));
    if (message->author.party == Party::consumer) followed.unplaced.emplace(message.id(), message);
    messages.push_back(std::move(message));
  }
  return {};
}

// A case as this log has it: own messages, the brand's, and the receipts that order them.
Result<Follower::State::Receipted> Follower::State::load_case(const CaseId& case_id) {
  ENTENTE_LET(entries, ledger.entries_of(case_id));
  FollowedCase& followed = cases[case_id];
  std::vector<Verified<Message>> messages;
  for (const std::uint64_t index : entries) {
    ENTENTE_LET(entry, ledger.read(index));
    ENTENTE_TRY(load_entry(followed, entry, messages));
  }
  ENTENTE_LET(parts, ledger.parts_of(case_id));
  for (const Part& part : parts) followed.record.keep(part);
  ENTENTE_LET(rows, ledger.store().receipts_of(case_id));
  Receipted placed;
  for (const ReceiptRow& row : rows) {
    ENTENTE_LET(item, open_receipt({row.leaf, row.salt, row.proof}, messages, log_keys));
    if (item) placed.emplace(item->leaf.position, *item);
  }
  return placed;
}

// A mandate taken back in one case is taken back in all: known before any is folded. What the brand
// let in under it later does not bind, and is followed no further.
Status Follower::State::fold_loaded(const std::map<CaseId, Receipted>& loaded) {
  for (const auto& [case_id, placed] : loaded) {
    for (const auto& [position, item] : placed) {
      if (!is_principals_revoke(*authority, *item.message)) continue;
      taken_back.take(*authority, *item.message, item.place());
    }
  }
  for (const auto& [case_id, placed] : loaded) {
    std::vector<Placed> folded;
    const Status holds = cases.at(case_id).fold(*authority, taken_back, placed, folded);
    if (!holds && holds.error().code != ErrorCode::mandate_revoked) return holds;
  }
  return {};
}

Status Follower::State::learn(const Verified<Card>& card, std::int64_t at_ms) {
  ENTENTE_TRY(authority->learn(card, at_ms, line.head.size));
  ENTENTE_LET(key, brand_vkey());
  std::erase(log_keys, key);
  log_keys.insert(log_keys.begin(), key);
  return {};
}

// A new card takes nothing back: what was believed stands, and that the brand tries is proof.
Status Follower::State::keep_disowned() {
  for (const auto& [case_id, followed] : cases) {
    ENTENTE_LET(found, find_disowned(followed, ledger.store(), *authority));
    ENTENTE_TRY(keep(case_id, std::move(found)));
  }
  return {};
}

Status Follower::State::load_documents() {
  ENTENTE_LET(documents, ledger.entries_of(no_case));
  for (const std::uint64_t index : documents) {
    ENTENTE_LET(entry, ledger.read(index));
    if (entry.leaf.kind == EntryKind::card) {
      ENTENTE_LET(card, Admission::admit<Card>(entry.content));
      if (!authority) authority.emplace(card->did(), identity.environment);
      ENTENTE_TRY(learn(card, entry.leaf.time_ms));
    } else if (entry.leaf.kind == EntryKind::mandate) {
      ENTENTE_LET(known, Admission::admit<Mandate>(entry.content));
      if (authority) ENTENTE_TRY(authority->learn(known, entry.leaf.time_ms));
    } else if (entry.leaf.kind == EntryKind::checkpoint_seen && authority) {
      ENTENTE_LET(seen, decode<CheckpointSeenRecord>(entry.content));
      ENTENTE_LET(log, brand_vkey());
      ENTENTE_LET(checkpoint, verify_checkpoint(seen.note, log));
      line = {checkpoint, seen.note};  // none is on record that was not newer than the last
    }
  }
  return {};
}

Status Follower::State::load() {
  ENTENTE_TRY(load_documents());
  if (!authority) return {};
  ENTENTE_LET(rows, ledger.store().cases());
  std::map<CaseId, Receipted> loaded;
  for (const CaseRow& row : rows) {
    ENTENTE_LET(erased, ledger.is_erased(row.case_id));
    if (erased) continue;
    ENTENTE_LET(placed, load_case(row.case_id));
    loaded.emplace(row.case_id, std::move(placed));
  }
  return fold_loaded(loaded);
}

Follower::Follower(std::unique_ptr<State> state) : state_(std::move(state)) {}
Follower::~Follower() = default;

Result<std::unique_ptr<Follower>> Follower::start(Ledger& ledger, ConsumerIdentity identity,
                                                  Clock& clock, Entropy& entropy) {
  auto state = std::unique_ptr<State>(new State{
      .ledger = ledger, .identity = std::move(identity), .clock = clock, .entropy = entropy});
  if (!state->identity.mandate.empty()) {
    ENTENTE_LET(mandate, Admission::admit<Mandate>(state->identity.mandate));
    state->mandate = mandate;
  }
  ENTENTE_TRY(state->load());
  return std::unique_ptr<Follower>(new Follower(std::move(state)));
}

Status Follower::learn_card(ByteView envelope) {
  State& s = *state_;
  ENTENTE_LET(card, Admission::admit<Card>(envelope));
  const std::int64_t now_ms = s.clock.now_ms();
  if (!s.authority) {
    Authority first(card->did(), s.identity.environment);
    ENTENTE_TRY(first.learn(card, now_ms));
  }
  const bool fresh = !s.authority || s.authority->find_card(card.id()) == nullptr;
  if (!s.authority) s.authority.emplace(card->did(), s.identity.environment);
  if (fresh) {
    ENTENTE_TRY(s.learn(card, now_ms));
    s.ledger.append({.kind = EntryKind::card,
                     .case_id = no_case,
                     .direction = Direction::received,
                     .time_ms = now_ms,
                     .content = Bytes(envelope.begin(), envelope.end())});
  }
  if (s.mandate && s.authority->find_mandate(s.mandate->id()) == nullptr) {
    ENTENTE_TRY(s.authority->learn(*s.mandate, now_ms));
    s.ledger.append({.kind = EntryKind::mandate,
                     .case_id = no_case,
                     .direction = Direction::own,
                     .time_ms = now_ms,
                     .content = s.identity.mandate});
  }
  ENTENTE_TRY(s.ledger.commit());
  return fresh ? s.keep_disowned() : Status{};
}

const Card* Follower::card() const {
  return state_->authority ? state_->authority->newest_card() : nullptr;
}

Digest Follower::mandate() const { return state_->mandate ? state_->mandate->id() : Digest{}; }

const Authority& Follower::authority() const { return *state_->authority; }

Result<Parcel> Follower::open_case(const Speech& opening, std::span<const Speech> also) {
  State& s = *state_;
  if (!s.authority) return fail(ErrorCode::card_unknown, "no card of the brand is known yet");
  Composition made = compose(opening, s.clock.now_ms(), s.entropy);
  s.frame(made.message, CaseId{});
  const ActId act = made.message.act_id;
  ENTENTE_LET(first, s.persist(std::move(made), nullptr, *s.identity.assistant));
  const CaseId case_id = first.id();
  std::vector<Verified<Message>> messages = {first};
  for (const Speech& speech : also) {
    Composition next = compose(speech, s.clock.now_ms(), s.entropy);
    s.frame(next.message, case_id);
    next.message.prev = case_id;
    ENTENTE_LET(message, s.persist(std::move(next), &case_id, *s.identity.assistant));
    messages.push_back(message);
  }
  s.ledger.put_case(
      {.case_id = case_id, .opener = s.identity.assistant->public_key(), .open_act = act});
  ENTENTE_TRY(s.ledger.commit());
  return s.pack(case_id, messages);
}

Result<Parcel> Follower::say(const CaseId& case_id, const Speech& speech,
                             const ApproveExercise& approve) {
  State& s = *state_;
  ENTENTE_LET(message, s.reply(case_id, speech, nullptr, approve));
  ENTENTE_TRY(s.ledger.commit());
  return s.pack(case_id, {&message, 1});
}

Result<Parcel> Follower::take_back(const CaseId& case_id, const Digest& mandate,
                                   const Signer& principal) {
  State& s = *state_;
  ENTENTE_LET(message, s.reply(case_id, {.body = Revoke{mandate}}, &principal, {}));
  s.ledger.put_revoked(mandate, principal.public_key(), s.ledger.next_index() - 1);
  ENTENTE_TRY(s.ledger.commit());
  return s.pack(case_id, {&message, 1});
}

Result<Parcel> Follower::unsent(const CaseId& case_id) const {
  const auto known = state_->cases.find(case_id);
  if (known == state_->cases.end()) return fail(ErrorCode::not_found, "no such case");
  std::vector<Verified<Message>> messages;
  for (const auto& [id, message] : known->second.unplaced) messages.push_back(message);
  // The opening first: without it nobody knows the case.
  std::ranges::stable_sort(messages, {}, [](const Verified<Message>& message) {
    return std::pair(message->verb() != Verb::open, message->sent_at_ms);
  });
  return state_->pack(case_id, messages);
}

Result<Bytes> Follower::sign_read(std::string_view path) const {
  const State& s = *state_;
  Read read{.key = s.identity.assistant->public_key(),
            .authority = s.mandate ? s.mandate->id() : Digest{},
            .audience = s.authority->newest_card()->did(),
            .environment = s.identity.environment,
            .method = "GET",
            .path = std::string(path),
            .expires_ms = s.clock.now_ms() + limits::admit_window_ms,
            .seen_size = s.line.head.size};
  s.entropy.fill(read.nonce);
  return sign(read, *s.identity.assistant);
}

Result<News> Follower::receive(const CaseId& case_id, const Parcel& parcel) {
  State& s = *state_;
  const auto known = s.cases.find(case_id);
  if (known == s.cases.end()) return fail(ErrorCode::not_found, "no such case");
  for (const Bytes& card : parcel.cards) ENTENTE_TRY(learn_card(card));
  ReplyCheck checking({.followed = known->second,
                       .case_id = case_id,
                       .authority = *s.authority,
                       .line = s.line,
                       .log_keys = s.log_keys,
                       .store = s.ledger.store(),
                       .environment = s.identity.environment});
  auto reply = checking.check(parcel);
  ENTENTE_TRY(s.keep(case_id, checking.take_contradictions()));
  if (!reply) return std::unexpected(reply.error());
  s.advance_line(*reply, parcel);     // signed and on the line: a fact, whatever was said under it
  FollowedCase next = known->second;  // believed only if the whole parcel holds
  for (const HeardRefusal& heard : reply->refusals) next.hear(heard.refusal);
  std::vector<Placed> folded;
  const auto lost_from = next.hear_head(*reply);
  const Status holds = next.fold(*s.authority, s.taken_back, std::move(reply->placed), folded);
  if (!holds) {
    ENTENTE_TRY(s.ledger.commit());
    return std::unexpected(holds.error());
  }
  known->second = std::move(next);
  s.log_news(case_id, folded);
  s.log_refusals(case_id, reply->refusals);
  ENTENTE_TRY(s.ledger.commit());
  ENTENTE_TRY(hear_notices(case_id, parcel));
  News news{.is_behind = reply->is_behind, .lost_from = lost_from};
  for (const Placed& item : folded) {
    const bool own = item.message->author.party == Party::consumer;
    (own ? news.receipted : news.heard).push_back(item.message.id());
  }
  const Case& casefile = known->second.record.casefile;
  for (const HeardRefusal& heard : reply->refusals) {
    // A receipt has overtaken the busy that comes with it, be it one that only a read brings.
    const Refusal& refusal = *heard.refusal;
    const bool busy = refusal.code == name(ErrorCode::busy);
    const bool is_to_read = reply->is_behind && !parcel.receipts.empty();
    if (busy && (is_to_read || casefile.find_position(refusal.message))) continue;
    news.refusals.push_back(refusal);
    if (heard.is_breach) news.never_refused.insert(refusal.message);
  }
  return news;
}

Result<std::vector<std::pair<CaseId, Parcel>>> Follower::unanswered_notices() const {
  return unanswered_notices_in(state_->ledger);
}

Status Follower::hear_notices(const CaseId& case_id, const Parcel& parcel) {
  State& s = *state_;
  if (parcel.notices.empty() || !s.authority) return {};
  const PublicKey& own = s.mandate ? (*s.mandate)->principal : s.identity.assistant->public_key();
  return s.notices.hear({.ledger = s.ledger,
                         .authority = *s.authority,
                         .brand_size = s.line.head.size,
                         .own_did = to_did_key(own),
                         .own_key = *s.identity.assistant,
                         .environment = s.identity.environment,
                         .now_ms = s.clock.now_ms()},
                        case_id, parcel);
}

bool Follower::has_unsent(const CaseId& case_id) const {
  const auto known = state_->cases.find(case_id);
  return known != state_->cases.end() && !known->second.unplaced.empty();
}

const Verified<Message>* Follower::find_unsent(const CaseId& case_id, const MessageId& id) const {
  const auto known = state_->cases.find(case_id);
  if (known == state_->cases.end()) return nullptr;
  const auto unplaced = known->second.unplaced.find(id);
  return unplaced == known->second.unplaced.end() ? nullptr : &unplaced->second;
}

const std::vector<Contradiction>& Follower::contradictions() const {
  return state_->contradictions.list();
}

const Case* Follower::find_case(const CaseId& case_id) const {
  const auto known = state_->cases.find(case_id);
  return known == state_->cases.end() ? nullptr : &known->second.record.casefile;
}

const Part* Follower::find_part(const CaseId& case_id, const PartRef& ref) const {
  const auto known = state_->cases.find(case_id);
  return known == state_->cases.end() ? nullptr : known->second.record.find_part(ref);
}

std::vector<CaseId> Follower::cases() const {
  std::vector<CaseId> ids;
  for (const auto& [case_id, followed] : state_->cases) ids.push_back(case_id);
  return ids;
}

}  // namespace entente
