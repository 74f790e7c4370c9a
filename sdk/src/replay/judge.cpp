#include <entente/replay/judge.h>

#include <entente/audit/proof.h>
#include <entente/identity/authority.h>
#include <entente/protocol/act.h>
#include <entente/wire/admission.h>
#include <entente/wire/codec.h>
#include <entente/wire/part.h>

#include <algorithm>

#include "refusals.h"

namespace entente {
namespace {

std::unexpected<Error> unproved(std::string why) {
  return fail(ErrorCode::proof_invalid, std::move(why));
}

// A message with the place in the brand's log that its receipt proves.
struct Proved {
  Verified<Message> message;
  LogEntry leaf;
  std::uint64_t index = 0;
  std::string log;  // its origin
};

class Judge {
 public:
  Judge(const Contradiction& contradiction, std::span<const TrustedKey> known_logs)
      : given_(contradiction), known_logs_(known_logs) {}

  Result<Finding> run() {
    ENTENTE_TRY(learn_cards());
    switch (given_.kind) {
      case Contradiction::Kind::checkpoints:
        return judge_checkpoints();
      case Contradiction::Kind::receipts:
        return judge_receipts();
      case Contradiction::Kind::acts:
        return judge_acts();
      case Contradiction::Kind::refusal:
        return judge_refusal();
      case Contradiction::Kind::revocation:
        return judge_revocation();
      case Contradiction::Kind::unset:
        break;
    }
    return unproved("it says of nothing what it proves");
  }

 private:
  Status learn_cards();
  Result<Checkpoint> checkpoint(std::size_t at) const;
  Result<Finding> judge_checkpoints() const;
  Result<Finding> judge_receipts();
  Result<Finding> judge_acts();
  Result<Finding> judge_refusal();
  Result<Finding> judge_revocation();
  Result<Proved> prove(std::size_t at) const;
  Status check_author(const Message& message) const;
  Status check_refused(const Verified<Message>& message) const;
  Finding finding(Rule rule, std::string sentence) const;

