// Whom an auditor believes comes from the auditor alone: what a file of it may say, and what
// becomes of a log whose keys are not in it.

#include <entente/crypto/timestamp.h>

#include <fstream>

#include "audit_world.h"
#include "catch.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

struct TrustFile {
  TemporaryDirectory directory;
  fs::path path() const { return directory.path() / "trust.yaml"; }
  Result<Trust> read(const std::string& text) const {
    std::ofstream(path()) << text;
    return read_trust(path());
  }
};

std::string brand_root() { return to_did_key(aftermath().brand.root.public_key()); }

Report report_with(const Trust& trust, const fs::path& source) {
  const auto auditor = Auditor::open(std::vector{source}, {.trust = trust});
  REQUIRE(auditor);
  auto report = auditor->replay();
  REQUIRE(report);
  return std::move(*report);
}

}  // namespace

TEST_CASE("a trust file names keys, and the times they are believed for", "[trust]") {
  const TrustFile file;
  const KeyPair witness = std::move(*KeyPair::from_seed(Bytes(32, 9)));
  const std::string watcher =
      Vkey::make("w.example", SignatureType::cosignature_v1, witness.public_key())->encode();
  const auto made = TimestampAuthority::make("tsa.example", 0, 1'900'000'000'000);
  REQUIRE(made);
  std::ofstream(file.directory.path() / "tsa.pem") << made->certificate_pem;
  const auto trust =
      file.read("logs:\n  - {key: \"" + aftermath().brand_key +
                "\", from: 2026-01-01, until: 2027-01-01}\n"
                "parties:\n  - {party: did:web:kettle.example, root: \"" +
                brand_root() + "\"}\nwitnesses:\n  - {key: \"" + watcher +
                "\"}\n"
                "timestamp_authorities:\n  - {certificate: tsa.pem, until: 2030-01-01}\n");
  if (!trust) FAIL(describe(trust.error()));
  REQUIRE(trust->logs.size() == 1);
  CHECK(trust->logs[0].key.encode() == aftermath().brand_key);
  CHECK(describe(trust->logs[0].window) ==
        "from 2026-01-01T00:00:00.000Z until 2027-01-01T00:00:00.000Z");
  REQUIRE(trust->roots.size() == 1);
  CHECK(trust->roots[0].root == aftermath().brand.root.public_key());
  CHECK(trust->roots[0].window == TrustWindow{});
  REQUIRE(trust->witnesses.size() == 1);
  CHECK(trust->witnesses[0].key.encode() == watcher);
  REQUIRE(trust->authorities.size() == 1);
  CHECK(trust->authorities[0].certificate == *certificate_from_pem(made->certificate_pem));
}

TEST_CASE("what a trust file cannot mean is refused where it stands", "[trust]") {
  const TrustFile file;
  const std::string log = "{key: \"" + aftermath().brand_key + "\"";
  const std::pair<std::string, const char*> rows[] = {
      {"keys: []\n", ":1:1: "},
      {"logs:\n  - {key: kettle.example}\n", ":2:11: expected the key of a log"},
      {"witnesses:\n  - " + log + "}\n", ":2:11: expected the key of a witness"},
      {"logs:\n  - " + log + ", until: soon}\n", "expected "},
      {"logs:\n  - " + log + ", from: 2026-02-01, until: 2026-01-01}\n", "before it begins"},
      {"logs:\n  - " + log + ", form: 2026-02-01}\n", "from"},
      {"logs: &all\n  - " + log + "}\nwitnesses: *all\n", ":1:7: "},
      {"parties:\n  - {party: kettle.example, root: \"did:key:z\"}\n", "expected a brand"},
      {"parties:\n  - {party: did:web:kettle.example, root: \"did:key:z\"}\n", "expected the root"},
      {"timestamp_authorities:\n  - {certificate: none.pem}\n", ":2:19: expected the file"},
      {"policy: none.policy\n", ":1:9: expected the file of a c2sp.org/tlog-policy"},
      {"policy: bad.policy\n", ":1:9: bad.policy: line 2: expected a witness or group"},
  };
  std::ofstream(file.directory.path() / "bad.policy") << "# nobody\nquorum nobody\n";
  for (const auto& [text, expected] : rows) {
    const auto trust = file.read(text);
    INFO(text);
    REQUIRE(!trust);
    INFO(describe(trust.error()));
    CHECK(trust.error().detail.find(expected) != std::string::npos);
    CHECK(trust.error().detail.find("trust.yaml:") != std::string::npos);
  }
  CHECK(read_trust(file.directory.path() / "none.yaml").error().code == ErrorCode::file_missing);
}

