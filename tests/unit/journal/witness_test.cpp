// A witness against logs that lie, strangers who speak for them, and machines that die in between.

#include <entente/crypto/signature.h>
#include <entente/journal/witness.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "catch.h"
#include "faulty_disk.h"
#include "temporary_directory.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

struct StillClock final : Clock {
  std::int64_t now_ms() override { return 1'795'510'445'000; }
};

constexpr const char* origin = "kettle.example/log";
constexpr std::int64_t now_s = 1'795'510'445;

KeyPair key_of(std::uint8_t seed) { return std::move(*KeyPair::from_seed(Bytes(32, seed))); }
Vkey log_key(std::uint8_t seed = 1) {
  return *Vkey::make(origin, SignatureType::ed25519, key_of(seed).public_key());
}

// A log of which every size was signed. Another history parts from the first one at `fork`.
struct History {
  MerkleTree tree;
  MemoryNodes nodes;
  std::vector<TreeHead> heads;

  explicit History(std::uint64_t size, std::uint64_t fork = UINT64_MAX) {
    heads.push_back(tree.head());
    for (std::uint64_t i = 0; i < size; ++i) {
      const std::string entry = (i < fork ? "entry " : "lie ") + std::to_string(i);
      nodes.add(tree.append(leaf_hash(view(entry))));
      heads.push_back(tree.head());
    }
  }

  std::string note(std::uint64_t size, std::uint8_t seed = 1) const {
    return *sign_checkpoint({origin, size, heads[size].root}, key_of(seed));
  }
  WitnessRequest request(std::uint64_t from, std::uint64_t size, std::uint8_t seed = 1) const {
    return {
        .old_size = from,
        .consistency = from == 0 ? std::vector<Digest>() : *consistency_proof(nodes, from, size),
        .note = note(size, seed)};
  }
};

struct Watcher {
  TemporaryDirectory directory;
  StillClock clock;
  KeyPair key = key_of(9);
  std::vector<std::string> told;
  std::unique_ptr<Witness> witness;

  Watcher() { reopen(); }
  Result<std::unique_ptr<Witness>> open(std::vector<Vkey> logs) {
    return Witness::open({.directory = directory.path(),
                          .name = "w.example",
                          .key = &key,
                          .logs = std::move(logs),
                          .clock = &clock,
                          .tell = [this](const std::string& line) { told.push_back(line); }});
  }
  void reopen() {
    witness.reset();
    witness = std::move(*open({log_key()}));
  }
  WitnessAnswer ask(const WitnessRequest& request) const {
    return witness->add_checkpoint(*encode_witness_request(request));
  }
  WitnessStatus status(const WitnessRequest& request) const { return ask(request).status; }
  // The size it says it has cosigned.
  std::uint64_t size() const {
    const auto answer = ask({.old_size = 1U << 20, .note = History(0).note(0)});
    CHECK(answer.status == WitnessStatus::malformed);  // an empty log has no news
    const auto note = witness->checkpoint_of(witnessed_log_name(origin));
    return note ? decode_unverified_checkpoint(*note)->size : 0;
  }
};

bool is_cosigned(const WitnessAnswer& answer, const std::string& note, const Vkey& witness) {
  if (answer.status != WitnessStatus::cosigned) return false;
  const auto cosigned = verify_cosigned_checkpoint(note + answer.body, log_key(), {&witness, 1});
  return cosigned && cosigned->cosignatures.size() == 1 &&
         cosigned->cosignatures[0].time_s == now_s;
}

}  // namespace

TEST_CASE("a witness cosigns every growth of a log that is proved to it", "[witness]") {
  const History log(70);
  const Watcher watcher;
  std::uint64_t last = 0;
  for (const std::uint64_t size : {0, 1, 2, 3, 8, 9, 64, 65, 70}) {
    CAPTURE(size);
    const WitnessRequest request = log.request(last, size);
    CHECK(is_cosigned(watcher.ask(request), request.note, watcher.witness->vkey()));
    // Once more the same is no news, and is said again.
    CHECK(is_cosigned(watcher.ask(log.request(size, size)), request.note, watcher.witness->vkey()));
    const auto kept = watcher.witness->checkpoint_of(witnessed_log_name(origin));
    REQUIRE(kept);
    const Vkey key = watcher.witness->vkey();
    CHECK(verify_cosigned_checkpoint(*kept, log_key(), {&key, 1})->checkpoint.size == size);
    last = size;
  }
  CHECK(watcher.told.empty());
}