  const Contradiction& given_;
  std::span<const TrustedKey> known_logs_;
  std::optional<Authority> authority_;
  std::vector<Vkey> logs_;             // as all cards name them, the newest first
  std::optional<std::int64_t> at_ms_;  // when the later of both was said, where the file shows it
};

Status Judge::learn_cards() {
  for (const Bytes& envelope : given_.cards) {
    ENTENTE_LET(card, Admission::admit<Card>(envelope));
    if (!authority_) authority_.emplace(card->did(), card->environment);
    ENTENTE_TRY(authority_->learn(card, card->issued_ms));
    ENTENTE_LET(log, Vkey::decode(card->log_vkey));
    logs_.insert(logs_.begin(), log);
  }
  if (!authority_) return unproved("no card says whose keys these are");
  return {};
}

Finding Judge::finding(Rule rule, std::string sentence) const {
  const bool known = std::ranges::any_of(known_logs_, [&](const TrustedKey& each) {
    return std::ranges::find(logs_, each.key) != logs_.end() &&
           (!at_ms_ || each.window.covers(*at_ms_));
  });
  return {.rule = rule,
          .judgement = Judgement::broken,
          .at_fault = Party::brand,
          .log = Party::unset,
          .entries = {},
          .case_id = {},
          .grade = known ? Grade::receipted : Grade::asserted,
          .sentence = authority_->newest_card()->did() + " " + std::move(sentence)};
}

Result<Checkpoint> Judge::checkpoint(std::size_t at) const {
  Result<Checkpoint> verified = unproved("no card names a log");
  for (std::size_t i = 0; i < logs_.size() && !verified; ++i) {
    verified = verify_checkpoint(given_.checkpoints[at], logs_[i]);
  }
  return verified;
}

Result<Finding> Judge::judge_checkpoints() const {
  if (given_.checkpoints.size() != 2) return unproved("not two checkpoints");
  ENTENTE_LET(one, checkpoint(0));
  ENTENTE_LET(other, checkpoint(1));
  const Checkpoint both[] = {one, other};
  if (compare(both)) return unproved("both checkpoints can be true");
  return finding(Rule::log_fork, "signed two histories of " + std::to_string(one.size) +
                                     " entries of " + one.origin);
}

Result<Proved> Judge::prove(std::size_t at) const {
  const Receipt& receipt = given_.receipts[at];
  ENTENTE_LET(proof, decode_proof(receipt.proof));
  Result<Checkpoint> under = unproved("no card names a log");
  for (std::size_t i = 0; i < logs_.size() && !under; ++i) {
    under = verify_proof_of_leaf(proof, receipt.leaf, logs_[i]);
  }
  if (!under) return std::unexpected(under.error());
  ENTENTE_LET(leaf, decode<LogEntry>(receipt.leaf));
  ENTENTE_LET(message, Admission::admit<Message>(given_.envelopes[at]));
  if (leaf.kind != EntryKind::message ||
      commitment(receipt.salt, message.envelope()) != leaf.commit) {
    return unproved("a receipt of another message");
  }
  return Proved{message, leaf, proof.index, under->origin};
}

Result<Finding> Judge::judge_receipts() {
  if (given_.receipts.size() != 2 || given_.envelopes.size() != 2) {
    return unproved("not two receipts and their messages");
  }
  ENTENTE_LET(one, prove(0));
  ENTENTE_LET(other, prove(1));
  if (case_id_of(one.message) != case_id_of(other.message))
    return unproved("receipts of two cases");
  const bool same_entry = one.index == other.index && one.leaf == other.leaf;
  const bool same_place = one.leaf.position == other.leaf.position;
  const bool same_message = one.message.id() == other.message.id();
  if (same_entry || (!same_place && !same_message)) return unproved("both receipts can be true");
  const std::string at = std::to_string(one.leaf.position);
  at_ms_ = std::max(one.leaf.time_ms, other.leaf.time_ms);
  Finding found = finding(
      Rule::log_fork, !same_message ? "gave receipts for two messages at position " + at
                      : !same_place ? "gave receipts for one message at position " + at +
                                          " and at position " + std::to_string(other.leaf.position)
                                    : "gave two receipts for the message at position " + at +
                                          ", which do not say the same");
  found.case_id = case_id_of(one.message);
  return found;
}

Status Judge::check_author(const Message& message) const {
  if (message.author.party != Party::brand) return unproved("not said by the brand");
  return authority_->check_brand_key(message.author.key, KeyPurpose::message);
}

Result<Finding> Judge::judge_acts() {
  if (given_.envelopes.size() != 2) return unproved("not two messages");
  ENTENTE_LET(one, Admission::admit<Message>(given_.envelopes[0]));
  ENTENTE_LET(other, Admission::admit<Message>(given_.envelopes[1]));
  ENTENTE_TRY(check_author(*one));
  ENTENTE_TRY(check_author(*other));
  const bool contradicts = is_same_act(*one, *other) && !says_the_same(*one, *other);
  if (!contradicts) return unproved("two acts, or one said twice");
  at_ms_ = std::max(one->sent_at_ms, other->sent_at_ms);
  Finding found = finding(Rule::message_act, "said two different things as one act");
  found.case_id = one->case_id;
  return found;
}

// The refused act was the brand's to take: of this environment, addressed to it, and said by the
// principal or under the principal's mandate.
Status Judge::check_refused(const Verified<Message>& message) const {
  const std::string did = authority_->newest_card()->did();
  const bool addressed = message->audience.party == did &&
                         message->environment == authority_->newest_card()->environment;
  if (!addressed || !is_never_refused(*message)) return unproved("what was refused may be refused");
  if (message->author.authority.is_zero()) return {};
  for (const Bytes& envelope : given_.mandates) {
    ENTENTE_LET(mandate, Admission::admit<Mandate>(envelope));
    const bool covers = mandate.id() == message->author.authority &&
                        mandate->assistant == message->author.key && mandate->audience == did;
    if (covers) return {};
  }
  return unproved("the mandate that the act names is not here");
}

Result<Finding> Judge::judge_refusal() {
  if (given_.envelopes.size() != 2) return unproved("not an act and its refusal");
  ENTENTE_LET(message, Admission::admit<Message>(given_.envelopes[0]));
  ENTENTE_LET(refusal, Admission::admit<Refusal>(given_.envelopes[1]));
  ENTENTE_TRY(authority_->check_brand_key(refusal.signer(), KeyPurpose::message));
  if (refusal->message != message.id()) return unproved("a refusal of another message");
  ENTENTE_TRY(check_refused(message));
  if (!is_never_right(*refusal, *message)) {
    return unproved("whether " + refusal->code + " was right, only the whole case shows");
  }
  at_ms_ = refusal->at_ms;
  Finding found =
      finding(Rule::refusal_justified, "refused " + std::string(name(message->verb())) + " (" +
                                           refusal->code + "), which nothing refuses");
  found.case_id = case_id_of(message);
  return found;
}

// Whether the card was dated back or the brand let a revoked key speak: its log and its root
// contradict each other.
Result<Finding> Judge::judge_revocation() {
  if (given_.receipts.size() != 1 || given_.envelopes.size() != 1) {
    return unproved("not a receipt and its message");
  }
  ENTENTE_LET(said, prove(0));
  if (said.message->author.party != Party::brand) return unproved("not said by the brand");
  const auto from = authority_->find_revocation(said.message->author.key, said.log);
  if (!from || said.index < *from) return unproved("no card revokes the key from before it spoke");
  at_ms_ = said.leaf.time_ms;
  Finding found = finding(Rule::card_chain, "revoked from entry " + std::to_string(*from) +
                                                " on the key that its log has speak at entry " +
                                                std::to_string(said.index));
  found.case_id = case_id_of(said.message);
  return found;
}

}  // namespace

Result<Finding> judge(const Contradiction& contradiction, std::span<const TrustedKey> known_logs) {
  auto found = Judge(contradiction, known_logs).run();
  if (found || found.error().code == ErrorCode::proof_invalid) return found;
  return unproved(describe(found.error()));
}

}  // namespace entente