TEST_CASE("the root of the cards is the auditor's, or it is said", "[trust]") {
  const std::string did = "did:web:kettle.example";
  const PublicKey root = aftermath().brand.root.public_key();
  const PublicKey other = aftermath().brand.message.public_key();
  struct Row {
    std::vector<TrustedRoot> roots;
    Judgement judgement;
  };
  const Row rows[] = {
      {{}, Judgement::not_checkable},
      {{{did, root, {}}}, Judgement::holds},
      {{{"did:web:other.example", root, {}}}, Judgement::not_checkable},
      {{{did, other, {}}}, Judgement::broken},
      {{{did, root, {0, 1000}}}, Judgement::broken},
      {{{did, other, {}}, {did, root, {0, 1000}}, {did, root, {1000}}}, Judgement::holds},
  };
  for (const fs::path& store : {aftermath().brand_store(), aftermath().consumer_store()}) {
    for (const Row& row : rows) {
      Trust trust;
      trust.roots = row.roots;
      const Report report = report_with(trust, store);
      INFO(to_text(report));
      CHECK(report.count_of(Rule::card_root, row.judgement) == 1);
      CHECK(report.broken() == (row.judgement == Judgement::broken ? 1 : 0));
    }
  }
}

TEST_CASE("a key that only the log names is never trusted", "[trust]") {
  const TemporaryDirectory directory;
  const fs::path files = directory.path() / "export";
  REQUIRE(export_log(aftermath().brand_store(), files, {.log_key = &aftermath().brand.log}));
  Trust roots;  // even where the cards that name it are of a root that is trusted
  roots.roots.push_back(
      {"did:web:kettle.example", aftermath().brand.root.public_key(), TrustWindow{}});
  const Report report = report_with(roots, files);
  CHECK(report.count_of(Rule::log_key, Judgement::not_checkable) == 1);
  CHECK(report.logs.front().grade == Grade::asserted);
}

namespace {

std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

constexpr std::int64_t cosigned_s = 1'795'510'445;

Vkey witness_key(const std::string& name, const KeyPair& key) {
  return *Vkey::make(name, SignatureType::cosignature_v1, key.public_key());
}
KeyPair key_of(const std::string& name) {
  return std::move(*KeyPair::from_seed(Bytes(32, static_cast<std::uint8_t>(name[1]))));
}

// The brand's log with the cosignatures of two witnesses, and an auditor's files beside it.
struct CosignedLog {
  TemporaryDirectory directory;
  std::string note;
  std::string log_line = "log " + aftermath().brand_key + "\n";
  std::string witness_lines;

  CosignedLog() {
    const fs::path plain = directory.path() / "plain";
    REQUIRE(export_log(aftermath().brand_store(), plain, {.log_key = &aftermath().brand.log}));
    note = slurp(plain / "checkpoint");
    const Checkpoint checkpoint = *decode_unverified_checkpoint(note);
    for (const std::string name : {"one", "two", "three"}) {
      const KeyPair key = key_of(name);
      witness_lines += "witness " + name + " " + witness_key(name, key).encode() + "\n";
      if (name == "three") continue;
      note = *add_signature(note, *cosign_checkpoint(checkpoint, name, key, cosigned_s));
    }
  }

  // With `yaml` above the line that names the policy.
  Report report_under(const std::string& policy, const std::string& yaml = "",
                      const std::string& over = "") const {
    const TemporaryDirectory place;
    std::ofstream(place.path() / "p") << policy;
    std::ofstream(place.path() / "trust.yaml") << yaml << "policy: p\n";
    const auto trust = read_trust(place.path() / "trust.yaml");
    if (!trust) FAIL(describe(trust.error()));
    const fs::path files = place.path() / "export";
    REQUIRE(
        export_log(aftermath().brand_store(), files, {.checkpoint = over.empty() ? note : over}));
    Report report = report_with(*trust, files);
    CHECK(report.broken() == report.count_of(Rule::log_witnessed, Judgement::broken));
    return report;
  }
};

}  // namespace

