#include <entente/core/clock.h>
#include <entente/protocol/render.h>
#include <entente/protocol/vocabulary.h>

#include <functional>
#include <set>

#include "catch.h"

using namespace entente;

namespace {

constexpr std::array languages = {"en", "es", "nl", "de", "fr"};
constexpr std::string_view kettle = "did:web:kettle.example";

std::int64_t at(std::string_view text) { return parse_instant_ms(text).value(); }

PartRef part(std::uint8_t first_byte) {
  PartRef ref;
  ref.digest.bytes.fill(first_byte);
  return ref;
}

Line kettle_line() { return {.part = 0, .line = "kettle-17", .qty = 1, .replacement = ""}; }

Term replacement() {
  Term term;
  term.id = 1;
  term.claims = {1};
  term.ground = Ground::entitlement;
  term.basis = "es.trlgdcu.118";
  term.due = {.n = 3, .unit = Due::Unit::business_days, .calendar = "es-md"};
  term.condition = GoodsReturn{
      .lines = {kettle_line()}, .how = "by_mail", .fees = Party::brand, .by_ms = at("2026-12-06")};
  term.purpose = "replacement";
  term.shape = Goods{{kettle_line()}};
  return term;
}

Term credit() {
  Term term;
  term.id = 2;
  term.claims = {1};
  term.ground = Ground::concession;
  term.due = {.n = 1, .unit = Due::Unit::days};
  term.purpose = "compensation_goodwill";
  term.shape = Credit{{"EUR", 500, 2}, at("2027-11-22")};
  return term;
}

// The offer of the broken kettle.
Message kettle_offer() {
  Offer offer;
  offer.terms = {replacement(), credit()};
  offer.valid_until_ms = at("2026-11-25T10:04:00Z");
  offer.inventory_until_ms = at("2026-11-24T10:04:00Z");
  offer.lapse_if = "item.out_of_stock";
  offer.toll_max_ms = 86'400'000;
  Message message;
  message.author.party = Party::brand;
  message.parts = {part(0xa1), part(0xb2)};
  message.body = offer;
  return message;
}

Message with_shape(Shape shape) {
  Message message = kettle_offer();
  std::get<Offer>(message.body).terms[0].shape = std::move(shape);
  return message;
}

Message withdrawal() {
  Message message;
  message.author.party = Party::consumer;
  message.audience.party = "did:web:stream.example";
  message.parts = {part(0xd4)};
  message.body =
      Exercise{Invoke{.right = "withdrawal", .claims = {1}, .subject = 0, .effective = "at_once"}};
  return message;
}

using Change = std::function<void(Message&)>;
Change in_offer(const std::function<void(Offer&)>& change) {
  return [change](Message& message) { change(std::get<Offer>(message.body)); };
}
Change in_term(const std::function<void(Term&)>& change) {
  return in_offer([change](Offer& offer) { change(offer.terms[0]); });
}
template <class Shape>
Change in_shape(const std::function<void(Shape&)>& change) {
  return in_term([change](Term& term) { change(std::get<Shape>(term.shape)); });
}
template <class Kind>
Change in_condition(const std::function<void(Kind&)>& change) {
  return in_term([change](Term& term) { change(std::get<Kind>(term.condition)); });
}

// Every change gives a text of its own, in every language.
void all_visible(const Message& base, const std::vector<Change>& changes) {
  for (const char* language : languages) {
    std::set<std::string> texts = {render_offer(base, kettle, language)};
    for (std::size_t i = 0; i < changes.size(); ++i) {
      Message changed = base;
      changes[i](changed);
      REQUIRE(changed != base);
      INFO(language << ", change " << i << ":\n" << render_offer(changed, kettle, language));
      CHECK(texts.insert(render_offer(changed, kettle, language)).second);
    }
  }
}

Settlement pays(std::int64_t amt) {
  return {.direction = Settlement::Direction::pays, .amount = {"EUR", amt, 2}, .method = 1};
}

std::vector<Shape> one_of_each_shape() {
  return {MoneyTo{{"EUR", 500, 2}, "bank"},
          Credit{{"EUR", 500, 2}, at("2027-11-22")},
          Goods{{kettle_line()}},
          Repair{{kettle_line()}, false},
          OrderChange{0, OrderChange::Address{1}, std::nullopt},
          OrderChange{0, OrderChange::Payment{1}, std::nullopt},
          OrderChange{0, OrderChange::Items{{kettle_line()}}, pays(100)},
          OrderChange{0, OrderChange::Cancel{"no_longer_needed"}, std::nullopt},
          OrderChange{0, OrderChange::Return{{kettle_line()}}, std::nullopt},
          OrderChange{0, OrderChange::Exchange{{kettle_line()}}, std::nullopt},
          ContractChange{0, "basic", "at_once"},
          Hold{"collection", at("2027-01-01")},
          Instalments{{{at("2027-01-01"), {"EUR", 500, 2}}}},
          Travel{0, 1, at("2027-01-01")},
          Visit{at("2027-01-01"), at("2027-01-02")},
          Record{0, "address", 1},
          NoAction{"policy"},
          Payment{pays(100)}};
}

}  // namespace

