#include "record.h"

#include <entente/audit/proof.h>
#include <entente/crypto/system.h>
#include <entente/identity/gate.h>
#include <entente/identity/linked_account.h>
#include <entente/journal/content.h>
#include <entente/journal/log_nodes.h>
#include <entente/journal/master_key.h>
#include <entente/store/last_signed.h>
#include <entente/wire/admission.h>
#include <entente/wire/part.h>

#include <algorithm>

namespace entente::cli {
namespace {

struct OpenedEntry {
  std::uint64_t index = 0;
  LogEntry leaf;
  Bytes content;
};

// A message where the brand's log has it. In a consumer's store the receipt says so, and in a
// brand's when it was first admitted, if it was lost and taken back.
struct PlacedMessage {
  Verified<Message> message;
  TakenBack::Place place;
};
using PlacedMessages = std::map<std::uint64_t, PlacedMessage>;

// A case while it is read: where its messages stand, and which parts the log says are here.
struct Reading {
  ReadCase read;
  PlacedMessages placed;
  std::map<MessageId, std::uint64_t> regained;  // entries of a brand's log
  std::map<Digest, PartClass> named, due;

  // A part that an own message is the first to name was made here; of others the entry says which
  // arrived.
  void note_parts(const Message& message, const LogEntry& leaf, bool own) {
    for (const PartRef& ref : message.parts) {
      const bool fresh = named.emplace(ref.digest, ref.part_class).second;
      if (fresh && own) due.emplace(ref.digest, ref.part_class);
    }
    for (const PartRef& ref : message.parts) {
      const bool came =
          std::ranges::find(leaf.parts_received, ref.digest) != leaf.parts_received.end();
      if (came) due.insert_or_assign(ref.digest, ref.part_class);
    }
  }
};

// That the receipt holds together: whose key signed it is for an audit to ask.
Result<Proof> check_receipt(const ReceiptRow& row, const LogEntry& leaf, ByteView envelope) {
  ENTENTE_LET(proof, decode_proof(row.proof));
  ENTENTE_LET(under, decode_unverified_checkpoint(proof.checkpoint));
  ENTENTE_TRY(verify_inclusion(leaf_hash(row.leaf), proof.index, under.head(), proof.hashes));
  if (commitment(row.salt, envelope) == leaf.commit) return proof;
  return fail(ErrorCode::receipt_invalid, "a receipt is kept for another message");
}

}  // namespace

const Part* ReadCase::find_part(const PartRef& ref) const {
  const auto found = parts.find(ref.digest);
  return found == parts.end() ? nullptr : &found->second;
}

struct PartyStore::State {
  SystemEntropy entropy;  // reading makes no keys; the craft wants one
  std::unique_ptr<KeyStore> keys;
  std::unique_ptr<Store> store;
  std::optional<LogNodes> nodes;
  TreeHead head;  // of the entries
  std::optional<Authority> authority;
  TakenBack taken_back;
  Party owner = Party::brand;
  std::map<Digest, std::uint64_t> freezes;  // entries by order
  RetentionRecords retention;

  Result<OpenedEntry> entry(std::uint64_t index) const {
    ENTENTE_LET(row, store->read_entry(index));
    ENTENTE_LET(path, inclusion_proof(*nodes, index, head.size));
    if (!verify_inclusion(leaf_hash(row.leaf), index, head, path)) {
      return fail(ErrorCode::log_corrupt, "entry " + std::to_string(index) + " was changed");
    }
    ENTENTE_LET(leaf, decode<LogEntry>(row.leaf));
    const KeyScope scope = key_scope(row.case_id, leaf.kind);
    ENTENTE_LET(key, keys->content_key(scope.case_id, scope.content_class));
    ENTENTE_LET(opened, open_entry(key, row.sealed, index));
    if (commitment(opened.salt, opened.content) != leaf.commit) {
      return fail(ErrorCode::log_corrupt, "entry " + std::to_string(index) + " has other content");
    }
    return OpenedEntry{index, leaf, std::move(opened.content)};
  }

