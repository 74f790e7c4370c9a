#pragma once
// Who may say what, here and now. An Authority knows the cards and mandates one party has learned,
// in log order, and is the only maker of Authorised<T>.
//
//     authority.learn(card, now_ms, log_index);  authority.learn(mandate, now_ms);
//     ENTENTE_LET(authorised, authority.authorise(message, {.now_ms = now, .log_index = size}));
//
// Pure: time and log position are given. Rules: protocol/spec/03-identity.md.

#include <entente/protocol/card.h>
#include <entente/protocol/mandate.h>
#include <entente/protocol/message.h>
#include <entente/protocol/trust.h>

#include <map>
#include <memory>

namespace entente {

// What the journal knows at the moment a message is judged.
struct Moment {
  std::int64_t now_ms = 0;
  std::uint64_t log_index = 0;  // the index the entry will get
  // The message that an accept, an exercise or a propose refers to, where its text must be rendered
  // for an approval or its remedies compared with the mandate; null if there is none.
  const Message* subject = nullptr;
  // The envelope nested in the act, admitted; null if it nests none or a broken one. One that came
  // must hold, even where none was needed.
  const Verified<Approval>* approval = nullptr;
  // The case's opening message: who the consumer is. Null only for `open` itself.
  const Message* opening = nullptr;
};

class Authority {
 public:
  // `brand_did` and `environment` of the deployment, whichever side we are on.
  Authority(std::string brand_did, Environment environment);
  ~Authority();
  Authority(Authority&&) noexcept;
  Authority& operator=(Authority&&) noexcept;

  // The first card is trusted as given (pinned, or by TLS at first contact) unless it has expired;
  // each later one must chain, even if it has, for the next one stands on it: number, prev_card,
  // root or the announced next one, no key left out before it was revoked. A card known already is
  // fine. `on_record_at`: where it stands in the brand's log or, for whoever cannot know that, how
  // many entries of it were known when it came: what it revokes is revoked from there at the
  // earliest, so that nothing that was believed before stops to be.
  // Fails with card_invalid, card_expired, environment_mismatch, key_invalid.
  Status learn(const Verified<Card>& card, std::int64_t now_ms, std::uint64_t on_record_at = 0);
  // One that has expired is learned like any other, so that a handoff under it can be acknowledged;
  // authorise() judges the time. Fails with mandate_invalid, audience_mismatch,
  // environment_mismatch, key_invalid.
  Status learn(const Verified<Mandate>& mandate, std::int64_t now_ms);
  // Nothing more is said under it; that it was revoked stays known.
  void forget_mandate(const Digest& mandate);
  // From the log index of this principal's `revoke` on; the lowest index counts. It ends the
  // mandate if that is this principal's, whether the mandate is known here by then or not.
  void revoke(const Digest& mandate, const PublicKey& principal, std::uint64_t log_index);
  // Of a mandate that is known, by its principal.
  bool is_revoked(const Digest& mandate) const;

  const Card* find_card(const Digest& digest) const;
  const Card* newest_card() const;
  Digest newest_card_digest() const;
  const Mandate* find_mandate(const Digest& digest) const;
  // With its signature, to be logged.
  const Verified<Mandate>* find_signed_mandate(const Digest& digest) const;
  // The principal behind a consumer's message: its mandate's, or the author itself.
  std::optional<PublicKey> find_principal(const Message& message) const;

  // Of an accept, a propose: whether the mandate asks for an approval of it. Asked by an assistant
  // before it speaks. Always false for what the principal signs itself.
  bool needs_approval(const Message& act, const Moment& moment) const;

  // A key of the brand, valid for `purpose` at this log index. Fails with key_unknown,
  // key_revoked, key_purpose.
  Status check_brand_key(const PublicKey& key, KeyPurpose purpose, std::uint64_t log_index) const;
  // The same where nothing shows when it signed: a key of any card will do.
  Status check_brand_key(const PublicKey& key, KeyPurpose purpose) const;
  // From which entry of its log the brand says it has revoked the key, by a card that names that
  // log as its own. What a receipt proves at or behind it, the brand disowns.
  std::optional<std::uint64_t> find_revocation(const PublicKey& key, std::string_view log) const;

  // Fails with environment_mismatch, version_unsupported, audience_mismatch, card_unknown,
  // card_expired, key_unknown, key_revoked, key_purpose, author_forbidden, mandate_invalid,
  // mandate_expired, mandate_revoked, mandate_exceeded, approval_missing, approval_invalid,
  // approval_expired, extension_unknown, unknown_reference (an accept without its offer).
  // key_unknown: the signer does not belong to the case, and is told nothing else.
  // A consumer's handoff, leave, exercise or revoke, or an open that asks for a person, whose
  // signer belongs to the case, fails only if it is meant for another brand or environment, or is a
  // revoke that an assistant says; where the mandate does not carry it, it comes back lapsed().
  // What the principal signs itself is approved().
  Result<Authorised<Message>> authorise(const Verified<Message>& message,
                                        const Moment& moment) const;
  // A consumer's signed read of its case; method and path are compared by the caller. Fails with
  // key_unknown, environment_mismatch, audience_mismatch, too_late, clock_skew (signed too far
  // ahead), mandate_revoked, mandate_expired.
  Status authorise(const Verified<Read>& read, const Message& opening, std::int64_t now_ms) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A consumer's message that nothing about time, quota or mandate refuses: a step of its own of the
// four verbs that keep a way out open, or an `open` that asks for a person.
bool is_never_refused(const Message& message);

}  // namespace entente
