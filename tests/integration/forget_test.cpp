// A case is forgotten: nothing of it is left on the disk, nothing that rests on it breaks, and no
// crash, no backup and no operator brings it back or hides what was done.

#include <entente/audit/proof.h>
#include <entente/journal/content.h>
#include <entente/journal/master_key.h>
#include <entente/wire/admission.h>
#include <entente/wire/retention.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "catch.h"
#include "faulty_disk.h"
#include "forget_world.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

Words erasures_of(const Report& report) {
  Words found;
  for (const std::string& each : sentences(report, Judgement::not_checkable)) {
    if (each.starts_with("erased (entry ")) found.push_back(each);
  }
  return found;
}

// Of the two cases only the one that was not touched can still be told, and as before.
CaseSummary summary_of(const Report& report, const CaseId& case_id) {
  for (const CaseSummary& each : report.cases) {
    if (each.case_id == case_id) return each;
  }
  FAIL("case " << short_hex(case_id) << " is not in the report");
  return {};
}

std::uint64_t erase_first(ForgetWorld& world, Words classes) {
  auto ledger = *world.open();
  const ErasureRecord wish = world.wish(std::move(classes));
  const auto entries = erase(*ledger, {&wish, 1});
  if (!entries) FAIL(describe(entries.error()));
  return entries->at(0);
}

bool is_erased_for_good(ForgetWorld& world) {
  auto ledger = *world.open();
  const auto records = *ledger->retention_records();
  return records.erasures.size() == 1 && records.erasures[0].done &&
         *ledger->is_erased(world.first) && !*ledger->is_erased(world.second);
}

}  // namespace

TEST_CASE("of a forgotten case no content, salt, key or sealed byte is left", "[forget]") {
  for (const Words& classes :
       {whole_case(), Words{"contact", "reference"}, Words{"media"}, Words{"prose"}}) {
    ForgetWorld world;
    const Secrets gone = world.secrets_of(world.first, classes);
    CAPTURE(classes, gone.by_name.size());
    REQUIRE(gone.by_name.size() >= 5);
    const Secrets others = world.secrets_of(world.second, whole_case());
    REQUIRE_FALSE(gone.found_under(world.brand_store()).empty());

    erase_first(world, classes);

    CHECK(gone.found_under(world.brand_store()) == Words{});
    const Secrets left = world.secrets_of(world.second, whole_case());
    CHECK(left.by_name.size() == others.by_name.size());
    REQUIRE(export_log(world.brand_store(), world.directory.path() / "export"));
    CHECK(gone.found_under(world.directory.path() / "export") == Words{});
  }
}

TEST_CASE("what a class leaves behind is the rest of its case", "[forget]") {
  ForgetWorld world;
  const Words others = {"decision", "media", "prose", "reference", "special", "terms"};
  const auto before = world.secrets_of(world.first, others);
  erase_first(world, {"contact"});
  const auto after = world.secrets_of(world.first, others);
  for (const auto& [name, secret] : before.by_name) {
    if (name.starts_with("wrapped")) continue;  // anew, under the key of the new epoch
    CAPTURE(name);
    CHECK(after.by_name.contains(name));
  }
}

TEST_CASE("receipts and checkpoints from before an erasure still prove what they proved",
          "[forget]") {
  ForgetWorld world;
  std::vector<Receipt> receipts;
  std::uint64_t size = 0;
  std::string note;
  {
    const auto ledger = *world.open();
    size = ledger->size();
    note = ledger->checkpoint_note();
    for (std::uint64_t index = 0; index < size; ++index) {
      receipts.push_back(*ledger->receipt(index));
    }
  }
  erase_first(world, whole_case());
  const auto ledger = *world.open();
  for (const Receipt& receipt : receipts) {
    CHECK(verify_proof_of_leaf(*decode_proof(receipt.proof), receipt.leaf, ledger->vkey()));
  }
  const auto then = *verify_checkpoint(note, ledger->vkey());
  const auto now = *verify_checkpoint(ledger->checkpoint_note(), ledger->vkey());
  CHECK(now.size == size + 1);
  CHECK(verify_consistency(then.head(), now.head(), *ledger->consistency_from(size)));
}

