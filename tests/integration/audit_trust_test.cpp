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
  };
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
