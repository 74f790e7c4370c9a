#pragma once
// The rules a replay checks, each with a stable id and one line of meaning. Printed into
// protocol/spec/07-replay.md; a test compares them.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace entente {

// X(enumerator, id, meaning)
#define ENTENTE_REPLAY_RULES(X)                                                                  \
  X(log_readable, "log.readable", "Every stored entry, node, part and receipt can be read.")     \
  X(log_leaf, "log.leaf", "Every leaf is the canonical form of a log entry.")                    \
  X(log_root, "log.root", "The leaves give the root that the checkpoint names.")                 \
  X(log_signed, "log.signed", "The checkpoint is signed by the key of the log.")                 \
  X(log_key, "log.key", "The key of the log came from the auditor, not from the log itself.")    \
  X(log_witnessed, "log.witnessed", "As many witnesses cosigned as the auditor's policy wants.") \
  X(log_timestamped, "log.timestamped",                                                          \
    "Each time stamp is by an authority of the auditor's, and no entry it dates is newer.")      \
  X(log_nodes, "log.nodes", "Stored hashes and tiles are those that the leaves give.")           \
  X(log_last_signed, "log.last_signed", "The checkpoint is the one that was last signed.")       \
  X(log_index, "log.index", "What the store files by case agrees with the entries.")             \
  X(log_fork, "log.fork", "No two checkpoints of the log contradict each other.")                \
  X(log_time, "log.time", "Time in the log does not go backwards.")                              \
  X(log_chain, "log.chain", "Each entry of a case names the entry of the case before it.")       \
  X(log_position, "log.position", "The messages of a case stand at 0, 1, 2 and so on.")          \
  X(log_commitment, "log.commitment", "What is shown of an entry opens its commitment.")         \
  X(log_withheld, "log.withheld", "Content is withheld where it was erased, and only there.")    \
  X(log_part, "log.part", "Every part kept is one that a message of its case names.")            \
  X(log_record, "log.record", "Every record behind an entry is what its kind says.")             \
  X(log_receipt, "log.receipt", "Receipts kept prove the messages they are kept for.")           \
  X(log_backfilled, "log.backfilled",                                                            \
    "What was acknowledged while the log could not be written has its entry.")                   \
  X(message_authentic, "message.authentic", "Every message is signed by the key it names.")      \
  X(message_authority, "message.authority", "Its author was entitled to say it then.")           \
  X(message_act, "message.act", "No act id stands for two different acts.")                      \
  X(card_root, "card.root", "The root of the cards came from the auditor, not from the log.")    \
  X(card_chain, "card.chain", "Every card is signed and follows from the card before it.")       \
  X(mandate_valid, "mandate.valid", "Every mandate is signed by its principal and in force.")    \
  X(case_admitted, "case.admitted", "The lifecycle admits every message that was admitted.")     \
  X(case_effect, "case.effect", "The effect on record is the one the rules give.")               \
  X(refusal_justified, "refusal.justified", "What was refused could not have been admitted.")    \
  X(agreement_spoken, "agreement.spoken", "Every agreement rests on a signed accept.")           \
  X(decision_answer, "decision.answer", "The message a decision names is in its case.")          \
  X(decision_replayed, "decision.replayed", "The policy on the logged facts decides the same.")  \
  X(decision_guarded, "decision.guarded", "What no rule decided stays within the policy.")       \
  X(freeze_respected, "freeze.respected",                                                        \
    "Stopped, the agent promises nothing and hands over what waits.")                            \
  X(offer_floor, "offer.floor", "No offer gives less than law or contract owes.")                \
  X(perform_bound, "perform.bound", "Every intent to perform follows the act that owes it.")     \
  X(perform_once, "perform.once", "No term is carried out twice.")                               \
  X(perform_intent, "perform.intent", "The intent is on record before anything is done.")        \
  X(perform_in_time, "perform.in_time", "What a party owes is done before it is due.")           \
  X(handoff_acknowledged, "handoff.acknowledged",                                                \
    "Every request for a person is acknowledged at once.")                                       \
  X(handoff_respected, "handoff.respected",                                                      \
    "Nothing forbidden is said while a person is awaited.")                                      \
  X(right_acknowledged, "right.acknowledged", "Every exercised right is acknowledged at once.")  \
  X(close_complete, "close.complete", "No case is closed over what the brand still owes.")       \
  X(both_messages, "both.messages", "Both logs have the same messages at the same positions.")   \
  X(both_receipts, "both.receipts", "What a receipt proves is in the log that gave it.")         \
  X(both_checkpoints, "both.checkpoints", "Checkpoints one party saw are on the other's tree.")  \
  X(both_parts, "both.parts", "Parts that one party says it received, the other has sent.")      \
  X(custody_files, "custody.files", "Every file is as it was when it was taken into custody.")   \
  X(custody_record, "custody.record", "No line of the record of custody was changed or removed.")

enum class Rule : std::uint8_t {
#define ENTENTE_RULE(rule, id, meaning) rule,
  ENTENTE_REPLAY_RULES(ENTENTE_RULE)
#undef ENTENTE_RULE
};
inline constexpr std::size_t rule_count = static_cast<std::size_t>(Rule::custody_record) + 1;

// "decision.replayed".
std::string_view name(Rule rule);
std::string_view meaning(Rule rule);
std::span<const Rule> replay_rules();
std::optional<Rule> find_rule(std::string_view wanted);

}  // namespace entente
