#pragma once
// What was acknowledged by signature alone and is owed to the log: kept in memory and, where the
// disk takes it, in the spool, until it is an entry.
//
// Writer thread only. Rules: protocol/spec/06-audit-log.md, P-06-20 and P-06-68.

#include "batch.h"

namespace entente {

class Promises {
 public:
  explicit Promises(const SequencerParts& parts) : parts_(parts) {}

  // What an earlier life of this process promised and did not write. Fails with store_failed.
  Status read();

  bool has_room() const;
  // Before the words leave.
  void keep(Owed owed);
  // What was signed for this message; null: nothing.
  const Bytes* find_word(const MessageId& message) const;
  // The message promised that is the same act as this one, signed another time; null: none.
  const Verified<Message>* find_act(const Message& message) const;
  const std::vector<Owed>& owed() const { return owed_; }  // oldest first
  // These are not owed any more, and that is durable.
  void settle(const std::set<MessageId>& messages);

 private:
  void add(Owed owed);
  void tell(const std::string& line) const;

  const SequencerParts& parts_;
  std::vector<Owed> owed_;
  std::size_t owed_bytes_ = 0;
  std::map<MessageId, Bytes> words_;
};

}  // namespace entente
