// A log in memory, honest and then not: what the first pass over leaves, tree and commitments says.

#include <entente/audit/checkpoint.h>
#include <entente/crypto/signature.h>
#include <entente/replay/replay.h>
#include <entente/wire/codec.h>
#include <entente/wire/log_life.h>
#include <entente/wire/part.h>
#include <entente/wire/retention.h>

#include <functional>

#include "catch.h"
#include "replay/recent_roots.h"

using namespace entente;

namespace {

constexpr const char* origin = "kettle.example/log";

KeyPair log_key() { return std::move(*KeyPair::from_seed(Bytes(32, 7))); }

struct MemoryLog final : EntrySource {
  LogHeader head;
  Trust trust;  // of the auditor
  std::vector<LoggedEntry> entries;
  std::size_t at = 0;

  // Erasure records of one case: kinds that no later check looks into.
  explicit MemoryLog(std::size_t count) {
    MerkleTree tree;
    Digest last;
    for (std::size_t i = 0; i < count; ++i) {
      EntryContent content{.salt = {static_cast<std::uint8_t>(i)}, .bytes = to_bytes("hold")};
      LogEntry leaf{.kind = EntryKind::hold,
                    .time_ms = static_cast<std::int64_t>(1000 + i),
                    .blind_case = Digest{{1}},
                    .direction = Direction::own,
                    .commit = commitment(content.salt, content.bytes),
                    .prev_leaf = last,
                    .engine = "entente/test"};
      entries.push_back({.index = i, .leaf = encode(leaf), .content = content});
      last = leaf_hash(entries.back().leaf);
      tree.append(last);
    }
    const KeyPair key = log_key();
    head.origin = origin;
    head.owner = Party::brand;
    trust.logs.push_back({*Vkey::make(origin, SignatureType::ed25519, key.public_key()), {}});
    head.checkpoint = *sign_checkpoint({origin, tree.size(), tree.root()}, key);
  }

  // Makes the entry anew with its content, and leaves the tree as it was.
  void edit(std::size_t index, const std::function<void(LogEntry&)>& change) {
    LogEntry leaf = *decode<LogEntry>(entries[index].leaf);
    change(leaf);
    entries[index].leaf = encode(leaf);
  }

  // An erasure of what stood behind the entries before it, which are messages from now on.
  void erase_at(std::size_t index, const std::vector<std::string>& classes) {
    for (std::size_t i = 0; i < index; ++i) {
      edit(i, [](LogEntry& leaf) { leaf.kind = EntryKind::message; });
    }
    EntryContent content{.salt = {9},
                         .bytes = encode(ErasureRecord{.case_id = Digest{{1}},
                                                       .classes = classes,
                                                       .reason = "request",
                                                       .authority = "somebody",
                                                       .at_ms = 1,
                                                       .effective_ms = 1})};
    edit(index, [&](LogEntry& leaf) {
      leaf.kind = EntryKind::erasure;
      leaf.commit = commitment(content.salt, content.bytes);
    });
    entries[index].content = std::move(content);
  }

  TreeHead tree_at(std::size_t size) const {
    MerkleTree tree;
    for (std::size_t i = 0; i < size; ++i) tree.append(leaf_hash(entries[i].leaf));
    return tree.head();
  }

  // One more entry, of no case, and a checkpoint over all of them.
  void add(EntryKind kind, const Bytes& bytes) {
    EntryContent content{.salt = {7}, .bytes = bytes};
    const LogEntry leaf{.kind = kind,
                        .time_ms = static_cast<std::int64_t>(1000 + entries.size()),
                        .direction = Direction::received,
                        .commit = commitment(content.salt, content.bytes),
                        .engine = "entente/test"};
    entries.push_back({.index = entries.size(), .leaf = encode(leaf), .content = content});
    const TreeHead now = tree_at(entries.size());
    head.checkpoint = *sign_checkpoint({origin, now.size, now.root}, log_key());
  }
  // A checkpoint as one witness has cosigned it.
  void add_cosigned(const Checkpoint& checkpoint, std::uint8_t witness = 9) {
    const KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, witness)));
    const std::string note = *add_signature(*sign_checkpoint(checkpoint, log_key()),
                                            *cosign_checkpoint(checkpoint, "w.example", key, 1));
    add(EntryKind::cosignature, encode(CosignatureRecord{.note = note, .at_ms = 1000}));
  }
  void trust_witness() {
    const KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 9)));
    trust.take(*WitnessPolicy::parse(
        "witness w " +
        Vkey::make("w.example", SignatureType::cosignature_v1, key.public_key())->encode() +
        "\nquorum w\n"));
  }

  Result<LogHeader> header() override { return head; }
  Result<std::optional<LoggedEntry>> next() override {
    if (at >= entries.size()) return std::optional<LoggedEntry>();
    return std::optional(entries[at++]);
  }
  Result<std::vector<LoggedPart>> parts_of(const CaseId&) override {
    return std::vector<LoggedPart>();
  }
  Result<std::vector<LoggedReceipt>> receipts_of(const CaseId&) override {
    return std::vector<LoggedReceipt>();
  }
};

