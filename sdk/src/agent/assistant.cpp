#include <entente/agent/inbox.h>
#include <entente/crypto/hash.h>
#include <entente/journal/content.h>
#include <entente/protocol/render.h>
#include <entente/replay/judge.h>
#include <entente/store/durable.h>
#include <entente/wire/admission.h>

#include <algorithm>

#include "assistant_state.h"
#include "auditor_source.h"
#include "card_chain.h"

namespace entente {
namespace {

constexpr std::int64_t approval_valid_ms = 10 * 60'000;

// What an answer under a card that is not known yet looks like.
bool may_be_of_newer_card(ErrorCode code) {
  return code == ErrorCode::card_unknown || code == ErrorCode::key_unknown ||
         code == ErrorCode::checkpoint_invalid || code == ErrorCode::card_invalid;
}

// A payload signed by somebody whose key we do not hold.
template <class T, class Sign>
Result<Bytes> seal_with(const T& value, const PublicKey& key, const Sign& sign_bytes) {
  const Bytes payload = encode(value);
  const auto type = payload_type_of<T>();
  const std::optional<Signature> signature = sign_bytes(pre_authentication_encoding(type, payload));
  if (!signature) return fail(ErrorCode::approval_missing, "the principal did not sign");
  return encode(Envelope{.payload_type = std::string(type),
                         .payload = payload,
                         .keyid = Bytes(key.bytes.begin(), key.bytes.end()),
                         .signature = Bytes(signature->begin(), signature->end())});
}

}  // namespace

std::optional<std::string> Principal::link_proof(std::string_view) { return std::nullopt; }
bool Principal::has_happened(std::string_view) { return false; }

namespace {

// The principal's key, which lives behind an interface of its own.
class PrincipalSigner final : public Signer {
 public:
  explicit PrincipalSigner(Principal& principal) : principal_(principal) {}
  const PublicKey& public_key() const override { return principal_.public_key(); }
  Result<Signature> sign(ByteView message) const override {
    return principal_.sign_mandate(message);
  }

