#include "entrance.h"

namespace entente {
namespace {

std::uint64_t seed_of(const Arrived& arrived) {
  if (arrived.messages.empty() || !arrived.messages.front()) return 0;
  return std::hash<Digest>{}(arrived.messages.front()->id());
}

Refusal busy_word(const MessageId& message, const CaseId& case_id) {
  return {.message = message, .code = std::string(name(ErrorCode::busy)), .case_id = case_id};
}

// Busy for each message, if together they open a case and claim nothing that must be heard.
std::vector<Refusal> words_for_opening(const Parcel& parcel) {
  std::vector<Refusal> words;
  for (const Bytes& envelope : parcel.envelopes) {
    const auto claimed = unverified_message(envelope);
    if (!claimed || is_never_refused(claimed->message)) return {};
    if (words.empty() && claimed->message.verb() != Verb::open) return {};
    words.push_back(busy_word(claimed->id, claimed->message.case_id));
  }
  return words;
}

// Busy for each message that is signed by its author; `unlogged`: for what nothing sheds, as the
// acknowledgement that its entry is owed. What an accept is told needs an entry first.
std::vector<Refusal> words_for(const Arrived& arrived, bool unlogged) {
  std::vector<Refusal> words;
  for (const auto& message : arrived.messages) {
    if (!message || (*message)->verb() == Verb::accept) continue;
    if (unlogged != is_owed(arrived, *message)) continue;
    words.push_back(busy_word(message->id(), (*message)->case_id));
    words.back().unlogged = unlogged;
  }
  return words;
}

std::array<std::uint8_t, 32> make_secret(Entropy& entropy) {
  std::array<std::uint8_t, 32> secret{};
  entropy.fill(secret);
  return secret;
}

bool has_accept(const Arrived& arrived) {
  return std::ranges::any_of(arrived.messages, [](const Result<Verified<Message>>& message) {
    return message && (*message)->verb() == Verb::accept;
  });
}

}  // namespace

Entrance::Entrance(SequencerParts& parts, const Members& members, Intake& intake)
    : parts_(parts),
      members_(members),
      intake_(intake),
      triage_(parts.identity.load, members),
      challenges_(make_secret(parts.entropy)) {}

// Only of openings, only while loaded, and never of what nothing sheds.
std::optional<Challenge> Entrance::challenge_for(const Submission& submission,
                                                 std::int64_t now_ms) const {
  const unsigned bits = parts_.identity.load.challenge_bits;
  if (bits == 0 || submission.parcel.envelopes.empty() || !intake_.is_loaded()) return {};
  const auto first = unverified_message(submission.parcel.envelopes.front());
  if (!first || first->message.verb() != Verb::open || claims_duty(submission.parcel)) return {};
  const ChallengeMaker::Asked asked{
      .network = submission.network, .opener = first->message.author.key, .now_ms = now_ms};
  if (challenges_.is_answered(submission.answer, asked, bits)) return {};
  return Challenge{bits, challenges_.seed_for(asked)};
}

void Entrance::submit(Submission submission) {
  const std::int64_t now_ms = parts_.clock.now_ms();
  if (triage_.is_deaf_to(submission, now_ms)) {
    intake_.note_shed();
    return submission.done({.kind = Delivery::Kind::not_found, .parcel = {}});
  }
  if (const auto challenge = challenge_for(submission, now_ms)) {
    intake_.note_challenged();
    return submission.done({.kind = Delivery::Kind::busy,
                            .parcel = {},
                            .retry_after_ms = 0,
                            .challenge = to_text(*challenge)});
  }
  if (shed_late(submission, now_ms)) return;
  Arrived arrived = check_signatures(std::move(submission));
  const Verdict verdict = triage_.judge(arrived, now_ms);
  if (verdict.way == Verdict::Way::reserved) return reserve(verdict, std::move(arrived), now_ms);
  if (verdict.way == Verdict::Way::not_found) {
    intake_.note_shed();
    return arrived.submission.done({.kind = Delivery::Kind::not_found, .parcel = {}});
  }
  if (verdict.way == Verdict::Way::ordinary) {
    triage_.note_taken(arrived);
    if (intake_.offer(arrived)) return;
    if (!verdict.owed) triage_.note_turned_away(arrived);
  }
  shed(verdict, std::move(arrived), now_ms);
}

// Nobody waits that long unless more comes in than can be served, and looking at a signature costs
// more than making one. Cases that are open go on.
bool Entrance::shed_late(const Submission& submission, std::int64_t now_ms) {
  const LoadLimits& load = parts_.identity.load;
  if (submission.waited_ms <= load.queue_ms_target || submission.case_id) return false;
  std::vector<Refusal> words = words_for_opening(submission.parcel);
  if (words.empty()) return false;
  intake_.note_shed();
  const std::int64_t retry_ms = intake_.retry_after_ms(std::hash<Digest>{}(words.front().message));
  if (!triage_.may_refuse_opening(now_ms)) words.clear();
  for (Refusal& word : words) word.at_ms = now_ms;
  submission.done(busy(words, std::clamp(retry_ms, load.retry_ms_min, load.retry_ms_max)));
  return true;
}

void Entrance::reserve(const Verdict& verdict, Arrived arrived, std::int64_t now_ms) {
  const auto done = arrived.submission.done;
  // Whoever belongs to no case is answered when its turn has come: nothing is owed to strangers.
  const bool may_acknowledge = is_meant_for_us(arrived) && (verdict.member || verdict.opens);
  std::vector<Refusal> words = words_for(arrived, true);
  arrived.hold_back_ms = verdict.retry_after_ms;
  triage_.note_taken(arrived);
  const Intake::Reserved reserved = intake_.reserve(verdict.source, arrived, may_acknowledge);
  if (reserved.displaced) turn_away(*reserved.displaced);
  if (!reserved.taken) return turn_away(arrived);
  if (!reserved.acknowledge) return;
  for (Refusal& word : words) word.at_ms = now_ms;
  done(busy(words, parts_.identity.load.retry_ms_min));
}

// Nothing was taken and nothing is refused: the same bytes may come again, and soon, as what waits
// in this lane is done within moments.
void Entrance::turn_away(const Arrived& arrived) {
  triage_.note_turned_away(arrived);
  arrived.submission.done(busy({}, parts_.identity.load.retry_ms_min));
}

// What is addressed to somebody else will not become an entry here.
bool Entrance::is_meant_for_us(const Arrived& arrived) const {
  return std::ranges::all_of(arrived.messages, [&](const Result<Verified<Message>>& message) {
    return message && (*message)->environment == parts_.identity.environment &&
           (*message)->audience.party == parts_.identity.did;
  });
}

void Entrance::shed(const Verdict& verdict, Arrived arrived, std::int64_t now_ms) {
  const LoadLimits& load = parts_.identity.load;
  intake_.note_shed();
  std::int64_t retry_ms = verdict.retry_after_ms;
  if (verdict.way != Verdict::Way::busy) retry_ms = intake_.retry_after_ms(seed_of(arrived));
  retry_ms = std::clamp(retry_ms, load.retry_ms_min, load.retry_ms_max);
  const auto& done = arrived.submission.done;
  if (arrived.read) return done(busy({}, retry_ms));
  if (!verdict.member && !verdict.opens) {
    if (members_.is_complete()) return done({.kind = Delivery::Kind::not_found, .parcel = {}});
    return done(busy({}, retry_ms));
  }
  const bool signs = verdict.member || triage_.may_refuse_opening(now_ms);
  if (verdict.member && !verdict.owed && has_accept(arrived)) {
    // That it came in time must be on record before its author relies on it.
    if (!triage_.may_refuse_accept(verdict.case_id, now_ms)) return done(busy({}, retry_ms));
    arrived.hold_back_ms = retry_ms;
    return intake_.post(std::move(arrived));
  }
  std::vector<Refusal> words;
  if (signs) words = words_for(arrived, verdict.owed && is_meant_for_us(arrived));
  for (Refusal& word : words) word.at_ms = now_ms;
  done(busy(words, retry_ms));
}

Delivery Entrance::busy(const std::vector<Refusal>& words, std::int64_t retry_after_ms) const {
  Delivery delivery{.kind = Delivery::Kind::busy,
                    .parcel = {},
                    .retry_after_ms = retry_after_ms,
                    .challenge = {}};
  for (Refusal word : words) {
    word.retry_after_ms = retry_after_ms;
    word.environment = parts_.identity.environment;
    auto envelope = sign_refusal(parts_, word);
    if (envelope) delivery.parcel.envelopes.push_back(std::move(*envelope));
  }
  return delivery;
}

Result<Verified<Read>> Entrance::check_read(const StatusQuestion& asked) {
  const std::int64_t now_ms = parts_.clock.now_ms();
  Submission submission{.parcel = {},
                        .case_id = asked.case_id,
                        .read = asked.read,
                        .network = asked.network,
                        .done = {}};
  if (triage_.is_deaf_to(submission, now_ms)) {
    intake_.note_shed();
    return fail(ErrorCode::not_found);
  }
  const Arrived arrived = check_signatures(std::move(submission));
  const Verdict verdict = triage_.judge(arrived, now_ms);
  if (verdict.way == Verdict::Way::ordinary) return *arrived.read;
  intake_.note_shed();
  return fail(verdict.way == Verdict::Way::busy ? ErrorCode::busy : ErrorCode::not_found);
}

}  // namespace entente