TEST_CASE("each wrong request has the status that the specification gives it", "[witness]") {
  const History log(20);
  const History lie(20, 5);
  const Watcher watcher;
  REQUIRE(watcher.status(log.request(0, 10)) == WitnessStatus::cosigned);

  WitnessRequest wrong_proof = log.request(10, 20);
  wrong_proof.consistency[0].bytes[0] ^= 1;
  WitnessRequest short_proof = log.request(10, 20);
  short_proof.consistency.pop_back();
  WitnessRequest idle_proof = log.request(10, 10);
  idle_proof.consistency.push_back(log.heads[3].root);
  WitnessRequest stranger = log.request(10, 20, 2);
  WitnessRequest forged = log.request(10, 20);
  forged.note[forged.note.size() - 10] ^= 1;
  WitnessRequest other_log = log.request(10, 20);
  other_log.note = *sign_checkpoint({"other.example/log", 20, log.heads[20].root}, key_of(1));
  // Under the name of the log, by the key of the log, but with nothing of it that holds.
  WitnessRequest mixed = log.request(10, 20);
  mixed.note = *add_signature(log.note(20, 2), log.note(19).substr(log.note(19).find("\n\n") + 2));
  const std::pair<WitnessRequest, WitnessStatus> rows[] = {
      {log.request(20, 20), WitnessStatus::conflict},
      {log.request(9, 20), WitnessStatus::conflict},
      {log.request(0, 20), WitnessStatus::conflict},
      {{.old_size = 11, .note = log.note(10)}, WitnessStatus::malformed},
      {{.old_size = 10, .note = log.note(9)}, WitnessStatus::malformed},  // a rollback
      {{.old_size = 10, .note = log.note(20)}, WitnessStatus::inconsistent},
      {lie.request(10, 20), WitnessStatus::inconsistent},  // a fork
      {lie.request(10, 10), WitnessStatus::inconsistent},  // of the same size
      {wrong_proof, WitnessStatus::inconsistent},
      {short_proof, WitnessStatus::inconsistent},
      {idle_proof, WitnessStatus::inconsistent},
      {stranger, WitnessStatus::untrusted},
      {forged, WitnessStatus::untrusted},
      {mixed, WitnessStatus::untrusted},
      {other_log, WitnessStatus::unknown_log},
  };
  for (const auto& [request, status] : rows) {
    CAPTURE(request.old_size, request.note, static_cast<int>(status));
    const WitnessAnswer answer = watcher.ask(request);
    CHECK(answer.status == status);
    if (status == WitnessStatus::conflict) CHECK(*decode_witness_size(answer.body) == 10);
    CHECK(watcher.size() == 10);
  }
  CHECK(watcher.witness->add_checkpoint("").status == WitnessStatus::malformed);
  CHECK(watcher.witness->add_checkpoint("old 10\n\n").status == WitnessStatus::malformed);
  CHECK(watcher.status(log.request(10, 20)) == WitnessStatus::cosigned);
}

TEST_CASE("from nothing a log may begin anywhere, but with no proof", "[witness]") {
  const History log(20);
  const Watcher watcher;
  WitnessRequest proved = log.request(10, 20);
  proved.old_size = 0;
  CHECK(watcher.status(proved) == WitnessStatus::inconsistent);
  CHECK(watcher.status(log.request(10, 20)) == WitnessStatus::conflict);
  CHECK(watcher.status(log.request(0, 20)) == WitnessStatus::cosigned);
}

TEST_CASE("a log that signs two histories of one size is told of, and the proof is kept",
          "[witness]") {
  const History log(20);
  const History lie(20, 5);
  const Watcher watcher;
  REQUIRE(watcher.status(log.request(0, 10)) == WitnessStatus::cosigned);
  CHECK(watcher.status(lie.request(0, 10)) == WitnessStatus::conflict);  // whatever it asks from
  REQUIRE(watcher.told.size() == 1);
  CHECK(watcher.told[0].find("has signed two histories of 10 entries") != std::string::npos);
  std::vector<Checkpoint> kept;
  for (const auto& file : fs::directory_iterator(watcher.directory.path())) {
    if (file.path().filename().string().find(".fork-0.") == std::string::npos) continue;
    std::ifstream in(file.path(), std::ios::binary);
    const std::string note{std::istreambuf_iterator<char>(in), {}};
    kept.push_back(*verify_checkpoint(note, log_key()));
  }
  CHECK(kept.size() == 2);
  CHECK(compare(kept).error().code == ErrorCode::log_forked);
  // Whoever is not the log proves nothing.
  CHECK(watcher.status(lie.request(10, 10, 2)) == WitnessStatus::untrusted);
  CHECK(watcher.told.size() == 1);
}

TEST_CASE("a witness remembers after a restart, and any key of a log may sign", "[witness]") {
  const History log(20);
  const History lie(20, 5);
  Watcher watcher;
  REQUIRE(watcher.status(log.request(0, 10)) == WitnessStatus::cosigned);
  watcher.reopen();
  CHECK(watcher.size() == 10);
  CHECK(watcher.status(lie.request(0, 20)) == WitnessStatus::conflict);
  CHECK(watcher.status(lie.request(10, 20)) == WitnessStatus::inconsistent);
  CHECK(watcher.open({log_key()}).error().code == ErrorCode::store_locked);
  watcher.witness.reset();
  watcher.witness = std::move(*watcher.open({log_key(1), log_key(2)}));
  CHECK(watcher.status(log.request(10, 15, 2)) == WitnessStatus::cosigned);
  CHECK(watcher.status(log.request(15, 20, 1)) == WitnessStatus::cosigned);
  CHECK(watcher.status(log.request(20, 20, 3)) == WitnessStatus::untrusted);
}

