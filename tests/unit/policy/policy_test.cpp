#include <entente/policy/policy.h>

#include "catch.h"
#include "policy_samples.h"
#include "shared_data.h"

using namespace entente;
using namespace entente::tests;
using namespace std::string_literals;

namespace {

// A whole policy, small; what a test changes is given by key.
struct Sections {
  std::string facts =
      "  item.age: {type: duration}\n  item.price: {type: money}\n"
      "  order.status: {type: code, values: [pending, sent]}\n"
      "  order.at: {type: instant}\n  order.mine: {type: bool}\n  order.count: {type: count}\n"
      "  order.ref: {type: ref}\n  order.rows: {type: list, of: {ok: bool}}\n";
  std::string more;
  std::string offers = "{valid_for: 1h}";

  std::string text() const {
    return "entente: policy/1\nname: small\nenvironment: sandbox\nanswer_within: 10s\nfacts:\n" +
           facts + more + "otherwise: handoff\noffers: " + offers +
           "\nclose: {contest_for: 1d, reopen_for: 1d}\nreasons: {no: {en: \"No.\"}}\n";
  }
};

std::string refused(const std::string& text) {
  const auto policy = Policy::parse(text, "p.yaml");
  if (policy) return "(read)";
  CHECK(policy.error().code == ErrorCode::policy_invalid);
  return policy.error().detail;
}

std::string refused_more(const std::string& more) {
  Sections sections;
  sections.more = more;
  return refused(sections.text());
}

// A request with this condition.
std::string refused_check(const std::string& check) {
  return refused_more("requests:\n  - for: record.address\n    require:\n      - " + check +
                      "\n    offer: {ground: entitlement, basis: b, as: asked}\n");
}

void check_all(const std::vector<std::pair<std::string, std::string>>& cases) {
  for (const auto& [more, message] : cases) {
    CAPTURE(more, message);
    const std::string found = refused_more(more);
    CAPTURE(found);
    CHECK(found.starts_with("p.yaml:"));
    CHECK(found.find(message) != std::string::npos);
  }
}

}  // namespace

