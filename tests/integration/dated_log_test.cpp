// A brand whose log an authority dates while it runs: one over HTTP that answers, one that cannot
// be reached, and others that answer what no auditor would take.

#include <entente/auditor.h>
#include <entente/crypto/hash.h>
#include <entente/crypto/timestamp.h>
#include <entente/wire/codec.h>
#include <entente/wire/log_life.h>

#include "faulty_disk.h"
#include "watched_brand.h"

using namespace entente;
using namespace entente::tests;

namespace {

// As `entente tsa serve` answers.
struct TsaOnline {
  TimestampAuthority::Files files = *TimestampAuthority::make(
      "tsa.example", SystemClock().now_ms() - 86'400'000, SystemClock().now_ms() + 86'400'000);
  TimestampAuthority authority = *TimestampAuthority::open(files);
  Bytes certificate = *certificate_from_pem(files.certificate_pem);
  std::int64_t ahead_ms = 0;  // its clock
  std::string over;           // what it dates instead; empty: what it is asked to
  std::optional<HttpServer> server;
  std::atomic<int> asked = 0;
  std::uint16_t port = 0;

  TsaOnline() { listen(); }
  ~TsaOnline() { stop(); }
  void listen() {
    server.emplace(HttpServerOptions{.port = port},
                   [this](const HttpRequest& request, const HttpReply& reply) {
                     reply.send(answer(request));
                   });
    REQUIRE(server->start());
    port = server->port();
  }
  void stop() {
    if (server) server->stop();
    server.reset();
  }
  HttpResponse answer(const HttpRequest& request) {
    const int serial = ++asked;
    const Bytes query = over.empty() ? request.body : encode(TimestampQuery{sha256(view(over)), 1});
    return {.status = 200,
            .content_type = std::string(timestamp_reply_type),
            .body = *authority.answer(query, SystemClock().now_ms() + ahead_ms,
                                      static_cast<std::uint64_t>(serial)),
            .headers = {}};
  }
  TimestampPeer peer(std::int64_t every_ms = 20) const {
    return {.url = "http://127.0.0.1:" + std::to_string(port) + "/",
            .certificate = certificate,
            .ca_file = {},
            .every_ms = every_ms};
  }
};

std::uint64_t dated_size(const WatchedBrand& kettle) {
  std::uint64_t size = 0;
  kettle.endpoint->inspect([&](const Ledger& ledger) {
    for (std::uint64_t i = 0; i < ledger.size(); ++i) {
      const auto entry = ledger.read(i);
      if (entry->leaf.kind != EntryKind::timestamp) continue;
      const auto record = decode<TimestampRecord>(entry->content);
      size = verify_checkpoint(record->note, kettle.log)->size;
    }
  });
  return size;
}

Report audit(const WatchedBrand& kettle, const std::vector<TrustedAuthority>& authorities) {
  Trust trust = *Trust::in_log(kettle.log.encode());
  trust.authorities = authorities;
  auto report = Auditor::open(std::vector{kettle.options.directory}, {.trust = trust})->replay();
  REQUIRE(report);
  return std::move(*report);
}

}  // namespace

TEST_CASE("a log is dated while it grows, for whoever trusts the authority",
          "[integration][timestamp]") {
  WatchedBrand kettle;
  const TsaOnline tsa;
  const TsaOnline other;
  kettle.options.timestamp = tsa.peer();
  kettle.start();
  for (int round = 0; round < 3; ++round) {
    kettle.grow();
    const std::uint64_t grown = kettle.news_end();
    REQUIRE(comes_true([&] { return dated_size(kettle) >= grown; }));
  }
  const std::size_t stamps = kettle.count(EntryKind::timestamp);
  CHECK(kettle.told.empty());
  kettle.stop();
  CHECK(stamps >= 3);
  const struct {
    std::vector<TrustedAuthority> authorities;
    Judgement judgement;
    Grade grade;
  } rows[] = {
      {{{tsa.certificate, {}}}, Judgement::holds, Grade::timestamped},
      {{{other.certificate, {}}, {tsa.certificate, {}}}, Judgement::holds, Grade::timestamped},
      {{{other.certificate, {}}}, Judgement::not_checkable, Grade::receipted},
      {{{tsa.certificate, {0, 1000}}}, Judgement::broken, Grade::receipted},
      {{}, Judgement::not_checkable, Grade::receipted}};
  for (const auto& row : rows) {
    const Report report = audit(kettle, row.authorities);
    INFO(to_text(report));
    CHECK(report.count_of(Rule::log_timestamped, row.judgement) == stamps);
    CHECK(report.broken() == (row.judgement == Judgement::broken ? stamps : 0));
    CHECK(report.logs.front().grade == row.grade);
  }
}