TEST_CASE("what another key has cosigned is no memory of this witness", "[witness]") {
  const History log(20);
  Watcher watcher;
  REQUIRE(watcher.status(log.request(0, 10)) == WitnessStatus::cosigned);
  watcher.witness.reset();
  watcher.key = key_of(8);
  CHECK(watcher.open({log_key()}).error().code == ErrorCode::log_corrupt);
}

TEST_CASE("of histories that race for a witness, one wins", "[witness]") {
  constexpr int racers = 8;
  for (int round = 0; round < 5; ++round) {
    const Watcher watcher;
    std::vector<WitnessStatus> said(racers, WitnessStatus::unavailable);
    std::vector<std::thread> threads;
    for (int i = 0; i < racers; ++i) {
      threads.emplace_back([&, i] {
        // Each its own history from the first entry on.
        const History log(10 + static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(i));
        const std::uint64_t size = log.tree.size();
        said[static_cast<std::size_t>(i)] = watcher.status(log.request(0, size));
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(std::ranges::count(said, WitnessStatus::cosigned) == 1);
    CHECK(std::ranges::count(said, WitnessStatus::conflict) == racers - 1);
  }
}

namespace {

constexpr const char* answered_file = "answered";

// Cosigns size 5 and then says so, in a process that is killed at a storage call.
[[noreturn]] void cosign_and_die(const fs::path& directory, const fs::path& answered,
                                 std::uint64_t call) {
  FaultyDisk disk(directory);
  const KeyPair key = key_of(9);
  StillClock clock;
  disk.fail_at(call, Fault::kill, Lasting::once);
  const auto witness = Witness::open({.directory = directory,
                                      .name = "w.example",
                                      .key = &key,
                                      .logs = {log_key()},
                                      .clock = &clock});
  if (witness) {
    const auto answer =
        (*witness)->add_checkpoint(*encode_witness_request(History(5).request(0, 5)));
    if (answer.status == WitnessStatus::cosigned) std::ofstream(answered) << answer.body;
  }
  ::_exit(0);
}

}  // namespace

TEST_CASE("killed at any storage call, a witness has not forgotten what it said", "[witness]") {
  const History log(10);
  const History lie(10, 2);
  int killed = 0;
  int said_and_killed = 0;
  bool finished = false;
  for (std::uint64_t call = 1; !finished && call < 400; ++call) {
    CAPTURE(call);
    const TemporaryDirectory place;
    const fs::path answered = place.path() / answered_file;
    const fs::path directory = place.path() / "w";
    const pid_t child = ::fork();
    if (child == 0) cosign_and_die(directory, answered, call);
    int status = 0;
    ::waitpid(child, &status, 0);
    finished = WIFEXITED(status);
    killed += finished ? 0 : 1;
    const KeyPair key = key_of(9);
    StillClock clock;
    const auto witness = Witness::open({.directory = directory,
                                        .name = "w.example",
                                        .key = &key,
                                        .logs = {log_key()},
                                        .clock = &clock});
    REQUIRE(witness);
    const auto status_of = [&](const WitnessRequest& request) {
      return (*witness)->add_checkpoint(*encode_witness_request(request)).status;
    };
    const bool said = fs::exists(answered);
    said_and_killed += said && !finished ? 1 : 0;
    // It knows what it said, and may know what nobody heard; it never says a second history.
    const bool knows = status_of(lie.request(0, 5)) == WitnessStatus::conflict;
    if (said) CHECK(knows);
    if (knows) {
      CHECK(status_of(lie.request(5, 10)) == WitnessStatus::inconsistent);
      CHECK(status_of(log.request(5, 10)) == WitnessStatus::cosigned);
    }
  }
  CHECK(finished);
  CHECK(killed > 10);
}

TEST_CASE("a witness that cannot write says nothing, and goes on when it can", "[witness]") {
  for (const Fault fault : {Fault::io_error, Fault::no_space, Fault::sync_fails}) {
    CAPTURE(name(fault));
    const History log(10);
    Watcher watcher;
    FaultyDisk disk(watcher.directory.path());
    watcher.reopen();
    REQUIRE(watcher.status(log.request(0, 3)) == WitnessStatus::cosigned);
    disk.fail_now(fault, Lasting::until_healed);
    CHECK(watcher.status(log.request(3, 5)) == WitnessStatus::unavailable);
    // What reads back now may be in memory alone: nothing is said that rests on it.
    CHECK(watcher.status(log.request(3, 5)) != WitnessStatus::cosigned);
    CHECK(watcher.status(log.request(5, 5)) != WitnessStatus::cosigned);
    disk.heal();
    // The failed write may prove to be on the disk.
    const auto known = watcher.ask(log.request(3, 5));
    if (known.status == WitnessStatus::conflict) {
      CHECK(*decode_witness_size(known.body) == 5);
    } else {
      CHECK(known.status == WitnessStatus::cosigned);
    }
    CHECK(watcher.status(log.request(5, 10)) == WitnessStatus::cosigned);
    CHECK(watcher.told.size() >= 1);
    watcher.witness.reset();
  }
}