TEST_CASE("the example policies are read", "[policy]") {
  for (const char* name : {"kettle", "retail"}) {
    CAPTURE(name);
    const Policy policy = example_policy(name);
    CHECK(policy.environment() == Environment::sandbox);
    CHECK(policy.answer_within_ms() == 10'000);
    CHECK(policy.text() == read_example(name + ".policy.yaml"s));
    CHECK(policy.claims_sequential());
  }
  const Policy retail = example_policy("retail");
  CHECK(retail.name() == "retail");
  CHECK(retail.link_methods() == std::vector<std::string>{"knowledge", "email_otp"});
  CHECK(retail.contest_for_ms() == 14 * day_ms);
  CHECK(retail.reopen_for_ms() == 90 * day_ms);
  CHECK(retail.find_fact("order.total")->type == FactDeclaration::Type::money);
  CHECK(retail.find_fact("request.swaps")->fields.size() == 2);
  CHECK(retail.find_fact("order.colour") == nullptr);
}

TEST_CASE("the policies of the worked examples are read as they stand", "[policy]") {
  const auto path = find_shared("WALKTHROUGHS.md");
  if (!path) return;
  const std::string text = read_file(*path);
  const auto blocks = find_blocks(text, "```yaml\n");
  REQUIRE(blocks.size() >= 3);
  const auto shop = Policy::parse(blocks[0], "shop.yaml");
  if (!shop) FAIL(describe(shop.error()));
  CHECK(shop->facts().size() == 15);
  // The second block continues the first file; its facts are the kettle's.
  std::string kettle = blocks[0];
  const auto cut = kettle.find("entitlements: []");
  const auto end = kettle.find("otherwise:");
  kettle.replace(cut, end - cut, blocks[1]);
  const auto at = kettle.find("  order.status:");
  kettle.insert(at, "  item.age: {type: duration}\n  item.misuse: {type: bool}\n");
  const auto both = Policy::parse(kettle, "kettle.yaml");
  if (!both) FAIL(describe(both.error()));
}

TEST_CASE("a reason speaks the language of the case, or the nearest", "[policy]") {
  const Policy retail = example_policy("retail");
  const auto words = [&](const char* language) {
    return std::string(retail.reason_text("not_your_order", language));
  };
  CHECK(words("en") == "We do not find this order on your account.");
  CHECK(words("es") == "No encontramos este pedido en su cuenta.");
  CHECK(words("es-mx") == words("es"));
  CHECK(words("nl") == words("en"));
  CHECK(words("") == words("en"));
  CHECK(retail.reason_text("no_such_reason", "en").empty());
  Sections spanish;
  std::string text = spanish.text();
  text.replace(text.find("{en: \"No.\"}"), 11, "{es: \"Nada.\"}");
  CHECK(Policy::parse(text, "p.yaml")->reason_text("no", "en") == "Nada.");
}

TEST_CASE("an assurance is reached by itself and by a higher one", "[policy]") {
  const std::vector<std::string> weakest_first = {"knowledge", "email_otp", "device_code", "oidc"};
  for (std::size_t has = 0; has < weakest_first.size(); ++has) {
    for (std::size_t needs = 0; needs < weakest_first.size(); ++needs) {
      CHECK(assurance_suffices(weakest_first[has], weakest_first[needs]) == (has >= needs));
    }
    CHECK(assurance_suffices(weakest_first[has], ""));
    CHECK_FALSE(assurance_suffices("", weakest_first[has]));
    CHECK_FALSE(assurance_suffices("retina", weakest_first[has]));
    CHECK_FALSE(assurance_suffices(weakest_first[has], "retina"));
  }
  CHECK(assurance_suffices("", ""));
  CHECK_FALSE(assurance_suffices("retina", "retina"));
}

TEST_CASE("an operator takes the types it can mean, and no other", "[policy][negative]") {
  struct Fact {
    const char* name;
    const char* type;
    const char* literal;
  };
  const std::vector<Fact> facts = {
      {"order.status", "code", "pending"}, {"order.mine", "bool", "true"},
      {"order.count", "count", "3"},       {"item.price", "money", "{cur: EUR, amt: 5}"},
      {"item.age", "duration", "3d"},      {"order.at", "instant", "2026-11-22"},
      {"order.ref", "ref", "card_1"},      {"order.rows", "list", "3"}};
  const std::map<std::string, std::string> takes = {
      {"is", "code bool count money duration instant ref"},
      {"in", "code count ref"},
      {"at_least", "count money duration instant"},
      {"at_most", "count money duration instant"},
      {"within", "instant"},
      {"same_as", "code bool count money duration instant ref"},
      {"not_same_as", "code bool count money duration instant ref"}};
  for (const Fact& fact : facts) {
    for (const auto& [op, types] : takes) {
      CAPTURE(fact.name, op);
      std::string right = fact.literal;
      if (op == "in") right = "[" + right + "]";
      if (op == "within") right = "3d";
      if (op == "same_as" || op == "not_same_as") right = "{fact: "s + fact.name + "}";
      const std::string found =
          refused_check("{fact: "s + fact.name + ", " + op + ": " + right + ", else: no}");
      const bool allowed = (" " + types + " ").find(" "s + fact.type + " ") != std::string::npos;
      if (allowed) {
        CHECK(found == "(read)");
      } else {
        CHECK(found.find(op + " does not take a fact of type " + fact.type) != std::string::npos);
      }
    }
  }
}

TEST_CASE("what is wrong in a condition is told with its place", "[policy][negative]") {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"{fact: order.stauts, is: pending, else: no}", "(did you mean \"order.status\"?)"},
      {"{fact: order.status, is: lost, else: no}", "expected one of pending, sent, found \"lost\""},
      {"{fact: order.mine, is: yes, else: no}", "expected true or false, found \"yes\""},
      {"{fact: order.count, is: many, else: no}", "expected a whole number, found \"many\""},
      {"{fact: item.price, at_most: 500, else: no}", "expected money in minor units"},
      {"{fact: item.price, at_most: {cur: XXX, amt: 5}, else: no}", "expected a currency in use"},
      {"{fact: item.age, at_most: soon, else: no}", "expected a duration such as"},
      {"{fact: order.at, within: soon, else: no}", "expected a duration such as"},
      {"{fact: order.at, at_least: soon, else: no}", "expected a time such as"},
      {"{fact: order.status, in: [], else: no}", "expected at least one value"},
      {"{fact: order.status, in: pending, else: no}", "expected a list"},
      {"{fact: order.status, in: [pending, lost], else: no}", "found \"lost\""},
      {"{fact: order.status, same_as: pending, else: no}", "expected another fact, as in"},
      {"{fact: order.status, same_as: {fact: order.ref}, else: no}",
       "expected a fact of type code, order.ref is of type ref"},
      {"{fact: order.count, at_least: {fact: item.age}, else: no}",
       "expected a fact of type count, item.age is of type duration"},
      {"{fact: order.status, is: {fact: order.status}, else: no}", "expected one of pending, sent"},
      {"{fact: order.status, is: pending, in: [sent], else: no}", "expected one operator"},
      {"{fact: order.status, else: no}", "expected an operator"},
      {"{fact: order.status, equals: pending, else: no}", "found \"equals\""},
      {"{is: pending, else: no}", "expected the key \"fact\", found none"},
      {"{fact: order.status, is: pending}", "expected the key \"else\", found none"},
      {"{fact: order.status, is: pending, else: nope}", "expected a reason with words"},
      {"{every: order.status, fact: ok, is: true, else: no}", "expected a fact of type list"},
      {"{every: order.rows, fact: okay, is: true, else: no}", "expected ok, found \"okay\""},
      {"{any: [], else: no}", "expected at least one condition"},
      {"{any: [{fact: order.mine, is: true, else: no}], else: no}", "found \"else\""},
      {"{any: [{fact: order.mine, is: true}], fact: order.mine, else: no}",
       "expected nothing else"},
      {"{when: {fact: order.mine, is: true}, fact: order.mine, is: true, else: no}",
       "expected a list"},
      {"{when: [{when: [], fact: order.mine, is: true}], fact: order.mine, is: true, else: no}",
       "found \"when\""},
      {"mine", "no checks are declared"},
      {"[mine]", "expected a map"}};
  for (const auto& [check, message] : cases) {
    CAPTURE(check);
    const std::string found = refused_check(check);
    CHECK(found.starts_with("p.yaml:17:"));
    CHECK(found.find(message) != std::string::npos);
    CAPTURE(found);
  }
  CHECK(refused_more("checks:\n  mine: [{fact: order.mine, is: true, else: no}]\nrequests:\n  - "
                     "for: record.address\n    require: [mien]\n    offer: {}\n") ==
        "p.yaml:18:15: expected mine, found \"mien\" (did you mean \"mine\"?)");
  CHECK(refused_more("checks:\n  a: [b]\n").find("p.yaml:15:7: expected a map") == 0);
}

