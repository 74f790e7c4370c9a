#include "promises.h"

#include <entente/wire/codec.h>

namespace entente {
namespace {

constexpr std::size_t owed_max = 4'096;
constexpr std::size_t owed_bytes_max = 64 * 1024 * 1024;

std::size_t size_of(const Parcel& parcel) {
  std::size_t bytes = 0;
  for (const Bytes& envelope : parcel.envelopes) bytes += envelope.size();
  for (const Part& part : parcel.parts) bytes += part.content.size();
  for (const Bytes& mandate : parcel.mandates) bytes += mandate.size();
  return bytes;
}

// As it lies in the spool: the messages and the words signed for them in one parcel.
Parcel record_of(const Owed& owed) {
  Parcel parcel = owed.arrived.submission.parcel;
  for (const auto& [message, word] : owed.words) parcel.envelopes.push_back(word);
  return parcel;
}

Result<Owed> owed_of(Parcel parcel) {
  Owed owed;
  std::vector<Bytes> messages;
  for (Bytes& envelope : parcel.envelopes) {
    ENTENTE_LET(type, unverified_payload_type(envelope));
    if (type != payload_type::refusal) {
      messages.push_back(std::move(envelope));
      continue;
    }
    ENTENTE_LET(word, Admission::admit<Refusal>(envelope));
    owed.case_id = word->case_id;
    owed.at_ms = word->at_ms;
    owed.words.emplace(word->message, std::move(envelope));
  }
  parcel.envelopes = std::move(messages);
  owed.arrived = check_signatures({.parcel = std::move(parcel), .done = {}});
  return owed;
}

}  // namespace

void Promises::tell(const std::string& line) const {
  if (parts_.tell) parts_.tell(line);
}

Status Promises::read() {
  ENTENTE_LET(records, parts_.ledger.unlogged());
  for (const Bytes& record : records) {
    auto parcel = decode<Parcel>(record);
    if (!parcel) continue;
    auto owed = owed_of(std::move(*parcel));
    if (!owed) continue;
    add(std::move(*owed));
  }
  return {};
}

bool Promises::has_room() const { return owed_.size() < owed_max && owed_bytes_ < owed_bytes_max; }

// On the disk if it takes them, and in memory whatever it does.
void Promises::keep(Owed owed) {
  Parcel record = record_of(owed);
  Status kept = parts_.ledger.keep_unlogged(encode(record));
  if (!kept && !record.parts.empty()) {
    record.parts.clear();  // bulky, and the consumer has them
    kept = parts_.ledger.keep_unlogged(encode(record));
  }
  if (!kept) {
    tell("what is promised meanwhile is kept in memory only (" + describe(kept.error()) +
         "): do not stop this process before the log has it");
  }
  add(std::move(owed));
}

void Promises::add(Owed owed) {
  owed_bytes_ += size_of(owed.arrived.submission.parcel);
  words_.insert(owed.words.begin(), owed.words.end());
  owed_.push_back(std::move(owed));
}

const Bytes* Promises::find_word(const MessageId& message) const {
  const auto known = words_.find(message);
  return known == words_.end() ? nullptr : &known->second;
}

const Verified<Message>* Promises::find_act(const Message& message) const {
  for (const Owed& owed : owed_) {
    for (const auto& other : owed.arrived.messages) {
      if (is_same_act(**other, message) && words_.contains(other->id())) return &*other;
    }
  }
  return nullptr;
}

void Promises::settle(const std::set<MessageId>& messages) {
  if (messages.empty()) return;
  std::erase_if(owed_, [&](const Owed& owed) {
    const bool is_settled = messages.contains(owed.words.begin()->first);
    if (is_settled) owed_bytes_ -= size_of(owed.arrived.submission.parcel);
    return is_settled;
  });
  for (const MessageId& message : messages) words_.erase(message);
  tell(std::to_string(messages.size()) +
       " acknowledgements that were given by signature alone are entries of the log now");
  // If this fails they are found again at the next start, and found to be entries.
  if (owed_.empty()) [[maybe_unused]]
    const Status forgotten = parts_.ledger.forget_unlogged();
}

}  // namespace entente
