#pragma once
// A brand whose log others are shown: witnesses, authorities, auditors.

#include <entente/agent/brand_connection.h>
#include <entente/journal/ledger.h>
#include <entente/protocol/log_life.h>
#include <entente/transport/client.h>

#include <chrono>
#include <thread>

#include "catch.h"
#include "kettle.h"

namespace entente::tests {

inline KeyPair key_of(std::uint8_t seed) { return std::move(*KeyPair::from_seed(Bytes(32, seed))); }

// kettle.example, listening, and what its operator hears.
struct WatchedBrand {
  TemporaryDirectory directory;
  Brand brand = make_brand(1, SystemClock().now_ms());
  Vkey log = *Vkey::make("kettle.example/log", SignatureType::ed25519, brand.log.public_key());
  KettleShop shop;
  EndpointOptions options = kettle_endpoint(directory.path() / "brand", brand, shop);
  std::mutex mutex;
  std::vector<std::string> told;
  std::unique_ptr<Endpoint> endpoint;
  int customers = 0;

  WatchedBrand() {
    options.serve_http = true;
    options.witness_every_ms = 20;
    options.on_trouble = [this](const std::string& line) {
      const std::scoped_lock lock(mutex);
      told.push_back(line);
    };
  }
  void start() {
    auto started = Endpoint::start(options);
    if (!started) FAIL(describe(started.error()));
    endpoint = std::move(*started);
  }
  void stop() { endpoint.reset(); }
  bool was_told(const std::string& words) {
    const std::scoped_lock lock(mutex);
    return std::ranges::any_of(
        told, [&](const std::string& line) { return line.find(words) != std::string::npos; });
  }
  // Somebody opens a case, so that the log grows.
  void grow() {
    const auto seed = static_cast<std::uint8_t>(10 + ++customers);
    LocalBrand connection(*endpoint, brand.card);
    const Goal goal = *Goal::parse(kettle_goal(), "goal.yaml");
    Agreeable principal(seed, shop);
    const KeyPair key = key_of(static_cast<std::uint8_t>(seed + 100));
    const auto store = directory.path() / ("consumer" + std::to_string(customers));
    auto assistant = Assistant::start({.directory = store,
                                       .goal = &goal,
                                       .files = {{"kettle.jpg", to_bytes("a photo")}},
                                       .brand = &connection,
                                       .principal = &principal,
                                       .key = &key});
    REQUIRE(assistant);
    REQUIRE((*assistant)->open());
    REQUIRE(endpoint->wait_idle(60'000));  // what its back office says is on record, too
  }
  std::uint64_t size() const {
    std::uint64_t size = 0;
    endpoint->inspect([&](const Ledger& ledger) { size = ledger.size(); });
    return size;
  }
  std::vector<EntryKind> kinds() const {
    std::vector<EntryKind> kinds;
    endpoint->inspect([&](const Ledger& ledger) {
      for (std::uint64_t i = 0; i < ledger.size(); ++i) kinds.push_back(ledger.read(i)->leaf.kind);
    });
    return kinds;
  }
  // Behind the last entry that witnesses have to be shown.
  std::uint64_t news_end() const {
    const std::vector<EntryKind> all = kinds();
    const auto last = std::find_if(all.rbegin(), all.rend(),
                                   [](EntryKind kind) { return !is_attestation(kind); });
    return static_cast<std::uint64_t>(all.rend() - last);
  }
  std::size_t count(EntryKind kind) const {
    return static_cast<std::size_t>(std::ranges::count(kinds(), kind));
  }
  std::size_t cosignatures() const { return count(EntryKind::cosignature); }
  HttpResponse get(const std::string& path, HttpHeaders headers = {}) const {
    HttpClient client({.allow_plain = true, .allow_private = true});
    const std::string port = std::to_string(endpoint->port());
    const auto answer =
        client.send({.url = "http://127.0.0.1:" + port + path, .headers = std::move(headers)});
    REQUIRE(answer);
    return *answer;
  }
  // What anybody gets as its checkpoint.
  CosignedCheckpoint published(std::span<const Vkey> witnesses) const {
    const std::string note = to_text(get("/entente/v1/log/checkpoint").body);
    const auto cosigned = verify_cosigned_checkpoint(note, log, witnesses);
    REQUIRE(cosigned);
    return *cosigned;
  }
};

// Bounded by time, and by nothing that a slow machine could miss.
template <class Happened>
bool comes_true(Happened happened) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!happened()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace entente::tests