TEST_CASE("what is wrong in a request is told with its place", "[policy][negative]") {
  const std::string offer = "offer: {ground: entitlement, basis: b, as: asked}";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"reqeusts: []\n", "p.yaml:14:1: expected one of entente, name,"},
      {"requests:\n  - for: order_change.colour\n    require: []\n    " + offer + "\n",
       "p.yaml:15:10: expected a kind of request"},
      {"requests:\n  - for: money.repair\n    require: []\n    " + offer + "\n",
       "p.yaml:15:10: expected a kind of request"},
      {"requests:\n  - for: record.address\n    " + offer + "\n",
       "p.yaml:15:5: expected the key \"require\""},
      {"requests:\n  - for: record.address\n    require: []\n    offer: {ground: gift, as: "
       "asked}\n",
       "p.yaml:17:21: expected one of entitlement, concession"},
      {"requests:\n  - for: record.address\n    require: []\n    offer: {ground: entitlement, as: "
       "asked}\n",
       "p.yaml:17:12: expected the key \"basis\""},
      {"requests:\n  - for: record.address\n    require: []\n    offer: {ground: entitlement, "
       "basis: b, as: wished}\n",
       "p.yaml:17:48: expected asked"},
      {"requests:\n  - for: money.refund_full\n    require: []\n    " + offer + "\n",
       "p.yaml:17:12: expected the key \"amount\""},
      {"requests:\n  - for: record.address\n    require: []\n    offer: {ground: entitlement, "
       "basis: b, as: asked, settlement: priced}\n",
       "only an order_change is settled"},
      {"requests:\n  - for: order_change.items\n    require: []\n    offer: {ground: entitlement, "
       "basis: b, as: asked, settlement: priced}\n",
       "needs a fact price.direction of type code"},
      {"requests:\n  - for: order_change.items\n    require: []\n    values: {reason: [a]}\n    "
       "else: no\n    " +
           offer + "\n",
       "p.yaml:17:13: a request for order_change.items has no values"},
      {"requests:\n  - for: record.address\n    require: []\n    " + offer +
           "\n  - for: record.address\n    require: []\n    " + offer + "\n",
       "p.yaml:18:10: expected one rule for each kind of request"}};
  check_all(cases);
}

