#pragma once
// What of a brand's answer holds. Everything signed in it is held against what the consumer has
// followed so far, before any of it is believed: one log that only grows, receipts under the
// checkpoint that came with them, no act said twice, refusals of what was really asked. Nothing is
// changed here; where two signatures show that the brand lied, both are kept.

#include <entente/identity/authority.h>
#include <entente/journal/ledger.h>
#include <entente/wire/contradiction.h>

#include "followed_case.h"

namespace entente {

// The brand's log as far as this consumer has followed it.
struct BrandLine {
  Checkpoint head;   // newest verified; of size 0 before the first
  std::string note;  // signed
  // The brand's own lines under it: shown back to the brand, they tell it of a second history.
  std::vector<std::string> signatures() const;
};

struct HeardRefusal {
  Verified<Refusal> refusal;
  bool is_breach = false;  // of what nobody may refuse
};

struct CheckedReply {
  std::optional<Checkpoint> view;          // of the brand's log, on the line
  std::map<std::uint64_t, Placed> placed;  // by position
  std::vector<HeardRefusal> refusals;      // of own messages
  bool follows_renamed = false;            // it goes on under another name, with all we know
  bool is_behind = false;                  // proved from an older checkpoint than the line's head
};

class ReplyCheck {
 public:
  struct Known {
    const FollowedCase& followed;
    CaseId case_id;
    const Authority& authority;
    const BrandLine& line;
    std::span<const Vkey> log_keys;  // of all its cards, the newest first
    const Store& store;              // receipts that were believed
    Environment environment;
  };
  explicit ReplyCheck(Known known) : known_(known) {}

  // Fails with checkpoint_invalid, log_forked, proof_invalid, receipt_invalid, act_conflict,
  // signature_invalid, key_unknown, key_purpose, key_revoked, peer_failed (of another case), and
  // what decoding says.
  Result<CheckedReply> check(const Parcel& parcel);
  // What the answer proves against the brand; without cards.
  std::vector<Contradiction> take_contradictions() { return std::move(contradictions_); }

 private:
  Status check_view(const Parcel& parcel, const Vkey& log, CheckedReply& reply);
  Status check_line(const Parcel& parcel, const Checkpoint& view);
  bool follows_older(const Checkpoint& view, const Parcel& parcel) const;
  Result<std::vector<HeardRefusal>> read_refusals(const Parcel& parcel,
                                                  std::span<const Verified<Message>> said);
  const Verified<Message>* find_refused(const MessageId& id,
                                        std::span<const Verified<Message>> said) const;
  Result<std::vector<Verified<Message>>> read_messages(const Parcel& parcel);
  Status check_acts(std::span<const Verified<Message>> said);
  Result<std::map<std::uint64_t, Placed>> place(const Parcel& parcel,
                                                std::span<const Verified<Message>> messages);
  Status check_under(const Placed& item, const Parcel& parcel, const CheckedReply& reply);
  Status check_standing(const Placed& item);
  std::unexpected<Error> forked(Contradiction contradiction, std::string detail);

  Known known_;
  std::vector<Contradiction> contradictions_;
};

}  // namespace entente