Report verify(MemoryLog& log) {
  auto replayed = replay(log, {.trust = log.trust, .integrity_only = true, .explain_prefix = {}});
  REQUIRE(replayed);
  return std::move(replayed->report);
}

}  // namespace

TEST_CASE("a sound log of any size is found sound", "[replay]") {
  for (const std::size_t size : {1, 2, 3, 7, 8, 9, 255, 256, 257}) {
    MemoryLog log(size);
    const Report report = verify(log);
    INFO(to_text(report));
    CHECK(report.broken() == 0);
    CHECK(report.count_of(Rule::log_commitment, Judgement::holds) == size);
    CHECK(report.logs.front().grade == Grade::receipted);
  }
}

TEST_CASE("a leaf changed anywhere breaks the root, and the chain after it", "[replay]") {
  constexpr std::size_t size = 9;
  for (std::size_t index = 0; index < size; ++index) {
    MemoryLog log(size);
    log.edit(index, [](LogEntry& leaf) { leaf.engine = "entente/other"; });
    const Report report = verify(log);
    CHECK(report.count_of(Rule::log_root, Judgement::broken) == 1);
    CHECK(report.count_of(Rule::log_chain, Judgement::broken) == (index + 1 < size ? 1 : 0));
  }
}

TEST_CASE("every byte of a leaf counts", "[replay]") {
  const std::size_t bytes = MemoryLog(3).entries[1].leaf.size();
  for (std::size_t at = 0; at < bytes; ++at) {
    MemoryLog log(3);
    log.entries[1].leaf[at] ^= 0x10;
    CHECK(verify(log).count_of(Rule::log_root, Judgement::broken) == 1);
  }
}

TEST_CASE("content that is not what was committed to is found", "[replay]") {
  MemoryLog log(3);
  std::get<EntryContent>(log.entries[2].content).bytes.push_back('!');
  CHECK(verify(log).count_of(Rule::log_commitment, Judgement::broken) == 1);
  MemoryLog salted(3);
  std::get<EntryContent>(salted.entries[2].content).salt[31] ^= 1;
  CHECK(verify(salted).count_of(Rule::log_commitment, Judgement::broken) == 1);
}

TEST_CASE("entries left out, doubled or swapped are found", "[replay]") {
  MemoryLog shorter(8);
  shorter.entries.pop_back();
  CHECK(verify(shorter).count_of(Rule::log_root, Judgement::broken) == 1);
  MemoryLog gap(8);
  gap.entries.erase(gap.entries.begin() + 3);
  CHECK(verify(gap).broken() > 0);
  MemoryLog doubled(8);
  doubled.entries.insert(doubled.entries.begin() + 3, doubled.entries[3]);
  CHECK(verify(doubled).broken() > 0);
  MemoryLog swapped(8);
  std::swap(swapped.entries[3], swapped.entries[4]);
  CHECK(verify(swapped).broken() > 0);
}

TEST_CASE("entries after the checkpoint are told apart from it", "[replay]") {
  MemoryLog longer(8);
  const MemoryLog shorter(5);
  longer.head.checkpoint = shorter.head.checkpoint;
  const Report report = verify(longer);
  CHECK(report.broken() == 0);
  CHECK(report.count_of(Rule::log_signed, Judgement::not_checkable) == 1);
}

TEST_CASE("a checkpoint that another key signed is none of this log", "[replay]") {
  MemoryLog log(4);
  const KeyPair other = std::move(*KeyPair::from_seed(Bytes(32, 8)));
  const auto named = decode_unverified_checkpoint(log.head.checkpoint);
  log.head.checkpoint = *sign_checkpoint(*named, other);
  const Report report = verify(log);
  CHECK(report.count_of(Rule::log_signed, Judgement::broken) == 1);
  CHECK(report.logs.front().grade == Grade::asserted);
}

TEST_CASE("without the auditor's key a log is only its own witness", "[replay]") {
  MemoryLog log(4);
  log.trust = {};
  const Report report = verify(log);
  CHECK(report.broken() == 0);
  CHECK(report.count_of(Rule::log_key, Judgement::not_checkable) == 1);
  CHECK(report.logs.front().grade == Grade::asserted);
}

