#include <entente/casefile/transitions.h>
#include <entente/core/limits.h>
#include <entente/identity/authority.h>
#include <entente/identity/reader.h>

#include <algorithm>

#include "approval_rules.h"
#include "card_rules.h"
#include "mandate_rules.h"

namespace entente {
namespace {

// Who speaks for the consumer: the principal alone, or an assistant under a mandate.
struct Speaker {
  PublicKey principal;
  const Mandate* mandate = nullptr;  // null: the principal's own key
};

struct Verdict {
  bool lapsed = false;
  bool approved = false;
};

struct KnownCard {
  Digest digest;
  Card card;
};

Status stranger() { return fail(ErrorCode::key_unknown, "not a key of this case"); }

Status check_extensions(const Message& message) {
  const auto critical = std::ranges::find(message.ext, true, &Extension::critical);
  if (critical == message.ext.end()) return {};
  return fail(ErrorCode::extension_unknown, critical->id);
}

bool nests_approval(const Body& body) {
  if (const auto* accept = std::get_if<Accept>(&body)) return !accept->approval.empty();
  if (const auto* offer = std::get_if<Offer>(&body)) return !offer->approval.empty();
  const auto* exercise = std::get_if<Exercise>(&body);
  const auto* invoke = exercise ? std::get_if<Invoke>(&exercise->act) : nullptr;
  return invoke && !invoke->approval.empty();
}

// How sure it is that a person joined, by the key that says so.
std::string_view identification_by(const CardKey& key) {
  if (key.purpose == KeyPurpose::bridge) return "platform_asserted";
  const bool own = key.custody == Custody::device || key.custody == Custody::webauthn;
  return own ? "operator_key" : "idp_attested";
}

bool speaks_for(const CardKey& key, Actor actor) {
  if (actor == Actor::person) {
    return key.purpose == KeyPurpose::operator_ || key.purpose == KeyPurpose::bridge;
  }
  return key.purpose == KeyPurpose::message;
}

// More than the key gives would be a lie, less would hide who spoke.
Status check_joined(const Body& body, const CardKey& key) {
  const auto* handoff = std::get_if<Handoff>(&body);
  const auto* joined = handoff ? std::get_if<Joined>(&handoff->act) : nullptr;
  if (!joined || joined->assurance == identification_by(key)) return {};
  return fail(ErrorCode::key_purpose, "this key gives " + std::string(identification_by(key)));
}

}  // namespace

struct Authority::State {
  std::string brand_did;
  Environment environment;
  std::vector<KnownCard> cards;  // oldest first
  std::map<Digest, Verified<Mandate>> mandates;
  // By mandate and whose it is to be, from this log index on: the mandate may not be known yet, or
  // not any more, and whoever names another's ends nothing.
  std::map<std::pair<Digest, PublicKey>, std::uint64_t> revoked;
  std::map<PublicKey, std::uint64_t> revoked_keys;

  const KnownCard* find_card(const Digest& digest) const {
    const auto found = std::ranges::find(cards, digest, &KnownCard::digest);
    return found == cards.end() ? nullptr : &*found;
  }
  // As any card lists it: they agree about a key, but for its revocation.
  const CardKey* find_key(const PublicKey& key) const {
    for (const KnownCard& known : cards) {
      if (const CardKey* listed = entente::find_key(known.card, key)) return listed;
    }
    return nullptr;
  }
  const Mandate* find_mandate(const Digest& digest) const {
    const auto found = mandates.find(digest);
    return found == mandates.end() ? nullptr : &*found->second;
  }

  Result<Verdict> judge_consumer(const Verified<Message>& message, const Moment& moment) const;
  Result<Verdict> judge_brand(const Message& message, const Moment& moment) const;

  std::optional<PublicKey> find_principal(const Author& author) const;
  Result<Speaker> find_speaker(const Author& author, const Author* opener) const;
  Status check_not_taken_back(const Digest& mandate, const Moment& moment) const;
  Status check_validity(const Digest& mandate, const Moment& moment) const;
  Status check_reach(const Message& message, const Speaker& speaker, const Moment& moment) const;
  Status check_addressing(const Message& message, const Speaker& speaker,
                          const Moment& moment) const;
  Status check_card_named(const Message& message, const Moment& moment) const;
  Result<bool> judge_approval(const Message& message, const Speaker& speaker,
                              const Moment& moment) const;
  bool needs_approval(const Message& act, const Moment& moment) const;

