#include "large_log.h"

#include <entente/audit/note.h>
#include <entente/crypto/hash.h>
#include <entente/identity/gate.h>
#include <entente/journal/ledger.h>
#include <entente/wire/admission.h>
#include <entente/wire/codec.h>
#include <entente/wire/envelope.h>

#include <atomic>
#include <cstdio>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "measure.h"

namespace fs = std::filesystem;

namespace entente::bench {
namespace {

using namespace tests;

constexpr int crowd_size = 12;         // customers at once: the endpoint commits them in batches
constexpr int cases_per_customer = 4;  // as many as the policy's caps let one customer have
constexpr int person_every = 16;       // of cases: somebody who wants a person, and has to wait
constexpr int waiting_max = 32;        // people: a replay holds the cases that are open

std::string with(std::string text, std::string_view what, std::string_view instead) {
  const auto at = text.find(what);
  if (at == std::string::npos) give_up("the example has no " + std::string(what));
  return text.replace(at, what.size(), instead);
}

// The example's policy for a shop with more customers than one can serve in a day.
std::string busy_policy(const std::string& policy) {
  const std::string more = with(policy, "per_customer_day: {compensation: {cur: EUR, amt: 1000}}",
                                "per_customer_day: {compensation: {cur: EUR, amt: 2000}}");
  return with(more, "per_day: {compensation: {cur: EUR, amt: 50000}",
              "per_day: {compensation: {cur: EUR, amt: 5000000000}");
}

// Each has an order of its own: a kettle is made good once.
std::string goal_of(std::uint64_t number, const std::string& address) {
  const std::string goal = with(kettle_goal(), "ana@example.com", address);
  return with(goal, "K-2291", "K-" + std::to_string(number));
}

// Knows every customer by the number in the address.
class BusyShop final : public BackOffice {
 public:
  Result<std::vector<Fact>> facts(const FactsQuery& query) override {
    FactsQuery as_ana = query;
    as_ana.account = "cust-17";  // whose kettle it is in the example
    return shop_.facts(as_ana);
  }
  Performance execute(const Order&) override {
    return {.state = Performance::State::done,
            .reference = "ref-" + std::to_string(++executed_),
            .code = {}};
  }
  Performance lookup(const Digest&) override { return {}; }
  std::optional<std::string> find_account(const AccountProof& proof) override {
    return "cust-" + proof.proof.substr(0, proof.proof.find('@'));
  }
  void deliver_code(const AccountProof& proof, std::string_view code) override {
    const std::scoped_lock lock(mutex_);
    codes_[proof.proof] = code;
  }
  std::string take_code(const std::string& address) {
    const std::scoped_lock lock(mutex_);
    const auto found = codes_.extract(address);
    return found ? found.mapped() : std::string();
  }

 private:
  KettleShop shop_;
  std::atomic<std::uint64_t> executed_ = 0;
  std::mutex mutex_;
  std::unordered_map<std::string, std::string> codes_;
};

class Customer final : public Principal {
 public:
  Customer(std::uint64_t number, BusyShop& shop)
      : address_(std::to_string(number) + "@example.com"),
        shop_(shop),
        key_(KeyPair::generate(entropy_)),
        assistants_(KeyPair::generate(entropy_)),
        goal_(must(Goal::parse(goal_of(number, address_), "goal.yaml"))) {}

  const PublicKey& public_key() const override { return key_.public_key(); }
  std::optional<Signature> approve(std::string_view, ByteView to_sign) override {
    return must(key_.sign(to_sign));
  }
  Result<Signature> sign_mandate(ByteView to_sign) override { return key_.sign(to_sign); }
  bool has_happened(std::string_view) override { return true; }
  std::optional<std::string> link_proof(std::string_view) override {
    return shop_.take_code(address_);
  }

  std::unique_ptr<Assistant> start(const fs::path& directory, BrandConnection& brand) {
    return must(Assistant::start({.directory = directory,
                                  .goal = &goal_,
                                  .files = {{"kettle.jpg", to_bytes("a photo")}},
                                  .brand = &brand,
                                  .principal = this,
                                  .key = &assistants_}));
  }

 private:
  std::string address_;
  BusyShop& shop_;
  SystemEntropy entropy_;
  KeyPair key_, assistants_;
  Goal goal_;
};

struct Crowd {
  fs::path directory;
  LocalBrand& brand;
  BusyShop& shop;
  std::uint64_t enough = 0;
  const std::function<void(std::uint64_t)>& progress;
  std::atomic<std::uint64_t> messages = 0, cases = 0, customers = 0;
  std::atomic<int> waiting = 0;

