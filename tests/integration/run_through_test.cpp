// Customers whose assistant ran on while the brand lost the end of its log, and who say what
// nothing refuses before they have noticed.

#include <entente/casefile/summary.h>
#include <entente/journal/lost_end.h>
#include <entente/wire/admission.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "catch.h"
#include "faulty_disk.h"
#include "regain_scene.h"

using namespace entente;
using namespace entente::tests;

namespace {

using Words = std::vector<std::string>;

// Writes down who was sent to it.
class WrittenDesk final : public Desk {
 public:
  explicit WrittenDesk(HumanAvailability human) : queue_({.human = std::move(human)}) {}
  Route route(const TicketView& ticket, std::int64_t now_ms) override {
    const std::scoped_lock lock(mutex_);
    tickets_.insert(ticket.hid);
    return queue_.route(ticket, now_ms);
  }
  Route update(const TicketView& ticket, std::int64_t now_ms) override {
    return queue_.update(ticket, now_ms);
  }
  void leave(const Digest& hid) override {
    const std::scoped_lock lock(mutex_);
    tickets_.erase(hid);
    queue_.leave(hid);
  }
  std::set<Digest> tickets() {
    const std::scoped_lock lock(mutex_);
    return tickets_;
  }

 private:
  std::mutex mutex_;
  QueueDesk queue_;
  std::set<Digest> tickets_;
};

Speech note() {
  return {.body = Inform{.text = 0},
          .added = {{PartClass::prose, "text/plain", to_bytes("it drips")}}};
}

Speech request_with_needs() {
  return {.body = Handoff{{},
                          HandoffRequest{.reason = "consumer_asked",
                                         .principal_present = HandoffRequest::Present::live,
                                         .channels = {"case"},
                                         .language = "en",
                                         .needs = 0}},
          .added = {{PartClass::special, "text/plain", to_bytes("please speak slowly")}}};
}

// Ana's assistant holds receipts that the brand has lost, and goes on.
struct RunThrough {
  LifeWorld world;
  WrittenDesk desk{(*Admission::admit<Card>(world.brand.card))->human};
  QuickLine line{world};
  LifeCustomer ana{world, 1};
  CaseId case_id;
  std::size_t kept = 0;
  std::size_t all = 0;

  RunThrough() {
    world.stop();
    world.desk = &desk;
    world.start();
    must_back_up(world.store(), world.at("empty"));
    must(ana.start(&line));
    case_id = ana.halfway();
    kept = messages_in(world, case_id);
    must_back_up(world.store(), world.at("backup"));
    must(ana.assistant->say(case_id, note()));
    all = messages_in(world, case_id);
  }
  void lose_end(const char* backup = "backup") { world.lose_end(world.at(backup)); }
  // What it says arrives, and nobody hears the answer.
  void say_unheard(const Speech& speech) {
    line.is_deaf = true;
    CHECK(ana.assistant->say(case_id, speech).error().code == ErrorCode::network_failed);
    line.is_deaf = false;
  }
  // The signed words in the brand's last answer.
  std::vector<Refusal> words() const {
    std::vector<Refusal> found;
    REQUIRE(line.last);
    for (const Bytes& envelope : line.last->envelopes) {
      if (const auto word = Admission::admit<Refusal>(envelope)) found.push_back(**word);
    }
    return found;
  }
  Words broken() {
    ana.assistant.reset();
    world.stop();
    Words found;
    for (const auto& sources :
         {std::vector{world.store(), ana.home()}, {world.store()}, {ana.home()}}) {
      const Words each = broken_in(world.audit(sources, world.first_trust()));
      found.insert(found.end(), each.begin(), each.end());
    }
    return found;
  }
};

}  // namespace

