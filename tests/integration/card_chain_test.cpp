// A consumer meets a brand again that has changed its card since, once or more often: what it
// missed it asks for, and each card is believed because of the one before, never because it came.

#include <entente/journal/ledger.h>
#include <entente/transport/server.h>
#include <entente/wire/admission.h>

#include <atomic>
#include <map>
#include <span>

#include "catch.h"
#include "kettle.h"

using namespace entente;
using namespace entente::tests;

namespace {

using Change = std::function<void(Card&)>;

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t run_ms = 20'000;

// Real time, but for what a test lets pass at once.
class LeapingClock final : public Clock {
 public:
  std::int64_t now_ms() override { return system_.now_ms() + leapt_ms_; }
  void leap(std::int64_t ms) { leapt_ms_ += ms; }

 private:
  SystemClock system_;
  std::atomic<std::int64_t> leapt_ms_ = 0;
};

Bytes card_after(const Bytes& before, const KeyPair& root, const Change& change = {}) {
  const auto last = Admission::admit<Card>(before);
  Card card = **last;
  card.number += 1;
  card.prev_card = last->id();
  if (change) change(card);
  return *sign(card, root);
}

Bytes changed(const Bytes& card, const KeyPair& root, const Change& change) {
  Card other = **Admission::admit<Card>(card);
  change(other);
  return *sign(other, root);
}

Digest digest_of(const Bytes& card) { return Admission::admit<Card>(card)->id(); }

HttpBrandOptions brand_at(std::uint16_t port) {
  const std::string place = "kettle.example:" + std::to_string(port);
  return {.url = "http://" + place,
          .client = {.allow_plain = true, .allow_private = true, .resolve = {place + ":127.0.0.1"}},
          .attempts = 1};
}

// An endpoint that is stopped for each new card, and listens where it did.
struct RunningBrand {
  TemporaryDirectory directory;
  Brand keys = make_brand(1, SystemClock().now_ms());
  KeyPair next_message = std::move(*KeyPair::from_seed(Bytes(32, 55)));
  const Signer* speaks_with = &keys.message;
  KettleShop shop;
  LeapingClock clock;
  std::uint16_t port = 0;
  std::unique_ptr<Endpoint> endpoint;

  RunningBrand() { start(); }

  void start() {
    EndpointOptions options = kettle_endpoint(directory.path() / "brand", keys, shop);
    options.message_key = speaks_with;
    options.serve_http = true;
    options.clock = &clock;
    options.server.port = port;
    auto started = Endpoint::start(std::move(options));
    if (!started) FAIL(describe(started.error()));
    endpoint = std::move(*started);
    port = endpoint->port();
  }
  void publish(const Change& change = {}) {
    endpoint.reset();
    keys.card = card_after(keys.card, keys.root, change);
    start();
  }
  std::uint64_t size() const {
    std::uint64_t entries = 0;
    endpoint->inspect([&](const Ledger& ledger) { entries = ledger.size(); });
    return entries;
  }
};

// Shows cards as a liar wants them seen; says nothing else.
class CardServer {
 public:
  CardServer()
      : server_({}, [this](const HttpRequest& request, const HttpReply& reply) {
          ++asked;
          if (request.path == "/.well-known/entente") return reply.send({.body = newest});
          reply.send(earlier(request.path.substr(std::string_view("/entente/v1/cards/").size())));
        }) {
    REQUIRE(server_.start());
  }
  ~CardServer() { server_.stop(); }
  std::uint16_t port() const { return server_.port(); }

  Bytes newest;
  std::function<HttpResponse(const std::string& digest)> earlier;
  std::atomic<int> asked = 0;

 private:
  HttpServer server_;
};

struct Customer {
  Customer(std::uint16_t port, KettleShop& shop, LeapingClock& time)
      : line(brand_at(port)), principal(1, shop), clock(time) {}
  explicit Customer(RunningBrand& brand) : Customer(brand.port, brand.shop, brand.clock) {}

  TemporaryDirectory directory;
  HttpBrand line;
  Agreeable principal;
  LeapingClock& clock;
  KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 101)));
  Goal goal = *Goal::parse(kettle_goal(), "goal.yaml");
  std::unique_ptr<Assistant> assistant;

  Status start() {
    assistant.reset();
    auto started = Assistant::start({.directory = directory.path() / "me",
                                     .goal = &goal,
                                     .files = {{"kettle.jpg", to_bytes("a photo")}},
                                     .brand = &line,
                                     .principal = &principal,
                                     .key = &key,
                                     .clock = &clock});
    if (!started) return std::unexpected(started.error());
    assistant = std::move(*started);
    return {};
  }
};

