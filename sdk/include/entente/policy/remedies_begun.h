#pragma once
// What a brand has begun to make good: whoever is about to carry out a promise asks here first, so
// that nothing is given twice, whatever promised it: an agreement, a right said in another case, or
// another claim about the same line of an order.
//
//     if (!begun.has_other(remedy, asked_ms)) begun.begin(remedy, now_ms);
//
// Offers are decided by what is promised (exposure.h); a right is never refused, and asks no facts
// before it is owed. Pure.

#include <entente/casefile/case.h>
#include <entente/policy/exposure.h>

#include <array>
#include <functional>
#include <optional>
#include <unordered_map>

namespace entente {

// kind_of_remedy() of all that replace or repay a thing.
inline constexpr std::string_view made_good = "made_good";

// One term that is to be carried out, and what it makes good.
struct Remedy {
  MessageId source;  // what made it binding
  std::uint16_t term = 0;
  CaseId case_id;
  bool of_right = false;
  std::string kind;                   // see kind_of_remedy(); empty: moves no value
  bool gives_back = false;            // the price, or some of it, or what takes its place
  std::vector<std::uint16_t> claims;  // empty: all of its case
  std::vector<OrderLine> things;
};

// A right is about the lines of its claims, of all of them if it names none, and about the order
// that is its subject. `text_of`: what a part says, if it is there.
Remedy remedy_of(const Case& casefile, const Binding& binding, const Term& term,
                 const std::function<std::optional<std::string>(const PartRef&)>& text_of);

class RemediesBegun {
 public:
  // Said again, it changes nothing.
  void begin(const Remedy& remedy, std::int64_t at_ms);
  void end(const MessageId& source, std::uint16_t term, std::int64_t at_ms);
  // It failed: nothing was given.
  void take_back(const MessageId& source, std::uint16_t term);
  bool knows(const MessageId& source, std::uint16_t term) const {
    return begun_.contains({source, term});
  }
  // Another source has begun to make this good, and had not ended by `since_ms`. One kind of
  // remedy is given once; beside a right, nothing that gives back the price.
  bool has_other(const Remedy& remedy, std::int64_t since_ms) const;
  // Nothing more is begun in this case, unless it goes on: then all of it is begun again.
  void end_case(const CaseId& case_id);
  // Forgets what was begun more than a year ago.
  void let_pass(std::int64_t now_ms);

 private:
  using Key = std::pair<MessageId, std::uint16_t>;  // source and term
  struct Begun {
    Remedy remedy;
    std::int64_t at_ms = 0;
    std::int64_t ended_ms = 0;  // 0: not
  };
  using Keys = std::set<Key>;
  // All that is left once its case has ended, for each thing: a year of it is remembered.
  struct Settled {
    std::array<std::uint64_t, 2> source{};  // half of its id: two that are alike take 2^64 tries
    std::int64_t at_ms = 0;
    std::int64_t ended_ms = 0;
    std::uint32_t line = 0;  // their numbers
    std::uint32_t kind = 0;
    std::uint16_t term = 0;
    bool of_right = false;
    bool gives_back = false;
  };

  bool has_settled(const Remedy& remedy, const OrderLine& thing, std::int64_t since_ms) const;
  void settle(const Key& key);
  void unsettle(const Key& key, const Remedy& remedy);
  std::uint32_t number_of(const std::string& name);
  void drop(std::map<Key, Begun>::iterator found);

  std::map<Key, Begun> begun_;
  std::map<std::string, Keys, std::less<>> of_order_;
  std::map<CaseId, Keys> of_case_;
  // By the hash of the order. Two orders that have one hash are taken for one, and a person sees.
  std::unordered_multimap<std::size_t, Settled> settled_;
  std::map<std::string, std::uint32_t, std::less<>> numbers_{{std::string(), 0}};
  std::int64_t passed_ms_ = 0;
};

}  // namespace entente
