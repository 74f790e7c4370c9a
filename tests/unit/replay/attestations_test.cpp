// What a log has on record of its witnesses and of its time-stamp authority: honest, and not.

#include <entente/crypto/hash.h>
#include <entente/crypto/timestamp.h>

#include "memory_log.h"
#include "replay/recent_roots.h"

using namespace entente;
using namespace entente::tests;

namespace {

struct Tsa {
  TimestampAuthority::Files files;
  TimestampAuthority authority;
  Bytes certificate;

  explicit Tsa(std::int64_t until_ms = 1'900'000'000'000)
      : files(*TimestampAuthority::make("tsa.example", 0, until_ms)),
        authority(*TimestampAuthority::open(files)),
        certificate(*certificate_from_pem(files.certificate_pem)) {}

  Bytes token(std::string_view what, std::int64_t at_ms) const {
    const TimestampQuery query{sha256(view(what)), 77};
    const auto reply = authority.answer(encode(query), at_ms, 4711);
    REQUIRE(reply);
    return *token_of_reply(*reply, query);
  }
};

const Tsa& tsa() {
  static const Tsa one;
  return one;
}

constexpr std::int64_t start_ms = 1'790'000'000'000;
constexpr std::size_t held = 5;  // entries before the time stamp

// Five entries, and an auditor who trusts an authority.
struct DatedLog : MemoryLog {
  DatedLog() : MemoryLog(held, start_ms) { trust.authorities.push_back({tsa().certificate, {}}); }

  // As a brand does.
  void date() { put(head.checkpoint, tsa().token(head.checkpoint, start_ms)); }
  void put(const std::string& note, const Bytes& token) {
    add(EntryKind::timestamp, encode(TimestampRecord{.note = note, .token = token}));
  }
};

std::string note_of(const Checkpoint& checkpoint) {
  return *sign_checkpoint(checkpoint, log_key());
}

}  // namespace

