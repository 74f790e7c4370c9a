#include <entente/identity/gate.h>

#include <functional>
#include <tuple>

#include "world.h"

using namespace entente;
using namespace entente::tests;

namespace {

struct Attack {
  const char* what;
  std::function<void(Message&, Moment&, World&)> change;
  std::string expect;
};

std::string judged(const World& w, const Message& message, const Moment& moment,
                   const KeyPair& signer) {
  return verdict(w.judge(message, signer, moment));
}

const KeyPair& signer_of(const World& w, const Message& message) {
  for (const KeyPair* key :
       {&w.assistant, &w.principal, &w.other_assistant, &w.other_principal, &w.message_key,
        &w.log_key, &w.device_operator, &w.hosted_operator, &w.bridge, &w.root}) {
    if (key->public_key() == message.author.key) return *key;
  }
  throw std::logic_error("nobody has this key");
}

Inform telling(std::vector<Claim> claims) { return Inform{.claims = std::move(claims)}; }

// With a key alone, under nobody's mandate.
void speak_for_oneself(Message& message, const KeyPair& key) {
  message.author.key = key.public_key();
  message.author.authority = {};
}

// What breaks a consumer's message, and the code that says so.
const std::vector<Attack>& consumer_attacks() {
  static const std::vector<Attack> attacks = {
      {"nothing", [](Message&, Moment&, World&) {}, "ok"},
      {"production", [](Message& m, Moment&, World&) { m.environment = Environment::production; },
       "environment_mismatch"},
      {"to another brand",
       [](Message& m, Moment&, World&) { m.audience.party = "did:web:pan.example"; },
       "audience_mismatch"},
      {"a version nobody speaks", [](Message& m, Moment&, World&) { m.version = 2; },
       "version_unsupported"},
      {"no card", [](Message& m, Moment&, World&) { m.audience.card = {}; }, "card_unknown"},
      {"an unknown card", [](Message& m, Moment&, World& w) { m.audience.card = w.offer.id(); },
       "card_unknown"},
      {"a critical extension", [](Message& m, Moment&, World&) { m.ext = {{"x-a:b", true, {}}}; },
       "extension_unknown"},
      {"an extension that is not",
       [](Message& m, Moment&, World&) { m.ext = {{"x-a:b", false, {}}}; }, "ok"},
      {"after the mandate's time", [](Message&, Moment& at, World&) { at.now_ms = now + day_ms; },
       "mandate_expired"},
      {"in its last millisecond",
       [](Message&, Moment& at, World&) { at.now_ms = now + day_ms - 1; }, "ok"},
      {"revoked before",
       [](Message&, Moment&, World& w) {
         w.authority.revoke(w.mandate_1.id(), w.principal.public_key(), 99);
       },
       "mandate_revoked"},
      {"revoked here",
       [](Message&, Moment&, World& w) {
         w.authority.revoke(w.mandate_1.id(), w.principal.public_key(), 100);
       },
       "mandate_revoked"},
      {"revoked later in the log",
       [](Message&, Moment&, World& w) {
         w.authority.revoke(w.mandate_1.id(), w.principal.public_key(), 101);
       },
       "ok"},
      {"another mandate revoked",
       [](Message&, Moment&, World& w) {
         w.authority.revoke(w.others_mandate.id(), w.other_principal.public_key(), 0);
       },
       "ok"},
      {"an unknown mandate",
       [](Message& m, Moment&, World& w) { m.author.authority = w.offer.id(); }, "key_unknown"},
      {"under the mandate of another",
       [](Message& m, Moment&, World& w) { m.author.authority = w.others_mandate.id(); },
       "key_unknown"},
      {"by another assistant with its mandate",
       [](Message& m, Moment&, World& w) {
         m.author.key = w.other_assistant.public_key();
         m.author.authority = w.others_mandate.id();
       },
       "key_unknown"},
      {"by another assistant under this mandate",
       [](Message& m, Moment&, World& w) { m.author.key = w.other_assistant.public_key(); },
       "key_unknown"},
      {"by another principal",
       [](Message& m, Moment&, World& w) { speak_for_oneself(m, w.other_principal); },
       "key_unknown"},
      {"by the assistant as if it were the principal",
       [](Message& m, Moment&, World&) { m.author.authority = {}; }, "key_unknown"},
      {"by the principal as if it were the assistant",
       [](Message& m, Moment&, World& w) { m.author.key = w.principal.public_key(); },
       "key_unknown"},
      {"by the principal", [](Message& m, Moment&, World& w) { speak_for_oneself(m, w.principal); },
       "ok"},
      {"by a key of the brand",
       [](Message& m, Moment&, World& w) { speak_for_oneself(m, w.message_key); }, "key_unknown"},
      {"in no case", [](Message&, Moment& at, World&) { at.opening = nullptr; }, "key_unknown"}};
  return attacks;
}

// Everything that must not keep a consumer from the four verbs: whether it leaves them lapsed, and
// whether it refuses any other verb here (the clock of a message is judged elsewhere).
struct Defect {
  const char* what;
  std::function<void(Message&, Moment&, World&)> change;
  bool lapses;
  bool refuses_others;
};

void remandate(World& w, Message& m, const std::function<void(Mandate&)>& change) {
  const auto mandate = admitted(w.mandate(change), w.principal);
  REQUIRE(w.authority.learn(mandate, now));
  m.author.authority = mandate.id();
}

const std::vector<Defect>& forgiven_defects() {
  static const std::vector<Defect> defects = {
      {"nothing", [](Message&, Moment&, World&) {}, false, false},
      {"unknown card", [](Message& m, Moment&, World&) { m.audience.card = {}; }, false, true},
      {"unknown version", [](Message& m, Moment&, World&) { m.version = 9; }, false, true},
      {"critical extension", [](Message& m, Moment&, World&) { m.ext = {{"x-a:b", true, {}}}; },
       false, true},
      {"sent in another year", [](Message& m, Moment&, World&) { m.sent_at_ms = 1; }, false, false},
      {"too late", [](Message& m, Moment&, World&) { m.admit_by_ms = m.sent_at_ms; }, false, false},
      {"revoked",
       [](Message&, Moment&, World& w) {
         w.authority.revoke(w.mandate_1.id(), w.principal.public_key(), 0);
       },
       true, true},
      {"expired", [](Message&, Moment& at, World&) { at.now_ms = now + 9 * day_ms; }, true, true},
      {"expired before it was learned",
       [](Message& m, Moment&, World& w) {
         remandate(w, m, [](Mandate& mandate) { mandate.expires_ms = now - 1; });
       },
       true, true},
      {"no verbs",
       [](Message& m, Moment&, World& w) {
         remandate(w, m, [](Mandate& mandate) { mandate.verbs.clear(); });
       },
       true, true},
      {"nothing at all",
       [](Message& m, Moment&, World& w) {
         remandate(w, m, [](Mandate& mandate) {
           mandate.verbs.clear();
           mandate.categories.clear();
           mandate.remedies.clear();
           mandate.versions = {7};
         });
       },
       true, true}};
  return defects;
}

HandoffRequest request() {
  return {.reason = "consumer_asked",
          .principal_present = HandoffRequest::Present::live,
          .channels = {"case"},
          .language = "en"};
}

std::vector<Body> assistants_protected_acts() {
  return {Open{{World::claim()}, "es", "en", {}, request()},
          Open{{}, "es", "en", {}, request()},
          Handoff{{}, request()},
          Leave{"consumer_asked"},
          Exercise{Invoke{.right = "withdrawal", .claims = {1}, .effective = "at_once"}},
          Exercise{Invoke{.right = "access", .claims = {}, .effective = "at_once"}}};
}

}  // namespace