TEST_CASE("an auditor hears that a case is erased, by which entry and why, and nothing broken",
          "[forget]") {
  ForgetWorld world;
  const CaseSummary other = summary_of(world.audit({world.brand_store()}), world.second);
  const std::uint64_t entry = erase_first(world, whole_case());
  const Words expected = {"erased (entry " + std::to_string(entry) + ", request)"};
  REQUIRE(export_log(world.brand_store(), world.directory.path() / "export"));
  for (const auto& sources : std::vector<std::vector<fs::path>>{
           {world.brand_store()},
           {world.directory.path() / "export"},
           {world.brand_store(), world.consumer_store(1), world.consumer_store(2)}}) {
    const Report report = world.audit(sources);
    CHECK(sentences(report, Judgement::broken) == Words{});
    CHECK(erasures_of(report) == expected);
    CHECK(summary_of(report, world.second) == other);
  }
}

TEST_CASE("with contact and references erased the terms are still checked", "[forget]") {
  ForgetWorld world;
  const CaseSummary first = summary_of(world.audit({world.brand_store()}), world.first);
  const std::uint64_t entry = erase_first(world, {"contact", "reference"});
  const Report report = world.audit({world.brand_store(), world.consumer_store(1)});
  CHECK(sentences(report, Judgement::broken) == Words{});
  CHECK(summary_of(report, world.first).terms == first.terms);
  const std::string end = " is erased (entry " + std::to_string(entry) + ", request)";
  const Words open = sentences(report, Judgement::not_checkable);
  CHECK(std::ranges::any_of(open, [&](const std::string& each) {
    return each.starts_with("part ") && each.ends_with(end);
  }));
}

TEST_CASE("a consumer forgets a case of its own", "[forget]") {
  ForgetWorld world;
  {
    SystemEntropy entropy;
    const KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 101)));
    const KettleShop unused;
    const std::string origin = to_did_key(Agreeable(1, unused).public_key());
    auto ledger =
        *Ledger::open({.directory = world.consumer_store(1), .origin = origin}, key, entropy);
    REQUIRE_FALSE(ledger->store().receipts_of(world.first)->empty());
    const ErasureRecord wish = world.wish(whole_case());
    REQUIRE(erase(*ledger, {&wish, 1}));
    CHECK(ledger->store().receipts_of(world.first)->empty());
  }
  const Report report = world.audit({world.brand_store(), world.consumer_store(1)});
  CHECK(sentences(report, Judgement::broken) == Words{});
  CHECK(erasures_of(report).size() == 1);
}

TEST_CASE("an endpoint goes on without the case, and never opens it again", "[forget]") {
  ForgetWorld world;
  Parcel opening;
  {
    const auto ledger = *world.open();
    const auto entries = *ledger->entries_of(world.first);
    for (const std::uint64_t index : entries) {
      const StoredEntry entry = *ledger->read(index);
      if (entry.leaf.kind == EntryKind::mandate) opening.mandates = {entry.content};
      if (entry.leaf.kind != EntryKind::message) continue;
      opening.envelopes = {entry.content};
      break;
    }
  }
  REQUIRE(opening.mandates.size() == 1);
  const std::uint64_t size = erase_first(world, whole_case()) + 1;
  DurableShop shop(world.directory.path() / "writes");
  KettleShop unused;
  EndpointOptions options = kettle_endpoint(world.brand_store(), world.brand, unused);
  options.back_office = &shop;
  options.policy = lenient(options.policy);
  {
    auto endpoint = Endpoint::start(std::move(options));
    if (!endpoint) FAIL(describe(endpoint.error()));
    LocalBrand line(**endpoint, world.brand.card);
    // The stored bytes again, and a new message by the same author for the same act.
    Message again = **Admission::admit<Message>(opening.envelopes[0]);
    again.nonce[0] ^= 1;
    const KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 101)));
    const Verified<Message> resigned = *Admission::sign(again, key);
    const ByteView anew = resigned.envelope();
    for (const Bytes& envelope : {opening.envelopes[0], Bytes(anew.begin(), anew.end())}) {
      Parcel parcel = opening;
      parcel.envelopes = {envelope};
      const auto answer = line.post(parcel, std::nullopt, 0);
      REQUIRE_FALSE(answer);
      CHECK(answer.error().code == ErrorCode::not_found);
    }
    // Others are served.
    const Goal goal = *Goal::parse(knowing_goal(3), "goal.yaml");
    Agreeable principal(3, unused);
    const KeyPair third = std::move(*KeyPair::from_seed(Bytes(32, 103)));
    auto assistant = *Assistant::start({.directory = world.consumer_store(3),
                                        .goal = &goal,
                                        .files = {{"kettle.jpg", to_bytes("a photo")}},
                                        .brand = &line,
                                        .principal = &principal,
                                        .key = &third});
    const CaseId case_id = *assistant->open();
    CHECK(assistant->run(case_id, 60'000)->kind == Ending::Kind::closed);
  }
  const auto ledger = *world.open();
  CHECK(ledger->size() > size);
  CHECK(ledger->entries_of(world.first)->back() + 1 == size);
  CHECK(*ledger->is_erased(world.first));
}

