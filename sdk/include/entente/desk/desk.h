#pragma once
// Where requests for a human go. A desk cannot refuse one: it says when and how, and keeps saying
// it until a person joins.
//
//     QueueDesk desk({.shift_ms = 180'000});        // first come, first served, within open hours
//
// Rules: protocol/spec/08-handoff.md.

#include <entente/casefile/handoff_machine.h>
#include <entente/protocol/card.h>
#include <entente/protocol/primitives.h>

#include <map>
#include <memory>

namespace entente {

// A request as the desk sees it.
struct TicketView {
  Digest hid;
  CaseId case_id;
  const HandoffRequest& request;
  std::string_view assurance;  // of the link: never needed, but it orders the queue
};

class Desk {
 public:
  virtual ~Desk() = default;
  // In the batch that admits the request: at once, and without asking anybody.
  virtual Route route(const TicketView& ticket, std::int64_t now_ms) = 0;
  // The same ticket later, when an update is due.
  virtual Route update(const TicketView& ticket, std::int64_t now_ms) = 0;
  // It is over: joined, withdrawn, concluded.
  virtual void leave(const Digest& hid) = 0;
};

struct QueueDeskOptions {
  HumanAvailability human;               // as published on the card
  std::int64_t per_ticket_ms = 180'000;  // how long one ticket keeps a person, for estimates
  std::int64_t update_every_ms = 60'000;
  std::int64_t reply_within_ms = 86'400'000;  // of an answer given later
};

// One queue: people who are present first, then by the time they asked. Outside open hours it says
// when it opens, and offers a slot and an answer in writing.
class QueueDesk final : public Desk {
 public:
  explicit QueueDesk(QueueDeskOptions options);
  ~QueueDesk() override;
  Route route(const TicketView& ticket, std::int64_t now_ms) override;
  Route update(const TicketView& ticket, std::int64_t now_ms) override;
  void leave(const Digest& hid) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// True within the published hours. Pure.
bool is_open(const HumanAvailability& human, std::int64_t at_ms);
// The next instant at which the hours begin; 0 if none are published. Pure.
std::int64_t next_opening_ms(const HumanAvailability& human, std::int64_t at_ms);

}  // namespace entente