TEST_CASE("an offer reads line by line, what is given up last") {
  CHECK(render_offer(kettle_offer(), kettle, "en") ==
        "kettle.example offers, valid until 2026-11-25 10:04 UTC, or until the item is out of "
        "stock; kept for you until 2026-11-24 10:04 UTC:\n"
        " 1. Replacement: delivery of 1 x \"kettle-17\" (sha256:a1a1a1a1a1a1a1a1), within 3 "
        "working days "
        "(calendar es-md) after acceptance. You return 1 x \"kettle-17\" "
        "(sha256:a1a1a1a1a1a1a1a1), by post, at the brand's cost, by 2026-12-06. Owed by law or "
        "contract (es.trlgdcu.118). If this fails, a person takes over. Claims: 1.\n"
        " 2. Goodwill compensation: store credit EUR 5.00 until 2027-11-22, within 1 day after "
        "acceptance. Goodwill. If this fails, a person takes over. Claims: 1.\n"
        "Goodwill terms stay valid once, up to 24 h longer, if you wait for a person.\n"
        "You give up no rights.\n");
}

TEST_CASE("a right about to be exercised says that it cannot be undone") {
  CHECK(render_exercise(withdrawal(), "en") ==
        "You withdraw from your contract with stream.example (sha256:d4d4d4d4d4d4d4d4), with "
        "effect at once. Claims: 1. This cannot be undone.\n"
        "You ask for no other offers. You give up no rights.\n");
}

