#include <entente/policy/policy_test_file.h>
#include <entente/protocol/vocabulary.h>

#include <algorithm>
#include <deque>

#include "choosing.h"
#include "reading.h"
#include "wants.h"

namespace entente {
namespace {

using policy::ClaimView;

// 2026-11-22, unless a test names another day.
constexpr std::int64_t default_now_ms = 1'795'305'600'000;
constexpr const char* account = "customer";

// A remedy with the amount that goes to the consumer, or that the consumer pays.
struct Item {
  std::string remedy;
  std::string amount;  // "EUR 5.00", "pays EUR 5.00"; empty: any
};

struct Expectation {
  std::string kind;  // offer, refused, declined, person, nothing
  std::string code;
  std::vector<Item> items;
  std::string rule;  // empty: any
};

struct TestCase {
  std::string name;
  std::string where;
  policy::Want want;
  policy::PartPool pool;
  Facts facts;
  std::string language = "en";
  std::string assurance;
  std::int64_t now_ms = default_now_ms;
  Exposure exposure;
  std::vector<Offer> counters;
  Expectation expected;
};

std::string join(const std::vector<Item>& items) {
  std::string text;
  for (const Item& item : items) {
    if (!text.empty()) text += ", ";
    text += item.remedy;
    if (!item.amount.empty()) text += " " + item.amount;
  }
  return text;
}

std::string describe(const Expectation& one) {
  std::string text = one.kind;
  if (!one.items.empty()) text += " " + join(one.items);
  if (!one.code.empty()) text += " " + one.code;
  if (!one.rule.empty()) text += " by " + one.rule;
  return text;
}

std::string describe_amount(const Term& term) {
  if (const auto value = money_to_consumer(term)) return format_money(*value);
  const auto* change = std::get_if<OrderChange>(&term.shape);
  const bool pays =
      change && change->settlement && change->settlement->direction == Settlement::Direction::pays;
  return pays ? "pays " + format_money(change->settlement->amount) : "";
}

Expectation found_in(const Verdict& verdict) {
  Expectation found;
  found.rule = verdict.rule;
  if (!verdict.person_reason.empty()) {
    found.kind = "person";
    found.code = verdict.person_reason;
  } else if (!verdict.speech) {
    found.kind = "nothing";
  } else if (const auto* offer = std::get_if<Offer>(&verdict.speech->body)) {
    found.kind = "offer";
    for (const Term& term : offer->terms) {
      found.items.push_back({term.purpose, describe_amount(term)});
    }
  } else if (const auto* determine = std::get_if<Determine>(&verdict.speech->body)) {
    found.kind = "refused";
    found.code = determine->reason;
  } else if (const auto* decline = std::get_if<Decline>(&verdict.speech->body)) {
    found.kind = "declined";
    found.code = decline->reason;
  }
  return found;
}

bool matches(const Expectation& expected, const Expectation& found) {
  const bool same_head = expected.kind == found.kind && expected.code == found.code &&
                         (expected.rule.empty() || expected.rule == found.rule);
  return same_head && expected.items.size() == found.items.size() &&
         std::ranges::all_of(expected.items, [&](const Item& wanted) {
           return std::ranges::any_of(found.items, [&](const Item& item) {
             return item.remedy == wanted.remedy &&
                    (wanted.amount.empty() || wanted.amount == item.amount);
           });
         });
}

Result<Fact> read_fact(const YamlEntry& entry, const PolicyRules& rules) {
  ENTENTE_LET(declared, policy::read_fact_name(entry.key, rules));
  Fact fact{declared->name, Scalar(Unknown{})};
  if (entry.value.kind() == YamlKind::null) return fact;
  if (declared->type != FactDeclaration::Type::list) {
    ENTENTE_LET(value, policy::read_literal(entry.value, *declared));
    fact.value = std::move(value);
    return fact;
  }
  Rows rows;
  ENTENTE_LET(items, entry.value.items());
  for (const YamlReader& item : items) {
    Row row;
    YamlReader::Names names;
    for (const FactDeclaration& field : declared->fields) names.push_back(field.name);
    ENTENTE_TRY(item.closed(names));
    for (const FactDeclaration& field : declared->fields) {
      const auto place = item.find(field.name);
      if (!place) continue;
      ENTENTE_LET(value, policy::read_literal(*place, field));
      row.fields.push_back({field.name, std::move(value)});
    }
    rows.list.push_back(std::move(row));
  }
  fact.value = std::move(rows);
  return fact;
}

// Only purpose and amount of a counter matter to a policy.
Result<Term> read_counter_term(const YamlEntry& entry) {
  Term term;
  ENTENTE_LET(remedy, policy::read_remedy_word(entry.key));
  term.purpose = std::move(remedy);
  term.claims = {1};
  term.shape = Goods{};
  if (entry.value.kind() != YamlKind::null) {
    ENTENTE_LET(money, policy::read_exact_money(entry.value));
    term.shape = MoneyTo{std::move(money), "original_payment"};
  }
  return term;
}

Result<Offer> read_counter(const YamlReader& place) {
  Offer offer;
  ENTENTE_LET(entries, place.entries());
  if (entries.empty()) return place.refuse("expected at least one remedy");
  for (const YamlEntry& entry : entries) {
    ENTENTE_LET(term, read_counter_term(entry));
    term.id = static_cast<std::uint16_t>(offer.terms.size() + 1);
    offer.terms.push_back(std::move(term));
  }
  return offer;
}

Status read_given(const YamlReader& place, TestCase& test) {
  ENTENTE_LET(amounts, policy::read_amounts(place));
  std::uint8_t number = 1;
  for (const auto& [remedy, money] : amounts) {
    Term term;
    term.purpose = remedy;
    term.shape = MoneyTo{money, "original_payment"};
    MessageId id;
    id.bytes[31] = number++;
    const std::vector<Term> terms = {term};
    test.exposure.reserve(
        {.message = id, .case_id = {}, .account = account, .terms = terms, .at_ms = test.now_ms});
    test.exposure.keep(id);
  }
  return {};
}

Result<std::vector<Item>> read_items(const YamlReader& place) {
  std::vector<Item> items;
  ENTENTE_LET(entries, place.entries());
  if (entries.empty()) return place.refuse("expected at least one remedy");
  for (const YamlEntry& entry : entries) {
    ENTENTE_LET(remedy, policy::read_remedy_word(entry.key));
    Item item{std::move(remedy), {}};
    if (entry.value.kind() == YamlKind::map && entry.value.find("pays")) {
      ENTENTE_TRY(entry.value.closed({"pays"}));
      ENTENTE_LET(money, policy::read_exact_money(entry.value.field("pays")));
      item.amount = "pays " + format_money(money);
    } else if (entry.value.kind() != YamlKind::null) {
      ENTENTE_LET(money, policy::read_exact_money(entry.value));
      item.amount = format_money(money);
    }
    items.push_back(std::move(item));
  }
  return items;
}

Result<Expectation> read_expectation(const YamlReader& place) {
  ENTENTE_TRY(place.closed({"offer", "refused", "declined", "person", "nothing", "rule"}));
  Expectation expected;
  for (const char* kind : {"offer", "refused", "declined", "person", "nothing"}) {
    const auto found = place.find(kind);
    if (!found) continue;
    if (!expected.kind.empty()) return found->refuse("expected one verdict, found a second");
    expected.kind = kind;
    if (expected.kind == "offer") {
      ENTENTE_LET(items, read_items(*found));
      expected.items = std::move(items);
    } else if (expected.kind == "nothing") {
      ENTENTE_TRY(found->one_of({"true"}));
    } else {
      ENTENTE_LET(code, found->code());
      expected.code = std::move(code);
    }
  }
  if (expected.kind.empty()) {
    return place.refuse("expected a verdict: offer, refused, declined, person or nothing");
  }
  if (const auto rule = place.find("rule")) {
    ENTENTE_LET(code, rule->code());
    expected.rule = std::move(code);
  }
  return expected;
}

Status read_situation(const YamlReader& place, const PolicyRules& rules, TestCase& test) {
  if (const auto now = place.find("now")) {
    ENTENTE_LET(at_ms, now->instant_ms());
    test.now_ms = at_ms;
  }
  if (const auto language = place.find("language")) {
    ENTENTE_LET(code, language->code());
    test.language = std::move(code);
  }
  if (const auto assurance = place.find("assurance")) {
    ENTENTE_LET(code, policy::read_assurance(*assurance));
    test.assurance = std::move(code);
  }
  if (const auto facts = place.find("facts")) {
    ENTENTE_LET(entries, facts->entries());
    for (const YamlEntry& entry : entries) {
      ENTENTE_LET(fact, read_fact(entry, rules));
      test.facts.facts.push_back(std::move(fact));
    }
  }
  if (const auto given = place.find("given")) ENTENTE_TRY(read_given(*given, test));
  const auto counters = place.find("counters");
  if (!counters) return {};
  ENTENTE_LET(items, counters->items());
  for (const YamlReader& item : items) {
    ENTENTE_LET(counter, read_counter(item));
    test.counters.push_back(std::move(counter));
  }
  return {};
}

Result<TestCase> read_test(const YamlReader& place, const PolicyRules& rules) {
  ENTENTE_TRY(place.closed(
      {"name", "want", "now", "language", "assurance", "facts", "given", "counters", "expect"}));
  TestCase test;
  ENTENTE_LET(name, place.field("name").text());
  test.name = std::move(name);
  test.where = place.where();
  ENTENTE_LET(want, policy::read_want(place.field("want"), {}, test.pool));
  test.want = std::move(want);
  test.want.claim.claim_id = 1;
  ENTENTE_TRY(read_situation(place, rules, test));
  ENTENTE_LET(expected, read_expectation(place.field("expect")));
  test.expected = std::move(expected);
  return test;
}

MessageId numbered(std::uint8_t place, std::uint8_t number) {
  MessageId id;
  id.bytes[place] = number;
  return id;
}

std::vector<PartRef> references_of(const policy::PartPool& pool) {
  std::vector<PartRef> parts;
  for (const NewPart& part : pool.parts()) {
    const auto number = static_cast<std::uint8_t>(parts.size() + 1);
    parts.push_back({numbered(2, number), part.media_type, part.content.size(), part.part_class});
  }
  return parts;
}

// The talk up to the last counter: the brand's offers stand as they are made.
class Talk {
 public:
  explicit Talk(ClaimView& view) : view_(view) {}

