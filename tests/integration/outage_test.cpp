// What the endpoint says while its log cannot be written, and what of it stands in the log after.

#include <entente/auditor.h>
#include <entente/journal/ledger.h>
#include <entente/wire/admission.h>
#include <sys/mount.h>

#include <array>
#include <chrono>
#include <fstream>
#include <iostream>
#include <thread>

#include "catch.h"
#include "faulty_disk.h"
#include "kettle.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

// Keeps what was sent last, and what the brand answered, busy or not.
class Overheard final : public BrandConnection {
 public:
  explicit Overheard(std::unique_ptr<BrandConnection>& line) : line_(line) {}
  Result<Bytes> card() override { return line_->card(); }
  Result<Bytes> earlier_card(const Digest& digest) override { return line_->earlier_card(digest); }
  Result<Parcel> post(const Parcel& parcel, const std::optional<CaseId>& case_id,
                      std::int64_t wait_ms) override {
    sent = parcel;
    auto answer = line_->post(parcel, case_id, wait_ms);
    last = answer ? *answer : Parcel();
    return answer;
  }
  Result<Parcel> get(const CaseId& case_id, std::uint64_t after, std::int64_t wait_ms,
                     const SignRead& sign) override {
    return line_->get(case_id, after, wait_ms, sign);
  }
  Parcel sent;
  Parcel last;

 private:
  std::unique_ptr<BrandConnection>& line_;
};

struct LaterClock final : Clock {
  std::atomic<std::int64_t> by_ms = 0;
  std::int64_t now_ms() override { return SystemClock().now_ms() + by_ms; }
};