TEST_CASE("a consumer's message is refused for one defect, with its code") {
  for (const Attack& attack : consumer_attacks()) {
    INFO(attack.what);
    World w;
    Message message = w.said(telling({World::claim()}));
    Moment moment = w.moment();
    attack.change(message, moment, w);
    const auto result = w.judge(message, signer_of(w, message), moment);
    CHECK(verdict(result) == attack.expect);
    if (result) CHECK_FALSE(result->lapsed());
  }
}

TEST_CASE("an open names a mandate that holds, or is the principal's own") {
  World w;
  Moment first = w.moment();
  first.opening = nullptr;
  const Open open{{World::claim()}, "es", "en", {}, {}};
  CHECK(judged(w, w.said(open), first, w.assistant) == "ok");
  CHECK(judged(w, w.said_by_principal(open), first, w.principal) == "ok");
  Message unknown = w.said(open);
  unknown.author.authority = w.offer.id();
  CHECK(judged(w, unknown, first, w.assistant) == "mandate_invalid");
  Message stolen = w.said(open);
  stolen.author.key = w.other_assistant.public_key();
  CHECK(judged(w, stolen, first, w.other_assistant) == "key_unknown");
}

TEST_CASE("every verb must be in the mandate, and an empty list means none") {
  struct Row {
    Body body;
    Verb verb;
  };
  const std::vector<Row> rows = {
      {Open{{World::claim()}, "es", "en", {}, {}}, Verb::open},
      {Link{LinkStart{"email_otp", no_part}}, Verb::link},
      {Inform{.awaiting_principal_until_ms = now + day_ms}, Verb::inform},
      {Ask{{Question{.id = 1, .topic = "price"}}}, Verb::ask},
      {offer_of({credit()}), Verb::propose},
      {Close{CloseProposed{"resolved_agreed", now + day_ms, now + day_ms}}, Verb::close}};
  for (const Row& row : rows) {
    INFO(name(row.verb));
    World w;
    const auto with = [&](std::vector<std::string> verbs) {
      Message message = w.said(row.body);
      remandate(w, message, [&](Mandate& mandate) { mandate.verbs = verbs; });
      return judged(w, message, w.moment(), w.assistant);
    };
    CHECK(with({std::string(name(row.verb))}) == "ok");
    CHECK(with({"notice"}) == "mandate_exceeded");
    CHECK(with({}) == "mandate_exceeded");
    CHECK(judged(w, w.said_by_principal(row.body), w.moment(), w.principal) == "ok");
  }
}