  // One customer after the other, until there are enough messages.
  void play() {
    while (messages < enough) {
      const std::uint64_t number = ++customers;
      const fs::path own = directory / ("customer-" + std::to_string(number));
      Customer customer(number, shop);
      const auto assistant = customer.start(own, brand);
      for (int i = 0; i < cases_per_customer; ++i) play_case(*assistant);
      fs::remove_all(own);
    }
  }

  void play_case(Assistant& assistant) {
    const CaseId case_id = must(assistant.open());
    if (++cases % person_every == 0 && ++waiting <= waiting_max) {
      must(assistant.ask_for_person(case_id, "prefers_a_person"));
    } else if (const Ending ending = must(assistant.run(case_id));
               ending.kind != Ending::Kind::closed) {
      give_up("a case ended otherwise: " + std::string(name(ending.kind)) + ", " + ending.outcome);
    }
    progress(messages += assistant.find_case(case_id)->next_position());
  }
};

LedgerOptions ledger_at(const fs::path& store) {
  return {.directory = store, .origin = "kettle.example/log", .master_key_file = {}};
}

// Takes the signature of an envelope, if it is one of those wanted.
class Collector {
 public:
  explicit Collector(std::size_t most) : most_(most) {}

  void add_envelope(ByteView bytes) {
    if (!counts()) return;
    const Envelope envelope = must(decode<Envelope>(bytes));
    add(must(to_public_key(envelope.keyid)),
        pre_authentication_encoding(envelope.payload_type, envelope.payload), envelope.signature);
  }
  void add_message(const CaseId& case_id, ByteView bytes) {
    add_envelope(bytes);
    const auto message = must(Admission::admit<Message>(bytes));
    if (message->author.party == Party::consumer) speakers_[case_id] = message->author.key;
    const ByteView approval = nested_approval(message->body);
    if (!approval.empty()) add_envelope(approval);
  }
  void add_checkpoint(const CaseId& case_id, ByteView record) {
    if (!counts()) return;
    const auto note = must(parse_note(must(decode<CheckpointSeenRecord>(record)).note));
    add(speakers_.at(case_id), to_bytes(note.text), note.signatures.front().signature);
  }

  LogSignatures found;

 private:
  bool counts() { return ++found.count <= most_; }
  void add(const PublicKey& key, Bytes bytes, ByteView signature) {
    SignedBytes& one = found.first.emplace_back(SignedBytes{key, std::move(bytes)});
    std::ranges::copy(signature, one.signature.begin());
  }

  std::size_t most_;
  std::unordered_map<CaseId, PublicKey> speakers_;
};

}  // namespace

LargeLog make_large_log(const fs::path& directory, std::uint64_t messages,
                        const std::function<void(std::uint64_t)>& progress) {
  SystemClock clock;
  KettleShop kettle;
  BusyShop shop;
  const Brand brand = make_brand(1, clock.now_ms());
  EndpointOptions options = kettle_endpoint(directory / "brand", brand, kettle);
  options.back_office = &shop;
  options.policy = busy_policy(options.policy);
  auto endpoint = must(Endpoint::start(std::move(options)));
  LocalBrand line(*endpoint, brand.card);
  Crowd crowd{.directory = directory,
              .brand = line,
              .shop = shop,
              .enough = messages,
              .progress = progress};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < crowd_size; ++i) threads.emplace_back([&] { crowd.play(); });
  }
  endpoint->stop();
  return {.store = directory / "brand",
          .log_key =
              must(Vkey::make("kettle.example/log", SignatureType::ed25519, brand.log.public_key()))
                  .encode(),
          .messages = crowd.messages,
          .cases = crowd.cases};
}

LogSignatures signatures_of(const LargeLog& log, std::size_t most) {
  SystemEntropy entropy;
  const Brand brand = make_brand(1, SystemClock().now_ms());
  const auto ledger = must(Ledger::open(ledger_at(log.store), brand.log, entropy));
  Collector collector(most);
  std::unordered_set<Digest> mandates;
  for (std::uint64_t index = 0; index < ledger->size(); ++index) {
    const StoredEntry entry = must(ledger->read(index));
    switch (entry.leaf.kind) {
      case EntryKind::message:
        collector.add_message(entry.leaf.blind_case, entry.content);
        break;
      case EntryKind::card:
      case EntryKind::refusal:
        collector.add_envelope(entry.content);
        break;
      case EntryKind::mandate:  // the same bytes come with every parcel
        if (mandates.insert(sha256(entry.content)).second) collector.add_envelope(entry.content);
        break;
      case EntryKind::checkpoint_seen:
        collector.add_checkpoint(entry.leaf.blind_case, entry.content);
        break;
      default:
        break;
    }
  }
  return std::move(collector.found);
}

}  // namespace entente::bench
