#include <entente/crypto/system.h>

#include "../brand.h"
#include "../commands.h"
#include "../consumer.h"
#include "demo/homes.h"
#include "demo/third_act.h"

namespace entente::cli {
namespace {

constexpr std::int64_t act_timeout_ms = 60'000;

void heading(Console& console, std::string_view text) {
  console.line();
  console.line(console.paint(Ink::strong, text));
  console.line();
}

Status set_the_stage(Console& console, const DemoPlace& place, Clock& clock) {
  SystemEntropy entropy;
  console.line("Everything stays in " + place.directory.string());
  ENTENTE_TRY(lay_out_brand(place, clock, entropy));
  ENTENTE_TRY(lay_out_consumer(place, place.consumer(), "kettle.goal.yaml"));
  return lay_out_consumer(place, place.second(), "person.goal.yaml");
}

Result<CaseId> play(Console& console, const std::filesystem::path& home, Person::Answers answers,
                    Ending::Kind wanted) {
  ENTENTE_LET(config, read_consumer_file(home));
  ENTENTE_LET(consumer, Consumer::start(config, console, answers));
  ENTENTE_LET(case_id, consumer->assistant().open());
  ENTENTE_LET(ending, consumer->assistant().run(case_id, act_timeout_ms));
  console.line();
  const bool good = ending.kind == wanted;
  console.line(console.paint(good ? Ink::good : Ink::bad,
                             "So it ends: " + std::string(name(ending.kind)) +
                                 (ending.outcome.empty() ? "" : ", " + ending.outcome)));
  if (ending.kind == Ending::Kind::needs_principal) {
    const bool refused = ending.outcome == "not_approved";
    console.line(std::string("You did not say so, so nothing was signed: entente ") +
                 (refused ? "approve " : "negotiate --resume ") + short_hex(case_id) + " --home " +
                 home.string() + " goes on.");
    return case_id;
  }
  if (!good) return fail(ErrorCode::internal, "the demo did not go as it should");
  return case_id;
}

void say_what_is_left(Console& console, const DemoPlace& place, const CaseId& case_id) {
  const std::string at = place.directory.string();
  heading(console, "What was left where");
  console.line("  " + at + "/brand            policy, card, keys, certificate; its log in data/");
  console.line("  " + at + "/consumer         the goal, keys; the proof of every promise in data/");
  console.line("  " + at + "/tampered-export  the log with the flipped bit");
  heading(console, "Try next");
  console.line("  entente case show " + at + "/consumer/data " + short_hex(case_id));
  console.line("  entente audit replay " + at + "/brand/data " + at + "/consumer/data");
  console.line("  entente serve --config " + at + "/brand/brand.yaml");
}

Result<ExitCode> run(const Arguments& arguments, Console& console) {
  SystemClock clock;
  ENTENTE_LET(place, make_demo_place(arguments.text_or("dir", "")));
  ENTENTE_TRY(set_the_stage(console, place, clock));
  const bool ask = console.is_interactive() && !arguments.has("yes");
  const auto answers = ask ? Person::Answers::asked : Person::Answers::yes;

  ENTENTE_LET(config, read_brand_config(place.brand() / "brand.yaml"));
  ENTENTE_LET(brand, Brand::start(config, {.clock = clock, .on_trouble = {}}));
  console.line("kettle.example listens on https://127.0.0.1:" + std::to_string(place.port));
  heading(console, "1. The kettle arrived broken");
  ENTENTE_LET(case_id, play(console, place.consumer(), answers, Ending::Kind::closed));
  heading(console, "2. Another customer wants a person, at once");
  ENTENTE_TRY(play(console, place.second(), answers, Ending::Kind::with_a_person));
  brand->stop();
  heading(console, "3. An auditor, from the files alone");
  ENTENTE_TRY(show_audit(console, place));
  say_what_is_left(console, place, case_id);
  return ExitCode::ok;
}

}  // namespace

Verb demo() {
  return {.path = "demo",
          .summary = "see a brand, two consumers and an auditor at work, on this machine",
          .operands = {},
          .options = {{"dir", "DIR", "where its files go; must be empty (default: a new one)"},
                      {"yes", "", "say yes without asking"}},
          .run = run,
          .example = "entente demo --dir kettle"};
}

}  // namespace entente::cli
