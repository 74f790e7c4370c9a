// A log in memory, honest and then not: what the first pass over leaves, tree and commitments says.

#include "memory_log.h"

using namespace entente;
using namespace entente::tests;

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
