#include "told_log.h"

#include <entente/audit/checkpoint.h>
#include <entente/audit/merkle.h>
#include <entente/crypto/hash.h>
#include <entente/wire/envelope.h>
#include <entente/wire/part.h>

#include <algorithm>
#include <array>
#include <map>

// origin, key number, then records until one of no kind that is listed here:
//   0 entry    kind - 1, direction - 1, case (0: none), position[2], time[6], effect, id[32],
//              number of parts, part digests, content
//   1 part     class, media type, salt[32], content
//   2 receipt  message[32], salt[32], leaf, proof
// One byte each unless said; texts and contents after a length of two bytes.

namespace entente::fuzz {
namespace {

enum class Record : std::uint8_t { entry, part, receipt, end };

constexpr std::size_t entries_max = 300;
constexpr std::size_t cases_max = 4;
constexpr std::size_t kinds = static_cast<std::size_t>(EntryKind::freeze);  // but unset

KeyPair kettle_key(std::uint8_t number) {
  Bytes seed(32, 1);
  seed[31] = number;
  return std::move(*KeyPair::from_seed(seed));
}

// In the order that write_told() names: see tests/support/kettle.cpp.
const std::vector<KeyPair>& known_keys() {
  static const std::vector<KeyPair> keys = [] {
    std::vector<KeyPair> made;
    for (const std::uint8_t number : std::to_array<std::uint8_t>({1, 2, 3, 4, 9}))
      made.push_back(kettle_key(number));
    made.push_back(std::move(*KeyPair::from_seed(Bytes(32, 101))));
    return made;
  }();
  return keys;
}

Digest take_digest(Input& input) {
  Digest digest;
  std::ranges::copy(input.take(32), digest.bytes.begin());
  return digest;
}

Bytes take_bytes(Input& input) {
  const ByteView bytes = input.piece();
  return {bytes.begin(), bytes.end()};
}

std::string effect_of(std::uint8_t number) {
  if (number == 0) return {};
  if (number == 1) return "binding";
  const auto codes = error_codes();
  return std::string(name(codes[(number - 2u) % codes.size()]));
}

std::uint8_t number_of(std::string_view effect) {
  if (effect.empty()) return 0;
  if (effect == "binding") return 1;
  const auto codes = error_codes();
  const auto found =
      std::ranges::find_if(codes, [&](ErrorCode code) { return name(code) == effect; });
  return static_cast<std::uint8_t>(2 + (found - codes.begin()));
}

void append_piece(Bytes& to, ByteView bytes) {
  append_u16(to, static_cast<std::uint16_t>(bytes.size()));
  append(to, bytes);
}

}  // namespace

ToldLog::ToldLog(Input& input) {
  origin_ = text_of(input.piece());
  key_ = input.below(known_keys().size());
  for (bool more = true; more && told_.size() < entries_max && !input.is_empty();) {
    switch (static_cast<Record>(input.byte())) {
      case Record::entry:
        take_entry(input);
        break;
      case Record::part:
        take_part(input);
        break;
      case Record::receipt:
        take_receipt(input);
        break;
      case Record::end:
      default:
        more = false;
    }
  }
  close();
}

const KeyPair& ToldLog::key() const { return known_keys()[key_]; }

std::string ToldLog::vkey() const {
  const auto made = Vkey::make(origin_, SignatureType::ed25519, key().public_key());
  return made ? made->encode() : "";
}

void ToldLog::take_entry(Input& input) {
  Entry entry;
  entry.leaf.kind = static_cast<EntryKind>(1 + input.below(kinds));
  entry.leaf.direction = static_cast<Direction>(1 + input.below(3));
  entry.case_number = input.below(cases_max + 1);
  entry.leaf.position = input.number(2);
  entry.leaf.time_ms = static_cast<std::int64_t>(input.number(6));
  entry.leaf.effect = effect_of(input.byte());
  entry.id = take_digest(input);
  for (std::size_t count = input.below(9); count > 0; --count) {
    entry.leaf.parts_received.push_back(take_digest(input));
  }
  entry.leaf.engine = "told";
  entry.content = take_bytes(input);
  told_.push_back(std::move(entry));
}

void ToldLog::take_part(Input& input) {
  Part part;
  part.part_class = static_cast<PartClass>(1 + input.below(5));
  part.media_type = text_of(input.piece());
  std::ranges::copy(input.take(32), part.salt.begin());
  part.content = take_bytes(input);
  parts_.push_back({part_digest(part), part});
}

void ToldLog::take_receipt(Input& input) {
  LoggedReceipt receipt;
  receipt.message = take_digest(input);
  std::ranges::copy(input.take(32), receipt.receipt.salt.begin());
  receipt.receipt.leaf = take_bytes(input);
  receipt.receipt.proof = text_of(input.piece());
  receipts_.push_back(std::move(receipt));
}

void ToldLog::rename_in(Bytes& content) const {
  for (const Renaming& renaming : renamings_) {
    for (auto at = content.begin();;) {
      at = std::search(at, content.end(), renaming.from.bytes.begin(), renaming.from.bytes.end());
      if (at == content.end()) break;
      at = std::ranges::copy(renaming.to.bytes, at).out;
    }
  }
}

// Who is known here signs what he now says; its id is what the rest will call it.
void ToldLog::sign_again(Entry& entry) {
  const auto envelope = decode<Envelope>(entry.content);
  if (!envelope) return;
  const auto signer = std::ranges::find_if(
      known_keys(), [&](const KeyPair& key) { return equal(key.public_key(), envelope->keyid); });
  if (signer == known_keys().end()) return;
  entry.content = *sign_payload(envelope->payload_type, envelope->payload, *signer);
  const Digest now = id_of(envelope->payload_type, envelope->payload);
  if (now != entry.id) renamings_.push_back({entry.id, now});
  entry.id = now;
}

void ToldLog::close() {
  std::map<std::size_t, CaseId> opened;
  for (Entry& entry : told_) {
    if (!renamings_.empty()) rename_in(entry.content);
    sign_again(entry);
    if (entry.leaf.kind == EntryKind::message) opened.try_emplace(entry.case_number, entry.id);
  }
  opened.erase(0);
  for (const auto& [number, id] : opened) cases_.push_back(id);
  for (LoggedReceipt& receipt : receipts_) {
    for (const Renaming& renaming : renamings_) {
      if (receipt.message == renaming.from) receipt.message = renaming.to;
    }
  }
  std::map<Digest, Digest> last_leaf;
  MerkleTree tree;
  for (Entry& entry : told_) {
    const auto of_case = opened.find(entry.case_number);
    LoggedEntry logged{
        .index = entries_.size(), .leaf = {}, .content = {}, .case_id = CaseId{}, .proof = {}};
    if (of_case != opened.end()) {
      logged.case_id = of_case->second;
      entry.leaf.blind_case = blind_case(key().public_key(), of_case->second);
      entry.leaf.prev_leaf = last_leaf[entry.leaf.blind_case];
    }
    EntryContent content;
    content.salt = sha256(entry.content).bytes;
    entry.leaf.commit = commitment(content.salt, entry.content);
    content.bytes = std::move(entry.content);
    logged.content = std::move(content);
    logged.leaf = encode(entry.leaf);
    const Digest hash = leaf_hash(logged.leaf);
    if (of_case != opened.end()) last_leaf[entry.leaf.blind_case] = hash;
    tree.append(hash);
    entries_.push_back(std::move(logged));
  }
  told_.clear();
  const auto text = encode_checkpoint_text({origin_, tree.size(), tree.root()});
  if (text) checkpoint_text_ = *text;
}

Result<LogHeader> ToldLog::header() {
  LogHeader header;
  header.origin = origin_;
  header.checkpoint_text = checkpoint_text_;
  return header;
}

Result<std::optional<LoggedEntry>> ToldLog::next() {
  if (next_ >= entries_.size()) return std::optional<LoggedEntry>();
  return std::optional(entries_[next_++]);
}

Result<std::vector<LoggedPart>> ToldLog::parts_of(const CaseId& case_id) {
  return case_id == this->case_id() ? parts_ : std::vector<LoggedPart>();
}

Result<std::vector<LoggedReceipt>> ToldLog::receipts_of(const CaseId& case_id) {
  return case_id == this->case_id() ? receipts_ : std::vector<LoggedReceipt>();
}

namespace {

void write_entry(Bytes& to, const LoggedEntry& entry, std::vector<CaseId>& cases) {
  const auto leaf = decode<LogEntry>(entry.leaf);
  const auto* content = std::get_if<EntryContent>(&entry.content);
  require(leaf && content != nullptr, "a log that is told shows all it holds");
  std::size_t case_number = 0;
  if (entry.case_id && !entry.case_id->is_zero()) {
    const auto known = std::ranges::find(cases, *entry.case_id);
    case_number = static_cast<std::size_t>(known - cases.begin()) + 1;
    if (known == cases.end()) cases.push_back(*entry.case_id);
  }
  const auto envelope = decode<Envelope>(content->bytes);
  to.push_back(static_cast<std::uint8_t>(Record::entry));
  to.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(leaf->kind) - 1));
  to.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(leaf->direction) - 1));
  to.push_back(static_cast<std::uint8_t>(case_number));
  append_u16(to, static_cast<std::uint16_t>(leaf->position));
  append_u16(to, static_cast<std::uint16_t>(leaf->time_ms >> 32));
  append_u16(to, static_cast<std::uint16_t>(leaf->time_ms >> 16));
  append_u16(to, static_cast<std::uint16_t>(leaf->time_ms));
  to.push_back(number_of(leaf->effect));
  append(to, ByteView(envelope ? id_of(envelope->payload_type, envelope->payload) : Digest{}));
  to.push_back(static_cast<std::uint8_t>(leaf->parts_received.size()));
  for (const Digest& part : leaf->parts_received) append(to, ByteView(part));
  append_piece(to, content->bytes);
}

