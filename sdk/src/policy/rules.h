#pragma once
// A policy file, read and typed. docs/reference/policy-yaml.md shows the same as YAML.

#include <entente/policy/policy.h>
#include <entente/protocol/facts.h>
#include <entente/protocol/terms.h>

#include <map>
#include <optional>

namespace entente {
namespace policy {

enum class Operator : std::uint8_t { is, in, at_least, at_most, within, same_as, not_same_as, any };

// One condition. It applies if all of `when` hold, and else holds by itself.
struct Check {
  std::vector<Check> when;
  std::string every;  // a list fact: must hold in each row; empty = not a list
  std::string fact;   // or, with `every`, a field of the rows
  Operator op = Operator::is;
  std::vector<Scalar> values;  // the right side: one literal, several with `in`
  std::string other;           // or a fact
  std::vector<Check> any;      // one must hold
  std::string reason;          // `else`: why the claim is refused; empty inside `when` and `any`
  std::string basis;           // of that refusal; empty = the rule's
};

// An amount that is written, or is a fact, or is not said.
struct Amount {
  std::string fact;
  Money written;
  bool is_said() const { return !fact.empty() || written.is_said(); }
};

struct SettlementRule {
  bool priced = false;  // from the facts price.direction and price.difference
  Settlement::Direction direction = Settlement::Direction::unset;
  Amount amount;
  std::string method_fact;
};

struct ReturnRule {
  std::string how;
  Party fees = Party::brand;
  std::int64_t by_ms = 0;
};

// How a remedy is worded as a term.
struct RemedyRule {
  std::string purpose;
  std::string shape;
  std::string basis;
  Due due;
  std::optional<ReturnRule> returned;
  bool blocks = false;
  bool loaner = false;
  Amount amount;
  std::string to;
  std::int64_t lasts_ms = 0;  // of a credit or hold
  std::string plan;
  std::string effective;
  std::string field;
  std::string what;
};

struct RequestRule {
  std::string name;  // "order_change.items"
  std::vector<Check> require;
  std::map<std::string, std::vector<std::string>> values;  // of the wish, by field
  std::string values_reason;
  Ground ground = Ground::entitlement;
  std::string basis;
  Due due;
  std::optional<SettlementRule> settlement;
  Amount amount;
};

// "goods_nonconformity.defective", or a whole category.
struct ClaimPattern {
  std::string category;
  std::string code;  // empty = all
  bool matches(const Claim& claim) const {
    return category == claim.category && (code.empty() || code == claim.code);
  }
  std::string name() const { return code.empty() ? category : category + "." + code; }
};

struct Cap {
  enum class Period : std::uint8_t { customer_day, day, customer_year };
  Period period = Period::customer_day;
  std::string family;
  std::optional<std::int64_t> count;
  std::vector<Money> money;  // at most one per currency
};
std::string_view name(Cap::Period period);

struct EntitlementRule {
  ClaimPattern pattern;
  std::vector<Check> when;
  bool all_of = false;
  std::vector<RemedyRule> owes;
  std::string offer_first;
};

struct ConcessionRule {
  ClaimPattern pattern;
  std::vector<Check> when;
  std::string name;
  RemedyRule remedy;
  std::vector<Money> steps;  // never falling, one currency
  std::string assurance;
  std::vector<Cap> caps;
};

struct NeverRule {
  ClaimPattern pattern;
  std::vector<Check> when;
};

struct RightRule {
  std::vector<RemedyRule> duties;
  std::string link;
  std::int64_t link_within_ms = 0;
};

struct OfferRules {
  std::int64_t valid_for_ms = 0;
  std::int64_t hold_ms = 0;
  std::int64_t toll_max_ms = 0;
  std::string lapse_if;
};

struct LinkRules {
  std::vector<std::string> methods;
  std::map<std::string, std::string> assurance;  // by family
  std::string otherwise;
  bool payout_to_original = false;
  std::vector<Check> payout_or_when;
};

}  // namespace policy

struct PolicyRules {
  std::string text;
  std::string name;
  Environment environment = Environment::unset;
  std::int64_t answer_within_ms = 0;
  std::vector<FactDeclaration> facts;
  policy::LinkRules link;
  bool sequential = true;
  bool refetch_each = true;
  std::map<std::string, std::vector<policy::Check>> checks;
  std::vector<policy::RequestRule> requests;
  std::vector<policy::EntitlementRule> entitlements;
  std::vector<policy::ConcessionRule> concessions;
  std::vector<policy::NeverRule> never_automate;
  std::map<std::string, policy::RightRule> rights;
  std::vector<policy::Cap> caps;
  policy::OfferRules offers;
  std::int64_t contest_for_ms = 0;
  std::int64_t reopen_for_ms = 0;
  std::string adr_body;
  std::string adr_url;
  bool adr_participates = false;
  // By code, then in the order written: language, text.
  std::map<std::string, std::vector<std::pair<std::string, std::string>>, std::less<>> reasons;
};

namespace policy {
// The words of a reason, as Policy::reason_text says.
std::string_view reason_words(const PolicyRules& rules, std::string_view code,
                              std::string_view language);
}  // namespace policy

}  // namespace entente