TEST_CASE("categories and remedies outside the mandate are refused wherever they are said") {
  World w;
  Claim other_category = World::claim();
  other_category.category = "billing";
  Claim other_wish = World::claim();
  other_wish.desired.push_back(Wish{.remedy = "refund_full", .exactly = AnyShape{}});
  Term other_term = credit();
  other_term.purpose = "store_credit";
  const std::vector<Body> bodies = {Open{{World::claim(), other_category}, "es", "en", {}, {}},
                                    Open{{other_wish}, "es", "en", {}, {}},
                                    telling({other_category}), telling({other_wish}),
                                    offer_of({repair(), other_term})};
  for (Body body : bodies) {
    if (auto* open = std::get_if<Open>(&body); open && open->claims.size() > 1) {
      open->claims[1].claim_id = 2;
    }
    INFO(name(verb_of(body)));
    CHECK(judged(w, w.said(body), w.moment(), w.assistant) == "mandate_exceeded");
    CHECK(judged(w, w.said_by_principal(body), w.moment(), w.principal) == "ok");
  }
  CHECK(judged(w, w.said(telling({World::claim()})), w.moment(), w.assistant) == "ok");
  Message none = w.said(telling({World::claim()}));
  remandate(w, none, [](Mandate& m) { m.categories.clear(); });
  CHECK(judged(w, none, w.moment(), w.assistant) == "mandate_exceeded");
  remandate(w, none, [](Mandate& m) { m.remedies.clear(); });
  CHECK(judged(w, none, w.moment(), w.assistant) == "mandate_exceeded");
  remandate(w, none, [](Mandate& m) { m.versions = {2}; });
  CHECK(judged(w, none, w.moment(), w.assistant) == "version_unsupported");
}

