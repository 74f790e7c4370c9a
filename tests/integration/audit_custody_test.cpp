// A log in custody: the source stays as it was, the copy is whole or not there, and whatever is
// changed, added or taken away afterwards is found.

#include <entente/agent/custody.h>
#include <entente/crypto/hash.h>
#include <entente/crypto/timestamp.h>
#include <entente/store/last_signed.h>

#include <fstream>
#include <iterator>
#include <map>

#include "audit_world.h"
#include "catch.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void spill(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

// Every file below, with its bytes and the time it was last changed.
std::map<std::string, std::pair<std::string, fs::file_time_type>> everything(const fs::path& root) {
  std::map<std::string, std::pair<std::string, fs::file_time_type>> all;
  for (const auto& item : fs::recursive_directory_iterator(root)) {
    if (!item.is_regular_file()) continue;
    all[item.path().string()] = {slurp(item.path()), fs::last_write_time(item.path())};
  }
  return all;
}

Tool tool() { return {"entente", "0", sha256(view("program")), sha256(view("library"))}; }

AcquireOptions options() {
  AcquireOptions options;
  options.tool = tool();
  options.at_ms = 1'790'000'000'000;
  options.arguments = {"brand", "-o", "custody"};
  return options;
}

struct Kept {
  TemporaryDirectory directory;
  fs::path path() const { return directory.path() / "custody"; }
  explicit Kept(const fs::path& source) {
    const auto custody = acquire_log(source, path(), options());
    if (!custody) FAIL(describe(custody.error()));
  }
  std::vector<std::string> broken() const {
    std::vector<std::string> sentences;
    const auto custody = open_custody(path());
    if (!custody) return {"error: " + describe(custody.error())};
    for (const Finding& each : custody->findings) {
      if (each.judgement == Judgement::broken) {
        sentences.push_back(std::string(name(each.rule)) + ": " + each.sentence);
      }
    }
    return sentences;
  }
};

using Sentences = std::vector<std::string>;

// A store at rest, an export, and the evidence of a case.
struct Sources {
  TemporaryDirectory directory;
  std::vector<fs::path> paths;
  Sources() {
    const ExportOptions how{.log_key = &aftermath().brand.log};
    const fs::path store = directory.path() / "store";
    fs::copy(aftermath().brand_store(), store, fs::copy_options::recursive);
    REQUIRE(export_log(aftermath().brand_store(), directory.path() / "export", how));
    REQUIRE(export_evidence(aftermath().brand_store(), to_hex(aftermath().case_id),
                            directory.path() / "case.json", how));
    paths = {store, directory.path() / "export", directory.path() / "case.json"};
  }
};

}  // namespace

TEST_CASE("taking custody leaves the source as it was, and gives the same report", "[custody]") {
  const Sources sources;
  const auto before = everything(sources.directory.path());
  for (const fs::path& source : sources.paths) {
    const Kept kept(source);
    INFO(source);
    CHECK(kept.broken().empty());
    const auto custody = open_custody(kept.path());
    CHECK(custody->trouble.empty());
    CHECK(custody->checkpoint.starts_with("kettle.example/log\n"));
    CHECK(custody->lines.size() == 1);
    CHECK(custody->lines.front().command == "audit acquire");
    CHECK(custody->lines.front().result == custody->manifest);
    // Reading the copy, twice, breaks nothing: what SQLite leaves beside it carries nothing.
    CHECK(broken_in({kept.path()}).empty());
    CHECK(broken_in({kept.path()}).empty());
    CHECK(kept.broken().empty());
  }
  CHECK(everything(sources.directory.path()) == before);
}

TEST_CASE("a changed, added or missing byte is found with the name of its file", "[custody]") {
  const Sources sources;
  for (const fs::path& source : sources.paths) {
    const Kept kept(source);
    for (const auto& [file, content] : everything(kept.path() / "source")) {
      const std::string path = fs::path(file).lexically_relative(kept.path()).generic_string();
      INFO(path);
      std::string bytes = content.first;
      if (!bytes.empty()) {
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
        spill(file, bytes);
        CHECK(kept.broken() == Sentences{"custody.files: " + path + " is not as it was taken"});
      }
      spill(file, content.first + "x");
      CHECK(kept.broken() == Sentences{"custody.files: " + path + " is not as it was taken"});
      fs::remove(file);
      CHECK(kept.broken() == Sentences{"custody.files: " + path + " was taken and cannot be read"});
      spill(file, content.first);
      CHECK(kept.broken().empty());
    }
    spill(kept.path() / "source.extra", "x");
    CHECK(kept.broken() == Sentences{"custody.files: source.extra lies there and was not taken"});
  }
}

TEST_CASE("what is planted beside a database is found, unless it carries nothing", "[custody]") {
  const Sources sources;
  const Kept kept(sources.paths.front());
  spill(kept.path() / "source/store.db-wal", "");
  spill(kept.path() / "source/store.db-shm", "anything");
  CHECK(kept.broken().empty());
  CHECK(broken_in({kept.path()}).empty());
  spill(kept.path() / "source/keys.db-wal", "x");
  spill(kept.path() / "source/other.db-wal", "");
  CHECK(kept.broken().size() == 2);
}

