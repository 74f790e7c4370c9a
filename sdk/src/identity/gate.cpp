#include <entente/identity/gate.h>
#include <entente/wire/admission.h>

#include <algorithm>

namespace entente {
namespace {

const Message* message_or_null(const Authorised<Message>* found) {
  return found == nullptr ? nullptr : &**found;
}

// What the message refers to: for an accept, the offer.
const Message* subject_of(const Case& casefile, const Message& message) {
  const auto* accept = std::get_if<Accept>(&message.body);
  return accept == nullptr ? nullptr : message_or_null(casefile.find_message(accept->offer));
}

// The mandate on which it stands or falls; of a brand's accept, that of the offer.
Digest mandate_behind(const Case& casefile, const Message& message) {
  if (message.author.party != Party::brand) return message.author.authority;
  const Message* subject = subject_of(casefile, message);
  return subject == nullptr ? Digest{} : subject->author.authority;
}

}  // namespace

ByteView nested_approval(const Body& body) {
  if (const auto* accept = std::get_if<Accept>(&body)) return accept->approval;
  if (const auto* offer = std::get_if<Offer>(&body)) return offer->approval;
  if (const auto* exercise = std::get_if<Exercise>(&body)) {
    if (const auto* invoke = std::get_if<Invoke>(&exercise->act)) return invoke->approval;
  }
  return {};
}

Result<Authorised<Message>> pass_gate(const Authority& authority, const Case& casefile,
                                      const Verified<Message>& message, GateTime time) {
  std::optional<Verified<Approval>> approval;
  if (const ByteView envelope = nested_approval(message->body); !envelope.empty()) {
    // A broken approval counts as none: the authority says whether one was needed.
    if (auto admitted = Admission::admit<Approval>(envelope)) approval = std::move(*admitted);
  }
  const auto& messages = casefile.messages();
  return authority.authorise(message, {.now_ms = casefile.judged_at_ms(message, time.now_ms),
                                       .log_index = time.index,
                                       .subject = subject_of(casefile, *message),
                                       .approval = approval ? &*approval : nullptr,
                                       .opening = messages.empty() ? nullptr : &*messages.front()});
}

void take_back_mandate(Authority& authority, const Message& message, std::uint64_t index) {
  if (const auto* revoke = std::get_if<Revoke>(&message.body)) {
    authority.revoke(revoke->mandate, message.author.key, index);
  }
}

void TakenBack::take(Authority& authority, const Message& message, const Place& place) {
  take_back_mandate(authority, message, place.time.index);
  if (!is_principals_revoke(authority, message)) return;
  const auto [at, fresh] = first_.try_emplace(std::get<Revoke>(message.body).mandate, place);
  if (!fresh && place.time.now_ms < at->second.time.now_ms) at->second = place;
}

GateTime TakenBack::time_of(const Case& casefile, const Message& message,
                            const Place& place) const {
  const auto end = first_.find(mandate_behind(casefile, message));
  if (end == first_.end() || end->second.log == place.log) return place.time;
  const bool is_before = place.time.now_ms < end->second.time.now_ms;
  return {.now_ms = place.time.now_ms,
          .index = is_before ? 0 : std::max(place.time.index, end->second.time.index)};
}

bool is_principals_revoke(const Authority& authority, const Message& message) {
  const auto* revoke = std::get_if<Revoke>(&message.body);
  const Mandate* ended = revoke != nullptr ? authority.find_mandate(revoke->mandate) : nullptr;
  return ended != nullptr && message.author.party == Party::consumer &&
         message.author.authority.is_zero() && message.author.key == ended->principal;
}

std::string consumer_did(const Authority& authority, const Message& opening) {
  return to_did_key(authority.find_principal(opening).value_or(opening.author.key));
}

}  // namespace entente