TEST_CASE("what is wrong in an entitlement is told with its place", "[policy][negative]") {
  const std::string kettle =
      "entitlements:\n  - for: goods_nonconformity.defective\n    basis: b\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {kettle + "    owes: {one_of: [repairs]}\n", "p.yaml:17:21: expected a remedy"},
      {kettle + "    owes: {one_of: [payment_plan]}\n",
       "p.yaml:17:21: expected a remedy that a policy can word"},
      {kettle + "    owes: {one_of: [money.repair]}\n",
       "p.yaml:17:21: repair does not come as money"},
      {kettle + "    owes: {one_of: [refund_full]}\n",
       "p.yaml:17:21: refund_full needs an amount under terms"},
      {kettle + "    owes: {one_of: [repair, repair]}\n",
       "p.yaml:17:29: expected each remedy once"},
      {kettle + "    owes: {one_of: []}\n", "p.yaml:17:11: expected at least one remedy"},
      {kettle + "    owes: {some_of: [repair]}\n", "p.yaml:17:12: expected one of one_of, all_of"},
      {kettle + "    owes: {one_of: [repair], all_of: [repair]}\n", "not both"},
      {kettle + "    owes: {one_of: [repair]}\n    offer_first: replacement\n",
       "p.yaml:18:18: expected repair, found \"replacement\""},
      {kettle + "    owes: {all_of: [repair]}\n    offer_first: repair\n",
       "offer_first belongs to one_of"},
      {kettle + "    owes: {one_of: [repair]}\n    terms: {replacement: {}}\n",
       "p.yaml:18:13: expected repair, found \"replacement\""},
      {kettle + "    owes: {one_of: [repair]}\n    terms: {repair: {amount: {cur: EUR, amt: 1}}}\n",
       "p.yaml:18:22: expected one of due, return, blocks, basis, loaner"},
      {kettle + "    owes: {one_of: [repair]}\n    terms: {repair: {blocks: true}}\n",
       "blocks needs a return"},
      {kettle +
           "    owes: {one_of: [repair]}\n    terms: {repair: {due: {n: 3, from: condition}}}\n",
       "due from the condition needs a return"},
      {kettle + "    owes: {one_of: [repair]}\n    terms: {repair: {due: {n: 3, unit: weeks}}}\n",
       "expected one of hours, days, business_days, found \"weeks\""},
      {kettle + "    owes: {one_of: [repair]}\n    terms: {repair: {return: {how: by_bike, fees: "
                "brand, by: 3d}}}\n",
       "found \"by_bike\""},
      {kettle +
           "    when: [{fact: item.age, at_most: 3y, else: no}]\n    owes: {one_of: [repair]}\n",
       "found \"else\""},
      {"entitlements:\n  - for: goods.defective\n    basis: b\n    owes: {one_of: [repair]}\n",
       "p.yaml:15:10: expected a claim of the vocabulary"}};
  check_all(cases);
}

