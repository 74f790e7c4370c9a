#pragma once
// What a person says to kettle.example without an assistant, and how it is framed.
//
//     const Message message = frame({.key = key.public_key(), .card = card, .now_ms = now}, body);

#include <entente/protocol/message.h>

namespace entente::tests {

struct Frame {
  PublicKey key;
  Digest card;
  std::int64_t now_ms = 0;
  CaseId case_id = {};  // in anything but an opening
  MessageId prev = {};  // zero: the opening
  // Of the act and of its signing.
  std::uint32_t number = 0;
  std::string brand = "did:web:kettle.example";
};

inline Message frame(const Frame& frame, Body body) {
  const bool opens = std::holds_alternative<Open>(body);
  const MessageId prev = frame.prev.is_zero() ? frame.case_id : frame.prev;
  Message message{.environment = Environment::sandbox,
                  .case_id = opens ? CaseId{} : frame.case_id,
                  .prev = opens ? MessageId{} : prev,
                  .sent_at_ms = frame.now_ms,
                  .admit_by_ms = frame.now_ms + 600'000,
                  .author = {Party::consumer, Actor::person, frame.key, {}},
                  .audience = {frame.brand, frame.card},
                  .body = std::move(body)};
  for (std::size_t i = 0; i < 4; ++i) {
    message.act_id[i] = static_cast<std::uint8_t>(frame.number >> (8 * i));
    message.nonce[i] = message.act_id[i];
  }
  return message;
}

// That so many parcels are late.
inline Open late_parcels(std::uint16_t count = 1) {
  Open open{.jurisdiction = "es", .language = "en"};
  for (std::uint16_t id = 1; id <= count; ++id) {
    open.claims.push_back({.claim_id = id,
                           .category = "delivery",
                           .code = "late",
                           .basis = Basis::contract,
                           .desired = {{.remedy = "voucher"}}});
  }
  return open;
}

inline HandoffRequest person_request() {
  return {.reason = "consumer_asked",
          .principal_present = HandoffRequest::Present::live,
          .channels = {"case"},
          .language = "en"};
}

}  // namespace entente::tests