  Status check_version(const Message& message, const Moment& moment) const;
  Status check_brand_author(const Message& message, const Moment& moment) const;
  Status check_bound(const Message& message, const Moment& moment) const;
  Status check_brand_key(const PublicKey& key, std::uint64_t log_index) const;
};

Authority::Authority(std::string brand_did, Environment environment)
    : state_(new State{std::move(brand_did), environment, {}, {}, {}, {}}) {}
Authority::~Authority() = default;
Authority::Authority(Authority&&) noexcept = default;
Authority& Authority::operator=(Authority&&) noexcept = default;

Status Authority::learn(const Verified<Card>& card, std::int64_t now_ms,
                        std::uint64_t on_record_at) {
  State& s = *state_;
  if (s.find_card(card.id())) return {};
  ENTENTE_TRY(check_card(*card, s.brand_did, s.environment));
  if (!s.cards.empty()) {
    ENTENTE_TRY(check_chain(*card, s.cards.back().card, s.cards.back().digest));
  } else if (now_ms >= card->expires_ms) {
    return fail(ErrorCode::card_expired);
  }
  s.cards.push_back({card.id(), *card});
  for (const CardKey& key : card->keys) {
    if (key.revoked_at_index == 0) continue;
    // The card that said it first counts: it is on record, and every later one repeats it.
    s.revoked_keys.try_emplace(key.key, std::max(key.revoked_at_index, on_record_at));
  }
  return {};
}

Status Authority::learn(const Verified<Mandate>& mandate, std::int64_t /*now_ms*/) {
  State& s = *state_;
  ENTENTE_TRY(check_mandate(*mandate, s.brand_did, s.environment));
  s.mandates.emplace(mandate.id(), mandate);
  return {};
}

void Authority::forget_mandate(const Digest& mandate) { state_->mandates.erase(mandate); }

void Authority::revoke(const Digest& mandate, const PublicKey& principal, std::uint64_t log_index) {
  const auto [at, fresh] = state_->revoked.try_emplace({mandate, principal}, log_index);
  if (!fresh) at->second = std::min(at->second, log_index);
}

bool Authority::is_revoked(const Digest& mandate) const {
  const Mandate* known = state_->find_mandate(mandate);
  return known != nullptr && state_->revoked.contains({mandate, known->principal});
}

const Card* Authority::find_card(const Digest& digest) const {
  const KnownCard* known = state_->find_card(digest);
  return known ? &known->card : nullptr;
}

const Card* Authority::newest_card() const {
  return state_->cards.empty() ? nullptr : &state_->cards.back().card;
}

Digest Authority::newest_card_digest() const {
  return state_->cards.empty() ? Digest{} : state_->cards.back().digest;
}

const Mandate* Authority::find_mandate(const Digest& digest) const {
  return state_->find_mandate(digest);
}

const Verified<Mandate>* Authority::find_signed_mandate(const Digest& digest) const {
  const auto found = state_->mandates.find(digest);
  return found == state_->mandates.end() ? nullptr : &found->second;
}

std::optional<PublicKey> Authority::find_principal(const Message& message) const {
  return state_->find_principal(message.author);
}

bool Authority::needs_approval(const Message& act, const Moment& moment) const {
  return state_->needs_approval(act, moment);
}

Status Authority::check_brand_key(const PublicKey& key, KeyPurpose purpose,
                                  std::uint64_t log_index) const {
  ENTENTE_TRY(check_brand_key(key, purpose));
  return state_->check_brand_key(key, log_index);
}

Status Authority::check_brand_key(const PublicKey& key, KeyPurpose purpose) const {
  const CardKey* listed = state_->find_key(key);
  if (!listed) return fail(ErrorCode::key_unknown);
  return listed->purpose == purpose ? Status{} : fail(ErrorCode::key_purpose);
}

std::optional<std::uint64_t> Authority::find_revocation(const PublicKey& key,
                                                        std::string_view log) const {
  for (const KnownCard& known : state_->cards) {
    const std::string& vkey = known.card.log_vkey;
    const CardKey* listed = entente::find_key(known.card, key);
    const bool revokes = listed && listed->revoked_at_index != 0;
    if (revokes && vkey.substr(0, vkey.find('+')) == log) return listed->revoked_at_index;
  }
  return std::nullopt;
}

Result<Authorised<Message>> Authority::authorise(const Verified<Message>& message,
                                                 const Moment& moment) const {
  const bool brand = message->author.party == Party::brand;
  ENTENTE_LET(verdict, brand ? state_->judge_brand(*message, moment)
                             : state_->judge_consumer(message, moment));
  return Authorised<Message>(message, verdict.lapsed, verdict.approved);
}

Status check_read(const Read& read, const ReadFor& asked, std::int64_t now_ms) {
  if (read.environment != asked.environment) return fail(ErrorCode::environment_mismatch);
  if (read.audience != asked.did) return fail(ErrorCode::audience_mismatch);
  if (now_ms >= read.expires_ms) return fail(ErrorCode::too_late);
  if (read.expires_ms - now_ms > read_ms_max) return fail(ErrorCode::clock_skew);
  return {};
}

Status Authority::authorise(const Verified<Read>& read, const Message& opening,
                            std::int64_t now_ms) const {
  const State& s = *state_;
  const Author reader{.party = Party::consumer,
                      .actor = Actor::rules,
                      .key = read->key,
                      .authority = read->authority};
  ENTENTE_LET(speaker, s.find_speaker(reader, &opening.author));
  ENTENTE_TRY(check_read(*read, {.did = s.brand_did, .environment = s.environment}, now_ms));
  if (!speaker.mandate) return {};
  if (is_revoked(read->authority)) return fail(ErrorCode::mandate_revoked);
  if (now_ms >= speaker.mandate->expires_ms) return fail(ErrorCode::mandate_expired);
  return {};
}

// Whoever does not belong to the case hears key_unknown and nothing else: every later code would
// tell a stranger that the case exists.
Result<Verdict> Authority::State::judge_consumer(const Verified<Message>& message,
                                                 const Moment& moment) const {
  const Message& said = *message;
  const bool opens = said.verb() == Verb::open;
  if (!opens && !moment.opening) return std::unexpected(stranger().error());
  ENTENTE_LET(speaker, find_speaker(said.author, opens ? nullptr : &moment.opening->author));
  if (said.environment != environment) return fail(ErrorCode::environment_mismatch);
  if (said.audience.party != brand_did) return fail(ErrorCode::audience_mismatch);
  if (said.verb() == Verb::revoke && speaker.mandate) {
    return fail(ErrorCode::author_forbidden, "a mandate is revoked by its principal");
  }

  const Status reach = check_reach(said, speaker, moment);
  if (is_never_refused(said)) {
    const auto approved = judge_approval(said, speaker, moment);
    return Verdict{.lapsed = !reach, .approved = reach && approved && *approved};
  }
  // A lapsed mandate is told first: whoever held it can do nothing about the rest.
  if (!reach && reach.error().code != ErrorCode::mandate_exceeded) {
    return std::unexpected(reach.error());
  }
  ENTENTE_TRY(check_addressing(said, speaker, moment));
  ENTENTE_TRY(reach);
  ENTENTE_LET(approved, judge_approval(said, speaker, moment));
  return Verdict{.lapsed = false, .approved = approved};
}

std::optional<PublicKey> Authority::State::find_principal(const Author& author) const {
  if (author.party != Party::consumer) return std::nullopt;
  if (author.authority.is_zero()) return author.key;
  const Mandate* mandate = find_mandate(author.authority);
  return mandate ? std::optional(mandate->principal) : std::nullopt;
}

// `opener` is the author of the case's opening message, null for that message itself.
Result<Speaker> Authority::State::find_speaker(const Author& author, const Author* opener) const {
  Speaker speaker{.principal = author.key, .mandate = nullptr};
  if (!author.authority.is_zero()) {
    speaker.mandate = find_mandate(author.authority);
    if (!speaker.mandate && !opener) return fail(ErrorCode::mandate_invalid, "no such mandate");
    if (!speaker.mandate || speaker.mandate->assistant != author.key) {
      return std::unexpected(stranger().error());
    }
    speaker.principal = speaker.mandate->principal;
  }
  if (opener && find_principal(*opener) != speaker.principal) {
    return std::unexpected(stranger().error());
  }
  return speaker;
}

// Whether the mandate, if there is one, carries what is said here and now.
Status Authority::State::check_reach(const Message& message, const Speaker& speaker,
                                     const Moment& moment) const {
  if (!speaker.mandate) return {};
  ENTENTE_TRY(check_validity(message.author.authority, moment));
  const bool of_offer = moment.subject && std::holds_alternative<Offer>(moment.subject->body);
  return check_carries(*speaker.mandate, message, of_offer ? moment.subject : nullptr);
}

Status Authority::State::check_not_taken_back(const Digest& mandate, const Moment& moment) const {
  const auto withdrawn = revoked.find({mandate, find_mandate(mandate)->principal});
  const bool is_over = withdrawn != revoked.end() && moment.log_index >= withdrawn->second;
  return is_over ? fail(ErrorCode::mandate_revoked) : Status{};
}

Status Authority::State::check_validity(const Digest& mandate, const Moment& moment) const {
  ENTENTE_TRY(check_not_taken_back(mandate, moment));
  if (moment.now_ms >= find_mandate(mandate)->expires_ms) return fail(ErrorCode::mandate_expired);
  return {};
}

// What an honest author can get wrong about the brand: these never refuse what nothing refuses.
Status Authority::State::check_addressing(const Message& message, const Speaker& speaker,
                                          const Moment& moment) const {
  ENTENTE_TRY(check_version(message, moment));
  if (speaker.mandate && std::ranges::count(speaker.mandate->versions, message.version) == 0) {
    return fail(ErrorCode::version_unsupported, "not a version of the mandate");
  }
  ENTENTE_TRY(check_card_named(message, moment));
  return check_extensions(message);
}

// Any card of the brand will do, unless it is older than the one an offer was made under.
Status Authority::State::check_card_named(const Message& message, const Moment& moment) const {
  const KnownCard* named = find_card(message.audience.card);
  if (!named) return fail(ErrorCode::card_unknown);
  const bool of_brand = moment.subject && moment.subject->author.party == Party::brand;
  const KnownCard* spoken = of_brand ? find_card(moment.subject->author.authority) : nullptr;
  if (spoken && named->card.number < spoken->card.number) {
    return fail(ErrorCode::card_unknown, "a card older than the offer's");
  }
  const auto& versions = named->card.versions;
  if (std::ranges::count(versions, message.version) > 0) return {};
  return fail(ErrorCode::version_unsupported, "not a version of the card");
}

bool Authority::State::needs_approval(const Message& act, const Moment& moment) const {
  const bool accepts = std::holds_alternative<Accept>(act.body);
  const Message* offered = accepts ? moment.subject : &act;
  const auto* offer = offered ? std::get_if<Offer>(&offered->body) : nullptr;
  if (act.author.authority.is_zero() || (!accepts && !offer)) return false;
  const Mandate* mandate = find_mandate(act.author.authority);
  return !mandate || !offer || entente::needs_approval(*offer, *mandate);
}

// True if the principal itself stands behind the act. An approval that came must hold, even where
// none was needed; one that was needed must have come, but for a propose, which then only invites.
Result<bool> Authority::State::judge_approval(const Message& message, const Speaker& speaker,
                                              const Moment& moment) const {
  const auto* accept = std::get_if<Accept>(&message.body);
  if (accept && (!moment.subject || !std::holds_alternative<Offer>(moment.subject->body))) {
    return fail(ErrorCode::unknown_reference, "no such offer");
  }
  if (nests_approval(message.body)) {
    if (!moment.approval) return fail(ErrorCode::approval_invalid, "not a signed approval");
    const Approvable what{message, moment.subject, speaker.principal, brand_did};
    ENTENTE_TRY(check_approval(*moment.approval, what, moment.now_ms));
    return true;
  }
  if (!speaker.mandate) return true;
  if (accept && needs_approval(message, moment)) return fail(ErrorCode::approval_missing);
  return false;
}

Result<Verdict> Authority::State::judge_brand(const Message& message, const Moment& moment) const {
  if (!moment.opening) return fail(ErrorCode::author_forbidden, "a brand opens no case");
  if (message.environment != environment) return fail(ErrorCode::environment_mismatch);
  ENTENTE_TRY(check_version(message, moment));
  ENTENTE_TRY(check_brand_author(message, moment));
  const auto consumer = find_principal(moment.opening->author);
  if (!consumer || message.audience.party != to_did_key(*consumer) ||
      !message.audience.card.is_zero()) {
    return fail(ErrorCode::audience_mismatch);
  }
  ENTENTE_TRY(check_extensions(message));
  ENTENTE_TRY(check_bound(message, moment));
  return Verdict{};
}

// A case keeps the version it was opened with.
Status Authority::State::check_version(const Message& message, const Moment& moment) const {
  const bool as_opened = !moment.opening || moment.opening->version == message.version;
  if (message.version == protocol_version && as_opened) return {};
  return fail(ErrorCode::version_unsupported);
}

Status Authority::State::check_brand_author(const Message& message, const Moment& moment) const {
  const KnownCard* spoken = find_card(message.author.authority);
  if (!spoken) return fail(ErrorCode::card_unknown);
  const CardKey* key = entente::find_key(spoken->card, message.author.key);
  if (!key) return fail(ErrorCode::key_unknown);
  if (message.author.actor == Actor::unset) return fail(ErrorCode::author_forbidden);
  if (!speaks_for(*key, message.author.actor)) return fail(ErrorCode::key_purpose);
  ENTENTE_TRY(check_joined(message.body, *key));
  ENTENTE_TRY(check_brand_key(message.author.key, moment.log_index));
  if (moment.now_ms >= spoken->card.expires_ms) return fail(ErrorCode::card_expired);
  return {};
}

// Whichever card a message names.
Status Authority::State::check_brand_key(const PublicKey& key, std::uint64_t log_index) const {
  const CardKey* listed = find_key(key);
  if (!listed) return fail(ErrorCode::key_unknown);
  const auto gone = revoked_keys.find(key);
  const bool is_gone = gone != revoked_keys.end() && log_index >= gone->second;
  if (is_gone || log_index < listed->valid_from_index) return fail(ErrorCode::key_revoked);
  return {};
}

// A brand's accept binds the consumer only if the mandate of the offer has not been taken back, in
// whichever case, and if the offer carried the approval it needed. One that it carried was judged
// when it was admitted.
Status Authority::State::check_bound(const Message& message, const Moment& moment) const {
  const bool accepts = std::holds_alternative<Accept>(message.body);
  if (!accepts || !moment.subject) return {};
  const Message& offered = *moment.subject;
  if (offered.author.party != Party::consumer) return {};
  const Digest& mandate = offered.author.authority;
  if (find_mandate(mandate) != nullptr) ENTENTE_TRY(check_not_taken_back(mandate, moment));
  if (nests_approval(offered.body)) return {};
  if (needs_approval(offered, moment)) return fail(ErrorCode::approval_missing);
  return {};
}

bool is_never_refused(const Message& message) {
  switch (message.verb()) {
    case Verb::handoff:
    case Verb::leave:
    case Verb::exercise:
    case Verb::revoke:
      // The brand's own steps of these verbs are no way out for anybody.
      return message.author.party == Party::consumer &&
             voice_of(role_of(message.body), Party::consumer) != Voice::nobody;
    case Verb::open:
      return std::get<Open>(message.body).handoff.has_value();
    default:
      return false;
  }
}

}  // namespace entente