TEST_CASE("killed at any storage call, an erasure is finished by the next one",
          "[forget][faults]") {
  std::uint64_t calls = 0;
  const auto play = [](ForgetWorld& world, std::uint64_t call, Fault fault) {
    const pid_t child = ::fork();
    if (child != 0) {
      int status = 0;
      ::waitpid(child, &status, 0);
      return status;
    }
    FaultyDisk disk(world.brand_store());
    disk.fail_at(call, fault, Lasting::once);
    auto ledger = world.open();
    const ErasureRecord wish = world.wish(whole_case());
    const bool done = ledger && erase(**ledger, {&wish, 1});
    if (ledger) ledger->reset();
    std::_Exit(done ? 0 : 1);
  };
  {
    ForgetWorld world;
    FaultyDisk disk(world.brand_store());
    erase_first(world, whole_case());
    calls = disk.calls();
  }
  REQUIRE(calls > 100);
  const std::uint64_t samples = std::getenv("ENTENTE_FULL") != nullptr ? 50 : 5;
  const std::uint64_t step = calls / samples;
  ForgetWorld pristine;
  const Secrets gone = pristine.secrets_of(pristine.first, whole_case());
  int killed = 0;
  for (const Fault fault : {Fault::kill, Fault::torn_kill, Fault::io_error}) {
    for (std::uint64_t call = 1 + static_cast<std::uint64_t>(fault); call <= calls; call += step) {
      ForgetWorld world;
      const int status = play(world, call, fault);
      CAPTURE(call, name(fault), status);
      killed += WIFSIGNALED(status) ? 1 : 0;
      // The operator gives the same order again; if it was on record, that finished it.
      {
        auto ledger = world.open();
        if (!ledger) FAIL(describe(ledger.error()));
        const auto records = *(*ledger)->retention_records();
        if (records.find_erasure(world.first, "terms") == nullptr) {
          const ErasureRecord wish = world.wish(whole_case());
          REQUIRE(erase(**ledger, {&wish, 1}));
        }
      }
      CHECK(is_erased_for_good(world));
      CHECK(gone.found_under(world.brand_store()) == Words{});
      const Report report = world.audit({world.brand_store(), world.consumer_store(1)});
      CHECK(sentences(report, Judgement::broken) == Words{});
      CHECK(erasures_of(report).size() == 1);
    }
  }
  CHECK(killed >= 8);
}

TEST_CASE("a key store from a backup is emptied again before anything is served", "[forget]") {
  ForgetWorld world;
  const Secrets gone = world.secrets_of(world.first, whole_case());
  const fs::path backup = world.directory.path() / "keys.backup";
  fs::copy_file(world.brand_store() / "keys.db", backup);
  erase_first(world, whole_case());
  fs::copy_file(backup, world.brand_store() / "keys.db", fs::copy_options::overwrite_existing);
  CHECK_FALSE(gone.found_under(world.brand_store()).empty());
  CHECK(is_erased_for_good(world));
  CHECK(gone.found_under(world.brand_store()) == Words{});
  CHECK(sentences(world.audit({world.brand_store()}), Judgement::broken) == Words{});
}

TEST_CASE("a store from before an erasure is refused", "[forget]") {
  ForgetWorld world;
  const fs::path backup = world.directory.path() / "backup";
  copy_over(world.brand_store(), backup);
  erase_first(world, whole_case());
  for (const char* file : {"store.db", "keys.db"}) {
    fs::copy_file(backup / file, world.brand_store() / file, fs::copy_options::overwrite_existing);
  }
  const auto ledger = world.open();
  REQUIRE_FALSE(ledger);
  CHECK(ledger.error().code == ErrorCode::log_corrupt);
  CHECK(ledger.error().detail.find("a backup was restored") != std::string::npos);
}