 private:
  Principal& principal_;
};

}  // namespace

Result<bool> Assistant::State::was_taken_back(const Digest& mandate) const {
  ENTENTE_LET(rows, ledger->store().revoked());
  return std::ranges::find(rows, mandate, &RevokedRow::mandate) != rows.end();
}

// Those that own messages name, each with a case it was used in.
std::map<Digest, CaseId> Assistant::State::mandates_in_use() const {
  std::map<Digest, CaseId> found;
  for (const CaseId& case_id : follower->cases()) {
    for (const Authorised<Message>& message : follower->find_case(case_id)->messages()) {
      const Author& author = message->author;
      if (author.party != Party::consumer || author.authority.is_zero()) continue;
      found.emplace(author.authority, case_id);
    }
  }
  return found;
}

// The newest mandate of this key that still holds for a while.
Result<Bytes> Assistant::State::stored_mandate() const {
  ENTENTE_LET(documents, ledger->entries_of(no_case));
  for (auto index = documents.rbegin(); index != documents.rend(); ++index) {
    ENTENTE_LET(entry, ledger->read(*index));
    if (entry.leaf.kind != EntryKind::mandate) continue;
    ENTENTE_LET(mandate, Admission::admit<Mandate>(entry.content));
    const bool ours = mandate->assistant == options.key->public_key();
    const std::int64_t now_ms =
        options.clock != nullptr ? options.clock->now_ms() : SystemClock().now_ms();
    const Mandate wanted = options.goal->mandate(now_ms);
    ENTENTE_LET(taken_back, was_taken_back(mandate.id()));
    if (ours && !taken_back && mandate->expires_ms > now_ms + approval_valid_ms &&
        mandate->verbs == wanted.verbs && mandate->categories == wanted.categories &&
        mandate->remedies == wanted.remedies &&
        mandate->approval_exempt == wanted.approval_exempt) {
      return entry.content;
    }
  }
  return Bytes{};
}

Result<Bytes> Assistant::State::make_mandate(const std::string& brand_did) {
  Mandate mandate = options.goal->mandate(clock().now_ms());
  mandate.principal = options.principal->public_key();
  mandate.assistant = options.key->public_key();
  mandate.audience = brand_did;
  mandate.environment = options.environment;
  entropy().fill(mandate.nonce);
  return seal_with(mandate, mandate.principal, [&](ByteView to_sign) -> std::optional<Signature> {
    auto signature = options.principal->sign_mandate(to_sign);
    return signature ? std::optional(*signature) : std::nullopt;
  });
}

Result<Bytes> Assistant::State::find_or_make_mandate() {
  if (!options.mandate.empty()) {
    ENTENTE_LET(given, Admission::admit<Mandate>(options.mandate));
    ENTENTE_LET(taken_back, was_taken_back(given.id()));
    if (taken_back) return fail(ErrorCode::mandate_revoked, "the mandate was taken back");
    return options.mandate;
  }
  ENTENTE_LET(stored, stored_mandate());
  if (!stored.empty()) return stored;
  return make_mandate(options.goal->brand());
}

Result<Bytes> Assistant::State::approval_of(Approval approval, std::string_view text) {
  approval.audience = follower->card()->did();
  approval.environment = options.environment;
  approval.mandate = follower->mandate();
  approval.text_digest = sha256(view(text));
  approval.language = options.goal->language();
  approval.expires_ms = clock().now_ms() + approval_valid_ms;
  entropy().fill(approval.nonce);
  return seal_with(approval, options.principal->public_key(),
                   [&](ByteView to_sign) { return options.principal->approve(text, to_sign); });
}

Result<Bytes> Assistant::State::approval_of_offer(const CaseId& case_id, const MessageId& offer) {
  const Case& casefile = *follower->find_case(case_id);
  const Authorised<Message>* message = casefile.find_message(offer);
  if (message == nullptr) return fail(ErrorCode::no_offer, "no such offer in this case");
  const std::string text =
      render_offer(**message, follower->card()->did(), options.goal->language());
  return approval_of({.offer = offer}, text);
}

Result<Bytes> Assistant::State::approval_of_exercise(const Message& exercise) {
  return approval_of({.case_id = exercise.case_id, .act_id = exercise.act_id},
                     render_exercise(exercise, options.goal->language()));
}

void Assistant::State::tell(const CaseId& case_id, std::uint64_t from) const {
  if (!options.on_message) return;
  const auto& messages = follower->find_case(case_id)->messages();
  for (std::uint64_t position = from; position < messages.size(); ++position) {
    options.on_message(*messages[position]);
  }
}

// A file for each contradiction, if what is in it proves the same to a stranger.
Status Assistant::State::keep_evidence() {
  const auto& found = follower->contradictions();
  for (; contradictions_kept < found.size(); ++contradictions_kept) {
    const Contradiction& each = found[contradictions_kept];
    const auto finding = judge(each, {});
    if (!finding) continue;
    const std::string text = to_json(each);
    const auto file = options.directory / (std::string(name(each.kind)) + "-" +
                                           short_hex(sha256(view(text))) + ".equivocation.json");
    evidence.push_back(file);
    std::error_code error;
    if (std::filesystem::exists(file, error)) continue;
    ENTENTE_TRY(write_new_file(file, view(text)));
  }
  return {};
}

Status Assistant::State::hear_refusals(const News& news) {
  for (const Refusal& refusal : news.refusals) {
    const auto code = find_error_code(refusal.code).value_or(ErrorCode::peer_failed);
    if (news.never_refused.contains(refusal.message)) {
      brand_at_fault = true;
      return fail(code, "the brand refused what nobody may refuse; its signature is kept");
    }
    if (code == ErrorCode::busy) {
      retry_after_ms = refusal.retry_after_ms;
      return fail(code, refusal.unlogged
                            ? "the brand has no entry for this yet; it signed that its "
                              "time counts, and owes the entry"
                            : "the brand asks to come back later");
    }
    // What was missed came with the refusal: the rules look again.
    if (code == ErrorCode::stale_head) continue;
    was_refused = true;
    return fail(code, "the brand refused a message");
  }
  return {};
}

Status Assistant::State::hear(const CaseId& case_id, const Parcel& parcel) {
  const std::uint64_t known = follower->find_case(case_id)->next_position();
  const std::size_t kept = evidence.size();
  auto news = follower->receive(case_id, parcel);
  if (!news && may_be_of_newer_card(news.error().code)) {
    const auto found = found_newer_card();
    if (!found) news = std::unexpected(found.error());
    if (found && *found) news = follower->receive(case_id, parcel);
  }
  ENTENTE_TRY(keep_evidence());
  if (!news) {
    // What the disk says is ours; the rest is what the brand sent.
    brand_at_fault =
        group(news.error().code) != "place" || news.error().code == ErrorCode::peer_failed;
    Error error = news.error();
    if (evidence.size() > kept) error.detail += "; both are kept in " + evidence.back().string();
    return std::unexpected(error);
  }
  is_behind = news->is_behind;
  lost_from = news->lost_from;
  tell(case_id, known);
  return hear_refusals(*news);
}

Status Assistant::State::exchange(const CaseId& case_id, const Parcel& parcel, bool opens) {
  const bool knew = follower->may_be_lost(case_id);
  const auto reply =
      options.brand->post(parcel, opens ? std::nullopt : std::optional(case_id), hold_ms);
  const Status heard = reply ? hear(case_id, *reply) : Status(std::unexpected(reply.error()));
  if (heard || brand_at_fault || knew) return heard;
  const bool is_unknown = heard.error().code == ErrorCode::not_found;
  if (is_unknown ? !may_have_lost(case_id) : !follower->may_be_lost(case_id)) return heard;
  // By this very answer: the brand is shown what it lost, and then takes what it put off.
  ENTENTE_TRY(settle(case_id));
  if (!is_unknown && heard.error().code != ErrorCode::busy) return heard;
  ENTENTE_LET(unsent, follower->unsent(case_id));
  if (unsent.envelopes.empty()) return {};
  ENTENTE_LET(again, options.brand->post(unsent, case_id, hold_ms));
  ENTENTE_TRY(hear(case_id, again));
  return is_behind ? poll(case_id, 0) : Status();
}

// Of a case that it has signed for and does not know: its log may have another name by now.
bool Assistant::State::may_have_lost(const CaseId& case_id) {
  if (follower->may_be_lost(case_id)) return true;
  [[maybe_unused]] const auto found = found_newer_card();
  return follower->may_be_lost(case_id);
}

Status Assistant::State::read(const CaseId& case_id, std::int64_t wait_ms) {
  lost_from.reset();
  auto reply = options.brand->get(case_id, follower->find_case(case_id)->next_position(), wait_ms,
                                  [&](std::string_view path) { return follower->sign_read(path); });
  if (!reply && reply.error().code == ErrorCode::not_found && may_have_lost(case_id)) {
    lost_from = 0;  // the whole case
    return {};
  }
  if (!reply) return std::unexpected(reply.error());
  return hear(case_id, *reply);
}

// A parcel at a time. Each read shows that the brand has come further, or it is asked no more.
Status Assistant::State::poll(const CaseId& case_id, std::int64_t wait_ms) {
  ENTENTE_TRY(read(case_id, wait_ms));
  std::optional<std::uint64_t> shown_from;
  while (lost_from) {
    if (shown_from && *lost_from <= *shown_from) {
      return fail(ErrorCode::peer_failed, "the brand does not take back what it has lost");
    }
    shown_from = lost_from;
    ENTENTE_LET(parcel, follower->show(case_id, *lost_from));
    ENTENTE_LET(answer, options.brand->post(
                            parcel, *lost_from == 0 ? std::nullopt : std::optional(case_id), 0));
    ENTENTE_TRY(follower->hear_shown(case_id, answer));
    ENTENTE_TRY(read(case_id, 0));
  }
  return {};
}

Status Assistant::State::settle(const CaseId& case_id) {
  return follower->may_be_lost(case_id) ? poll(case_id, 0) : Status();
}

Status Assistant::State::say(const CaseId& case_id, const Speech& speech,
                             const ApproveExercise& approve) {
  ENTENTE_TRY(settle(case_id));
  ENTENTE_LET(parcel, follower->say(case_id, speech, approve));
  if (follower->find_case(case_id)->is_open()) {
    const Status said = exchange(case_id, parcel, false);
    const bool was_lost = !said && said.error().code == ErrorCode::unknown_prev;
    if (!was_lost || brand_at_fault) return said;
    // What it answers to is there again, and a refused act was none.
    was_refused = false;
    ENTENTE_LET(anew, follower->say(case_id, speech, approve));
    return exchange(case_id, anew, false);
  }
  // The brand does not know the case yet: it is opened in the same breath.
  ENTENTE_LET(all, follower->unsent(case_id));
  return exchange(case_id, all, true);
}

// The first card is pinned, so whose it is is asked before it is learned.
Status Assistant::State::meet_brand() {
  ENTENTE_LET(envelope, options.brand->card());
  ENTENTE_LET(card, Admission::admit<Card>(envelope));
  if (card->did() != options.goal->brand()) {
    return fail(ErrorCode::audience_mismatch,
                "the card is of " + card->did() + ", the goal is about " + options.goal->brand());
  }
  const Authority* known = follower->card() != nullptr ? &follower->authority() : nullptr;
  ENTENTE_LET(cards, cards_up_to(envelope, known, *options.brand));
  for (const Bytes& each : cards) ENTENTE_TRY(follower->learn_card(each));
  return {};
}

Result<bool> Assistant::State::found_newer_card() {
  const Digest before = follower->authority().newest_card_digest();
  ENTENTE_TRY(meet_brand());
  return follower->authority().newest_card_digest() != before;
}

// Advice that does not arrive costs nobody anything: it goes out again at the next start.
Status Assistant::State::deliver_notices() {
  ENTENTE_LET(waiting, follower->unanswered_notices());
  for (const auto& [case_id, parcel] : waiting) {
    const auto answer = options.brand->post(parcel, case_id, 0);
    if (answer) ENTENTE_TRY(follower->hear_notices(case_id, *answer));
  }
  return {};
}

Assistant::Assistant(std::unique_ptr<State> state) : state_(std::move(state)) {}
Assistant::~Assistant() = default;

Result<std::unique_ptr<Assistant>> Assistant::start(AssistantOptions options) {
  if (options.goal == nullptr || options.brand == nullptr || options.principal == nullptr ||
      options.key == nullptr) {
    return fail(ErrorCode::config_invalid, "goal, brand, principal and key are needed");
  }
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  State& s = *state;
  ENTENTE_LET(origin,
              name_of_log(s.options.directory, to_did_key(s.options.principal->public_key())));
  ENTENTE_LET(ledger, Ledger::open({.directory = s.options.directory, .origin = origin},
                                   *s.options.key, s.entropy()));
  s.ledger = std::move(ledger);
  ENTENTE_LET(mandate, s.find_or_make_mandate());
  ENTENTE_LET(follower, Follower::start(*s.ledger,
                                        {.assistant = s.options.key,
                                         .mandate = mandate,
                                         .environment = s.options.environment},
                                        s.clock(), s.entropy()));
  s.follower = std::move(follower);
  ENTENTE_TRY(empty_inbox(s.options.directory, *s.ledger, s.clock().now_ms()));
  ENTENTE_TRY(s.meet_brand());
  ENTENTE_TRY(s.keep_evidence());
  ENTENTE_TRY(s.deliver_notices());
  return std::unique_ptr<Assistant>(new Assistant(std::move(state)));
}

Result<CaseId> Assistant::open() {
  State& s = *state_;
  ENTENTE_LET(speech, opening(*s.options.goal, s.options.files));
  std::vector<Speech> also;
  if (auto link = opening_link(*s.options.goal)) also.push_back(std::move(*link));
  ENTENTE_LET(parcel, s.follower->open_case(speech, also));
  ENTENTE_LET(first, Admission::admit<Message>(parcel.envelopes.front()));
  const CaseId case_id = first.id();
  ENTENTE_TRY(s.exchange(case_id, parcel, true));
  if (!s.follower->find_case(case_id)->is_open()) {
    return fail(ErrorCode::receipt_invalid, "the brand gave no receipt for the opening");
  }
  return case_id;
}

Status Assistant::poll(const CaseId& case_id, std::int64_t wait_ms) {
  if (find_case(case_id) == nullptr) return fail(ErrorCode::not_found, "no such case");
  return state_->poll(case_id, wait_ms);
}

Status Assistant::resume(const CaseId& case_id) {
  State& s = *state_;
  if (find_case(case_id) == nullptr) return fail(ErrorCode::not_found, "no such case");
  ENTENTE_TRY(s.settle(case_id));
  ENTENTE_LET(parcel, s.follower->unsent(case_id));
  if (parcel.envelopes.empty()) return {};
  ENTENTE_TRY(s.exchange(case_id, parcel, !find_case(case_id)->is_open()));
  // What was said long ago names an old checkpoint, and what came before it may be more than one
  // answer holds: a read goes on from the newest that is known.
  const bool goes_on = s.follower->has_unsent(case_id) && find_case(case_id)->is_open();
  return s.is_behind || goes_on ? poll(case_id, 0) : Status{};
}

Move Assistant::next(const CaseId& case_id) const {
  State& s = *state_;
  return next_move(*s.options.goal, *s.follower->find_case(case_id), s.clock().now_ms(),
                   s.instructions[case_id]);
}

Status Assistant::accept(const CaseId& case_id, const MessageId& offer) {
  ENTENTE_LET(approval, state_->approval_of_offer(case_id, offer));
  return state_->say(case_id, {.body = Accept{.offer = offer, .approval = approval}});
}

Status Assistant::exercise(const CaseId& case_id, const Invoke& right,
                           const std::vector<NewPart>& parts) {
  if (find_case(case_id) == nullptr) return fail(ErrorCode::not_found, "no such case");
  return state_->exercise(case_id, {.body = Exercise{right}, .added = parts});
}

Status Assistant::approve(const CaseId& case_id, const MessageId& right) {
  const Case* casefile = find_case(case_id);
  const Authorised<Message>* message = casefile ? casefile->find_message(right) : nullptr;
  if (message == nullptr || !casefile->exercises().contains(right)) {
    return fail(ErrorCode::not_found, "no such right was exercised in this case");
  }
  Invoke invoke = casefile->exercises().at(right).invoke;
  invoke.approval.clear();
  return state_->exercise(case_id,
                          {.body = Exercise{std::move(invoke)}, .repeated = (*message)->parts});
}

Status Assistant::ask_for_person(const CaseId& case_id, std::string_view reason) {
  return state_->say(case_id, person_request(*state_->options.goal, reason));
}

Status Assistant::leave(const CaseId& case_id, std::string_view reason) {
  return state_->say(case_id, {.body = Leave{.reason = std::string(reason)}});
}

Status Assistant::say(const CaseId& case_id, const Speech& speech) {
  return state_->say(case_id, speech);
}

Result<std::vector<Digest>> Assistant::take_back_mandates() {
  State& s = *state_;
  if (cases().empty()) return fail(ErrorCode::not_found, "there is no case to say it in");
  const PrincipalSigner principal(*s.options.principal);
  std::vector<Digest> ended;
  for (const auto& [mandate, case_id] : s.mandates_in_use()) {
    ENTENTE_LET(taken_back, s.was_taken_back(mandate));
    if (taken_back) continue;
    // Whoever has taken it back reads no more: what the brand lost is shown before, if it can be.
    [[maybe_unused]] const Status read = s.poll(case_id, 0);
    ENTENTE_LET(parcel, s.follower->take_back(case_id, mandate, principal));
    ENTENTE_TRY(s.exchange(case_id, parcel, false));
    ended.push_back(mandate);
  }
  return ended;
}

const Case* Assistant::find_case(const CaseId& case_id) const {
  return state_->follower->find_case(case_id);
}
const Part* Assistant::find_part(const CaseId& case_id, const PartRef& ref) const {
  return state_->follower->find_part(case_id, ref);
}
std::vector<CaseId> Assistant::cases() const { return state_->follower->cases(); }
const Card& Assistant::card() const { return *state_->follower->card(); }
const std::vector<std::filesystem::path>& Assistant::evidence() const { return state_->evidence; }

}  // namespace entente