TEST_CASE("what was cosigned of an earlier size counts while nothing newer says anything",
          "[replay][witness]") {
  constexpr std::size_t entries = 5;
  for (std::size_t size = 0; size <= entries; ++size) {
    for (const bool is_trusted : {true, false}) {
      CAPTURE(size, is_trusted);
      MemoryLog log(entries);
      log.trust_witness();
      const TreeHead then = log.tree_at(size);
      log.add_cosigned({origin, then.size, then.root}, is_trusted ? 9 : 8);
      log.add(EntryKind::timestamp,
              encode(TimestampRecord{.note = log.head.checkpoint,
                                     .token = tsa().token(log.head.checkpoint, 1'000)}));
      const Report report = verify(log);
      INFO(to_text(report));
      CHECK(report.count_of(Rule::log_record, Judgement::broken) == 0);
      const bool counts = is_trusted && size == entries;
      CHECK(report.logs.front().grade == (counts ? Grade::witnessed : Grade::receipted));
      const Judgement judgement = counts       ? Judgement::holds
                                  : is_trusted ? Judgement::not_checkable
                                               : Judgement::broken;
      CHECK(report.count_of(Rule::log_witnessed, judgement) == 1);
      CHECK(report.broken() == (is_trusted ? 0 : 1));
    }
  }
}

TEST_CASE("what was cosigned counts where it lies beside the checkpoint, as on record",
          "[replay][witness]") {
  constexpr std::size_t entries = 5;
  for (std::size_t size = 0; size <= entries; ++size) {
    for (const bool is_trusted : {true, false}) {
      CAPTURE(size, is_trusted);
      MemoryLog log(entries);
      log.trust_witness();
      log.put_cosigned({origin, size, log.tree_at(size).root}, is_trusted ? 9 : 8);
      const Report report = verify(log);
      INFO(to_text(report));
      const bool counts = is_trusted && size == entries;
      CHECK(report.logs.front().grade == (counts ? Grade::witnessed : Grade::receipted));
      const Judgement judgement = counts       ? Judgement::holds
                                  : is_trusted ? Judgement::not_checkable
                                               : Judgement::broken;
      CHECK(report.count_of(Rule::log_witnessed, judgement) == 1);
      CHECK(report.broken() == (is_trusted ? 0 : 1));
    }
  }
}

TEST_CASE("what was cosigned beside the checkpoint is no other history of the log",
          "[replay][witness][attack]") {
  const MemoryLog sound(5);
  const Digest all = sound.tree_at(5).root;
  const Digest then = sound.tree_at(4).root;
  const Checkpoint wrong[] = {{origin, 4, all}, {origin, 5, then}, {origin, 6, all}};
  for (const Checkpoint& checkpoint : wrong) {
    CAPTURE(checkpoint.size);
    MemoryLog log(5);
    log.trust_witness();
    log.put_cosigned(checkpoint);
    const Report report = verify(log);
    INFO(to_text(report));
    CHECK(report.count_of(Rule::log_fork, Judgement::broken) == 1);
    CHECK(report.logs.front().witnesses.empty());
    CHECK(report.logs.front().grade == Grade::receipted);
  }
  MemoryLog other(5);
  other.trust_witness();
  other.put_cosigned({"pot.example/log", 5, all});
  CHECK(verify(other).logs.front().grade == Grade::receipted);
  CHECK(verify(other).broken() > 0);
}

TEST_CASE("cosignatures of another tree are a record that is none", "[replay][witness][negative]") {
  const MemoryLog sound(5);
  const TreeHead then = sound.tree_at(4);
  const TreeHead all = sound.tree_at(5);
  const Checkpoint wrong[] = {{origin, 4, all.root},
                              {origin, 5, then.root},
                              {origin, 6, all.root},
                              {"pot.example/log", 5, all.root}};
  for (const Checkpoint& checkpoint : wrong) {
    CAPTURE(checkpoint.origin, checkpoint.size);
    MemoryLog log(5);
    log.trust_witness();
    const std::string note = *sign_checkpoint(checkpoint, log_key());
    const KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 9)));
    log.add(EntryKind::cosignature,
            encode(CosignatureRecord{
                .note = *add_signature(note, *cosign_checkpoint(checkpoint, "w.example", key, 1)),
                .at_ms = 1}));
    const Report report = verify(log);
    INFO(to_text(report));
    CHECK(report.count_of(Rule::log_record, Judgement::broken) == 1);
    CHECK(report.logs.front().grade == Grade::receipted);
  }
  MemoryLog none(5);
  none.add(EntryKind::cosignature, to_bytes("no record"));
  CHECK(verify(none).count_of(Rule::log_record, Judgement::broken) == 1);
}

TEST_CASE("the trees that a log had lately are known at every size, and no others", "[replay]") {
  RecentRoots recent;
  MerkleTree tree;
  std::vector<RecentTree> trees = {{tree.root(), 0}};
  constexpr std::size_t size = RecentRoots::leaves_max + 2'000;
  for (std::size_t i = 0; i < size; ++i) {
    const Digest hash = leaf_hash(view(std::to_string(i)));
    const auto time_ms = static_cast<std::int64_t>(1 + 2 * i);
    recent.add(tree, hash, time_ms);
    tree.append(hash);
    if (i < 3'000 || i + 500 > size) {
      trees.push_back({tree.root(), time_ms});
    } else {
      trees.emplace_back();
    }
    if (i == 2'999) {
      for (std::size_t at = 0; at <= 3'000; at += 7) CHECK(recent.at(at) == trees[at]);
      CHECK_FALSE(recent.at(3'001));
    }
  }
  CHECK_FALSE(recent.at(1'000));
  for (std::size_t at = size - 498; at <= size; ++at) CHECK(recent.at(at) == trees[at]);
}

TEST_CASE("a checkpoint that the log had dated is so for an auditor who trusts the authority",
          "[replay][timestamp]") {
  for (const bool is_trusted : {true, false}) {
    for (const bool has_news : {true, false}) {
      CAPTURE(is_trusted, has_news);
      DatedLog log;
      log.date();
      if (has_news) log.add(EntryKind::backup, to_bytes("news"));
      if (!is_trusted) log.trust.authorities.clear();
      const Report report = verify(log);
      INFO(to_text(report));
      CHECK(report.broken() == 0);
      CHECK(report.count_of(Rule::log_timestamped,
                            is_trusted ? Judgement::holds : Judgement::not_checkable) == 1);
      const bool whole = is_trusted && !has_news;
      CHECK(report.logs.front().grade == (whole ? Grade::timestamped : Grade::receipted));
    }
  }
}

TEST_CASE("a token that does not date the checkpoint it stands with is found",
          "[replay][timestamp][negative]") {
  const std::string note = DatedLog().head.checkpoint;
  const Tsa expired(start_ms - 10'000);
  const Tsa of_same_name;
  struct Row {
    const char* what;
    Bytes token;
    Bytes certificate;
    TrustWindow window;
    Judgement judgement;
  };
  const Row rows[] = {
      {"as it should be", tsa().token(note, start_ms), tsa().certificate, {}, Judgement::holds},
      {"other bytes", tsa().token("a note", start_ms), tsa().certificate, {}, Judgement::broken},
      {"another authority",
       of_same_name.token(note, start_ms),
       tsa().certificate,
       {},
       Judgement::not_checkable},
      {"expired at its time",
       expired.token(note, start_ms),
       expired.certificate,
       {},
       Judgement::broken},
      {"not trusted at its time",
       tsa().token(note, start_ms),
       tsa().certificate,
       {0, start_ms},
       Judgement::broken},
      {"before its entries",
       tsa().token(note, start_ms - 121'000),
       tsa().certificate,
       {},
       Judgement::broken},
      {"within the skew before",
       tsa().token(note, start_ms - 119'000),
       tsa().certificate,
       {},
       Judgement::holds},
      {"after its own entry",
       tsa().token(note, start_ms + 122'000),
       tsa().certificate,
       {},
       Judgement::broken},
      {"within the skew after",
       tsa().token(note, start_ms + 119'000),
       tsa().certificate,
       {},
       Judgement::holds},
      {"no token", to_bytes("no token"), tsa().certificate, {}, Judgement::broken},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    DatedLog log;
    log.put(note, row.token);
    log.trust.authorities = {{row.certificate, row.window}};
    const Report report = verify(log);
    INFO(to_text(report));
    CHECK(report.count_of(Rule::log_timestamped, row.judgement) == 1);
    CHECK(report.broken() == (row.judgement == Judgement::broken ? 1 : 0));
    const bool holds = row.judgement == Judgement::holds;
    CHECK(report.logs.front().grade == (holds ? Grade::timestamped : Grade::receipted));
  }
}

TEST_CASE("whom nobody trusts may have dated other bytes, and that is found all the same",
          "[replay][timestamp][negative]") {
  DatedLog log;
  log.put(log.head.checkpoint, tsa().token("a note", start_ms));
  log.trust.authorities.clear();
  CHECK(verify(log).count_of(Rule::log_timestamped, Judgement::broken) == 1);
}

TEST_CASE("a time stamp of another log, size or tree is a record that is none",
          "[replay][timestamp][negative]") {
  const DatedLog sound;
  const TreeHead then = sound.tree_at(held - 1);
  const TreeHead all = sound.tree_at(held);
  const Checkpoint wrong[] = {{origin, held - 1, all.root},
                              {origin, held, then.root},
                              {origin, held + 1, all.root},
                              {"pot.example/log", held, all.root}};
  for (const Checkpoint& checkpoint : wrong) {
    CAPTURE(checkpoint.origin, checkpoint.size);
    DatedLog log;
    const std::string note = note_of(checkpoint);
    log.put(note, tsa().token(note, start_ms));
    const Report report = verify(log);
    INFO(to_text(report));
    CHECK(report.count_of(Rule::log_record, Judgement::broken) == 1);
  }
  DatedLog none;
  none.add(EntryKind::timestamp, to_bytes("no record"));
  CHECK(verify(none).count_of(Rule::log_record, Judgement::broken) == 1);
}

TEST_CASE("what shows something before a time stamp is dated by it, and nothing after it",
          "[replay][timestamp]") {
  for (const std::size_t at : {std::size_t{0}, held - 1, held + 1}) {
    CAPTURE(at);
    DatedLog log;
    log.date();
    log.add(EntryKind::backup, to_bytes("news"));
    std::get<EntryContent>(log.entries[at].content).bytes.push_back('!');
    const Report report = verify(log);
    INFO(to_text(report));
    REQUIRE(report.count_of(Rule::log_commitment, Judgement::broken) == 1);
    const auto found = std::ranges::find(report.findings, Rule::log_commitment, &Finding::rule);
    CHECK(found->grade == (at < held ? Grade::timestamped : Grade::receipted));
  }
}

TEST_CASE("a log that goes on from another has what that one had attested",
          "[replay][timestamp][witness]") {
  const Vkey first =
      *Vkey::make("first.example/log", SignatureType::ed25519, log_key().public_key());
  for (const bool goes_on : {true, false}) {
    CAPTURE(goes_on);
    DatedLog log;
    const TreeHead then = log.tree_at(held);
    const Checkpoint checkpoint{first.name(), then.size, then.root};
    log.put(note_of(checkpoint), tsa().token(note_of(checkpoint), start_ms));
    log.add_cosigned(checkpoint);
    if (goes_on) {
      const TreeHead before = log.tree_at(log.entries.size());
      log.add(EntryKind::rollover, encode(RolloverRecord{.begins = true,
                                                         .origin = first.name(),
                                                         .vkey = first.encode(),
                                                         .size = before.size,
                                                         .root = before.root,
                                                         .reason = "restored",
                                                         .at_ms = start_ms}));
    }
    const Report report = verify(log);
    INFO(to_text(report));
    CHECK(report.count_of(Rule::log_record, Judgement::broken) == (goes_on ? 0 : 1));
    CHECK(report.count_of(Rule::log_timestamped, Judgement::holds) == 1);
  }
}
