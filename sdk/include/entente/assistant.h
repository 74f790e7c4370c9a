#pragma once
// The consumer's door. An Assistant speaks for one principal to one brand, within a mandate, by the
// goal it was given; it asks the principal where the mandate says so, and keeps the proof of
// everything that was promised.
//
//     HttpBrand brand({.url = "https://kettle.example"});
//     ENTENTE_LET(assistant, Assistant::start({.directory = "me", .goal = &goal, .brand = &brand,
//                                              .principal = &principal, .key = &key}));
//     ENTENTE_LET(case_id, assistant->open());
//     ENTENTE_LET(ending, assistant->run(case_id));        // until closed, or it needs somebody
//
// Guide: docs/guides/build-an-assistant.md.

#include <entente/agent/brand_connection.h>
#include <entente/core/clock.h>
#include <entente/crypto/signature.h>
#include <entente/policy/goal.h>
#include <entente/policy/move.h>
#include <entente/protocol/card.h>

#include <filesystem>
#include <functional>

namespace entente {

// The person: shows what is about to be agreed and signs, or does not. Keys that never leave a
// device live behind this.
class Principal {
 public:
  virtual ~Principal() = default;
  virtual const PublicKey& public_key() const = 0;
  // `text` is what render() makes of the act. Nothing: not now.
  virtual std::optional<Signature> approve(std::string_view text, ByteView to_sign) = 0;
  // The mandate, signed once; and the word that takes it back, when the person wants that.
  virtual Result<Signature> sign_mandate(ByteView to_sign) = 0;
  // Whether this has happened: what the brand says it has done, or what the principal was to do.
  // `text` is what render_deed() or render_condition() make of it. An assistant cannot know, so
  // without a yes it says nothing of it to the brand. No, unless overridden.
  virtual bool has_happened(std::string_view text);
  // A one-time code the brand has sent, or another proof only the person has. Nothing: none.
  virtual std::optional<std::string> link_proof(std::string_view method);
};

struct AssistantOptions {
  std::filesystem::path directory;  // of this (principal, brand); made if absent
  const Goal* goal = nullptr;
  std::map<std::string, Bytes> files;  // evidence that the goal names
  BrandConnection* brand = nullptr;
  Principal* principal = nullptr;
  const Signer* key = nullptr;  // the assistant's own
  Bytes mandate;  // envelope, issued before; empty: made from the goal and signed by the principal
  Environment environment = Environment::sandbox;
  Clock* clock = nullptr;
  Entropy* entropy = nullptr;
  // Called for everything said and heard, in order.
  std::function<void(const Message&)> on_message;
  // Lets so many milliseconds pass between calls that bring nothing. None: the thread sleeps.
  std::function<void(std::int64_t)> pause;
};

// Why run() came back.
struct Ending {
  enum class Kind : std::uint8_t {
    closed,
    needs_principal,
    with_a_person,
    left,
    gave_up,    // time is over, or the brand brings nothing
    broken_off  // the brand said what cannot be true, or refused what nobody may refuse
  };
  Kind kind = Kind::closed;
  std::string outcome;    // of the close; else why: not_approved, not_confirmed, not_done ...
  MessageId waiting_for;  // the offer that needs the principal
  // Where neither agent gets further: the other ways to a person that the card names.
  std::vector<std::string> alternatives;
  // What the brand signed against itself, each a file that a stranger can check.
  std::vector<std::filesystem::path> evidence;
};
std::string_view name(Ending::Kind kind);

class Assistant {
 public:
  // Makes and signs a mandate for the goal unless the store has one that still holds.
  // Fails with what the store, the connection and the card say.
  static Result<std::unique_ptr<Assistant>> start(AssistantOptions options);
  ~Assistant();

  // Says what the goal wants. The case is open when this returns: its receipt was verified.
  Result<CaseId> open();
  // Sends again what was persisted and got no receipt, as the stored bytes: after a crash, or an
  // answer that was lost. run() begins with it.
  Status resume(const CaseId& case_id);
  // Moves until the case is closed or somebody else must act; at most `timeout_ms`, and a bounded
  // number of calls. What the network loses or a busy brand puts off is tried again, with pauses
  // that grow. Fails with what the store and the principal's keys say; a brand that lies is an
  // ending, and what it signed is kept.
  Result<Ending> run(const CaseId& case_id, std::int64_t timeout_ms = 60'000);
  // Single steps, for programs with a loop of their own: what the rules would do next, and doing
  // it.
  Move next(const CaseId& case_id) const;
  Status carry_out(const CaseId& case_id, const Move& move);
  // Hears what is new, waiting at most `wait_ms`.
  Status poll(const CaseId& case_id, std::int64_t wait_ms);

  // Accepts an offer with the principal's approval, asks for a person, leaves: what a person may
  // want at any time.
  Status accept(const CaseId& case_id, const MessageId& offer);
  // Exercises a right: it counts from its receipt. What cannot be undone is said only with the
  // principal's approval; else this fails with approval_missing. Indices in `right` count `parts`.
  Status exercise(const CaseId& case_id, const Invoke& right,
                  const std::vector<NewPart>& parts = {});
  // A right that was dated without its approval, by say(): gets it now. Fails as exercise() does.
  Status approve(const CaseId& case_id, const MessageId& right);
  Status ask_for_person(const CaseId& case_id, std::string_view reason);
  Status leave(const CaseId& case_id, std::string_view reason);
  Status say(const CaseId& case_id, const Speech& speech);
  // The principal takes back every mandate under which something was said to this brand; they are
  // returned. Kept here even if the brand cannot be reached: the next start() makes a new mandate.
  // Fails with not_found if there is no case to say it in, else as say() does.
  Result<std::vector<Digest>> take_back_mandates();

  const Case* find_case(const CaseId& case_id) const;
  // The content behind a reference; null if it is not here.
  const Part* find_part(const CaseId& case_id, const PartRef& ref) const;
  std::vector<CaseId> cases() const;
  const Card& card() const;
  // What the brand has signed against itself, each a file that a stranger can check.
  const std::vector<std::filesystem::path>& evidence() const;

 private:
  struct State;
  explicit Assistant(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace entente