struct Scene {
  TemporaryDirectory directory;
  LaterClock clock;
  Brand brand = make_brand(1, SystemClock().now_ms());
  KettleShop shop;
  std::mutex mutex;
  std::vector<std::string> told;
  std::unique_ptr<Endpoint> endpoint;
  std::unique_ptr<BrandConnection> line;
  Overheard overheard{line};
  Goal goal;
  Agreeable principal{1, shop};
  KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 101)));
  std::unique_ptr<Assistant> customer;
  std::array<Bytes, 2> signed_again;

  explicit Scene(const std::string& more_goal = "")
      : goal(*Goal::parse(kettle_goal() + more_goal, "goal.yaml")) {
    fs::create_directory(brand_store());
  }
  ~Scene() {
    customer.reset();
    endpoint.reset();
  }

  fs::path brand_store() const { return directory.path() / "brand"; }

  void open_doors() {
    EndpointOptions options = kettle_endpoint(brand_store(), brand, shop);
    options.clock = &clock;
    options.on_trouble = [this](const std::string& text) {
      const std::scoped_lock lock(mutex);
      told.push_back(text);
    };
    auto started = Endpoint::start(std::move(options));
    if (!started) FAIL(describe(started.error()));
    endpoint = std::move(*started);
    line = std::make_unique<LocalBrand>(*endpoint, brand.card);
  }

  std::vector<std::string> told_to_operator() {
    const std::scoped_lock lock(mutex);
    return told;
  }

  void invite_customer() {
    auto started = Assistant::start({.directory = directory.path() / "consumer",
                                     .goal = &goal,
                                     .files = {{"kettle.jpg", to_bytes("a photo")}},
                                     .brand = &overheard,
                                     .principal = &principal,
                                     .key = &key});
    if (!started) FAIL(describe(started.error()));
    customer = std::move(*started);
  }

  // Until the customer's principal is asked about an offer.
  CaseId negotiate() {
    principal.agrees = false;
    const auto case_id = customer->open();
    if (!case_id) FAIL(describe(case_id.error()));
    REQUIRE(customer->run(*case_id, 20'000)->kind == Ending::Kind::needs_principal);
    return *case_id;
  }

  // The brand's signed words in its last answer.
  std::vector<Refusal> words() const {
    std::vector<Refusal> found;
    for (const Bytes& envelope : overheard.last.envelopes) {
      if (auto word = Admission::admit<Refusal>(envelope)) found.push_back(**word);
    }
    return found;
  }

  // What the customer has sent, with another nonce and, if one is given, another body: the same
  // act. The brand's one word for it. Both as envelopes: `signed_again`.
  Refusal sign_again(Parcel parcel, const CaseId& case_id, const std::optional<Body>& other = {}) {
    Message message = **Admission::admit<Message>(parcel.envelopes.back());
    message.nonce.fill(7);
    if (other) message.body = *other;
    parcel.envelopes = {*sign(message, key)};
    const auto answer = line->post(parcel, case_id, 0);
    if (!answer) FAIL(describe(answer.error()));
    REQUIRE(answer->envelopes.size() == 1);
    signed_again = {parcel.envelopes.front(), answer->envelopes.front()};
    return **Admission::admit<Refusal>(answer->envelopes.front());
  }

  // Into the log of a customer that is closed.
  void note(const CaseId& case_id, EntryKind kind, Direction direction, Bytes content) {
    SystemEntropy entropy;
    const auto ledger = Ledger::open({.directory = directory.path() / "consumer",
                                      .origin = to_did_key(principal.public_key()),
                                      .master_key_file = {}},
                                     key, entropy);
    if (!ledger) FAIL(describe(ledger.error()));
    (*ledger)->append({.kind = kind,
                       .case_id = case_id,
                       .direction = direction,
                       .time_ms = SystemClock().now_ms(),
                       .content = std::move(content)});
    REQUIRE((*ledger)->commit());
  }

  bool recovers() const {
    for (int i = 0; i < 1'000; ++i) {
      if (!endpoint->trouble()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  Report audit() { return audit({brand_store(), directory.path() / "consumer"}); }
  Report audit_brand() { return audit({brand_store()}); }
  Report audit(const std::vector<fs::path>& sources) {
    customer.reset();
    endpoint.reset();
    const auto auditor = Auditor::open(sources);
    REQUIRE(auditor);
    const auto report = auditor->replay();
    REQUIRE(report);
    return *report;
  }
};

// A party that signs what it likes: the principal of its own case, without an assistant.
struct Caller {
  Scene& scene;
  KeyPair key = Agreeable(3, scene.shop).key();
  CaseId case_id = {};
  std::uint8_t acts = 0;

  Bytes sign_as_said(Body body, const std::string& to = "did:web:kettle.example") {
    const std::int64_t now_ms = scene.clock.now_ms();
    const bool opens = std::holds_alternative<Open>(body);
    Message message{.environment = Environment::sandbox,
                    .case_id = opens ? CaseId{} : case_id,
                    .prev = opens ? MessageId{} : case_id,
                    .sent_at_ms = now_ms,
                    .admit_by_ms = now_ms + 600'000,
                    .author = {Party::consumer, Actor::person, key.public_key(), {}},
                    .audience = {to, Admission::admit<Card>(scene.brand.card)->id()},
                    .body = std::move(body)};
    message.act_id.fill(++acts);
    message.nonce.fill(acts);
    const Bytes envelope = *sign(message, key);
    if (opens) case_id = Admission::admit<Message>(envelope)->id();
    return envelope;
  }
  static Open claims(std::uint16_t count) {
    Open open{.jurisdiction = "es", .language = "en"};
    for (std::uint16_t id = 1; id <= count; ++id) {
      open.claims.push_back({.claim_id = id,
                             .category = "delivery",
                             .code = "late",
                             .basis = Basis::contract,
                             .desired = {{.remedy = "voucher"}}});
    }
    return open;
  }
  static Body request() {
    return Handoff{.hid = {},
                   .act = HandoffRequest{.reason = "consumer_asked",
                                         .principal_present = HandoffRequest::Present::live,
                                         .channels = {"case"},
                                         .language = "en"}};
  }
  std::vector<Refusal> post(std::vector<Bytes> envelopes) {
    Parcel parcel;
    parcel.envelopes = std::move(envelopes);
    const auto answer = scene.overheard.post(parcel, std::nullopt, 0);
    if (!answer) FAIL(describe(answer.error()));
    return scene.words();
  }
};

MessageId id_of(const Bytes& envelope) { return Admission::admit<Message>(envelope)->id(); }

std::int64_t admitted_ms(const Case& casefile, const MessageId& message) {
  const auto position = casefile.find_position(message);
  REQUIRE(position);
  return casefile.admitted_ms(*position);
}

}  // namespace

TEST_CASE("a person asked for while the disk fails is acknowledged, and logged at that time",
          "[outage]") {
  for (const Fault fault : {Fault::no_space, Fault::io_error, Fault::sync_drops}) {
    Scene scene;
    FaultyDisk disk(scene.brand_store());
    scene.open_doors();
    scene.invite_customer();
    const CaseId case_id = scene.negotiate();

    disk.fail_now(fault, Lasting::until_healed);
    const Status asked = scene.customer->ask_for_person(case_id, "consumer_asked");
    INFO(name(fault));
    REQUIRE_FALSE(asked);
    CHECK(asked.error().code == ErrorCode::busy);
    REQUIRE(scene.words().size() == 1);
    const Refusal word = scene.words().front();
    CHECK(word.unlogged);
    CHECK(word.case_id == case_id);
    CHECK(scene.endpoint->trouble());

    // The same bytes again get the same word.
    CHECK_FALSE(scene.customer->resume(case_id));
    REQUIRE(scene.words().size() == 1);
    CHECK(scene.words().front() == word);

    disk.heal();
    REQUIRE(scene.recovers());
    REQUIRE(scene.customer->resume(case_id));
    const Case& casefile = *scene.customer->find_case(case_id);
    REQUIRE(casefile.handoff() != nullptr);
    CHECK(casefile.handoff()->stage == HandoffStage::queued);
    CHECK(admitted_ms(casefile, word.message) == word.at_ms);
    CHECK(scene.told_to_operator().front().find("cannot be written") != std::string::npos);
    CHECK(scene.told_to_operator().back().find("written again") != std::string::npos);

    const Report report = scene.audit();
    INFO(to_text(report));
    CHECK(report.broken() == 0);
    CHECK(report.count_of(Rule::log_backfilled, Judgement::holds) == 2);  // in both logs
    CHECK(report.count_of(Rule::handoff_acknowledged, Judgement::holds) == 2);
  }
}

TEST_CASE("an act signed twice while the disk fails is promised once", "[outage][negative]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  scene.invite_customer();
  const CaseId case_id = scene.negotiate();
  REQUIRE(scene.customer->ask_for_person(case_id, "consumer_asked"));
  const Parcel asking = scene.overheard.sent;
  const Body another = Leave{.reason = "another"};

  disk.fail_now(Fault::no_space, Lasting::until_healed);
  REQUIRE_FALSE(scene.customer->leave(case_id, "consumer_asked"));
  const Refusal word = scene.words().at(0);
  REQUIRE(word.unlogged);
  CHECK(scene.sign_again(scene.overheard.sent, case_id) == word);
  CHECK(scene.sign_again(scene.overheard.sent, case_id, another).code == "act_conflict");
  CHECK(scene.sign_again(asking, case_id).unlogged);  // on record already, which nothing shows now
  CHECK(scene.sign_again(asking, case_id, another).code == "act_conflict");

  disk.heal();
  REQUIRE(scene.recovers());
  REQUIRE(scene.customer->resume(case_id));
  const Report report = scene.audit();
  INFO(to_text(report));
  CHECK(report.broken() == 0);
  CHECK(report.count_of(Rule::log_backfilled, Judgement::holds) == 2);
}

TEST_CASE("whoever signs an act again that is on record cannot accuse by the word for it",
          "[outage][negative]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  scene.invite_customer();
  const CaseId case_id = scene.negotiate();
  REQUIRE(scene.customer->ask_for_person(case_id, "consumer_asked"));
  const Parcel asking = scene.overheard.sent;
  disk.fail_now(Fault::no_space, Lasting::until_healed);
  REQUIRE_FALSE(scene.customer->ask_for_person(case_id, "consumer_asked"));
  REQUIRE(scene.sign_again(asking, case_id).unlogged);
  disk.heal();
  REQUIRE(scene.recovers());
  scene.clock.by_ms = 61'000;  // more than a queue excuses
  REQUIRE(scene.customer->leave(case_id, "consumer_asked"));

  scene.customer.reset();
  scene.note(case_id, EntryKind::message, Direction::sent, scene.signed_again[0]);
  scene.note(case_id, EntryKind::refusal, Direction::received, scene.signed_again[1]);
  const Report report = scene.audit();
  INFO(to_text(report));
  CHECK(report.count_of(Rule::log_backfilled, Judgement::broken) == 0);
  CHECK(report.broken() == 0);
}

TEST_CASE("a word for what no log would take accuses nobody", "[outage][negative]") {
  Scene scene;
  scene.open_doors();
  scene.invite_customer();
  const CaseId case_id = scene.negotiate();
  REQUIRE(scene.customer->ask_for_person(case_id, "consumer_asked"));
  const Bytes asking = scene.overheard.sent.envelopes.back();
  scene.clock.by_ms = 61'000;
  REQUIRE(scene.customer->leave(case_id, "consumer_asked"));
  scene.customer.reset();
  const auto note = [&](const Bytes& envelope, bool is_kept) {
    const auto message = Admission::admit<Message>(envelope);
    REQUIRE(message);
    if (is_kept) scene.note(case_id, EntryKind::message, Direction::sent, envelope);
    const Refusal word{.message = message->id(),
                       .code = "busy",
                       .at_ms = SystemClock().now_ms(),
                       .environment = Environment::sandbox,
                       .case_id = case_id,
                       .unlogged = true};
    scene.note(case_id, EntryKind::refusal, Direction::received, *sign(word, scene.brand.message));
  };
  // A step that only the brand may say, a stranger's request, and one that is not shown.
  Message message = **Admission::admit<Message>(asking);
  message.act_id.fill(7);
  message.body = Handoff{.hid = case_id, .act = Missed{}};
  note(*sign(message, scene.key), true);
  message.body = Leave{.reason = "consumer_asked"};
  const KeyPair stranger = Agreeable(2, scene.shop).key();
  message.author = {Party::consumer, Actor::person, stranger.public_key(), {}};
  note(*sign(message, stranger), true);
  message.act_id.fill(8);
  note(*sign(message, stranger), false);

  const Report report = scene.audit();
  INFO(to_text(report));
  CHECK(report.count_of(Rule::log_backfilled, Judgement::broken) == 0);
  CHECK(report.count_of(Rule::log_backfilled, Judgement::not_checkable) == 1);
}

TEST_CASE("what was acknowledged without a log outlives the process", "[outage]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  scene.invite_customer();
  const CaseId case_id = scene.negotiate();
  disk.fail_now(Fault::io_error, Lasting::until_healed);
  REQUIRE_FALSE(scene.customer->ask_for_person(case_id, "consumer_asked"));
  const Refusal word = scene.words().at(0);
  REQUIRE(word.unlogged);
  scene.endpoint.reset();

  disk.heal();
  scene.open_doors();

  // Nobody has sent it again: a look at the case is enough.
  REQUIRE(scene.customer->poll(case_id, 0));
  const Case& casefile = *scene.customer->find_case(case_id);
  REQUIRE(casefile.handoff() != nullptr);
  CHECK(casefile.handoff()->stage == HandoffStage::queued);
  CHECK(admitted_ms(casefile, word.message) == word.at_ms);
  const Report report = scene.audit();
  INFO(to_text(report));
  CHECK(report.broken() == 0);
}

TEST_CASE("a brand that never logs what it acknowledged is found out", "[outage][negative]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  scene.invite_customer();
  const CaseId case_id = scene.negotiate();
  disk.fail_now(Fault::io_error, Lasting::until_healed);
  REQUIRE_FALSE(scene.customer->ask_for_person(case_id, "consumer_asked"));
  REQUIRE(scene.words().at(0).unlogged);
  scene.endpoint.reset();
  disk.heal();
  fs::remove(scene.brand_store() / "unlogged");
  scene.clock.by_ms = 61'000;  // more than a queue excuses
  scene.open_doors();
  REQUIRE(scene.customer->leave(case_id, "consumer_asked"));

  const Report report = scene.audit();
  INFO(to_text(report));
  // The consumer's log shows it alone, and the two logs together show it again.
  CHECK(report.count_of(Rule::log_backfilled, Judgement::broken) == 2);
  for (const Finding& finding : report.findings) {
    if (finding.rule == Rule::log_backfilled) CHECK(finding.at_fault == Party::brand);
  }
}

TEST_CASE("an accept while the disk fails binds nobody until it is sent again", "[outage]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  scene.invite_customer();
  const CaseId case_id = scene.negotiate();
  scene.principal.agrees = true;

  disk.fail_now(Fault::no_space, Lasting::until_healed);
  const auto ending = scene.customer->run(case_id, 3'000);
  REQUIRE(ending);
  CHECK(ending->kind == Ending::Kind::gave_up);
  REQUIRE_FALSE(scene.words().empty());
  CHECK(scene.words().front().code == "busy");
  CHECK_FALSE(scene.words().front().unlogged);
  CHECK(scene.customer->find_case(case_id)->bindings().empty());
  CHECK(scene.shop.executed() == 0);

  disk.heal();
  REQUIRE(scene.recovers());
  const auto finished = scene.customer->run(case_id, 20'000);
  if (!finished) FAIL(describe(finished.error()));
  CHECK(finished->outcome == "resolved_agreed");
  CHECK(scene.shop.executed() == 2);
  CHECK(scene.shop.repeated() == 0);
  CHECK(scene.audit().broken() == 0);
}

TEST_CASE("a case that asks for a person is opened by signature while the disk fails", "[outage]") {
  Scene scene("handoff: first\n");
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  scene.invite_customer();
  disk.fail_now(Fault::no_space, Lasting::until_healed);

  CHECK(scene.customer->open().error().code == ErrorCode::busy);
  const std::vector<Refusal> words = scene.words();
  REQUIRE(words.size() == 2);
  CHECK(words.at(0).unlogged);        // the open
  CHECK_FALSE(words.at(1).unlogged);  // the link can wait
  const CaseId case_id = scene.customer->cases().at(0);
  CHECK(words.at(0).case_id == case_id);

  disk.heal();
  REQUIRE(scene.recovers());
  REQUIRE(scene.customer->resume(case_id));
  const Case& casefile = *scene.customer->find_case(case_id);
  REQUIRE(casefile.is_open());
  CHECK(casefile.admitted_ms(0) == words.at(0).at_ms);
  CHECK(casefile.handoff()->stage == HandoffStage::queued);
  CHECK(scene.audit().broken() == 0);
}

TEST_CASE("a stranger to a case is promised nothing", "[outage][negative]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  scene.invite_customer();
  const CaseId case_id = scene.negotiate();
  disk.fail_now(Fault::no_space, Lasting::until_healed);
  REQUIRE_FALSE(scene.customer->ask_for_person(case_id, "consumer_asked"));

  CaseId unknown;
  unknown.bytes.fill(9);
  for (const CaseId& target : {case_id, unknown}) {
    Message message{
        .environment = Environment::sandbox,
        .case_id = target,
        .prev = target,
        .sent_at_ms = SystemClock().now_ms(),
        .admit_by_ms = SystemClock().now_ms() + 60'000,
        .author = {Party::consumer, Actor::person, Agreeable(2, scene.shop).public_key(), {}},
        .audience = {"did:web:kettle.example", Admission::admit<Card>(scene.brand.card)->id()},
        .body = Leave{.reason = "consumer_asked"}};
    message.nonce.fill(7);
    message.act_id.fill(7);
    Parcel parcel;
    const KeyPair key = Agreeable(2, scene.shop).key();
    parcel.envelopes.push_back(*sign(message, key));
    const auto verified = Admission::admit<Message>(parcel.envelopes.front());
    if (!verified) FAIL(describe(verified.error()));
    const auto answer = scene.overheard.post(parcel, std::nullopt, 0);
    if (!answer) FAIL(describe(answer.error()));
    REQUIRE(scene.words().size() == 1);
    CHECK_FALSE(scene.words().front().unlogged);
  }
}

TEST_CASE("who asks for a person and takes it back in one breath is owed no acknowledgement",
          "[outage][negative]") {
  for (const bool fails : {false, true}) {
    Scene scene;
    FaultyDisk disk(scene.brand_store());
    scene.open_doors();
    Caller caller{scene};
    caller.post({caller.sign_as_said(Caller::claims(1))});
    if (fails) disk.fail_now(Fault::no_space, Lasting::until_healed);
    const Bytes asked = caller.sign_as_said(Caller::request());
    const Body withdrawn = Handoff{.hid = id_of(asked), .act = HandoffWithdrawn{}};
    caller.post({asked, caller.sign_as_said(withdrawn)});
    disk.heal();
    REQUIRE(scene.recovers());

    const Report report = scene.audit_brand();
    INFO(to_text(report));
    CHECK(report.broken() == 0);
  }
}

TEST_CASE("however many rights are exercised at once, each is acknowledged", "[outage]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  Caller caller{scene};
  caller.post({caller.sign_as_said(Caller::claims(32))});
  disk.fail_now(Fault::no_space, Lasting::until_healed);
  for (std::uint16_t parcel = 0; parcel < 2; ++parcel) {
    std::vector<Bytes> rights;
    for (std::uint16_t id = 1; id <= 16; ++id) {
      const auto claim = static_cast<std::uint16_t>(16 * parcel + id);
      rights.push_back(
          caller.sign_as_said(Exercise{Invoke{.right = "withdrawal", .claims = {claim}}}));
    }
    CHECK(caller.post(std::move(rights)).size() == 16);
  }
  disk.heal();
  REQUIRE(scene.recovers());

  const Report report = scene.audit_brand();
  INFO(to_text(report));
  CHECK(report.broken() == 0);
  CHECK(report.count_of(Rule::right_acknowledged, Judgement::holds) == 32);
}

TEST_CASE("what no log would take is promised to nobody", "[outage][negative]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  Caller caller{scene};
  const Bytes opening = caller.sign_as_said(Caller::claims(1));
  caller.post({opening});
  disk.fail_now(Fault::no_space, Lasting::until_healed);
  const Body leave = Leave{.reason = "consumer_asked"};
  // Addressed to another brand, beside the open of its case.
  const auto beside = caller.post({opening, caller.sign_as_said(leave, "did:web:other.example")});
  CHECK_FALSE(beside.at(1).unlogged);
  // A step that only the brand may say.
  const auto brands =
      caller.post({caller.sign_as_said(Handoff{.hid = caller.case_id, .act = Missed{}})});
  CHECK(std::ranges::none_of(brands, &Refusal::unlogged));
  // In a case that this brand will not open.
  const Bytes elsewhere = caller.sign_as_said(Caller::claims(1), "did:web:other.example");
  const auto nothing = caller.post({elsewhere, caller.sign_as_said(leave)});
  CHECK(std::ranges::none_of(nothing, &Refusal::unlogged));
  disk.heal();
  REQUIRE(scene.recovers());

  const Report report = scene.audit_brand();
  INFO(to_text(report));
  CHECK(report.broken() == 0);
}

TEST_CASE("a disk that is really full, and is freed again, loses nothing", "[outage]") {
  Scene scene;
  if (::mount("tmpfs", scene.brand_store().c_str(), "tmpfs", 0, "size=16m") != 0) {
    std::cerr << "skipped: a small tmpfs cannot be mounted here\n";
    return;
  }
  struct Unmount {
    fs::path at;
    ~Unmount() { ::umount2(at.c_str(), MNT_DETACH); }
  };
  const Unmount unmount{scene.brand_store()};
  scene.open_doors();
  scene.invite_customer();
  const CaseId case_id = scene.negotiate();
  const fs::path filler = scene.brand_store() / "filler";
  {
    std::ofstream out(filler, std::ios::binary);
    const std::string page(4096, 'x');
    while (out.write(page.data(), static_cast<std::streamsize>(page.size())).flush()) {
    }
  }
  std::error_code error;
  CHECK(fs::space(scene.brand_store(), error).available == 0);

  scene.principal.agrees = true;
  const auto ending = scene.customer->run(case_id, 3'000);
  REQUIRE(ending);
  CHECK(ending->kind == Ending::Kind::gave_up);
  CHECK(scene.customer->ask_for_person(case_id, "consumer_asked").error().code == ErrorCode::busy);
  const auto words = scene.words();
  const auto signed_word = std::ranges::find_if(words, &Refusal::unlogged);
  REQUIRE(signed_word != words.end());
  const Refusal& word = *signed_word;
  // In room that was taken in advance, so that this survives even now.
  for (const std::string& text : scene.told_to_operator()) {
    CHECK(text.find("in memory only") == std::string::npos);
  }
  CHECK(scene.endpoint->trouble());
  CHECK(scene.shop.executed() == 0);

  fs::remove(filler);
  REQUIRE(scene.recovers());
  REQUIRE(scene.customer->resume(case_id));
  CHECK(admitted_ms(*scene.customer->find_case(case_id), word.message) == word.at_ms);
  const Report report = scene.audit();
  INFO(to_text(report));
  CHECK(report.broken() == 0);
}