TEST_CASE("the quorum of an auditor's policy makes a log witnessed, and nothing less does",
          "[trust][witness]") {
  const CosignedLog log;
  const auto count = [](const Report& report, Judgement judgement) {
    return report.count_of(Rule::log_witnessed, judgement);
  };
  const std::string two_of_three = "group q 2 one two three\nquorum q\n";
  const Report met = log.report_under(log.log_line + log.witness_lines + two_of_three);
  CHECK(count(met, Judgement::holds) == 1);
  CHECK(met.logs[0].grade == Grade::witnessed);
  CHECK(met.logs[0].witnesses ==
        std::vector<WitnessSummary>{{"one", cosigned_s}, {"two", cosigned_s}});
  CHECK(to_text(met).find("cosigned by two at 2026-11-24T") != std::string::npos);
  CHECK(to_json(met).find(R"("witnesses":[{"name":"one","time_s":1795510445},)") !=
        std::string::npos);

  const Report unmet = log.report_under(log.log_line + log.witness_lines + "quorum three\n");
  CHECK(count(unmet, Judgement::broken) == 1);
  CHECK(unmet.logs[0].grade == Grade::receipted);
  CHECK(unmet.findings[0].at_fault == Party::unset);
  CHECK(to_text(unmet).find("cosigned by 2 of 3 witnesses of the policy, which is not its quorum "
                            "three") != std::string::npos);
  const Report nobody = log.report_under(log.log_line + "quorum none\n");
  CHECK(count(nobody, Judgement::holds) == 1);
  CHECK(nobody.logs[0].grade == Grade::receipted);
}

TEST_CASE("a cosignature outside its witness's times counts for no quorum", "[trust][witness]") {
  const CosignedLog log;
  const std::string policy =
      log.log_line + log.witness_lines + "group q 2 one two three\nquorum q\n";
  const auto windowed = [&](const char* window) {
    return log.report_under(policy, "witnesses:\n  - {key: \"" +
                                        witness_key("two", key_of("two")).encode() + "\", " +
                                        window + "}\n");
  };
  const std::pair<const char*, bool> rows[] = {{"from: 2026-11-24", true},
                                               {"until: 2026-11-25", true},
                                               {"until: 2026-11-24", false},
                                               {"from: 2026-11-25", false}};
  for (const auto& [window, counts] : rows) {
    CAPTURE(window);
    const Report report = windowed(window);
    CHECK(report.logs[0].grade == (counts ? Grade::witnessed : Grade::receipted));
    CHECK(report.count_of(Rule::log_witnessed, counts ? Judgement::holds : Judgement::broken) == 1);
    CHECK(report.logs[0].witnesses.size() == (counts ? 2 : 1));
  }
}

TEST_CASE("a policy asks of the logs that it names, and of signed checkpoints alone",
          "[trust][witness]") {
  const CosignedLog log;
  const auto other = Vkey::make("other.example/log", SignatureType::ed25519,
                                KeyPair::from_seed(Bytes(32, 77))->public_key());
  const std::string keys = "logs:\n  - {key: \"" + aftermath().brand_key + "\"}\n";
  const Report silent = log.report_under(
      "log " + other->encode() + "\n" + log.witness_lines + "quorum three\n", keys);
  CHECK(silent.counts[static_cast<std::size_t>(Rule::log_witnessed)] ==
        std::array<std::uint64_t, 4>{});
  CHECK(silent.logs[0].grade == Grade::witnessed);  // by any one of them
  // A store whose owner was killed has the text of its checkpoint and no signature.
  const fs::path store = log.directory.path() / "store";
  fs::copy(aftermath().brand_store(), store, fs::copy_options::recursive);
  fs::remove(store / "checkpoint");
  Trust trust;
  trust.take(*WitnessPolicy::parse(log.log_line + "quorum none\n"));
  CHECK(report_with(trust, store).count_of(Rule::log_witnessed, Judgement::not_checkable) == 1);
}