TEST_CASE("a key is believed for the times that the auditor gives it", "[replay]") {
  // The newest of four entries is of 1003.
  struct Row {
    TrustWindow window;
    bool holds;
  };
  const Row rows[] = {{{}, true},         {{0, 1004}, true},     {{1003, 1004}, true},
                      {{0, 1003}, false}, {{1004, 2000}, false}, {{1003, 1003}, false}};
  for (const Row& row : rows) {
    MemoryLog log(4);
    log.trust.logs.front().window = row.window;
    const Report report = verify(log);
    INFO(to_text(report));
    CHECK(report.count_of(Rule::log_key, Judgement::holds) == (row.holds ? 1 : 0));
    CHECK(report.count_of(Rule::log_key, Judgement::broken) == (row.holds ? 0 : 1));
    CHECK(report.logs.front().grade == (row.holds ? Grade::receipted : Grade::asserted));
  }
}

TEST_CASE("after a change of keys old logs verify with the old one, and with no other",
          "[replay]") {
  const KeyPair other = std::move(*KeyPair::from_seed(Bytes(32, 8)));
  const Vkey next = *Vkey::make(origin, SignatureType::ed25519, other.public_key());
  for (const bool is_old : {true, false}) {
    MemoryLog log(4);
    log.trust.logs.front().window = is_old ? TrustWindow{0, 1004} : TrustWindow{1004, 9000};
    log.trust.logs.push_back({next, is_old ? TrustWindow{1004, 9000} : TrustWindow{0, 1004}});
    const Report report = verify(log);
    INFO(to_text(report));
    CHECK(report.count_of(Rule::log_key, Judgement::holds) == 1);
    CHECK(report.count_of(Rule::log_signed, Judgement::broken) == (is_old ? 0 : 1));
  }
}

