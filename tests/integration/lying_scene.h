#pragma once
// One customer before a brand that lies, with time that passes only while somebody waits; and what
// an auditor makes of what they leave.

#include <entente/assistant.h>
#include <entente/replay/judge.h>
#include <entente/wire/contradiction.h>

#include <algorithm>
#include <set>

#include "catch.h"
#include "lying_brand.h"
#include "shared_data.h"

namespace entente::tests {

using Lines = std::vector<std::string>;

inline constexpr std::int64_t run_ms = 120'000;

// Time that passes only while somebody waits for it.
class PatientClock final : public Clock {
 public:
  std::int64_t now_ms() override { return now_ms_; }
  void advance(std::int64_t ms) { now_ms_ += ms; }

 private:
  std::int64_t now_ms_ = SystemClock().now_ms();
};

struct Scene {
  TemporaryDirectory directory;
  Brand brand = make_brand(1, SystemClock().now_ms());
  KettleShop shop;
  PatientClock clock;
  Agreeable principal{1, shop};
  KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 101)));
  Goal goal = *Goal::parse(kettle_goal(), "goal.yaml");
  std::unique_ptr<Endpoint> endpoint;
  std::unique_ptr<LyingBrand> liar;
  std::unique_ptr<Assistant> assistant;
  std::int64_t paused_ms = 0;
  std::vector<std::string> heard;

  Scene() {
    auto started = Endpoint::start(kettle_endpoint(brand_store(), brand, shop));
    if (!started) FAIL(describe(started.error()));
    endpoint = std::move(*started);
    liar = std::make_unique<LyingBrand>(*endpoint, brand);
  }

  std::filesystem::path brand_store() const { return directory.path() / "brand"; }
  std::filesystem::path consumer_store() const { return directory.path() / "consumer"; }

  Status start() {
    auto started = Assistant::start(
        {.directory = consumer_store(),
         .goal = &goal,
         .files = {{"kettle.jpg", to_bytes("a photo")}},
         .brand = liar.get(),
         .principal = &principal,
         .key = &key,
         .clock = &clock,
         .on_message =
             [this](const Message& message) { heard.push_back(std::string(name(message.verb()))); },
         .pause =
             [this](std::int64_t ms) {
               clock.advance(ms);
               paused_ms += ms;
             }});
    if (!started) return std::unexpected(started.error());
    assistant = std::move(*started);
    return {};
  }

  CaseId open() {
    REQUIRE(start());
    const auto opened = assistant->open();
    if (!opened) FAIL(describe(opened.error()));
    return *opened;
  }

  // Up to the offer that waits for the principal.
  CaseId open_and_hear_an_offer() {
    const CaseId case_id = open();
    principal.agrees = false;
    const auto ending = assistant->run(case_id, run_ms);
    if (!ending) FAIL(describe(ending.error()));
    REQUIRE(ending->kind == Ending::Kind::needs_principal);
    principal.agrees = true;
    return case_id;
  }

  void stop() {
    assistant.reset();
    endpoint->stop();
  }

  // As an auditor reads what was left. Reading changes nothing.
  Lines broken(bool with_brand) const {
    std::vector<std::filesystem::path> sources = {consumer_store()};
    if (with_brand) sources.push_back(brand_store());
    return broken_in(brand, sources);
  }
};

inline bool contains(const Lines& lines, std::string_view line) {
  return std::ranges::find(lines, line) != lines.end();
}

// Whatever the brand did, the consumer is never named, and the brand's own log is a good one: it is
// the endpoint's behind the liar.
inline void check_nobody_honest_is_accused(const Scene& scene) {
  for (const std::string& line : scene.broken(true)) CHECK_FALSE(line.ends_with("by consumer"));
  for (const std::string& line : scene.broken(false)) CHECK_FALSE(line.ends_with("by consumer"));
  CHECK(broken_in(scene.brand, {scene.brand_store()}).empty());
}

inline std::vector<std::filesystem::path> proofs_in(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().string().ends_with(".equivocation.json")) files.push_back(entry.path());
  }
  return files;
}

// A stranger, with the file alone and with nothing but the brand's key.
inline Finding finding_of(const Scene& scene, const std::filesystem::path& file) {
  const auto read = contradiction_from_json(read_file(file));
  if (!read) FAIL(describe(read.error()));
  const TrustedKey log{
      *Vkey::make("kettle.example/log", SignatureType::ed25519, scene.brand.log.public_key()), {}};
  CHECK(judge(*read, {})->grade == Grade::asserted);
  const auto finding = judge(*read, {&log, 1});
  if (!finding) FAIL(describe(finding.error()));
  CHECK(finding->grade == Grade::receipted);
  CHECK(finding->at_fault == Party::brand);
  return *finding;
}

inline Refusal refusal_of(const Parcel& asked, ErrorCode code) {
  const auto message = *Admission::admit<Message>(asked.envelopes.back());
  return {.message = message.id(),
          .code = std::string(name(code)),
          .at_ms = SystemClock().now_ms(),  // the brand's clock, and not the message's
          .retry_after_ms = code == ErrorCode::busy ? 5'000 : 0,
          .environment = Environment::sandbox,
          .case_id = message->case_id};
}

inline bool asks(const Parcel* parcel, Verb verb) {
  if (parcel == nullptr) return false;
  return std::ranges::any_of(parcel->envelopes, [&](const Bytes& envelope) {
    const auto message = Admission::admit<Message>(envelope);
    return message && (*message)->verb() == verb;
  });
}

}  // namespace entente::tests
