#pragma once
// A play: one case, two parties who speak in turn, and a clock. What each says is really signed.
//
//     Play play;
//     const MessageId offer = play.brand(propose({1}));
//     CHECK(play.outcome == Outcome::binding());

#include "casting.h"

namespace entente::tests {

inline constexpr std::int64_t play_start_ms = 1'800'000'000'000;
inline constexpr std::int64_t minute_ms = 60'000;
inline constexpr std::int64_t hour_ms = 60 * minute_ms;
inline constexpr std::int64_t day_ms = 24 * hour_ms;

struct Play {
  // Opens a case with claims 1, 2 and 3.
  Play();
  // Opens nothing.
  struct Unopened {};
  explicit Play(Unopened) {}

  Case casefile;
  std::int64_t now_ms = play_start_ms;
  Outcome outcome;  // of what was said last

  // Each advances the clock by a second, checks that judge() foresees the outcome and changes
  // nothing, and returns the id of what was said.
  MessageId say(const Said& said);
  MessageId consumer(Body body);
  MessageId brand(Body body);
  MessageId person(Body body);  // of the brand
  MessageId consumer_unseen(Body body, const MessageId& prev);

  void wait(std::int64_t for_ms) { casefile.advance(now_ms += for_ms); }
  MessageId head() const { return casefile.head(); }
  std::string status(const MessageId& offer) const;
  std::string stage() const;
};

Casting& cast();

void check(const Play& play, std::string_view outcome = "binding");
// When the clock of this kind strikes; 0 = there is none.
std::int64_t clock_at(const Case& casefile, std::string_view kind);
// An agreement on claim 1, one term, nothing performed.
MessageId agree(Play& play);
MessageId agree(Play& play, Offer offer);

Claim claim(std::uint16_t id);
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