TEST_CASE("nothing of an offer that binds is invisible") {
  all_visible(kettle_offer(),
              {in_offer([](Offer& o) { o.valid_until_ms += 1; }),
               in_offer([](Offer& o) { o.valid_until_ms += 1'000; }),
               in_offer([](Offer& o) { o.valid_until_ms += 60'000; }),
               in_offer([](Offer& o) { o.inventory_until_ms += 1; }),
               in_offer([](Offer& o) { o.inventory_until_ms = 0; }),
               in_offer([](Offer& o) { o.lapse_if = ""; }),
               in_offer([](Offer& o) { o.lapse_if = "seat.gone"; }),
               in_offer([](Offer& o) { o.toll_max_ms = 0; }),
               in_offer([](Offer& o) { o.toll_max_ms += 1; }),
               in_offer([](Offer& o) { o.toll_max_ms += 3'600'000; }),
               in_offer([](Offer& o) { o.waives = {"withdrawal"}; }),
               in_offer([](Offer& o) { o.waives = {"withdrawal", "x-air:claim"}; }),
               in_offer([](Offer& o) { o.supersedes = {part(7).digest}; }),
               in_offer([](Offer& o) { o.supersedes = {part(7).digest, part(8).digest}; }),
               in_offer([](Offer& o) { o.terms.pop_back(); }),
               in_offer([](Offer& o) { std::swap(o.terms[0], o.terms[1]); }),
               in_offer([](Offer& o) { o.terms.clear(); }),
               [](Message& m) { m.author.party = Party::consumer; },
               [](Message& m) { m.parts[0] = part(0xa2); }});
}

TEST_CASE("nothing of a term that binds is invisible") {
  all_visible(kettle_offer(),
              {in_term([](Term& t) { t.id = 7; }),
               in_term([](Term& t) { t.claims = {2}; }),
               in_term([](Term& t) { t.claims = {1, 2}; }),
               in_term([](Term& t) { t.claims = {}; }),
               in_term([](Term& t) { t.obligor = Party::consumer; }),
               in_term([](Term& t) { t.ground = Ground::concession; }),
               in_term([](Term& t) { t.basis = "contract"; }),
               in_term([](Term& t) { t.basis = ""; }),
               in_term([](Term& t) { t.due.n = 4; }),
               in_term([](Term& t) { t.due.n = 0; }),
               in_term([](Term& t) { t.due.unit = Due::Unit::days; }),
               in_term([](Term& t) { t.due.unit = Due::Unit::hours; }),
               in_term([](Term& t) { t.due.calendar = "nl"; }),
               in_term([](Term& t) { t.due.calendar = ""; }),
               in_term([](Term& t) { t.due.from = Due::Start::condition; }),
               in_term([](Term& t) { t.due.from = Due::Start::exercise; }),
               in_term([](Term& t) { t.due.at_ms = at("2027-01-01"); }),
               in_term([](Term& t) { t.due.at_ms = at("2027-01-01T00:00:00.001Z"); }),
               in_term([](Term& t) { t.blocks = true; }),
               in_term([](Term& t) { t.on_failure = ToTerm{2}; }),
               in_term([](Term& t) { t.on_failure = ToTerm{3}; }),
               in_term([](Term& t) { t.standby = true; }),
               in_term([](Term& t) { t.purpose = "exchange"; }),
               in_term([](Term& t) { t.purpose = "x-shop:swap"; }),
               in_term([](Term& t) { t.condition = NoCondition{}; }),
               in_term([](Term& t) { t.condition = EvidenceCondition{"photo"}; }),
               in_term([](Term& t) { t.condition = EvidenceCondition{"video"}; }),
               in_term([](Term& t) { t.condition = PaymentCondition{pays(100)}; }),
               in_term([](Term& t) { t.condition = PaymentCondition{pays(101)}; })});
}

TEST_CASE("nothing of a condition to return goods is invisible") {
  all_visible(kettle_offer(),
              {in_condition<GoodsReturn>([](GoodsReturn& r) { r.how = "in_store"; }),
               in_condition<GoodsReturn>([](GoodsReturn& r) { r.how = "kiosk"; }),
               in_condition<GoodsReturn>([](GoodsReturn& r) { r.how = "pickup"; }),
               in_condition<GoodsReturn>([](GoodsReturn& r) { r.how = "keep"; }),
               in_condition<GoodsReturn>([](GoodsReturn& r) { r.how = "x-drone:roof"; }),
               in_condition<GoodsReturn>([](GoodsReturn& r) { r.fees = Party::consumer; }),
               in_condition<GoodsReturn>([](GoodsReturn& r) { r.by_ms += 1; }),
               in_condition<GoodsReturn>([](GoodsReturn& r) { r.by_ms = 0; }),
               in_condition<GoodsReturn>([](GoodsReturn& r) { r.lines[0].qty = 2; }),
               in_condition<GoodsReturn>([](GoodsReturn& r) { r.lines.push_back(kettle_line()); }),
               in_condition<GoodsReturn>([](GoodsReturn& r) { r.lines.clear(); })});
}

TEST_CASE("each shape reads differently from every other") {
  for (const char* language : languages) {
    std::set<std::string> texts;
    for (const Shape& shape : one_of_each_shape()) {
      INFO(language << " " << name(shape));
      CHECK(texts.insert(render_offer(with_shape(shape), kettle, language)).second);
    }
  }
}

TEST_CASE("nothing of a shape in money is invisible") {
  all_visible(with_shape(MoneyTo{{"EUR", 500, 2}, "bank"}),
              {in_shape<MoneyTo>([](MoneyTo& m) { m.amount.amt = 501; }),
               in_shape<MoneyTo>([](MoneyTo& m) { m.amount.cur = "USD"; }),
               in_shape<MoneyTo>([](MoneyTo& m) { m.amount.exp = 0; }),
               in_shape<MoneyTo>([](MoneyTo& m) { m.amount = {}; }),
               in_shape<MoneyTo>([](MoneyTo& m) { m.to = "card"; }),
               in_shape<MoneyTo>([](MoneyTo& m) { m.to = "x-coin:wallet"; }),
               in_shape<MoneyTo>([](MoneyTo& m) { m.to = ""; })});
  all_visible(with_shape(Credit{{"EUR", 500, 2}, at("2027-11-22")}),
              {in_shape<Credit>([](Credit& c) { c.amount.amt = 5; }),
               in_shape<Credit>([](Credit& c) { c.expires_ms += 1; }),
               in_shape<Credit>([](Credit& c) { c.expires_ms = 0; })});
  const Instalment first = {at("2027-01-01"), {"EUR", 500, 2}};
  all_visible(with_shape(Instalments{{first}}),
              {in_shape<Instalments>([](Instalments& i) { i.list[0].due_ms += 1; }),
               in_shape<Instalments>([](Instalments& i) { i.list[0].amount.amt = 1; }),
               in_shape<Instalments>([&](Instalments& i) { i.list.push_back(first); }),
               in_shape<Instalments>([](Instalments& i) { i.list.clear(); })});
  all_visible(
      with_shape(Payment{pays(100)}),
      {in_shape<Payment>([](Payment& p) { p.settlement.amount.amt = 1; }),
       in_shape<Payment>([](Payment& p) { p.settlement.method = no_part; }),
       in_shape<Payment>([](Payment& p) { p.settlement.method = 0; }),
       in_shape<Payment>(
           [](Payment& p) { p.settlement.direction = Settlement::Direction::receives; }),
       in_shape<Payment>([](Payment& p) { p.settlement.direction = Settlement::Direction::even; }),
       in_shape<Payment>(
           [](Payment& p) { p.settlement.direction = Settlement::Direction::priced; })});
}

TEST_CASE("nothing of a shape in goods or orders is invisible") {
  all_visible(with_shape(Goods{{kettle_line()}}),
              {in_shape<Goods>([](Goods& g) { g.lines[0].qty = 2; }),
               in_shape<Goods>([](Goods& g) { g.lines[0].line = "kettle-18"; }),
               in_shape<Goods>([](Goods& g) { g.lines[0].line = ""; }),
               in_shape<Goods>([](Goods& g) { g.lines[0].replacement = "pan"; }),
               in_shape<Goods>([](Goods& g) { g.lines[0].part = 1; }),
               in_shape<Goods>([](Goods& g) { g.lines[0].part = 9; }),
               in_shape<Goods>([](Goods& g) { g.lines[0].part = no_part; }),
               in_shape<Goods>([](Goods& g) { g.lines.push_back(kettle_line()); })});
  all_visible(with_shape(Repair{{kettle_line()}, false}),
              {in_shape<Repair>([](Repair& r) { r.loaner = true; }),
               in_shape<Repair>([](Repair& r) { r.lines[0].qty = 2; })});
  all_visible(with_shape(OrderChange{0, OrderChange::Address{1}, std::nullopt}),
              {in_shape<OrderChange>([](OrderChange& o) { o.order = 1; }),
               in_shape<OrderChange>([](OrderChange& o) { o.order = no_part; }),
               in_shape<OrderChange>([](OrderChange& o) { o.change = OrderChange::Address{0}; }),
               in_shape<OrderChange>([](OrderChange& o) { o.change = OrderChange::Payment{1}; }),
               in_shape<OrderChange>([](OrderChange& o) { o.change = OrderChange::Payment{0}; }),
               in_shape<OrderChange>([](OrderChange& o) { o.change = OrderChange::Cancel{"a"}; }),
               in_shape<OrderChange>([](OrderChange& o) { o.change = OrderChange::Cancel{"b"}; }),
               in_shape<OrderChange>([](OrderChange& o) { o.settlement = pays(1); }),
               in_shape<OrderChange>([](OrderChange& o) { o.settlement = pays(2); })});
}

TEST_CASE("nothing of the other shapes is invisible") {
  all_visible(with_shape(ContractChange{0, "basic", "at_once"}),
              {in_shape<ContractChange>([](ContractChange& c) { c.contract = 1; }),
               in_shape<ContractChange>([](ContractChange& c) { c.plan = "gold"; }),
               in_shape<ContractChange>([](ContractChange& c) { c.plan = ""; }),
               in_shape<ContractChange>([](ContractChange& c) { c.effective = "next_period"; }),
               in_shape<ContractChange>([](ContractChange& c) { c.effective = "x-a:later"; }),
               in_shape<ContractChange>([](ContractChange& c) { c.effective = ""; })});
  all_visible(with_shape(Hold{"collection", at("2027-01-01")}),
              {in_shape<Hold>([](Hold& h) { h.what = "debt"; }),
               in_shape<Hold>([](Hold& h) { h.until_ms += 1; }),
               in_shape<Hold>([](Hold& h) { h.until_ms = 0; })});
  all_visible(with_shape(Travel{0, 1, at("2027-01-01")}),
              {in_shape<Travel>([](Travel& t) { t.booking = 1; }),
               in_shape<Travel>([](Travel& t) { t.itinerary = 0; }),
               in_shape<Travel>([](Travel& t) { t.depart_by_ms += 1; }),
               in_shape<Travel>([](Travel& t) { t.depart_by_ms = 0; })});
  all_visible(with_shape(Visit{at("2027-01-01"), at("2027-01-02")}),
              {in_shape<Visit>([](Visit& v) { v.from_ms += 1; }),
               in_shape<Visit>([](Visit& v) { v.to_ms += 1; })});
  all_visible(with_shape(Record{0, "address", 1}),
              {in_shape<Record>([](Record& r) { r.subject = 1; }),
               in_shape<Record>([](Record& r) { r.field = "export"; }),
               in_shape<Record>([](Record& r) { r.value = no_part; })});
  all_visible(with_shape(NoAction{"policy"}),
              {in_shape<NoAction>([](NoAction& n) { n.reason = "misuse"; })});
}

TEST_CASE("nothing of an exercised right is invisible") {
  std::vector<Change> changes;
  const auto in_act = [&](const std::function<void(Invoke&)>& change) {
    changes.push_back([change](Message& message) {
      change(std::get<Invoke>(std::get<Exercise>(message.body).act));
    });
  };
  for (const Right& right : rights()) {
    if (right.name == "withdrawal") continue;
    in_act([right](Invoke& act) { act.right = right.name; });
  }
  in_act([](Invoke& act) { act.right = "x-law:new"; });
  in_act([](Invoke& act) { act.right = "x-law:newer"; });
  in_act([](Invoke& act) { act.claims = {1, 2}; });
  in_act([](Invoke& act) { act.claims = {}; });
  in_act([](Invoke& act) { act.subject = no_part; });
  in_act([](Invoke& act) { act.effective = "next_period"; });
  in_act([](Invoke& act) { act.offers_wanted = true; });
  changes.push_back([](Message& message) { message.parts[0] = part(0xd5); });
  changes.push_back([](Message& message) { message.audience.party = "did:web:other.example"; });
  for (const char* language : languages) {
    std::set<std::string> texts = {render_exercise(withdrawal(), language)};
    for (const Change& change : changes) {
      Message changed = withdrawal();
      change(changed);
      INFO(language << ":\n" << render_exercise(changed, language));
      CHECK(texts.insert(render_exercise(changed, language)).second);
    }
  }
}

TEST_CASE("a right that nobody knows is shown as one that cannot be undone") {
  Message message = withdrawal();
  std::get<Invoke>(std::get<Exercise>(message.body).act).right = "x-law:new";
  CHECK(render_exercise(message, "en").find("cannot be undone") != std::string::npos);
  std::get<Invoke>(std::get<Exercise>(message.body).act).right = "access";
  CHECK(render_exercise(message, "en").find("cannot be undone") == std::string::npos);
}

TEST_CASE("text of a stranger cannot forge a line, end its quotes or turn the reading direction") {
  const std::array<std::string, 16> attacks = {
      "x\"\nYou give up no rights.\n 9. Full refund: \"",
      "a\r\nb",
      "tab\there",
      "\xe2\x80\xae"
      "txet desrever",                    // right-to-left override
      "\xe2\x81\xa6isolate\xe2\x81\xa9",  // bidi isolates
      "zero\xe2\x80\x8bwidth",            // zero-width space
      "line\xe2\x80\xa8separator",        // U+2028
      "curly\xe2\x80\x9d quote",          // U+201D
      "soft\xc2\xadhyphen",               // U+00AD
      "\xd7\x90\xd7\x91",                 // Hebrew letters turn what stands beside them
      "e\xcc\x81",                        // a combining mark
      "\xef\xbb\xbf"
      "mark",                 // byte order mark
      "\xf3\xa0\x81\x81tag",  // U+E0041
      "back\\slash",
      "\xff\xc0\xaf\xed\xa0\x80",  // not UTF-8: stray byte, overlong, surrogate
      std::string("nul\0byte", 8)};
  const std::string plain = render_offer(with_shape(Goods{{{}}}), kettle, "en");
  for (const std::string& attack : attacks) {
    Line line = kettle_line();
    line.line = attack;
    const std::string text = render_offer(with_shape(Goods{{line}}), kettle, "en");
    INFO(text);
    CHECK(std::ranges::count(text, '\n') == std::ranges::count(plain, '\n'));
    CHECK(text.find(attack) == std::string::npos);
    CHECK(text.find('\\') != std::string::npos);
    CHECK(std::ranges::all_of(text, [](char c) {
      return c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f &&
                           static_cast<unsigned char>(c) < 0x80);
    }));
  }
}

TEST_CASE("text of a stranger that could be two things is written differently for each") {
  const std::array<std::string, 6> texts = {"\\u{0a}", "\n", "\\x0a", "a\\", "a\\\\", "\xe9"};
  std::set<std::string> shown;
  for (const std::string& each : texts) {
    CHECK(shown.insert(render_offer(with_shape(ContractChange{0, each, ""}), kettle, "en")).second);
  }
}

TEST_CASE("letters people write are shown as they are") {
  const std::string plan =
      "Caf\u00e9 \u00d1and\u00fa \u0141\u00f3d\u017a \u041c\u0438\u0440 "
      "\u96fb\u6c17 10 \u20ac";
  const std::string text = render_offer(with_shape(ContractChange{0, plan, ""}), kettle, "de");
  CHECK(text.find("\"" + plan + "\"") != std::string::npos);
}

TEST_CASE("a code of the vocabulary has words in every language") {
  const auto shows = [](const Message& message, std::string_view code) {
    for (const char* language : languages) {
      const std::string text = render_offer(message, kettle, language);
      INFO(text);
      CHECK(text.find("\"" + std::string(code) + "\"") == std::string::npos);
    }
  };
  for (const Remedy& remedy : remedies()) {
    Message message = kettle_offer();
    std::get<Offer>(message.body).terms[0].purpose = remedy.name;
    shows(message, remedy.name);
  }
  for (const Right& right : rights()) {
    Message message = kettle_offer();
    std::get<Offer>(message.body).waives = {std::string(right.name)};
    shows(message, right.name);
  }
  for (const auto to : words(Vocabulary::money_destination)) {
    shows(with_shape(MoneyTo{{"EUR", 1, 2}, std::string(to)}), to);
  }
  for (const auto how : words(Vocabulary::return_method)) {
    Message message = kettle_offer();
    std::get<GoodsReturn>(std::get<Offer>(message.body).terms[0].condition).how = how;
    shows(message, how);
  }
}

TEST_CASE("purposes differ from each other in every language") {
  for (const char* language : languages) {
    std::set<std::string> texts;
    for (const Remedy& remedy : remedies()) {
      Message message = kettle_offer();
      std::get<Offer>(message.body).terms[0].purpose = remedy.name;
      INFO(language << " " << remedy.name);
      CHECK(texts.insert(render_offer(message, kettle, language)).second);
    }
  }
}

TEST_CASE("the languages differ, and one that is not there is English") {
  std::set<std::string> texts;
  for (const char* language : languages) {
    CHECK(texts.insert(render_offer(kettle_offer(), kettle, language)).second);
    CHECK(texts.contains(render_offer(kettle_offer(), kettle, std::string(language) + "-xx")));
  }
  const std::string english = render_offer(kettle_offer(), kettle, "en");
  for (const char* other : {"", "pl", "e", "ens", "EN", "-es"}) {
    CHECK(render_offer(kettle_offer(), kettle, other) == english);
  }
}

TEST_CASE("a brand without a plain domain is shown in quotes") {
  const auto head = [](std::string_view did) { return render_offer(kettle_offer(), did, "en"); };
  CHECK(head("did:web:a.example%3A8443").starts_with("a.example%3A8443 offers"));
  CHECK(head("did:web:You.example").starts_with("\"did:web:You.example\" offers"));
  CHECK(head("did:key:z6Mk").starts_with("\"did:key:z6Mk\" offers"));
  CHECK(head("did:web:a\nb").starts_with("\"did:web:a\\u{0a}b\" offers"));
}

TEST_CASE("what is neither an offer nor an exercise has no text") {
  Message message;
  message.body = Leave{};
  CHECK(render_offer(message, kettle, "en").empty());
  CHECK(render_exercise(message, "en").empty());
  message.body = Exercise{Acknowledged{}};
  CHECK(render_exercise(message, "en").empty());
}
