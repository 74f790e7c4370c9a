#pragma once
// What a brand has promised and may still have to keep: reserved when an offer is made, released
// when it ends without agreement, kept when it is agreed. Policies cap it.
//
//     exposure.reserve(offer_id, "cust-17", offer.terms, now_ms);
//     exposure.to_customer("cust-17", "refund", a_year_ago_ms).money["EUR"]
//
// Pure: the same calls in the same order give the same exposure, today and in a replay.

#include <entente/protocol/terms.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace entente {

// The names under which a term counts for caps and assurances: its purpose, its shape, and the
// groups `refund` (purposes refund_..., or a settlement the consumer receives) and `compensation`.
std::vector<std::string> families_of(const Term& term);
// What a term moves to the consumer; a settlement the consumer pays moves nothing.
std::optional<Money> money_to_consumer(const Term& term);

// How often, and how much per currency in minor units.
struct Promised {
  std::int64_t count = 0;
  std::map<std::string, std::int64_t> money;
  bool operator==(const Promised&) const = default;
};

class Exposure {
 public:
  // The brand's terms of an offer, a grant or a right, promised to this account. A second call for
  // the same message changes nothing.
  void reserve(const MessageId& offer, std::string_view account, const std::vector<Term>& terms,
               std::int64_t at_ms);
  // The offer ended without agreement. What was kept is not released.
  void release(const MessageId& offer);
  // It was agreed: it counts until its period is over.
  void keep(const MessageId& offer);
  // Drops what was promised before this instant.
  void forget_before(std::int64_t at_ms);

  // Of one account, since `from_ms`; without `except`, an offer about to be replaced.
  Promised to_customer(std::string_view account, std::string_view family, std::int64_t from_ms,
                       const MessageId& except = {}) const;
  // To all, on the UTC day of `at_ms`.
  Promised on_day(std::string_view family, std::int64_t at_ms, const MessageId& except = {}) const;

 private:
  struct Promise {
    std::string account;
    std::int64_t at_ms = 0;
    bool kept = false;
    std::map<std::string, Promised> families;
  };
  void count_in(const Promise& promise, int sign);

  std::map<MessageId, Promise> promises_;
  std::map<std::string, std::vector<MessageId>, std::less<>> of_account_;
  std::map<std::int64_t, std::map<std::string, Promised, std::less<>>> days_;  // by UTC day
};

}  // namespace entente