TEST_CASE("what is wrong in a bound is told with its place", "[policy][negative]") {
  const std::string wait =
      "concessions:\n  - for: goods_nonconformity.defective\n    name: wait\n    ";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {wait + "remedy: voucher\n    steps: []\n", "p.yaml:18:12: expected at least one step"},
      {wait + "remedy: voucher\n    steps: [{amount: {cur: EUR, amt: 5}}, {amount: {cur: EUR, amt: "
              "4}}]\n",
       "never fall"},
      {wait + "remedy: voucher\n    steps: [{amount: {cur: EUR, amt: 5}}, {amount: {cur: USD, amt: "
              "6}}]\n",
       "one currency"},
      {wait + "remedy: repair\n    steps: [{amount: {cur: EUR, amt: 5}}]\n",
       "p.yaml:17:13: expected a remedy in money or credit"},
      {wait + "remedy: voucher\n    steps: [{amount: {cur: EUR, amt: 5}}]\n    needs: {assurance: "
              "retina}\n",
       "p.yaml:19:24: expected one of knowledge, email_otp"},
      {wait +
           "remedy: voucher\n    steps: [{amount: {cur: EUR, amt: 5}}]\n    cap: {per_week: 3}\n",
       "p.yaml:19:11: expected one of per_customer_day"},
      {"never_automate: [{for: goods_nonconformity.dangerous}]\n",
       "p.yaml:14:24: expected a claim of the vocabulary"},
      {"caps: {per_day: {refunds: 3}}\n",
       "p.yaml:14:18: expected a remedy, a shape, refund or compensation"},
      {"caps: {per_day: {refund: many}}\n", "p.yaml:14:26: expected a whole number"},
      {"caps: {per_day: {refund: [{cur: EUR, amt: 1}, {cur: EUR, amt: 2}]}}\n",
       "expected each currency once"},
      {"link: {methods: [carrier_pigeon]}\n", "p.yaml:14:18: expected one of knowledge"},
      {"link: {methods: [knowledge], assurance: {goodies: knowledge}}\n",
       "expected a remedy, a shape"},
      {"link: {methods: [knowledge], payout: {to: original_method}}\n",
       "needs a fact method.ref of type ref"},
      {"rights: {return: {basis: b, duties: []}}\n", "p.yaml:14:10: expected a right"},
      {"rights: {withdrawal: {basis: b, duties: [repairs]}}\n", "expected a remedy"},
      {"rights: {withdrawal: {basis: b, duties: [], link: email_otp}}\n",
       "expected the key \"link_within\""},
      {"claims: {order: random}\n", "p.yaml:14:17: expected one of sequential, any"}};
  check_all(cases);
}

TEST_CASE("what is wrong in the frame is told with its place", "[policy][negative]") {
  const auto with = [](const std::string& from, const std::string& to) {
    std::string text = Sections().text();
    text.replace(text.find(from), from.size(), to);
    return refused(text);
  };
  CHECK(with("policy/1", "policy/2") ==
        "p.yaml:1:10: expected policy/1, found \"policy/2\" (did you mean \"policy/1\"?)");
  CHECK(with("name: small\n", "").find("expected the key \"name\"") != std::string::npos);
  CHECK(with("sandbox", "staging").find("p.yaml:3:14: expected one of sandbox") == 0);
  CHECK(with("10s", "fast").find("p.yaml:4:16: expected a duration") == 0);
  CHECK(with("otherwise: handoff", "otherwise: refuse").find("expected handoff") !=
        std::string::npos);
  CHECK(with("otherwise: handoff\n", "").find("\"otherwise\"") != std::string::npos);
  CHECK(with("reopen_for: 1d", "reopen_for: 1h").find("at least as long") != std::string::npos);
  CHECK(with("{en: \"No.\"}", "{}").find("expected words in at least one language") !=
        std::string::npos);
  CHECK(with("{en: \"No.\"}", "{en: \"\"}").find("expected the words of the reason") !=
        std::string::npos);
  for (const auto& [fact, message] : std::vector<std::pair<std::string, std::string>>{
           {"a: {type: text}", "expected one of code, bool, count"},
           {"a: {type: code}", "expected the key \"values\""},
           {"a: {type: code, values: []}", "expected at least one value"},
           {"a: {type: bool, values: [x]}", "only a fact of type code has values"},
           {"a: {type: list}", "expected the key \"of\""},
           {"a: {type: bool, of: {b: bool}}", "only a fact of type list has fields"},
           {"a: {type: list, of: {b: list}}", "expected one of code, bool"},
           {"a: {type: list, of: {b: code}}", "expected the values of a code"},
           {"a: bool", "expected a map of"},
           {"A: {type: bool}", "expected a code"}}) {
    CAPTURE(fact);
    CHECK(with("item.age: {type: duration}", fact).find(message) != std::string::npos);
  }
  CHECK(with("{valid_for: 1h}", "{valid_for: 0s}").find("valid for some time") !=
        std::string::npos);
  CHECK(with("{valid_for: 1h}", "{valid_for: 1h, lapse_if: item.age}").find("fact of type bool") !=
        std::string::npos);
  CHECK(with("{valid_for: 1h}", "{valid_for: 1h, hold: some}").find("expected a duration") !=
        std::string::npos);
  CHECK_FALSE(Policy::parse("a: &b c", "p.yaml"));
  CHECK(Policy::parse("a: [", "p.yaml").error().code == ErrorCode::yaml_invalid);
}