TEST_CASE("nothing refuses the ways out, whatever has lapsed") {
  for (const Body& body : assistants_protected_acts()) {
    for (const Defect& defect : forgiven_defects()) {
      INFO(name(verb_of(body)) << ", " << defect.what);
      World w;
      Message message = w.said(body);
      Moment moment = w.moment();
      if (message.verb() == Verb::open) moment.opening = nullptr;
      defect.change(message, moment, w);
      const auto result = w.judge(message, w.assistant, moment);
      REQUIRE(verdict(result) == "ok");
      CHECK(result->lapsed() == defect.lapses);
      CHECK_FALSE(result->approved());
    }
  }
}

TEST_CASE("the same defects refuse what is not a way out") {
  for (const Defect& defect : forgiven_defects()) {
    INFO(defect.what);
    World w;
    Message message = w.said(Open{{World::claim()}, "es", "en", {}, {}});
    Moment moment = w.moment();
    moment.opening = nullptr;
    defect.change(message, moment, w);
    const bool refused = !w.judge(message, w.assistant, moment);
    CHECK(refused == defect.refuses_others);
  }
}

TEST_CASE("a stranger, another brand and another environment are refused even a way out") {
  for (const Body& body : assistants_protected_acts()) {
    for (const Attack& attack : consumer_attacks()) {
      const bool meant = attack.expect == "key_unknown" || attack.expect == "audience_mismatch" ||
                         attack.expect == "environment_mismatch";
      if (!meant || verb_of(body) == Verb::open) continue;
      INFO(name(verb_of(body)) << ", " << attack.what);
      World w;
      Message message = w.said(body);
      Moment moment = w.moment();
      attack.change(message, moment, w);
      CHECK(judged(w, message, moment, signer_of(w, message)) == attack.expect);
    }
  }
}

TEST_CASE("a stranger hears the same whatever else is wrong") {
  World w;
  Message message = w.said(telling({World::claim()}));
  message.author.key = w.other_assistant.public_key();
  message.author.authority = w.others_mandate.id();
  message.environment = Environment::production;
  message.audience.party = "did:web:pan.example";
  message.version = 9;
  w.authority.revoke(w.others_mandate.id(), w.other_principal.public_key(), 0);
  CHECK(judged(w, message, w.moment(), w.other_assistant) == "key_unknown");
}

TEST_CASE("a lapsed mandate is told before what is wrong with the message, a limit after it") {
  World w;
  Claim other = World::claim();
  other.category = "billing";
  Message message = w.said(telling({other}));
  message.audience.card = {};
  CHECK(judged(w, message, w.moment(), w.assistant) == "card_unknown");
  w.authority.revoke(w.mandate_1.id(), w.principal.public_key(), 0);
  CHECK(judged(w, message, w.moment(), w.assistant) == "mandate_revoked");
}

TEST_CASE("only a principal revokes, and it ends only its own mandates") {
  World w;
  const Revoke revoke{w.mandate_1.id()};
  for (const Defect& defect : forgiven_defects()) {
    if (std::string(defect.what).find("verbs") != std::string::npos) continue;
    INFO(defect.what);
    World fresh;
    Message message = fresh.said_by_principal(revoke);
    Moment moment = fresh.moment();
    defect.change(message, moment, fresh);
    message.author.authority = {};
    const auto result = fresh.judge(message, fresh.principal, moment);
    REQUIRE(verdict(result) == "ok");
    CHECK_FALSE(result->lapsed());
  }
  CHECK(judged(w, w.said(revoke), w.moment(), w.assistant) == "author_forbidden");
  // Whether the mandate that is named is known here decides nothing.
  const Revoke others{w.others_mandate.id()};
  CHECK(judged(w, w.said_by_principal(others), w.moment(), w.principal) == "ok");
  const Revoke unknown{w.offer.id()};
  CHECK(judged(w, w.said_by_principal(unknown), w.moment(), w.principal) == "ok");
}

TEST_CASE("a new mandate of the same principal goes on with the case") {
  World w;
  const KeyPair second = key_pair(15);
  Message message = w.said(telling({World::claim()}));
  message.author.key = second.public_key();
  remandate(w, message, [&](Mandate& m) { m.assistant = second.public_key(); });
  w.authority.revoke(w.mandate_1.id(), w.principal.public_key(), 0);
  CHECK(judged(w, message, w.moment(), second) == "ok");
  CHECK(w.authority.find_principal(message) == w.principal.public_key());
  CHECK(w.authority.find_principal(*w.offer) == std::nullopt);
  message.author.authority = w.offer.id();
  CHECK(w.authority.find_principal(message) == std::nullopt);
}