TEST_CASE("a hold keeps what would be erased, until it ends or is lifted", "[forget]") {
  ForgetWorld world;
  const auto ledger = *world.open();
  ErasureRecord wish = world.wish(whole_case());
  HoldRecord hold{.case_id = world.first,
                  .hold = Digest{{7}},
                  .until_ms = wish.at_ms + 1'000'000,
                  .reason = "litigation",
                  .by = "counsel",
                  .at_ms = wish.at_ms};
  const std::uint64_t entry = put_holds(*ledger, {&hold, 1})->at(0);
  const std::uint64_t size = ledger->size();

  const auto refused = erase(*ledger, {&wish, 1});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::duty_open);
  CHECK(refused.error().detail == "case " + short_hex(world.first) + " is held until " +
                                      format_rfc3339(hold.until_ms) + " (litigation, entry " +
                                      std::to_string(entry) + ")");
  CHECK(ledger->size() == size);
  CHECK_FALSE(*ledger->is_erased(world.first));
  // One held case keeps the whole order from being carried out.
  ErasureRecord other = wish;
  other.case_id = world.second;
  CHECK_FALSE(erase(*ledger, std::vector{other, wish}));
  CHECK_FALSE(*ledger->is_erased(world.second));

  SECTION("its day has come") {
    wish.at_ms = hold.until_ms;
    CHECK(erase(*ledger, {&wish, 1}));
  }
  SECTION("it is lifted") {
    hold.ended = true;
    REQUIRE(put_holds(*ledger, {&hold, 1}));
    CHECK(erase(*ledger, {&wish, 1}));
  }
  SECTION("a shorter one ends and the longer one stays") {
    HoldRecord second = hold;
    second.hold = Digest{{8}};
    second.until_ms -= 1'000;
    REQUIRE(put_holds(*ledger, {&second, 1}));
    second.ended = true;
    REQUIRE(put_holds(*ledger, {&second, 1}));
    CHECK_FALSE(erase(*ledger, {&wish, 1}));
  }
}

TEST_CASE("what is no case, no class or a record of keeping cannot be erased",
          "[forget][negative]") {
  ForgetWorld world;
  const auto ledger = *world.open();
  const auto code_of = [&](const ErasureRecord& wish) {
    const auto done = erase(*ledger, {&wish, 1});
    return done ? std::string("erased") : std::string(name(done.error().code));
  };
  ErasureRecord unknown = world.wish(whole_case());
  unknown.case_id = Digest{{9}};
  CHECK(code_of(unknown) == "not_found");
  unknown.case_id = CaseId{};
  CHECK(code_of(unknown) == "not_found");
  CHECK(code_of(world.wish({"record"})) == "out_of_range");
  CHECK(code_of(world.wish({"everything"})) == "out_of_range");
  CHECK(code_of(world.wish({"contact"})) == "erased");
}

TEST_CASE("an operator who erases an erasure is found out", "[forget][attack]") {
  ForgetWorld world;
  const std::uint64_t entry = erase_first(world, whole_case());
  SECTION("by an erasure that names records") {
    {
      const auto ledger = *world.open();
      ErasureRecord forged = world.wish({"record", "terms"});
      forged.reason = "retention";
      ledger->append({.kind = EntryKind::erasure,
                      .case_id = world.first,
                      .direction = Direction::own,
                      .time_ms = forged.at_ms,
                      .content = encode(forged)});
      REQUIRE(ledger->commit());
      REQUIRE(ledger->carry_out_erasures());
      CHECK(ledger->read(entry));
    }
    const Report report = world.audit({world.brand_store()});
    CHECK(sentences(report, Judgement::broken) == Words{});
    CHECK(erasures_of(report).front().starts_with("erased (entry " + std::to_string(entry)));
  }
  SECTION("by destroying its key") {
    {
      SystemEntropy entropy;
      const auto keys = *KeyStore::open(world.brand_store() / "keys.db",
                                        *read_master_key(world.brand_store(), {}),
                                        sealing_craft(entropy), StoreMode::write);
      const KeyScope scope{CaseId{}, "record"};
      REQUIRE(keys->destroy({&scope, 1}, 1'000));
    }
    const auto found = sentences(world.audit({world.brand_store()}), Judgement::broken);
    REQUIRE_FALSE(found.empty());
    CHECK(found.front().starts_with("the content is withheld and no erasure is on record"));
    CHECK(world.open().error().code == ErrorCode::content_withheld);
  }
}

TEST_CASE("an erasure that was only said is found out, and carried out at the next start",
          "[forget][attack]") {
  ForgetWorld world;
  {
    const auto ledger = *world.open();
    const ErasureRecord wish = world.wish(whole_case());
    ledger->append({.kind = EntryKind::erasure,
                    .case_id = world.first,
                    .direction = Direction::own,
                    .time_ms = wish.at_ms,
                    .content = encode(wish)});
    REQUIRE(ledger->commit());
  }
  const Words broken = sentences(world.audit({world.brand_store()}), Judgement::broken);
  REQUIRE_FALSE(broken.empty());
  CHECK(std::ranges::all_of(
      broken, [](const std::string& each) { return each.ends_with(" and is still there"); }));
  CHECK(is_erased_for_good(world));
  CHECK(sentences(world.audit({world.brand_store()}), Judgement::broken) == Words{});
}