TEST_CASE("an assistant that ran through a loss is not told two things, whatever it says first",
          "[life]") {
  const std::map<std::string, std::function<Status(RunThrough&)>> words = {
      {"a person", [](auto& s) { return s.ana.assistant->say(s.case_id, request_with_needs()); }},
      {"a right",
       [](auto& s) {
         return s.ana.assistant->say(
             s.case_id, {.body = Exercise{.act = Invoke{.right = "access", .claims = {1}}}});
       }},
      {"no mandate",
       [](auto& s) {
         const auto ended = s.ana.assistant->take_back_mandates();
         return ended ? Status() : std::unexpected(ended.error());
       }},
      {"goodbye", [](auto& s) { return s.ana.assistant->leave(s.case_id, "enough"); }},
      {"more", [](auto& s) { return s.ana.assistant->say(s.case_id, note()); }},
  };
  for (const char* backup : {"backup", "empty"}) {
    for (const auto& [what, say] : words) {
      INFO(what << ", back to " << backup);
      RunThrough scene;
      scene.lose_end(backup);
      must(say(scene));
      CHECK(scene.ana.assistant->evidence().empty());
      CHECK(scene.ana.assistant->find_case(scene.case_id)->next_position() > scene.all);
      CHECK(messages_in(scene.world, scene.case_id) > scene.all);
      const std::string told = describe(*scene.ana.assistant->find_case(scene.case_id));
      REQUIRE(scene.ana.start(&scene.line));
      CHECK(describe(*scene.ana.assistant->find_case(scene.case_id)) == told);
      CHECK(scene.broken() == Words{});
    }
  }
}

TEST_CASE("a person is at the desk at once, although the entry waits for what was lost",
          "[life][handoff]") {
  RunThrough scene;
  scene.lose_end();
  scene.say_unheard(request_with_needs());
  REQUIRE(scene.words().size() == 1);
  const Refusal word = scene.words().front();
  CHECK(word.unlogged);
  CHECK(scene.desk.tickets() == std::set<Digest>{word.message});
  CHECK(messages_in(scene.world, scene.case_id) == scene.kept);
  // Sent again, it gets the same word; what may be shed waits behind it.
  scene.say_unheard(note());
  REQUIRE(scene.words().size() == 1);
  CHECK_FALSE(scene.words().front().unlogged);
  CHECK(scene.words().front().code == name(ErrorCode::busy));
  CHECK(messages_in(scene.world, scene.case_id) == scene.kept);

  must(scene.ana.assistant->resume(scene.case_id));
  const Case& casefile = *scene.ana.assistant->find_case(scene.case_id);
  REQUIRE(casefile.find_position(word.message) == scene.all);
  CHECK(casefile.admitted_ms(scene.all) < word.at_ms + lost_end_hold_ms);
  CHECK(casefile.handoff()->stage == HandoffStage::queued);
  CHECK(scene.desk.tickets() == std::set<Digest>{word.message});
  scene.world.endpoint->inspect([&](const Ledger& ledger) {
    const auto entries = *ledger.entries_of(scene.case_id);
    const auto asked = std::ranges::find_if(entries, [&](std::uint64_t index) {
      const auto entry = ledger.read(index);
      return entry->leaf.kind == EntryKind::message && entry->leaf.position == scene.all;
    });
    CHECK(ledger.read(*asked)->leaf.parts_received.size() == 1);
  });
  CHECK(scene.broken() == Words{});
}

TEST_CASE("whoever never shows what it holds has its entry in time all the same",
          "[life][handoff]") {
  RunThrough scene;
  scene.lose_end();
  scene.say_unheard(request_with_needs());
  const Refusal word = scene.words().front();
  scene.world.later_ms = lost_end_hold_ms - 5'000;
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  CHECK(messages_in(scene.world, scene.case_id) == scene.kept);
  scene.world.later_ms = lost_end_hold_ms;
  CHECK(comes_to(scene.world, scene.case_id, scene.kept + 2));  // it, and what it is told
  scene.world.stop();
  const Report report = scene.world.audit({scene.world.store()}, scene.world.first_trust());
  CHECK(broken_in(report) == Words{});
  CHECK(report.count_of(Rule::log_backfilled, Judgement::holds) == 1);
  CHECK(report.count_of(Rule::handoff_acknowledged, Judgement::holds) == 1);
}