TEST_CASE("a case that the principal opened is its own, and its assistant's") {
  World w;
  const auto opening =
      admitted(w.said_by_principal(Open{{World::claim()}, "es", "en", {}, {}}), w.principal);
  Moment moment = w.moment();
  moment.opening = &*opening;
  CHECK(w.authority.find_principal(*opening) == w.principal.public_key());
  CHECK(judged(w, w.said(telling({World::claim()})), moment, w.assistant) == "ok");
  CHECK(judged(w, w.answered(telling({})), moment, w.message_key) == "ok");
  Message stranger = w.said(telling({World::claim()}));
  stranger.author.key = w.other_assistant.public_key();
  stranger.author.authority = w.others_mandate.id();
  CHECK(judged(w, stranger, moment, w.other_assistant) == "key_unknown");
  Message brands = *opening;
  brands.author.party = Party::brand;
  CHECK(w.authority.find_principal(brands) == std::nullopt);
}

TEST_CASE("a case keeps the version it was opened with") {
  World w;
  Message newer_opening = *w.opening;
  newer_opening.version = 2;
  Moment moment = w.moment();
  moment.opening = &newer_opening;
  CHECK(judged(w, w.said(telling({World::claim()})), moment, w.assistant) == "version_unsupported");
  CHECK(judged(w, w.answered(telling({})), moment, w.message_key) == "version_unsupported");
}

TEST_CASE("a read is signed by who belongs to the case, for here and now") {
  World w;
  struct Row {
    const char* what;
    std::function<void(Read&)> change;
    std::string expect;
  };
  const std::vector<Row> rows = {
      {"nothing", [](Read&) {}, "ok"},
      {"production", [](Read& r) { r.environment = Environment::production; },
       "environment_mismatch"},
      {"another brand", [](Read& r) { r.audience = "did:web:pan.example"; }, "audience_mismatch"},
      {"expired", [](Read& r) { r.expires_ms = now; }, "too_late"},
      {"for a year", [](Read& r) { r.expires_ms = now + 365 * day_ms; }, "clock_skew"},
      {"unknown mandate", [&](Read& r) { r.authority = w.offer.id(); }, "key_unknown"},
      {"mandate of another", [&](Read& r) { r.authority = w.others_mandate.id(); }, "key_unknown"},
      {"as the principal", [](Read& r) { r.authority = {}; }, "key_unknown"}};
  std::int64_t at_ms = now;
  const auto read = [&](const std::function<void(Read&)>& change, const KeyPair& signer) {
    Read made{.key = signer.public_key(),
              .authority = w.mandate_1.id(),
              .audience = w.brand,
              .environment = Environment::sandbox,
              .method = "GET",
              .path = "/entente/v1/cases/00",
              .expires_ms = at_ms + 60'000};
    change(made);
    return verdict(w.authority.authorise(admitted(made, signer), *w.opening, at_ms));
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(read(row.change, w.assistant) == row.expect);
  }
  CHECK(read([](Read& r) { r.authority = {}; }, w.principal) == "ok");
  CHECK(read([](Read& r) { r.authority = {}; }, w.message_key) == "key_unknown");
  CHECK(read([](Read&) {}, w.other_assistant) == "key_unknown");
  at_ms = now + day_ms - 1;
  CHECK(read([](Read&) {}, w.assistant) == "ok");
  at_ms = now + day_ms;
  CHECK(read([](Read&) {}, w.assistant) == "mandate_expired");
  CHECK(read([](Read& r) { r.authority = {}; }, w.principal) == "ok");
  w.authority.revoke(w.mandate_1.id(), w.principal.public_key(), 1'000'000);
  CHECK(read([](Read&) {}, w.assistant) == "mandate_revoked");
}