TEST_CASE("a record of which a line was changed, moved or taken out is found", "[custody]") {
  const Sources sources;
  const Kept kept(sources.paths.back());
  for (const char* command : {"audit replay", "audit why", "audit sample"}) {
    REQUIRE(record_custody(kept.path(), {.command = command,
                                         .arguments = {"custody"},
                                         .at_ms = 1'790'000'001'000,
                                         .tool = tool(),
                                         .result = sha256(view(command))}));
  }
  CHECK(kept.broken().empty());
  const std::string whole = slurp(kept.path() / "custody.jsonl");
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < whole.size();) {
    const std::size_t end = whole.find('\n', at) + 1;
    lines.push_back(whole.substr(at, end - at));
    at = end;
  }
  REQUIRE(lines.size() == 4);
  const auto judged = [&](const std::vector<std::string>& kept_lines) {
    std::string text;
    for (const std::string& line : kept_lines) text += line;
    spill(kept.path() / "custody.jsonl", text);
    return !kept.broken().empty();
  };
  // Every line but the last has one after it that names it; the first is named by the manifest.
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    auto without = lines;
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK(judged(without));
    auto swapped = lines;
    std::swap(swapped[i], swapped[i + 1]);
    CHECK(judged(swapped));
    auto edited = lines;
    edited[i].replace(edited[i].find("\"custody\""), 9, "\"another\"");
    CHECK(judged(edited));
  }
  CHECK(judged({}));
  CHECK(judged({lines[0], lines[1], lines[2], lines[3].substr(0, 40)}));
  // The end can be cut off unseen: that is why its digest is to be noted elsewhere.
  CHECK(!judged({lines[0], lines[1]}));
  CHECK(!judged(lines));
}

TEST_CASE("custody is refused where it could not be kept", "[custody]") {
  const Sources sources;
  const TemporaryDirectory directory;
  const auto refusal = [&](const fs::path& source, const fs::path& to) {
    const auto custody = acquire_log(source, to, options());
    return custody ? "" : std::string(name(custody.error().code));
  };
  CHECK(refusal(directory.path() / "none", directory.path() / "to") == "file_missing");
  CHECK(refusal(directory.path(), directory.path() / "to") == "file_invalid");
  spill(directory.path() / "full" / "x", "");
  fs::create_directory(directory.path() / "full");
  spill(directory.path() / "full" / "x", "");
  CHECK(refusal(sources.paths[1], directory.path() / "full") == "file_invalid");
  fs::create_directory(directory.path() / "empty");
  CHECK(refusal(sources.paths[1], directory.path() / "empty").empty());
  CHECK(refusal(directory.path() / "empty", directory.path() / "again") == "file_invalid");
  {
    const auto running = StoreLock::take(sources.paths.front());
    REQUIRE(running);
    CHECK(refusal(sources.paths.front(), directory.path() / "live") == "store_locked");
  }
  fs::create_symlink("/etc/passwd", sources.paths[1] / "link");
  CHECK(refusal(sources.paths[1], directory.path() / "linked") == "file_invalid");
  // Nothing of what failed is left behind.
  std::size_t left = 0;
  for (const auto& item : fs::directory_iterator(directory.path())) {
    left += item.is_directory() ? 1 : 0;
  }
  CHECK(left == 2);
}

TEST_CASE("a manifest that leads out of its directory is refused", "[custody]") {
  const Sources sources;
  const Kept kept(sources.paths.back());
  const std::string whole = slurp(kept.path() / "manifest.json");
  for (const std::string path : {"../case.json", "/etc/passwd", "source/../../x"}) {
    std::string text = whole;
    const std::string from = "\"path\":\"source/case.json\"";
    text.replace(text.find(from), from.size(), "\"path\":\"" + path + "\"");
    spill(kept.path() / "manifest.json", text);
    INFO(path);
    CHECK(open_custody(kept.path()).error().code == ErrorCode::json_invalid);
  }
}

TEST_CASE("a dated checkpoint raises the grade, and only its own token dates it", "[custody]") {
  const Sources sources;
  const std::int64_t now_ms = SystemClock().now_ms();
  const auto made = TimestampAuthority::make("tsa.example", now_ms - 60'000, now_ms + 60'000);
  const auto authority = TimestampAuthority::open(*made);
  const Bytes certificate = *certificate_from_pem(made->certificate_pem);
  struct Row {
    std::string over;  // empty: the checkpoint
    std::int64_t at_ms;
    TrustWindow window;
    Judgement judgement;
  };
  const Row rows[] = {
      {"", now_ms, {}, Judgement::holds},
      {"another", now_ms, {}, Judgement::broken},
      {"", now_ms + 120'000, {}, Judgement::broken},  // expired when it was made
      {"", now_ms, {0, 1000}, Judgement::broken},     // not trusted then
  };
  for (const Row& row : rows) {
    const TemporaryDirectory directory;
    AcquireOptions how = options();
    how.timestamp = [&](ByteView checkpoint) -> Result<Bytes> {
      const TimestampQuery query{row.over.empty() ? sha256(checkpoint) : sha256(view(row.over)), 1};
      ENTENTE_LET(reply, authority->answer(encode(query), row.at_ms, 1));
      return token_of_reply(reply, query);
    };
    const fs::path path = directory.path() / "custody";
    REQUIRE(acquire_log(sources.paths[1], path, how));
    Trust trust = *Trust::in_log(aftermath().brand_key);
    const auto grade = [&] {
      const auto report = Auditor::open(std::vector{path}, {.trust = trust})->replay();
      REQUIRE(report);
      // Of other bytes it is, whoever made it.
      const bool is_open = trust.authorities.empty() && row.over.empty();
      const Judgement expected = is_open ? Judgement::not_checkable : row.judgement;
      INFO(to_text(*report));
      CHECK(report->count_of(Rule::log_timestamped, expected) == 1);
      return report->logs.front().grade;
    };
    CHECK(grade() == Grade::receipted);
    trust.authorities.push_back({certificate, row.window});
    CHECK(grade() == (row.judgement == Judgement::holds ? Grade::timestamped : Grade::receipted));
  }
}
