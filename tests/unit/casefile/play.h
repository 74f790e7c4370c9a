#pragma once
// A play: one case, two parties who speak in turn, and a clock. What each says is really signed.
//
//     Play play;
//     const MessageId offer = play.brand(propose({1}));
//     CHECK(play.outcome == Outcome::binding());

#include "casting.h"
#include "lines.h"

namespace entente::tests {

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
  // The same, or nothing if no authority lets this party say that.
  std::optional<MessageId> try_say(const Said& said);
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

}  // namespace entente::tests
