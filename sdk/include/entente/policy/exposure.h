#pragma once
// What a brand has promised and may still have to keep: reserved when an offer is made, released
// when it ends without agreement, kept when it is agreed. Policies cap it, and nothing is made good
// twice.
//
//     exposure.reserve({.message = offer_id, .case_id = case_id, .account = "cust-17", ...});
//     exposure.to_customer("cust-17", "refund", a_year_ago_ms).money["EUR"]
//
// Pure: the same calls in the same order give the same exposure, today and in a replay.

#include <entente/protocol/terms.h>

#include <array>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace entente {

// The names under which a term counts for caps and assurances: its purpose, its shape, and the
// groups `refund` (purposes refund_..., or a settlement the consumer receives) and `compensation`.
std::vector<std::string> families_of(const Term& term);
// Remedies that stand for one another have one name; what moves no value has none.
std::string kind_of_remedy(const Term& term);
// What a term moves to the consumer; a settlement the consumer pays moves nothing.
std::optional<Money> money_to_consumer(const Term& term);

// How often, and how much per currency in minor units.
struct Promised {
  std::int64_t count = 0;
  std::map<std::string, std::int64_t> money;
  bool operator==(const Promised&) const = default;
};

// A promise as it was made: the brand's terms of an offer, a grant or a right.
struct Pledge {
  MessageId message;
  CaseId case_id;
  std::string account;
  const std::vector<Term>& terms;
  std::int64_t at_ms = 0;
  std::int64_t until_ms = 0;  // nobody can take it up later, unless it is kept
};

// What can be made good once: a line of an order, by the names the brand's own papers give them;
// an empty line is the whole order.
struct OrderLine {
  std::string order;
  std::string line;
};

class Exposure {
 public:
  Exposure() = default;
  // Its parts point at one another.
  Exposure(const Exposure&) = delete;
  Exposure& operator=(const Exposure&) = delete;
  Exposure(Exposure&&) = default;
  Exposure& operator=(Exposure&&) = default;

  // A second call for the same message changes nothing.
  void reserve(const Pledge& pledge);
  // It can be taken up until then. False if it is not reserved.
  bool extend(const MessageId& offer, std::int64_t until_ms);
  // The offer ended without agreement. What was kept is not released.
  void release(const MessageId& offer);
  // It was agreed: it counts until its period is over.
  void keep(const MessageId& offer);
  // All of it was performed at this instant; 0: not, or not any more.
  void carry_out(const MessageId& promise, std::int64_t at_ms);
  // Releases what nobody can take up any more, and forgets what no cap looks back to. Called
  // before each decision, with its time.
  void let_pass(std::int64_t now_ms);

  // Of one account, since `from_ms`; without `except`, an offer about to be replaced.
  Promised to_customer(std::string_view account, std::string_view family, std::int64_t from_ms,
                       const MessageId& except = {}) const;
  // To all, on the UTC day of `at_ms`.
  Promised on_day(std::string_view family, std::int64_t at_ms, const MessageId& except = {}) const;

  // What a claim is about, said once. `all_known`: none of it is withheld.
  void note_claim(const CaseId& case_id, std::uint16_t claim, const std::vector<OrderLine>& things,
                  bool all_known);
  bool knows_claim(const CaseId& case_id, std::uint16_t claim) const {
    return things_.contains({case_id, claim});
  }
  // Nothing more is promised in this case; what was, counts on.
  void end_case(const CaseId& case_id);
  // True if this term would make good what another claim, here or in another case, is promised to
  // be made good by: repair, replacement, refund and price reduction stand for one another, any
  // other remedy in money, credit or goods for itself. Facts that were asked for after a promise
  // was carried out know of it, and decide themselves.
  bool is_given_elsewhere(const CaseId& case_id, const Term& term,
                          std::int64_t facts_asked_ms) const;
  // False once a claim was about something that is withheld.
  bool knows_all_things() const { return knows_all_things_; }

 private:
  using ClaimKey = std::pair<CaseId, std::uint16_t>;
  // A year of promises is remembered: what they have in common is written once, and has a number.
  using Name = std::uint32_t;
  struct Promise;
  struct Given {
    Name kind = 0;     // of remedy
    std::string line;  // of the order; empty: the whole of it
    std::uint16_t claim = 0;
    const Promise* promise = nullptr;
  };
  using Orders = std::map<std::string, std::vector<Given>, std::less<>>;
  // What counts against caps: of terms that count for the same families, in one currency.
  struct Share {
    Name families = 0;  // a set of names
    Name currency = 0;  // that of no money is empty
    std::uint32_t count = 0;
    std::int64_t amount = 0;
  };
  using Accounts = std::map<std::string, std::vector<const Promise*>, std::less<>>;
  struct Promise {
    CaseId case_id;
    Accounts::iterator account;
    std::int64_t at_ms = 0;
    std::int64_t until_ms = 0;
    std::int64_t carried_out_ms = 0;  // 0: not yet
    bool kept = false;
    std::vector<Share> shares;
    std::vector<Orders::iterator> orders;  // of which it makes something good
  };
  using Promises = std::unordered_map<MessageId, Promise>;
  // Half of a message's id: two that are alike take 2^64 tries.
  using Mark = std::array<std::uint64_t, 2>;
  // All that is left of a promise that was kept, whose case has ended and that made no order good:
  // for each of its shares.
  struct Settled {
    Mark message;
    std::int64_t at_ms = 0;
    Share share;
  };
  struct Sum {
    std::uint64_t count = 0;
    std::int64_t amount = 0;
  };
  using Day = std::map<std::pair<Name, Name>, Sum>;  // by family and currency

  Name name_of(std::string_view text);
  Name set_of(std::vector<Name> names);
  void give(Promise& promise, const Term& term);
  void count_in(const Promise& promise, int sign);
  void settle(Promises::iterator found);
  bool unsettle(const Pledge& pledge);
  void leave_account(const Promise& promise);
  Promises::iterator drop(Promises::iterator found);
  void add(Promised& sum, Name currency, const Sum& more, int sign) const;
  void add_shares(Promised& sum, std::span<const Share> shares, Name family, int sign) const;
  static Mark mark_of(const MessageId& message);

  std::map<std::string, Name, std::less<>> names_;
  std::vector<const std::string*> spelled_;  // by number
  std::map<std::vector<Name>, Name> sets_;
  std::vector<const std::vector<Name>*> members_;  // by number of the set
  Promises promises_;
  std::map<CaseId, std::vector<MessageId>> of_case_;      // of cases that have not ended
  std::set<std::pair<std::int64_t, MessageId>> lapsing_;  // by until_ms: what is not kept
  Accounts of_account_;
  // By account, in order of time: one may have many, and where nobody is linked it has them all.
  std::map<std::string, std::vector<Settled>, std::less<>> settled_;
  std::map<std::int64_t, Day> days_;  // by UTC day
  std::map<ClaimKey, std::vector<OrderLine>> things_;
  Orders orders_;
  std::int64_t forgotten_before_ms_ = 0;
  bool knows_all_things_ = true;
};

}  // namespace entente