  Status check_signed(const std::string& last_signed);
  Status learn_documents();
  Status read_entry_of(Reading& reading, std::uint64_t index);
  Status place_by_receipts(Reading& reading, const CaseId& case_id) const;
  void note_refusal(Reading& reading, const OpenedEntry& opened) const;
  Status fold(Reading& reading);
  Status read_parts(Reading& reading, const CaseId& case_id) const;
  bool concerns(const ReadCase& read, std::string_view party) const;
};

// What is shown is what was signed, and perhaps the batch that a running process is about to sign:
// a store that has lost its newest pages would tell of a case as it once was.
Status PartyStore::State::check_signed(const std::string& last_signed) {
  nodes.emplace(*store);
  ENTENTE_LET(tree, nodes->load());
  head = tree.head();
  if (last_signed.empty()) return {};
  ENTENTE_LET(last, decode_checkpoint_text(last_signed));
  const auto then = last.size <= head.size ? root_of(*nodes, last.size)
                                           : Result<Digest>(fail(ErrorCode::log_corrupt));
  if (then && *then == last.root) return {};
  return fail(ErrorCode::log_corrupt, "the log has signed " + std::to_string(last.size) +
                                          " entries, and they are not those that are stored");
}

Status PartyStore::State::learn_documents() {
  ENTENTE_LET(documents, store->entries_of(no_case));
  std::uint64_t brand_size = 0;  // as a consumer has seen it
  for (const std::uint64_t index : documents) {
    ENTENTE_LET(document, entry(index));
    if (document.leaf.kind == EntryKind::checkpoint_seen) {
      ENTENTE_LET(seen, decode<CheckpointSeenRecord>(document.content));
      ENTENTE_LET(checkpoint, decode_unverified_checkpoint(seen.note));  // verified when logged
      brand_size = checkpoint.size;
    }
    if (document.leaf.kind == EntryKind::card) {
      ENTENTE_LET(card, Admission::admit<Card>(document.content));
      if (!authority) authority.emplace(card->did(), card->environment);
      if (document.leaf.direction == Direction::received) owner = Party::consumer;
      ENTENTE_TRY(authority->learn(card, document.leaf.time_ms,
                                   owner == Party::consumer ? brand_size : index));
    } else if (document.leaf.kind == EntryKind::mandate && authority) {
      ENTENTE_LET(mandate, Admission::admit<Mandate>(document.content));
      ENTENTE_TRY(authority->learn(mandate, document.leaf.time_ms));
    } else if (document.leaf.kind == EntryKind::freeze) {
      ENTENTE_LET(freeze, decode<FreezeRecord>(document.content));
      freezes[freeze.order] = index;
    }
  }
  return {};
}

Status PartyStore::State::read_entry_of(Reading& reading, std::uint64_t index) {
  ENTENTE_LET(opened, entry(index));
  reading.read.entries.push_back(index);
  switch (opened.leaf.kind) {
    case EntryKind::message: {
      ENTENTE_LET(message, Admission::admit<Message>(opened.content));
      reading.note_parts(*message, opened.leaf, message->author.party == owner);
      const bool is_regained = opened.leaf.direction == Direction::own;
      if (is_regained) reading.regained.emplace(message.id(), opened.index);
      if (owner == Party::consumer || is_regained) {
        reading.read.unacknowledged.push_back(message);
        return {};
      }
      reading.placed.emplace(opened.leaf.position,
                             PlacedMessage{message, {{}, {opened.leaf.time_ms, opened.index}}});
      return {};
    }
    case EntryKind::refusal:
      note_refusal(reading, opened);
      return {};
    case EntryKind::mandate: {
      ENTENTE_LET(mandate, Admission::admit<Mandate>(opened.content));
      return authority->learn(mandate, opened.leaf.time_ms);
    }
    case EntryKind::decision: {
      ENTENTE_LET(decision, decode<DecisionRecord>(opened.content));
      reading.read.decisions.push_back(decision);
      return {};
    }
    default:
      return {};
  }
}

// An accept that was told to come back is judged by when it first came.
void PartyStore::State::note_refusal(Reading& reading, const OpenedEntry& opened) const {
  const auto refusal = Admission::admit<Refusal>(opened.content);
  const bool of_brand =
      refusal && authority && authority->check_brand_key(refusal->signer(), KeyPurpose::message);
  if (of_brand) reading.read.casefile.note_busy(**refusal);
}

Status PartyStore::State::place_by_receipts(Reading& reading, const CaseId& case_id) const {
  ENTENTE_LET(receipts, store->receipts_of(case_id));
  auto& unacknowledged = reading.read.unacknowledged;
  for (const ReceiptRow& row : receipts) {
    const auto named = std::ranges::find(unacknowledged, row.message,
                                         [](const auto& message) { return message.id(); });
    if (named == unacknowledged.end()) {
      return fail(ErrorCode::store_corrupt, "a receipt is kept for no message of this case");
    }
    ENTENTE_LET(leaf, decode<LogEntry>(row.leaf));
    ENTENTE_LET(proof, check_receipt(row, leaf, named->envelope()));
    PlacedMessage placed{*named, {{}, {leaf.time_ms, proof.index}}};
    if (const auto own = reading.regained.find(row.message); own != reading.regained.end()) {
      placed.place.time.index = own->second;
    } else {
      ENTENTE_LET(under, decode_unverified_checkpoint(proof.checkpoint));
      placed.place.log = under.origin;
    }
    reading.placed.emplace(leaf.position, std::move(placed));
    unacknowledged.erase(named);
  }
  if (owner == Party::consumer || unacknowledged.empty()) return {};
  return fail(ErrorCode::store_corrupt, "a message was taken back without its receipt");
}

Status PartyStore::State::fold(Reading& reading) {
  Case& casefile = reading.read.casefile;
  for (const auto& [position, item] : reading.placed) {
    const GateTime time = taken_back.time_of(casefile, *item.message, item.place);
    ENTENTE_LET(message, pass_gate(*authority, casefile, item.message, time));
    taken_back.take(*authority, *message, item.place);
    casefile.advance(time.now_ms);
    const Outcome outcome = casefile.admit(message, time.now_ms);
    if (outcome.effect == Effect::refused) {
      return fail(ErrorCode::log_corrupt,
                  "position " + std::to_string(position) + ": " + describe(outcome));
    }
  }
  return {};
}

// What was erased is not here, and what rested on it stays readable; nothing else may be missing.
Status PartyStore::State::read_parts(Reading& reading, const CaseId& case_id) const {
  ENTENTE_LET(rows, store->parts_of(case_id));
  for (const PartRow& row : rows) {
    const std::string of_class(name(row.part_class));
    ENTENTE_LET(destroyed, keys->is_destroyed({case_id, of_class}));
    if (destroyed) continue;
    ENTENTE_LET(key, keys->content_key(case_id, of_class));
    ENTENTE_LET(part, open_part(key, row));
    reading.read.parts.emplace(row.digest, part);
  }
  for (const auto& [digest, part_class] : reading.due) {
    if (reading.read.parts.contains(digest)) continue;
    if (retention.find_erasure(case_id, name(part_class)) != nullptr) continue;
    return fail(ErrorCode::store_corrupt, "part " + short_hex(digest) + " is missing");
  }
  return {};
}

// A case may be spoken in by several keys, and be linked to an account late.
bool PartyStore::State::concerns(const ReadCase& read, std::string_view party) const {
  const auto& messages = read.casefile.messages();
  for (std::uint64_t position = 0; position < messages.size(); ++position) {
    const Message& message = *messages[position];
    if (message.author.party == Party::consumer &&
        (to_did_key(message.author.key) == party || consumer_did(*authority, message) == party)) {
      return true;
    }
    const auto link = find_account_link_at(read.casefile, position);
    const Part* account = link ? read.find_part(link->account) : nullptr;
    if (account != nullptr && to_text(account->content) == party) return true;
  }
  return false;
}

PartyStore::PartyStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
PartyStore::PartyStore(PartyStore&&) noexcept = default;
PartyStore::~PartyStore() = default;

Result<PartyStore> PartyStore::open(const std::filesystem::path& directory,
                                    const std::filesystem::path& master_key_file) {
  if (!std::filesystem::exists(directory / "store.db")) {
    return fail(ErrorCode::file_missing, directory.string() + " holds no store");
  }
  auto state = std::make_unique<State>();
  // First: what is read after it is at least as new.
  ENTENTE_LET(last, LastSigned::open(directory / "last-signed.db", StoreMode::read));
  ENTENTE_LET(master, read_master_key(directory, master_key_file));
  ENTENTE_LET(keys, KeyStore::open(directory / "keys.db", master, sealing_craft(state->entropy),
                                   StoreMode::read));
  ENTENTE_LET(store, open_sqlite_store(directory / "store.db", StoreMode::read));
  state->keys = std::move(keys);
  state->store = std::move(store);
  ENTENTE_TRY(state->check_signed(last->text()));
  ENTENTE_TRY(state->learn_documents());
  ENTENTE_LET(retention, read_retention_records(*state->keys, *state->store));
  state->retention = std::move(retention);
  return PartyStore(std::move(state));
}

Party PartyStore::owner() const { return state_->owner; }
const Store& PartyStore::store() const { return *state_->store; }

const Card* PartyStore::card() const {
  return state_->authority ? state_->authority->newest_card() : nullptr;
}

Result<std::vector<CaseRow>> PartyStore::cases() const { return state_->store->cases(); }

std::optional<std::uint64_t> PartyStore::find_freeze(const Digest& order) const {
  const auto found = state_->freezes.find(order);
  return found == state_->freezes.end() ? std::nullopt : std::optional(found->second);
}

Result<CaseId> PartyStore::find(std::string_view prefix) const {
  ENTENTE_LET(rows, state_->store->cases());
  std::vector<CaseId> found;
  for (const CaseRow& row : rows) {
    if (to_hex(row.case_id).starts_with(prefix)) found.push_back(row.case_id);
  }
  if (found.empty())
    return fail(ErrorCode::not_found, "no case begins with " + std::string(prefix));
  if (found.size() > 1) {
    return fail(ErrorCode::wrong_use,
                std::to_string(found.size()) + " cases begin with \"" + std::string(prefix) + "\"");
  }
  return found.front();
}

Result<ReadCase> PartyStore::read(const CaseId& case_id) const {
  State& s = *state_;
  ENTENTE_LET(entries, s.store->entries_of(case_id));
  if (entries.empty() || !s.authority) return fail(ErrorCode::not_found, "no such case");
  if (const ErasureOnRecord* gone = s.retention.find_erasure(case_id, "terms")) {
    return fail(ErrorCode::content_withheld, "case " + short_hex(case_id) + " is erased (entry " +
                                                 std::to_string(gone->entry) + ", " +
                                                 gone->record.reason + ")");
  }
  Reading reading;
  reading.read.brand_did = s.authority->newest_card()->did();
  for (const std::uint64_t index : entries) ENTENTE_TRY(s.read_entry_of(reading, index));
  ENTENTE_TRY(s.place_by_receipts(reading, case_id));
  ENTENTE_TRY(s.fold(reading));
  ENTENTE_TRY(s.read_parts(reading, case_id));
  const Case& casefile = reading.read.casefile;
  if (casefile.is_open()) {
    reading.read.consumer_did = consumer_did(*s.authority, *casefile.messages().front());
  }
  return std::move(reading.read);
}

const RetentionRecords& PartyStore::retention() const { return state_->retention; }

Result<std::vector<CaseId>> PartyStore::cases_of(std::string_view party) const {
  ENTENTE_LET(rows, cases());
  std::vector<CaseId> found;
  for (const CaseRow& row : rows) {
    if (state_->retention.find_erasure(row.case_id, "terms") != nullptr) continue;
    ENTENTE_LET(one, read(row.case_id));
    if (state_->concerns(one, party)) found.push_back(row.case_id);
  }
  return found;
}

Result<Part> PartyStore::read_part(const CaseId& case_id, const PartRef& ref) const {
  ENTENTE_LET(rows, state_->store->parts_of(case_id));
  for (const PartRow& row : rows) {
    if (row.digest != ref.digest) continue;
    ENTENTE_LET(key, state_->keys->content_key(case_id, name(row.part_class)));
    return open_part(key, row);
  }
  return fail(ErrorCode::not_found, "no such part");
}

}  // namespace entente::cli
