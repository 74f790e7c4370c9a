#pragma once
// Which act a message is, and of which case. An act may be signed more than once: the first
// signing that is admitted counts, and a second one that says the same changes nothing.
//
//     if (is_same_act(first, second) && !says_the_same(first, second)) ...   // act_conflict

#include <entente/protocol/message.h>
#include <entente/protocol/trust.h>

namespace entente {

// By its id, be it to say something else under it.
inline bool is_same_act(const Message& a, const Message& b) {
  return a.author.key == b.author.key && a.act_id == b.act_id && a.case_id == b.case_id;
}

// As acts, whenever they were signed.
inline bool says_the_same(const Message& a, const Message& b) {
  return a.body == b.body && a.parts == b.parts;
}

// The case that the message opens, or names.
inline CaseId case_id_of(const Verified<Message>& message) {
  return message->verb() == Verb::open ? message.id() : message->case_id;
}

}  // namespace entente
