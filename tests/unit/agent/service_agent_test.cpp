// The brand's agent and a consumer's journal at one table, without a network between them: who is
// linked by what, what becomes a person's, and what an answer brings.

#include "agent/service_agent.h"

#include <entente/crypto/system.h>
#include <entente/journal/follower.h>
#include <entente/wire/admission.h>

#include <chrono>
#include <fstream>
#include <future>
#include <sstream>
#include <thread>

#include "catch.h"
#include "moved_clock.h"
#include "temporary_directory.h"

using namespace entente;
using namespace entente::tests;

namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::string_view policy_file = "/examples/policies/kettle.policy.yaml";

KeyPair key_of(std::uint8_t seed) { return std::move(*KeyPair::from_seed(Bytes(32, seed))); }

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

std::string read_policy() {
  std::ifstream file(std::string(ENTENTE_SOURCE_DIR) + std::string(policy_file));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Knows one customer, and does what it is told at once.
class Office final : public BackOffice {
 public:
  Result<std::vector<Fact>> facts(const FactsQuery& query) override {
    return std::vector<Fact>{{"order.mine", Scalar(query.account == "cust-17")},
                             {"item.age", Scalar(DurationFact{70 * day_ms})},
                             {"item.misuse", Scalar(false)},
                             {"item.price", Scalar(Money{"EUR", 3990, 2})},
                             {"item.out_of_stock", Scalar(false)}};
  }
  Performance execute(const Order&) override { return {.state = Performance::State::done}; }
  Performance lookup(const Digest&) override { return {.state = Performance::State::done}; }
  std::optional<std::string> find_account(const AccountProof&) override { return "cust-17"; }
  void deliver_code(const AccountProof&, std::string_view code) override {
    const std::scoped_lock lock(mutex_);
    code_ = code;
  }
  bool answers_at_once() const override { return true; }
  std::string code() {
    const std::scoped_lock lock(mutex_);
    return code_;
  }

 private:
  std::mutex mutex_;
  std::string code_;
};

// kettle.example, and one consumer with an open case about a kettle.
struct Table {
  TemporaryDirectory directory;
  MovedClock clock;
  SystemEntropy entropy;
  KeyPair root = key_of(1), message_key = key_of(2), log_key = key_of(3);
  KeyPair principal = key_of(11), assistant = key_of(12);
  Bytes card = make_card();
  Bytes mandate = make_mandate();

  std::shared_ptr<Office> office = std::make_shared<Office>();
  Workers workers{2, 60'000};
  QueueDesk desk{{}};
  std::unique_ptr<Ledger> log = must(Ledger::open(
      {.directory = directory.path() / "brand", .origin = "kettle.example/log"}, log_key, entropy));
  std::unique_ptr<ServiceAgent> agent;
  std::unique_ptr<Sequencer> sequencer;

  std::unique_ptr<Ledger> own_log = must(Ledger::open(
      {.directory = directory.path() / "consumer", .origin = to_did_key(principal.public_key())},
      assistant, entropy));
  std::unique_ptr<Follower> follower;
  CaseId case_id;
  Parcel answer;  // the newest

  Table() {
    std::string policy = read_policy();
    policy.replace(policy.find("methods: [email_otp]"), 20, "methods: [email_otp, oidc]");
    agent = std::make_unique<ServiceAgent>(
        ServiceAgentParts{.policy = must(Policy::parse(policy, "policy.yaml")),
                          .back_office = office,
                          .desk = desk,
                          .workers = workers,
                          .clock = clock,
                          .entropy = entropy,
                          .lookup_after_ms = 1'000});
    sequencer =
        must(Sequencer::start(*log,
                              {.did = {},
                               .card = card,
                               .earlier_cards = {},
                               .policy = policy,
                               .message_key = &message_key},
                              {.speaker = *agent, .clock = clock, .entropy = entropy, .tell = {}}));
    follower = must(Follower::start(
        *own_log,
        {.assistant = &assistant, .mandate = mandate, .environment = Environment::sandbox}, clock,
        entropy));
    if (const Status learned = follower->learn_card(card); !learned) {
      throw std::runtime_error(describe(learned.error()));
    }
    open();
  }
  ~Table() {
    workers.stop();
    sequencer.reset();
  }

  Bytes make_card() {
    const std::int64_t now_ms = clock.now_ms();
    Card made{.number = 1,
              .root_key = root.public_key(),
              .next_root_digest = {},
              .issued_ms = now_ms - day_ms,
              .expires_ms = now_ms + 365 * day_ms,
              .environment = Environment::sandbox,
              .domain = "kettle.example",
              .entity = {.name = "Kettle S.L.", .address = "Calle Mayor 1", .country = "es"},
              .endpoints = {"https://kettle.example"},
              .versions = {protocol_version}};
    made.keys = {
        {.key = message_key.public_key(),
         .purpose = KeyPurpose::message,
         .custody = Custody::server},
        {.key = log_key.public_key(), .purpose = KeyPurpose::log, .custody = Custody::server}};
    made.log_vkey =
        Vkey::make("kettle.example/log", SignatureType::ed25519, log_key.public_key())->encode();
    return must(sign(made, root));
  }

  Bytes make_mandate() {
    Mandate made;
    made.principal = principal.public_key();
    made.assistant = assistant.public_key();
    made.audience = "did:web:kettle.example";
    made.environment = Environment::sandbox;
    made.versions = {protocol_version};
    made.categories = {"goods_nonconformity"};
    for (std::size_t i = 0; i < verb_count; ++i) {
      made.verbs.emplace_back(name(static_cast<Verb>(i)));
    }
    made.remedies = {"repair", "replacement"};
    made.approval_exempt = {"repair", "replacement"};
    made.issued_ms = clock.now_ms();
    made.expires_ms = clock.now_ms() + 30 * day_ms;
    return must(sign(made, principal));
  }

  void open() {
    Claim claim;
    claim.claim_id = 1;
    claim.category = "goods_nonconformity";
    claim.code = "defective";
    claim.basis = Basis::statutory;
    claim.items = {Line{0, "kettle-17", 1, ""}};
    claim.desired = {Wish{.remedy = "replacement", .exactly = AnyShape{}}};
    const Speech opening{.body = Open{{claim}, "es", "en", {}, {}},
                         .repeated = {},
                         .added = {{PartClass::reference, "text/plain", to_bytes("K-2291")}}};
    const Parcel parcel = must(follower->open_case(opening, {}));
    case_id = must(Admission::admit<Message>(parcel.envelopes.front())).id();
    static_cast<void>(must(follower->receive(case_id, post(parcel, std::nullopt))));
  }

  const Case& casefile() const { return *follower->find_case(case_id); }

  Parcel submit(Submission submission) {
    std::promise<Delivery> delivered;
    submission.done = [&](Delivery delivery) { delivered.set_value(std::move(delivery)); };
    sequencer->submit(std::move(submission));
    return delivered.get_future().get().parcel;
  }
  Parcel post(const Parcel& parcel, std::optional<CaseId> to) {
    answer = submit({.parcel = parcel, .case_id = to});
    return answer;
  }
  // What the consumer says, and what it hears at once.
  News say(const Speech& speech) {
    return must(follower->receive(case_id, post(must(follower->say(case_id, speech)), case_id)));
  }
  // What came since, once the brand has nothing under way.
  const Case& hear() {
    while (!agent->is_idle()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    const std::uint64_t known = casefile().next_position();
    static_cast<void>(must(follower->receive(
        case_id, submit({.case_id = case_id,
                         .after = known,
                         .read = must(follower->sign_read("/entente/v1/cases"))}))));
    return casefile();
  }

  // A code by e-mail is asked for; returns the challenge.
  std::string ask_for_code() {
    say({.body = Link{LinkStart{.method = "email_otp", .contact = 0}},
         .repeated = {},
         .added = {{PartClass::contact, "text/plain", to_bytes("ana@example.com")}}});
    std::string challenge;
    for (const Authorised<Message>& message : hear().messages()) {
      const auto* link = std::get_if<Link>(&message->body);
      const auto* require = link ? std::get_if<LinkRequire>(&link->step) : nullptr;
      if (require != nullptr) challenge = require->challenge;
    }
    return challenge;
  }
  void prove(const std::string& method, const std::string& challenge) {
    say({.body = Link{LinkProve{.method = method, .challenge = challenge, .proof = 0}},
         .repeated = {},
         .added = {{PartClass::contact, "text/plain", to_bytes(office->code())}}});
  }
  // Linked, what is offered is accepted, and what it waits for is sent back: the brand acts.
  MessageId agree() {
    prove("email_otp", ask_for_code());
    const auto offer = std::ranges::find_if(
        hear().offers(), [](const auto& each) { return each.second.by == Party::brand; });
    if (offer == casefile().offers().end()) throw std::runtime_error("nothing was offered");
    say({.body = Accept{.offer = offer->first}, .repeated = {}, .added = {}});
    const MessageId agreement = casefile().bindings().begin()->first;
    const Performed sent{.term = 1, .state = Performed::State::done, .of_condition = true};
    say({.body = Perform{.source = agreement, .items = {sent}}, .repeated = {}, .added = {}});
    return agreement;
  }

  std::ptrdiff_t failed_links() const {
    return std::ranges::count_if(casefile().messages(), [](const Authorised<Message>& message) {
      const auto* link = std::get_if<Link>(&message->body);
      return link != nullptr && std::holds_alternative<LinkFailed>(link->step);
    });
  }
  std::ptrdiff_t requests_of_brand() const {
    return std::ranges::count_if(casefile().messages(), [](const Authorised<Message>& message) {
      const auto* handoff = std::get_if<Handoff>(&message->body);
      return message->author.party == Party::brand && handoff != nullptr &&
             std::holds_alternative<HandoffRequest>(handoff->act);
    });
  }
};

Speech withdrawal(std::uint16_t claim) {
  return {.body = Exercise{Invoke{.right = "withdrawal", .claims = {claim}}},
          .repeated = {},
          .added = {}};
}

Speech hello() { return {.body = Inform{.canned = true}, .repeated = {}, .added = {}}; }

std::string newest_effect(const Case& casefile, Verb verb) {
  std::string effect = "not said";
  for (std::uint64_t position = 0; position < casefile.next_position(); ++position) {
    const Message& message = *casefile.messages()[position];
    if (message.author.party != Party::consumer || message.verb() != verb) continue;
    effect = describe(casefile.outcome_at(position));
  }
  return effect;
}

}  // namespace

// Whoever reads the mail of an account has not signed in to it.
TEST_CASE("a code shows no more than the method by which it was asked for", "[agent]") {
  Table table;
  table.prove("oidc", table.ask_for_code());
  CHECK(table.hear().link().assurance == "email_otp");
}

TEST_CASE("a code that was not used in time shows nothing", "[agent]") {
  for (const bool in_time : {true, false}) {
    Table table;
    const std::string challenge = table.ask_for_code();
    table.clock.move(in_time ? 9 * 60'000 : 10 * 60'000);
    table.prove("email_otp", challenge);
    CHECK(table.hear().link().assurance == (in_time ? "email_otp" : ""));
    CHECK(table.failed_links() == (in_time ? 0 : 1));
  }
}

TEST_CASE("a right that names no claim of its case is a person's to sort out", "[agent]") {
  Table table;
  table.say(withdrawal(9));
  CHECK(newest_effect(table.casefile(), Verb::exercise) == "none(unknown_claim)");
  CHECK(table.requests_of_brand() == 1);
}

TEST_CASE("a right under a mandate that is over is dated, and a person turns to the principal",
          "[agent]") {
  Table table;
  table.clock.move(31 * day_ms);
  table.say(withdrawal(1));
  CHECK(newest_effect(table.casefile(), Verb::exercise) == "none(mandate_revoked)");
  CHECK(table.requests_of_brand() == 1);
}

// The brand says that it is done, the consumer that it is not.
TEST_CASE("what the consumer disputes is a person's to look into, and once", "[agent]") {
  Table table;
  const MessageId agreement = table.agree();
  const TermState& term = table.hear().bindings().at(agreement).terms.front();
  REQUIRE(term.state == Performed::State::done);
  REQUIRE(table.requests_of_brand() == 0);
  table.say({.body = Dispute{agreement, {term.term.id}, "not_done"}, .repeated = {}, .added = {}});
  CHECK(table.requests_of_brand() == 1);
  table.say(hello());
  CHECK(table.requests_of_brand() == 1);
}

TEST_CASE("an answer that was lost comes again with what was said before it", "[agent]") {
  Table table;
  table.agree();
  // The brand goes on meanwhile, and its consumer has not heard of it when it speaks.
  while (!table.agent->is_idle()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  const Speech request{
      .body = Handoff{{},
                      HandoffRequest{.reason = "consumer_asked",
                                     .principal_present = HandoffRequest::Present::live,
                                     .channels = {"case"},
                                     .language = "en"}},
      .repeated = {},
      .added = {}};
  static_cast<void>(table.post(must(table.follower->say(table.case_id, request)), table.case_id));
  const Parcel again = must(table.follower->unsent(table.case_id));
  REQUIRE(again.envelopes.size() == 1);
  const auto news = table.follower->receive(table.case_id, table.post(again, table.case_id));
  if (!news) FAIL(describe(news.error()));
  REQUIRE(table.casefile().handoff() != nullptr);
  CHECK(name(table.casefile().handoff()->stage) == "queued");
}

TEST_CASE("a mandate that is over reads nothing, not even with the no to what it says", "[agent]") {
  for (const bool is_taken_back : {false, true}) {
    Table table;
    table.ask_for_code();
    if (is_taken_back) {
      const Digest mandate = table.follower->mandate();
      const Parcel revoke =
          must(table.follower->take_back(table.case_id, mandate, table.principal));
      static_cast<void>(
          must(table.follower->receive(table.case_id, table.post(revoke, table.case_id))));
    } else {
      table.clock.move(31 * day_ms);
    }
    const News news = table.say(hello());
    REQUIRE(news.refusals.size() == 1);
    CHECK(news.refusals.front().code == (is_taken_back ? "mandate_revoked" : "mandate_expired"));
    CHECK(table.answer.envelopes.size() == 1);  // the refusal
    CHECK(table.answer.receipts.empty());
    CHECK(table.answer.parts.empty());
  }
}
