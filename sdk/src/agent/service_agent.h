#pragma once
// The brand's automated voice. What is owed next is derived from the case and its records, never
// queued elsewhere: after a crash the same look finds the same work. Facts, accounts and
// performances come from workers and return as posts to the sequencer.

#include <entente/agent/back_office.h>
#include <entente/agent/negotiator.h>
#include <entente/desk/desk.h>
#include <entente/identity/linked_account.h>
#include <entente/journal/sequencer.h>
#include <entente/policy/remedies_begun.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <set>

#include "code_limit.h"
#include "keys_on_record.h"
#include "workers.h"

namespace entente {

struct ServiceAgentParts {
  Policy policy;
  std::shared_ptr<BackOffice> back_office;  // a call that never returns keeps it
  Negotiator* negotiator = nullptr;
  Desk& desk;
  Workers& workers;
  Clock& clock;
  Entropy& entropy;
  std::int64_t lookup_after_ms = 0;
  // What was agreed before then may have been carried out by a log that lost its end: it is looked
  // up before anything is done.
  std::int64_t lost_until_ms = 0;
};

class ServiceAgent final : public Speaker {
 public:
  explicit ServiceAgent(ServiceAgentParts parts);

  void attach(Sequencer& sequencer) override;
  void admitted(const CaseRecord& record) override;
  void promised(const CaseRecord& record, const Authorised<Message>& message) override;
  void respond(Room& room) override;
  void start_over() override;
  void committed(const Case& casefile) override;
  void forget(const CaseId& case_id) override;
  bool is_working(const CaseId& case_id) const override;
  bool is_idle() const;
  // Frozen, it promises nothing more and hands over what waits for it. Before the start, or on the
  // writer thread.
  void set_frozen(bool frozen) { frozen_ = frozen; }

 private:
  // What the agent remembers of a case beside the log: work under way, and link challenges, which
  // die with the process and are then asked anew.
  struct Challenge {
    std::string id;
    std::string method;  // all that proving it shows, whatever else is said
    PublicKey consumer;  // who asked for it: nobody else can prove it
    std::int64_t expires_ms = 0;
    std::string code;                    // empty: nobody was written to
    std::optional<std::string> account;  // nothing: no such account, which nobody is told
    int attempts_left = 3;
  };
  struct Progress {
    std::set<std::string> in_flight;
    std::vector<std::pair<std::string, Call>> to_start;  // by name
    std::optional<Challenge> challenge;
    MessageId link_looked_at;     // the consumer's newest step of a link that was taken up
    std::set<Digest> at_desk;     // requests for a person that have no entry yet
    std::set<Digest> looking_up;  // keys whose next look-up is planned or under way
    std::set<Digest> absent;      // keys of which the last look-up said that they never came
    std::set<Digest> hanging;     // keys whose execute() was given up and has not come back
  };
  // What is asked of the back office, on a worker and without this agent: a call that hangs may
  // come back when the agent is gone. What it returns is done in a later batch.
  struct Errand {
    std::function<std::function<void(Room&)>()> ask;
    std::function<void(Room&)> unanswered;
    std::function<void(Room&)> late;
    std::int64_t timeout_ms = 0;
  };

  void respond_once(Room& room);
  // Each says at most what is due, and returns true if it said something or started work that the
  // steps after it must wait for.
  bool route_handoff(Room& room);
  void settle_at_desk(const Case& casefile);
  bool hand_over(Room& room);
  bool acknowledge_right(Room& room);
  void turn_to_person(Room& room);
  bool answer_link(Room& room);
  bool perform_terms(Room& room);
  bool answer_claim(Room& room);
  bool propose_close(Room& room);

  bool require_link(Room& room, const std::string& assurance);
  void start_code(Room& room, const LinkStart& start, const Message& message);
  void start_proof(Room& room, const LinkProve& prove, const Message& message);
  void finish_link(Room& room, const std::string& method, std::optional<std::string> account);
  void say_link(Room& room, const Speech& speech);
  std::string account_of(Room& room) const;  // that is linked now
  std::string account_of(Room& room, const std::optional<AccountLink>& link) const;
  std::optional<AccountLink> account_link_for(const Room& room, const Binding& binding) const;
  PartTexts texts_of(const Room& room, const Message& message) const;
  void start_facts(Room& room, std::uint16_t claim);
  void decide_claim(Room& room, const Facts& known);
  Verdict verdict_of(const Situation& situation) const;
  bool start_performance(Room& room, const Binding& binding, const TermState& term,
                         const KeyRecord& key);
  Order order_of(Room& room, const Binding& binding, const Term& term) const;
  PartTexts texts_for(const Room& room, const Binding& binding) const;
  bool is_linked_enough(const Room& room, const Binding& binding) const;
  bool awaits_link(const Room& room, const Binding& binding) const;
  bool awaits_consumer(Room& room, const Binding& binding);
  // True if it is under way; what stands in its way is its end.
  bool carry_out(Room& room, const Binding& binding, const Order& order);
  std::string_view obstacle_to(const Room& room, const Binding& binding, const Order& order) const;
  void note_begun(const CaseRecord& record);
  void execute(const Order& order);
  std::int64_t lookup_delay_ms(std::uint32_t answers) const;
  void look_up(const Order& order, std::int64_t delay_ms);
  bool never_came(const Order& order);
  void take_answer(Room& room, const Order& order, const Performance& answer);
  void take_lookup(Room& room, const Order& order, const Performance& answer);
  Status tell(Room& room, const Term& term, const PerformanceRecord& result);
  void tell_later(Room& room, const TermState& term, const PerformanceRecord& result);
  void ask_for_person(Room& room, std::string_view reason);
  bool is_in_flight(const CaseId& case_id, const std::string& name) const;
  // Runs on a worker once the batch is durable. One errand of a name at a time.
  void later(const CaseId& case_id, const std::string& name, Errand errand);
  Call call_for(const CaseId& case_id, const std::string& name, Errand errand);
  // In a later batch.
  void post(const CaseId& case_id, const std::string& name, std::function<void(Room&)> what);

  ServiceAgentParts parts_;
  Digest policy_digest_;
  Exposure exposure_;
  RemediesBegun begun_;
  const std::shared_ptr<CodeLimit> code_limit_ = std::make_shared<CodeLimit>();
  bool frozen_ = false;
  Sequencer* sequencer_ = nullptr;
  mutable std::mutex mutex_;  // of progress_: read by is_working from other threads
  std::map<CaseId, Progress> progress_;
};

}  // namespace entente