TEST_CASE("what waits for its entry outlives the process and a disk that fails", "[life]") {
  for (const char* trouble : {"stopped", "stopped for long", "a disk that fails"}) {
    INFO(trouble);
    RunThrough scene;
    LifeWorld& world = scene.world;
    scene.lose_end();
    scene.say_unheard(request_with_needs());
    const Refusal word = scene.words().front();
    if (std::string_view(trouble) == "a disk that fails") {
      FaultyDisk disk(world.store());
      world.stop();
      world.start();
      LifeCustomer ben(world, 2);
      disk.fail_now(Fault::io_error, Lasting::until_healed);
      CHECK_FALSE(ben.assistant->open());
      CHECK(world.endpoint->trouble());
      disk.heal();
      for (int i = 0; i < 1'000 && world.endpoint->trouble(); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
      CHECK(messages_in(world, scene.case_id) == scene.kept);
      world.stop();
    } else {
      world.stop();
    }
    if (std::string_view(trouble) == "stopped for long") world.later_ms = 3'600'000;
    world.start();
    CHECK(scene.desk.tickets().contains(word.message));
    if (world.later_ms > 0) {
      CHECK(comes_to(world, scene.case_id, scene.kept + 2));
      world.stop();
      const Report report = world.audit({world.store()}, world.first_trust());
      CHECK(broken_in(report) == Words{});
      CHECK(report.count_of(Rule::log_backfilled, Judgement::holds) == 1);
      continue;
    }
    CHECK(messages_in(world, scene.case_id) == scene.kept);
    must(scene.ana.assistant->resume(scene.case_id));
    CHECK(scene.ana.assistant->find_case(scene.case_id)->find_position(word.message) == scene.all);
    CHECK(scene.broken() == Words{});
  }
}

TEST_CASE("nobody makes a brand put off more, or say two things of one act", "[life][negative]") {
  RunThrough scene;
  LifeWorld& world = scene.world;
  LifeCustomer ben(world, 2);
  scene.lose_end();
  scene.say_unheard(request_with_needs());
  const Refusal word = scene.words().front();
  const Parcel said = scene.line.said;
  const Message asked = **Admission::admit<Message>(said.envelopes.front());
  const auto say = [&](const std::function<void(Message&)>& change, const KeyPair& key) {
    Message message = asked;
    message.nonce.front() ^= 1;
    message.author.key = key.public_key();
    change(message);
    const auto signed_anew = Admission::sign(message, key);
    REQUIRE(signed_anew);
    const ByteView envelope = signed_anew->envelope();
    Parcel parcel = said;
    parcel.envelopes = {Bytes(envelope.begin(), envelope.end())};
    [[maybe_unused]] const auto answer = scene.line.post(parcel, scene.case_id, 0);
  };
  // By somebody else: as if there were no such case.
  say([](Message& message) { ++message.act_id.front(); }, ben.key);
  CHECK(scene.line.last.error().code == ErrorCode::not_found);
  // The same act again is acknowledged as it was, and another under its name is none.
  say([](Message&) {}, scene.ana.key);
  REQUIRE(scene.words().size() == 1);
  CHECK(scene.words().front() == word);
  say(
      [](Message& message) {
        std::get<HandoffRequest>(std::get<Handoff>(message.body).act).reason = "x";
      },
      scene.ana.key);
  REQUIRE(scene.words().size() == 1);
  CHECK(scene.words().front().code == name(ErrorCode::act_conflict));
  CHECK(scene.words().front().head.is_zero());  // where the case stands nothing is wrong with it
  CHECK(scene.desk.tickets() == std::set<Digest>{word.message});
  CHECK(messages_in(world, scene.case_id) == scene.kept);
  // As many as are put off in one case; one more, and all have their entry.
  for (std::uint8_t more = 1; more < 8; ++more) {
    say([&](Message& message) { message.act_id.front() ^= more; }, scene.ana.key);
    REQUIRE(scene.words().size() == 1);
    CHECK(scene.words().front().unlogged);
    CHECK(messages_in(world, scene.case_id) == scene.kept);
  }
  say([](Message& message) { message.act_id.front() ^= 8; }, scene.ana.key);
  CHECK(scene.words().empty());
  CHECK(messages_in(world, scene.case_id) >= scene.kept + 9);
  CHECK(scene.desk.tickets() == std::set<Digest>{word.message});
  scene.ana.assistant.reset();
  world.stop();
  CHECK(broken_in(world.audit({world.store()}, world.first_trust())) == Words{});
}