TEST_CASE("a log is dated as often as its owner wants, and not for its time stamps alone",
          "[integration][timestamp]") {
  for (const std::int64_t every_ms : {std::int64_t{20}, std::int64_t{86'400'000}}) {
    CAPTURE(every_ms);
    WatchedBrand kettle;
    const TsaOnline tsa;
    kettle.options.timestamp = tsa.peer(every_ms);
    kettle.start();
    kettle.grow();
    REQUIRE(comes_true([&] { return kettle.count(EntryKind::timestamp) > 0; }));
    const auto is_quiet = [&] {
      const int asked = tsa.asked;
      const std::uint64_t size = kettle.size();
      std::this_thread::sleep_for(std::chrono::milliseconds(every_ms == 20 ? 300 : 1'200));
      return tsa.asked == asked && kettle.size() == size;
    };
    CHECK(comes_true(is_quiet));
    const std::size_t before = kettle.count(EntryKind::timestamp);
    kettle.stop();
    kettle.start();
    CHECK(comes_true(is_quiet));
    CHECK(kettle.count(EntryKind::timestamp) == before);
    kettle.grow();
    if (every_ms == 20) {
      CHECK(comes_true([&] { return kettle.count(EntryKind::timestamp) > before; }));
    } else {
      CHECK(comes_true(is_quiet));
      CHECK(kettle.count(EntryKind::timestamp) == before);
    }
  }
}

TEST_CASE("an authority that cannot be reached holds up nobody, and its operator hears it once",
          "[integration][timestamp]") {
  WatchedBrand kettle;
  TsaOnline tsa;
  tsa.stop();
  kettle.options.timestamp = tsa.peer();
  kettle.options.monitoring = HttpServerOptions{};
  kettle.start();
  kettle.grow();
  CHECK(comes_true([&] { return kettle.was_told("network_failed"); }));
  kettle.grow();
  {
    const std::scoped_lock lock(kettle.mutex);
    CHECK(kettle.told.size() == 1);
  }
  HttpClient client({.allow_plain = true, .allow_private = true});
  const std::string metrics =
      "http://127.0.0.1:" + std::to_string(kettle.endpoint->monitoring_port()) + "/metrics";
  const auto says = [&](const std::string& line) {
    return to_text(client.get(metrics)->body).find(line) != std::string::npos;
  };
  CHECK(says("entente_timestamps_total{outcome=\"failed\"} "));
  CHECK(kettle.count(EntryKind::timestamp) == 0);
  tsa.listen();
  CHECK(comes_true([&] { return kettle.count(EntryKind::timestamp) > 0; }));
  CHECK(comes_true([&] { return kettle.was_told("the log is dated again"); }));
  CHECK(comes_true([&] { return says("entente_timestamps_total{outcome=\"done\"}"); }));
}

TEST_CASE("no token is put on record that an auditor would not take",
          "[integration][timestamp][negative]") {
  const struct {
    const char* told;
    std::function<void(TsaOnline&)> make_wrong;
  } rows[] = {
      {"no time-stamp authority that is trusted",
       [](TsaOnline& tsa) { tsa.certificate = TsaOnline().certificate; }},
      {"no token for this query", [](TsaOnline& tsa) { tsa.over = "another note"; }},
      {"set the clock right", [](TsaOnline& tsa) { tsa.ahead_ms = 130'000; }},
      {"set the clock right", [](TsaOnline& tsa) { tsa.ahead_ms = -130'000; }},
      {"not of this authority at its time", [](TsaOnline& tsa) { tsa.ahead_ms = 2 * 86'400'000; }},
  };
  for (const auto& row : rows) {
    CAPTURE(row.told);
    WatchedBrand kettle;
    TsaOnline tsa;
    row.make_wrong(tsa);
    kettle.options.timestamp = tsa.peer();
    kettle.start();
    kettle.grow();
    CHECK(comes_true([&] { return kettle.was_told(row.told); }));
    CHECK(kettle.count(EntryKind::timestamp) == 0);
  }
}

TEST_CASE("without an address or a certificate nobody can be asked", "[integration][negative]") {
  WatchedBrand kettle;
  kettle.options.timestamp = TimestampPeer{};
  CHECK(Endpoint::start(kettle.options).error().code == ErrorCode::config_invalid);
  kettle.options.timestamp->url = "http://127.0.0.1:1/";
  CHECK(Endpoint::start(kettle.options).error().code == ErrorCode::config_invalid);
}

TEST_CASE("a token that the log cannot take is asked for again", "[integration][timestamp]") {
  WatchedBrand kettle;
  TsaOnline tsa;
  kettle.options.timestamp = tsa.peer();
  FaultyDisk disk(kettle.options.directory);
  tsa.stop();
  kettle.start();
  kettle.grow();
  REQUIRE(comes_true([&] { return kettle.was_told("network_failed"); }));
  disk.fail_now(Fault::no_space, Lasting::until_healed);
  tsa.listen();
  REQUIRE(comes_true([&] { return tsa.asked > 0; }));
  disk.heal();
  CHECK(comes_true([&] { return kettle.count(EntryKind::timestamp) > 0; }));
}