TEST_CASE("a witness counts at the times that the auditor gives it", "[replay]") {
  const KeyPair witness = std::move(*KeyPair::from_seed(Bytes(32, 9)));
  for (const std::int64_t until_ms : {500'000, 500'001, 600'000}) {
    MemoryLog log(4);
    const auto named = decode_unverified_checkpoint(log.head.checkpoint);
    const auto line = cosign_checkpoint(*named, "w.example", witness, 500);
    log.head.checkpoint = *add_signature(log.head.checkpoint, *line);
    const Vkey key = *Vkey::make("w.example", SignatureType::cosignature_v1, witness.public_key());
    log.trust.witnesses.push_back({key, {0, until_ms}});
    const Report report = verify(log);
    const bool counts = until_ms > 500'000;
    CHECK(report.broken() == 0);
    CHECK(report.logs.front().grade == (counts ? Grade::witnessed : Grade::receipted));
    CHECK(report.count_of(Rule::log_signed, Judgement::not_checkable) == (counts ? 0 : 1));
  }
}

TEST_CASE("content lost without an erasure is a broken duty, with one it is not", "[replay]") {
  for (const bool erased : {false, true}) {
    MemoryLog log(4);
    for (std::size_t i = 0; i < 3; ++i) {
      log.entries[i].content = WithheldContent{WithheldContent::Kind::lost, "its key is gone"};
    }
    if (erased) log.erase_at(3, {"contact", "terms"});
    const Report report = verify(log);
    CHECK(report.count_of(Rule::log_withheld, Judgement::broken) == (erased ? 0 : 3));
    CHECK(report.count_of(Rule::log_withheld, Judgement::holds) == (erased ? 3 : 0));
    const auto says = [](const Finding& each) {
      return each.judgement == Judgement::not_checkable &&
             each.sentence == "erased (entry 3, request)";
    };
    CHECK(std::ranges::count_if(report.findings, says) == (erased ? 3 : 0));
  }
}

TEST_CASE("an erasure excuses what it names and what was before it, and nothing else",
          "[replay][negative]") {
  const WithheldContent lost{WithheldContent::Kind::lost, "its key is gone"};
  {
    MemoryLog log(4);  // of another class
    for (std::size_t i = 0; i < 3; ++i) log.entries[i].content = lost;
    log.erase_at(3, {"contact", "decision"});
    CHECK(verify(log).count_of(Rule::log_withheld, Judgement::broken) == 3);
  }
  {
    MemoryLog log(4);  // afterwards
    log.erase_at(1, {"terms"});
    for (const std::size_t i : {0, 3}) log.entries[i].content = lost;
    log.edit(3, [](LogEntry& leaf) { leaf.kind = EntryKind::message; });
    CHECK(verify(log).count_of(Rule::log_withheld, Judgement::broken) == 1);
  }
  {
    MemoryLog log(4);  // itself
    log.erase_at(3, {"record", "terms"});
    for (std::size_t i = 0; i < 4; ++i) log.entries[i].content = lost;
    CHECK(verify(log).count_of(Rule::log_withheld, Judgement::broken) == 4);
  }
  {
    MemoryLog log(4);  // another erasure
    log.erase_at(2, {"terms"});
    log.entries[0].content = log.entries[1].content = log.entries[2].content = lost;
    CHECK(verify(log).count_of(Rule::log_withheld, Judgement::broken) == 3);
  }
}

TEST_CASE("what is said to be erased and is still shown is a broken duty", "[replay][negative]") {
  for (const bool of_class : {false, true}) {
    MemoryLog log(4);
    log.erase_at(3, {of_class ? "terms" : "contact"});
    CHECK(verify(log).count_of(Rule::log_withheld, Judgement::broken) == (of_class ? 1 : 0));
  }
}

TEST_CASE("only what is a party's own may be kept back", "[replay]") {
  for (const EntryKind kind : {EntryKind::facts, EntryKind::decision, EntryKind::message,
                               EntryKind::refusal, EntryKind::perform_intent}) {
    MemoryLog log(1);
    log.edit(0, [&](LogEntry& leaf) { leaf.kind = kind; });
    log.entries[0].content = WithheldContent{WithheldContent::Kind::undisclosed, "business secret"};
    const bool may = kind == EntryKind::facts || kind == EntryKind::decision;
    CHECK(verify(log).count_of(Rule::log_withheld, Judgement::broken) == (may ? 0 : 1));
  }
}

TEST_CASE("a source that is wrong about where a case or the log ends is found out", "[replay]") {
  constexpr std::size_t size = 5;
  for (std::size_t end = 0; end < size; ++end) {
    MemoryLog log(size);
    log.head.last_ms = 1000 + static_cast<std::int64_t>(size - 1);
    log.entries[end].ends_case = true;
    // What comes after the end that was named has nothing to follow from.
    CHECK(verify(log).count_of(Rule::log_chain, Judgement::broken) == (end + 1 < size ? 1 : 0));
  }
  for (const std::int64_t last_ms : {999, 1003, 1005}) {
    MemoryLog log(size);
    log.head.last_ms = last_ms;
    CHECK(verify(log).count_of(Rule::log_readable, Judgement::broken) == 1);
  }
}

TEST_CASE("content lost is judged where its case ends, as at the end of the log", "[replay]") {
  for (const bool erased : {false, true}) {
    MemoryLog log(4);
    log.head.last_ms = 1003;
    log.entries[3].ends_case = true;
    for (std::size_t i = 0; i < 3; ++i) {
      log.entries[i].content = WithheldContent{WithheldContent::Kind::lost, "its key is gone"};
    }
    if (erased) log.erase_at(3, {"terms"});
    CHECK(verify(log).count_of(Rule::log_withheld, Judgement::broken) == (erased ? 0 : 3));
  }
}

TEST_CASE("time that goes backwards is found at every entry", "[replay]") {
  for (std::size_t index = 1; index < 5; ++index) {
    MemoryLog log(5);
    log.edit(index, [](LogEntry& leaf) { leaf.time_ms = 10; });
    CHECK(verify(log).count_of(Rule::log_time, Judgement::broken) == 1);
  }
}

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
      log.add(EntryKind::timestamp, encode(TimestampRecord{.note = "dated", .token = {1}}));
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

TEST_CASE("the roots that a log had lately are known at every size, and no others", "[replay]") {
  RecentRoots recent;
  MerkleTree tree;
  std::vector<Digest> roots = {tree.root()};
  constexpr std::size_t size = RecentRoots::leaves_max + 2'000;
  for (std::size_t i = 0; i < size; ++i) {
    const Digest hash = leaf_hash(view(std::to_string(i)));
    recent.add(tree, hash);
    tree.append(hash);
    if (i < 3'000 || i + 500 > size) {
      roots.push_back(tree.root());
    } else {
      roots.emplace_back();
    }
    if (i == 2'999) {
      for (std::size_t at = 0; at <= 3'000; at += 7) CHECK(recent.root_at(at) == roots[at]);
      CHECK_FALSE(recent.root_at(3'001));
    }
  }
  CHECK_FALSE(recent.root_at(1'000));
  for (std::size_t at = size - 498; at <= size; ++at) CHECK(recent.root_at(at) == roots[at]);
}