  void let_brand_say(const Verdict& verdict) {
    const auto* offer = verdict.speech ? std::get_if<Offer>(&verdict.speech->body) : nullptr;
    view_.counter.reset();
    if (!offer) return;
    offers_.push_back(*offer);
    view_.own = {numbered(0, static_cast<std::uint8_t>(offers_.size())), &offers_.back()};
    view_.offered = true;
    waiting_ = true;
    for (const Term& term : offer->terms) view_.offered_remedies.push_back(term.purpose);
  }
  void let_consumer_counter(const Offer& counter) {
    view_.counter = {numbered(1, static_cast<std::uint8_t>(++counters_)), &counter};
    if (waiting_) ++view_.rounds;
    waiting_ = false;
  }

 private:
  ClaimView& view_;
  std::deque<Offer> offers_;  // keeps its places
  int counters_ = 0;
  bool waiting_ = false;
};

TestOutcome run(const TestCase& test, const PolicyRules& rules) {
  const auto parts = references_of(test.pool);
  ClaimView view{rules,
                 test.want.claim,
                 parts,
                 test.language,
                 {rules, test.facts, test.now_ms},
                 test.exposure,
                 account,
                 test.assurance,
                 false,
                 std::nullopt,
                 std::nullopt,
                 0,
                 false,
                 false,
                 {},
                 {}};
  Talk talk(view);
  Verdict verdict = policy::decide_claim(view);
  for (const Offer& counter : test.counters) {
    talk.let_brand_say(verdict);
    talk.let_consumer_counter(counter);
    verdict = policy::decide_claim(view);
  }
  const Expectation found = found_in(verdict);
  return {test.name, test.where, matches(test.expected, found), describe(test.expected),
          describe(found)};
}

}  // namespace

Result<std::vector<TestOutcome>> run_policy_tests(const Policy& policy, std::string_view text,
                                                  std::string_view file_name) {
  ENTENTE_LET(tree, parse_yaml(text, file_name));
  const YamlReader root(tree, file_name, ErrorCode::policy_invalid);
  ENTENTE_TRY(root.closed({"entente", "tests"}));
  ENTENTE_TRY(root.field("entente").one_of({"policy-test/1"}));
  ENTENTE_LET(items, root.field("tests").items());
  if (items.empty()) return root.field("tests").refuse("expected at least one test");
  std::vector<TestOutcome> outcomes;
  for (const YamlReader& item : items) {
    ENTENTE_LET(test, read_test(item, policy.rules()));
    outcomes.push_back(run(test, policy.rules()));
  }
  return outcomes;
}

}  // namespace entente
