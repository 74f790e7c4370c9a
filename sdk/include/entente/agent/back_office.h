#pragma once
// What a brand writes to put Entente before its own systems: facts about a claim, and the one way
// in which anything is ever carried out.
//
// All calls come from worker threads, several at a time. They may block, fail and throw. A call
// that throws, or takes longer than EndpointOptions::call_timeout_ms, counts as `unknown`: what it
// did is looked up, and what it answers later is looked up again. One that never returns keeps its
// thread and outlives the endpoint, so a back office must outlive its own calls. The one exception
// is chosen by answers_at_once().

#include <entente/protocol/facts.h>
#include <entente/protocol/message.h>

#include <map>
#include <span>

namespace entente {

// The content of the parts that a claim or a term names, by their index in its message. What was
// erased or never arrived is not there.
struct PartTexts {
  std::map<PartIndex, std::string> texts;

  // Null if the part is not there.
  const std::string* find(PartIndex index) const;
  std::string text_or(PartIndex index, std::string_view otherwise) const;
};

struct FactsQuery {
  CaseId case_id;
  Claim claim;
  PartTexts parts;
  std::string account;    // linked account; empty if none
  std::string assurance;  // of the link; empty if none
};

// One term to be carried out. `key` is the identity of the write: whoever gets it twice does it
// once.
struct Order {
  Digest key;  // SHA-256("entente/perform/v1\0" || source || u16 term)
  Digest
      source;  // the accept, grant or exercise that made the term binding: to be stored beside it
  CaseId case_id;
  Term term;
  PartTexts parts;
  std::string account;  // linked when it was agreed, or for a right; empty if none
};

struct Performance {
  // `absent`: the key never came here, so nothing was done and nothing will be unless it comes
  // again. Only a look-up can say so, and only if it is certain; in doubt it is `unknown`.
  enum class State : std::uint8_t { done, failed, started, unknown, absent };
  State state = State::unknown;
  std::string reference;  // the brand's own, e.g. of a shipment; empty if none
  std::string code;       // why it failed
};

// An answer to a link challenge, as the consumer gave it.
struct AccountProof {
  std::string method;  // knowledge, email_otp
  std::string proof;   // what the customer knows, e.g. an e-mail address; or an address to write to
};

class BackOffice {
 public:
  virtual ~BackOffice() = default;

  // What the policy's `facts:` may look at, for one claim, now. A fact that cannot be had is left
  // out or Unknown: the claim then goes to a person.
  virtual Result<std::vector<Fact>> facts(const FactsQuery& query) = 0;

  // Carries the term out, at most once per key, and answers done, failed or unknown. The key may
  // come again, after a look-up has said `absent`: whatever came of it before is the answer.
  virtual Performance execute(const Order& order) = 0;
  // What became of a key. Asked after `unknown` and after a restart, at most eight times in about
  // four minutes, then a person is asked; never changes anything.
  virtual Performance lookup(const Digest& key) = 0;

  // The account that this proof belongs to; nothing if none does. Must take as long either way.
  virtual std::optional<std::string> find_account(const AccountProof& proof) = 0;
  // Sends a one-time code to the address on the account, if there is one, by the brand's own means.
  virtual void deliver_code(const AccountProof& proof, std::string_view code);

  // These classes of a case were erased from the log (all there is: `terms` among them): what is
  // kept of it here goes the same way, but for what keeps a term from being carried out twice. May
  // come again for the same case. Nothing by default.
  virtual void forget(const CaseId& case_id, std::span<const std::string> classes);

  // True if facts() answers from memory, within microseconds and without waiting for anything. It
  // is then called on the thread that orders the log, so that a request and its answer become
  // durable together; every other case waits meanwhile.
  virtual bool answers_at_once() const { return false; }
};

}  // namespace entente
