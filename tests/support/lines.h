#pragma once
// Lines that two parties may say in a case, short enough for a test to read: an offer of credit, a
// question for a person, a report of performance.
//
//     play.brand(propose({1}));
//
// Needs lines.cpp.

#include <entente/protocol/message.h>

namespace entente::tests {

inline constexpr std::int64_t play_start_ms = 1'800'000'000'000;
inline constexpr std::int64_t minute_ms = 60'000;
inline constexpr std::int64_t hour_ms = 60 * minute_ms;
inline constexpr std::int64_t day_ms = 24 * hour_ms;

Claim claim(std::uint16_t id);
Open open_claims();  // 1, 2 and 3
Term term(std::uint16_t id, std::vector<std::uint16_t> claims, Ground ground = Ground::concession,
          std::string purpose = "compensation_goodwill");
// Valid for a year.
Offer propose(std::vector<std::uint16_t> claims, Ground ground = Ground::concession);
Accept accept(const MessageId& offer);
Perform perform(const MessageId& source, Performed::State state, std::uint16_t term = 1);
Close close_for(std::int64_t now_ms);  // contest 14 days, reopen 90
Close close_final(const MessageId& of);
Exercise invoke(std::string right, std::vector<std::uint16_t> claims);
Handoff ask_person(HandoffRequest::Present present = HandoffRequest::Present::live);
Handoff move(const MessageId& hid, HandoffAct act);
Determine determine(std::uint16_t claim, Determine::Verdict verdict = Determine::Verdict::refused);
Inform inform();
PartRef part();

}  // namespace entente::tests
