#pragma once
// What a consumer's assistant does next, by rules alone: from the goal and the case, never from
// words that the other side wrote. A model may phrase things; it does not decide these.
//
//     Move move = next_move(goal, casefile, now_ms);
//     if (auto* accept = std::get_if<moves::Accept>(&move.what)) ...
//
// Pure and deterministic.

#include <entente/casefile/case.h>
#include <entente/policy/goal.h>

namespace entente {

namespace moves {
struct Wait {};  // the brand's turn, or nothing to do
struct Accept {
  MessageId offer;
  bool needs_approval = true;  // of the principal, over the rendered offer
};
struct Counter {
  Speech speech;
};
struct Decline {
  MessageId offer;
  std::string reason;
};
struct AskPrincipal {
  MessageId offer;  // zero: a question of the brand
  std::uint16_t question = 0;
};
struct AskHuman {
  std::string reason;
};
struct Answer {  // questions of the brand that the goal answers
  Speech speech;
};
struct ProveLink {
  std::string method;
  std::string challenge;
  std::string known_proof;  // from the goal; empty: the principal has it
};
struct Confirm {
  MessageId source;
  std::vector<std::uint16_t> terms;
};
// Something the consumer owes: a term of its own, or the condition of one of the brand's.
struct Fulfil {
  MessageId source;
  std::uint16_t term = 0;
  bool of_condition = false;  // of that term of the brand's
  bool operator==(const Fulfil&) const = default;
};
struct CloseFinal {
  MessageId of;
  std::vector<Confirm> confirms;
};
struct Approve {
  MessageId right;  // that waits for the principal's approval
};
struct Leave {
  std::string reason;
};
}  // namespace moves

struct Move {
  std::variant<moves::Wait, moves::Accept, moves::Counter, moves::Decline, moves::AskPrincipal,
               moves::AskHuman, moves::Answer, moves::ProveLink, moves::Confirm, moves::Fulfil,
               moves::CloseFinal, moves::Approve, moves::Leave>
      what;
  std::string why;  // a short code: exact_match, pays_above_limit, rounds_exceeded ...
};
// "wait", "accept" ...
std::string_view name(const Move& move);

// What the principal has told the assistant meanwhile.
struct Instructions {
  std::vector<MessageId> take;      // offers to accept
  std::vector<MessageId> refuse;    // offers to decline
  std::vector<moves::Fulfil> done;  // duties of the consumer that were reported
  bool wants_person = false;
};

// The opening has been sent: the case is open.
Move next_move(const Goal& goal, const Case& casefile, std::int64_t now_ms,
               const Instructions& instructions = {});

}  // namespace entente
