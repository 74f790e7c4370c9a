#pragma once
// What can go wrong, as one closed list. Each code is spelled the same in C++, in
// protocol/spec/09-errors.md, in the `expect:` line of a conformance vector, on the wire in a
// signed refusal or an effect, and in what the command line prints; a test compares them.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace entente {

// X(code, group, what it means in one sentence). Order is free; the wire carries the spelling.
// Groups: bytes, authority, order, effect, proof, place (disk, network, text), use.
#define ENTENTE_ERROR_CODES(X)                                                                    \
  X(too_large, bytes, "More bytes, items or levels than the named limit allows.")                 \
  X(malformed, bytes, "The bytes are not what their type says.")                                  \
  X(not_canonical, bytes, "The bytes decode, but are not the canonical form of what they say.")   \
  X(unknown_type, bytes, "A payload type, union member or enumerant this version does not know.") \
  X(unset_value, bytes, "A union or enum was left at its unset member.")                          \
  X(invalid_code, bytes, "A code is empty or has characters outside [a-z0-9_.:-]{1,64}.")         \
  X(out_of_range, bytes, "A number lies outside what its field allows.")                          \
  X(invalid_money, bytes, "Not an ISO 4217 code, not its exponent, or a negative amount.")        \
  X(invalid_terms, bytes, "Terms contradict each other or name what is not there.")               \
  X(part_missing, bytes, "A part the message names did not come with it.")                        \
  X(part_mismatch, bytes, "A part's content, salt or type does not give the digest named.")       \
  X(version_unsupported, bytes, "The protocol version is not one the peer offers.")               \
  X(extension_unknown, bytes, "A critical extension is not understood.")                          \
  X(environment_mismatch, authority, "Sandbox and production must not meet.")                     \
  X(signature_invalid, authority, "No valid signature of the key that must have signed.")         \
  X(key_invalid, authority, "Not a point of the prime-order group, or of small order.")           \
  X(key_unknown, authority, "The key stands on no card or mandate known here.")                   \
  X(key_revoked, authority, "The key was revoked, or not yet valid, at this log index.")          \
  X(key_purpose, authority, "The key is not meant for this kind of act.")                         \
  X(card_invalid, authority, "The card, or its chain to the card before it, does not hold.")      \
  X(card_expired, authority, "The card had expired when the message was logged.")                 \
  X(card_unknown, authority, "The card digest named is not one of this brand's.")                 \
  X(mandate_invalid, authority, "The mandate is not signed by the principal for this audience.")  \
  X(mandate_expired, authority, "The mandate had expired.")                                       \
  X(mandate_revoked, authority, "The principal has revoked the mandate.")                         \
  X(mandate_exceeded, authority, "Verb, category or remedy lies outside the mandate.")            \
  X(audience_mismatch, authority, "Addressed to someone else.")                                   \
  X(author_forbidden, authority, "This party or kind of actor may not say this.")                 \
  X(approval_missing, authority, "The act needs the principal's approval and carries none.")      \
  X(approval_invalid, authority, "The approval is not of this act, this text or this key.")       \
  X(approval_expired, authority, "The approval had expired.")                                     \
  X(assurance_too_low, authority, "The customer is not linked well enough for this.")             \
  X(not_found, order, "No such case for this key; strangers hear nothing else.")                  \
  X(unknown_prev, order, "The message named as prev is not one of the case.")                     \
  X(stale_head, order, "The author has not seen the head; what was missed comes with this.")      \
  X(act_conflict, order, "The act id was used before with another body.")                         \
  X(too_late, order, "The message arrived after its admit_by.")                                   \
  X(clock_skew, order, "sent_at is further from the endpoint's clock than allowed.")              \
  X(not_admitted, order, "The message was never admitted, and is final.")                         \
  X(busy, order, "Not now; retry after the time given.")                                          \
  X(unknown_claim, order, "A claim id that the case does not have.")                              \
  X(unknown_reference, order, "An offer, agreement, term or question that is not there.")         \
  X(no_offer, effect, "The offer no longer stands for this author.")                              \
  X(lapsed, effect, "The offer is past valid_until or its lapse_if.")                             \
  X(accepted, effect, "The offer was accepted and cannot be taken back.")                         \
  X(already_answered, effect, "The offer or question was answered before.")                       \
  X(ended_by_agreement, effect, "An agreement on its claim ended the offer.")                     \
  X(ended_by_exercise, effect, "An exercised right on its claim ended the offer.")                \
  X(ended_by_revoke, effect, "The mandate the offer was made under is revoked.")                  \
  X(agreement_stands, effect, "An unperformed agreement stands on the claim; supersede it.")      \
  X(performance_started, effect, "The term's performance has started or is unknown.")             \
  X(right_exercised, effect, "A right was exercised on the claim; no offers against it.")         \
  X(already_exercised, effect, "The right was exercised before; the first date counts.")          \
  X(below_entitlement, effect, "The offer gives less than what is owed by law or contract.")      \
  X(handoff_pending, effect, "A person was asked for; the automated agent must wait.")            \
  X(ticket_live, effect, "A handoff is already live; this is its ticket.")                        \
  X(handoff_forbidden, effect, "The handoff is not in a state that allows this.")                 \
  X(closed, effect, "The case is closed.")                                                        \
  X(left, effect, "The consumer has left the case.")                                              \
  X(duty_open, effect, "A duty of the brand is not performed yet.")                               \
  X(term_open, effect, "A term of an agreement is not performed yet.")                            \
  X(remedy_given, effect, "The claim was made good before; no second remedy.")                    \
  X(exposure_exceeded, effect, "A cap on what the brand gives away is reached.")                  \
  X(checkpoint_invalid, proof, "Not a checkpoint signed by the log's key.")                       \
  X(proof_invalid, proof, "An inclusion or consistency proof does not hold.")                     \
  X(log_forked, proof, "Two checkpoints of one log that cannot both be true.")                    \
  X(log_corrupt, proof, "The stored log does not give the root that was signed.")                 \
  X(receipt_invalid, proof, "A receipt that is missing or does not prove its message.")           \
  X(decision_differs, proof, "The policy on the logged facts gives another answer.")              \
  X(content_withheld, proof, "The content is erased or not disclosed.")                           \
  X(store_failed, place, "The disk or database refused; nothing was acknowledged.")               \
  X(store_corrupt, place, "The database is damaged or not one of ours.")                          \
  X(store_locked, place, "Another process is writing this store.")                                \
  X(file_missing, place, "A file that was named is not there or not readable.")                   \
  X(file_invalid, place, "A file does not have the form it should.")                              \
  X(address_refused, place, "The address is private, special or not https.")                      \
  X(network_failed, place, "The peer could not be reached, or the connection broke.")             \
  X(timed_out, place, "No answer in time.")                                                       \
  X(peer_failed, place, "The peer answered with something that is no answer.")                    \
  X(json_invalid, place, "Not the strict JSON asked for.")                                        \
  X(yaml_invalid, place, "Not the strict YAML asked for.")                                        \
  X(policy_invalid, place, "The policy says something it cannot mean.")                           \
  X(goal_invalid, place, "The goal file says something it cannot mean.")                          \
  X(config_invalid, place, "The configuration says something it cannot mean.")                    \
  X(desk_required, use, "Outside sandbox an endpoint does not start without a desk.")             \
  X(wrong_use, use, "The caller asked for something that makes no sense here.")                   \
  X(internal, use, "A fault of this software.")

enum class ErrorCode : std::uint8_t {
#define ENTENTE_CODE(code, group, meaning) code,
  ENTENTE_ERROR_CODES(ENTENTE_CODE)
#undef ENTENTE_CODE
};

// The stable spelling, e.g. "stale_head".
std::string_view name(ErrorCode code);
std::string_view meaning(ErrorCode code);
// The group in the list above, e.g. "order".
std::string_view group(ErrorCode code);
std::optional<ErrorCode> find_error_code(std::string_view name);
std::span<const ErrorCode> error_codes();

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string detail;  // for a developer; never parsed, never shown to a consumer, no personal data

  friend bool operator==(const Error&, const Error&) = default;
};

// "stale_head: the head is ..."
std::string describe(const Error& error);

}  // namespace entente