struct Lie {
  const char* what;
  Bytes newest;
  std::map<Digest, Bytes> earlier;
  std::string says;
  int asked;  // besides the newest
};

std::map<Digest, Bytes> all(std::initializer_list<Bytes> cards) {
  std::map<Digest, Bytes> by_digest;
  for (const Bytes& card : cards) by_digest.emplace(digest_of(card), card);
  return by_digest;
}

// Of the brand whose true cards are these three after its first.
std::vector<Lie> lies_of(const Brand& keys, std::span<const Bytes> chain) {
  const KeyPair stranger = std::move(*KeyPair::from_seed(Bytes(32, 77)));
  const Bytes& second = chain[0];
  const Bytes& third = chain[1];
  const Bytes& fourth = chain[2];
  const Bytes other_first = changed(
      keys.card, keys.root, [](Card& card) { card.privacy_contact = "other@kettle.example"; });
  const Bytes other_second = card_after(other_first, keys.root);
  const Bytes other_third = card_after(other_second, keys.root);
  const Bytes by_stranger =
      changed(second, stranger, [&](Card& card) { card.root_key = stranger.public_key(); });
  const Bytes without_key = changed(second, keys.root, [](Card& card) { card.keys.pop_back(); });
  // A card that names one of its own number, and one that names a newer one.
  const Bytes same_number =
      changed(third, keys.root, [&](Card& card) { card.prev_card = digest_of(third); });
  const Bytes upwards = changed(second, keys.root, [&](Card& card) {
    card.prev_card = digest_of(fourth);
    card.number = 3;
  });
  const auto far = [&](std::uint32_t number) {
    return changed(fourth, keys.root, [&](Card& card) { card.number = number; });
  };
  return {
      {"one is kept back", fourth, all({third}), "the brand does not give card 2", 2},
      {"all are kept back", fourth, {}, "the brand does not give card 3", 1},
      {"another card is given",
       third,
       {{digest_of(second), other_second}},
       "the brand gave another card than card 3 names",
       1},
      {"the newest is given again",
       third,
       {{digest_of(second), third}},
       "the brand gave another card than card 3 names",
       1},
      {"another first card", other_third, all({other_first, other_second}),
       "card 2 of the brand follows another card 1", 1},
      {"the same number, other content", other_first, {}, "a card 1 that is not the one known", 0},
      {"by a stranger's root", card_after(by_stranger, stranger), all({by_stranger}),
       "card 2: signed by a root that nobody announced", 1},
      {"a live key left out on the way", card_after(without_key, keys.root), all({without_key}),
       "card 2: a key left out before it was revoked", 1},
      {"a card that goes in circles", same_number, all({third, same_number}),
       "card 3 names card 3 as the one before it", 1},
      {"numbers that go up", upwards, all({second, third, fourth}),
       "card 3 names card 4 as the one before it", 1},
      {"too far", far(1 + 120 + 1), all({third}), "at most 120 are followed", 0},
      {"without end", far(4'294'967'295), all({third}), "at most 120 are followed", 0},
      {"as far as is followed", far(1 + 120), all({third}), "names card 3", 1}};
}

}  // namespace

TEST_CASE("a consumer who missed cards takes them up, whatever has expired since",
          "[integration]") {
  RunningBrand brand;
  Customer ana(brand);
  REQUIRE(ana.start());
  const std::int64_t soon_ms = brand.clock.now_ms() + minute_ms;
  brand.publish([&](Card& card) { card.expires_ms = soon_ms; });
  brand.publish();
  brand.publish([&](Card& card) { card.expires_ms = soon_ms + 1000 * minute_ms; });
  brand.clock.leap(2 * minute_ms);

  const Status met = ana.start();
  INFO((met ? "" : describe(met.error())));
  REQUIRE(met);
  CHECK(ana.assistant->card().number == 4);
  const auto case_id = ana.assistant->open();
  REQUIRE(case_id);
  const auto ending = ana.assistant->run(*case_id, run_ms);
  REQUIRE(ending);
  CHECK(ending->outcome == "resolved_agreed");
}

TEST_CASE("a chain of cards that does not lead to the known one is refused",
          "[integration][negative]") {
  const Brand keys = make_brand(1, SystemClock().now_ms());
  std::vector<Bytes> chain = {card_after(keys.card, keys.root)};
  while (chain.size() < 3) chain.push_back(card_after(chain.back(), keys.root));
  KettleShop shop;
  LeapingClock clock;
  for (const Lie& lie : lies_of(keys, chain)) {
    DYNAMIC_SECTION(lie.what) {
      CardServer server;
      Customer ana(server.port(), shop, clock);
      server.newest = keys.card;
      REQUIRE(ana.start());
      server.newest = lie.newest;
      server.earlier = [&](const std::string& digest) -> HttpResponse {
        const auto found = lie.earlier.find(*to_digest(*from_hex(digest)));
        if (found == lie.earlier.end()) return {.status = 404};
        return {.body = found->second};
      };
      server.asked = 0;
      const Status met = ana.start();
      REQUIRE_FALSE(met);
      CHECK(met.error().code == ErrorCode::card_invalid);
      INFO(met.error().detail);
      CHECK(met.error().detail.find(lie.says) != std::string::npos);
      CHECK(server.asked == 1 + lie.asked);
      // Nothing of it was learned: the true chain is taken up as if nothing had been.
      server.newest = chain[2];
      server.earlier = [&](const std::string& digest) -> HttpResponse {
        return {.body = digest == to_hex(digest_of(chain[1])) ? chain[1] : chain[0]};
      };
      REQUIRE(ana.start());
      CHECK(ana.assistant->card().number == 4);
    }
  }
}

TEST_CASE("a brand that cannot give a card now has not lied", "[integration]") {
  const Brand keys = make_brand(1, SystemClock().now_ms());
  const Bytes second = card_after(keys.card, keys.root);
  KettleShop shop;
  LeapingClock clock;
  CardServer server;
  Customer ana(server.port(), shop, clock);
  server.newest = keys.card;
  REQUIRE(ana.start());
  server.newest = card_after(second, keys.root);
  for (const auto& [status, code] :
       {std::pair{503, ErrorCode::busy}, std::pair{429, ErrorCode::busy},
        std::pair{500, ErrorCode::peer_failed}}) {
    server.earlier = [status](const std::string&) -> HttpResponse { return {.status = status}; };
    CHECK(ana.start().error().code == code);
  }
  server.earlier = [&](const std::string&) -> HttpResponse { return {.body = second}; };
  CHECK(ana.start());
}

TEST_CASE("an endpoint gives each of its cards by its digest, and nothing for another",
          "[integration]") {
  RunningBrand brand;
  std::vector<Bytes> cards = {brand.keys.card};
  for (int i = 0; i < 2; ++i) {
    brand.publish();
    cards.push_back(brand.keys.card);
  }
  HttpBrand line(brand_at(brand.port));
  for (const Bytes& card : cards) CHECK(line.earlier_card(digest_of(card)) == card);
  CHECK(line.earlier_card(Digest{}).error().code == ErrorCode::not_found);
  HttpClient client(brand_at(brand.port).client);
  const std::string place = brand_at(brand.port).url + "/entente/v1/cards";
  for (const std::string path : {"", "/", "/1", "/x", "/../cards", "//"}) {
    const auto answer = client.get(place + path);
    CHECK((!answer || answer->status == 404));
  }
  const auto answer = client.get(place + "/" + to_hex(digest_of(cards.front())));
  REQUIRE(answer);
  CHECK(find_header(answer->headers, "content-type") == "application/vnd.entente.card+capnp");
  CHECK(find_header(answer->headers, "cache-control")->find("immutable") != std::string::npos);
}

TEST_CASE("a card that comes in the middle of a conversation is taken up without a new start",
          "[integration]") {
  RunningBrand brand;
  Customer ana(brand);
  REQUIRE(ana.start());
  const auto case_id = ana.assistant->open();
  REQUIRE(case_id);
  ana.principal.agrees = false;
  REQUIRE(ana.assistant->run(*case_id, run_ms));
  ana.principal.agrees = true;
  // Another key speaks from here on, and one more card has come before anything was heard.
  brand.speaks_with = &brand.next_message;
  const std::uint64_t size = brand.size();
  brand.publish([&](Card& card) {
    card.keys.front().revoked_at_index = size;
    card.keys.push_back({.key = brand.next_message.public_key(),
                         .purpose = KeyPurpose::message,
                         .custody = Custody::server});
  });
  brand.publish();

  const auto ending = ana.assistant->run(*case_id, run_ms);
  REQUIRE(ending);
  INFO(ending->outcome);
  CHECK(name(ending->kind) == "closed");
  CHECK(ana.assistant->card().number == 3);
}