void write_part(Bytes& to, const Part& part) {
  to.push_back(static_cast<std::uint8_t>(Record::part));
  to.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(part.part_class) - 1));
  append_piece(to, view(part.media_type));
  append(to, ByteView(part.salt));
  append_piece(to, part.content);
}

void write_receipt(Bytes& to, const LoggedReceipt& receipt) {
  to.push_back(static_cast<std::uint8_t>(Record::receipt));
  append(to, ByteView(receipt.message));
  append(to, ByteView(receipt.receipt.salt));
  append_piece(to, receipt.receipt.leaf);
  append_piece(to, view(receipt.receipt.proof));
}

}  // namespace

Bytes write_told(EntrySource& source, std::uint8_t key_number) {
  Bytes told;
  const auto header = source.header();
  require(header.has_value(), "a log that is told has a header");
  append_piece(told, view(header->origin));
  told.push_back(key_number);
  std::vector<CaseId> cases;
  for (;;) {
    auto entry = source.next();
    require(entry.has_value(), "a log that is told can be read");
    if (!*entry) break;
    if (const auto leaf = decode<LogEntry>((*entry)->leaf)) source.open(**entry, *leaf);
    write_entry(told, **entry, cases);
  }
  for (const CaseId& case_id : cases) {
    const auto parts = source.parts_of(case_id);
    const auto receipts = source.receipts_of(case_id);
    require(parts && receipts, "a log that is told shows all it holds");
    for (const LoggedPart& part : *parts) {
      if (const auto* content = std::get_if<Part>(&part.content)) write_part(told, *content);
    }
    for (const LoggedReceipt& receipt : *receipts) write_receipt(told, receipt);
  }
  told.push_back(static_cast<std::uint8_t>(Record::end));
  return told;
}

}  // namespace entente::fuzz
