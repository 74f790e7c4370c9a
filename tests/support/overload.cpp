#include "overload.h"

#include <entente/agent/brand_connection.h>
#include <entente/audit/proof.h>
#include <entente/auditor.h>
#include <entente/crypto/hash.h>
#include <entente/journal/ledger.h>
#include <entente/transport/certificate.h>
#include <entente/wire/admission.h>
#include <entente/wire/part.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <set>
#include <stdexcept>

#include "kettle.h"
#include "load_client.h"
#include "own_words.h"

namespace entente::tests {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr const char* cases_url = "/entente/v1/cases";
constexpr const char* parcel_type = "application/vnd.entente.parcel+capnp";
constexpr double late_ms = 50;

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

// One request and what came back.
struct Shot {
  bool handoff = false;
  Bytes envelope;
  std::string request;  // HTTP
  double due_s = 0;
  double sent_s = 0;
  double answered_s = 0;
  int status = 0;
  Bytes answer;
};

std::size_t resident_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  }
  return 0;
}

Shot shot_of(Bytes envelope, const std::string& path, bool handoff, const Target& target) {
  Parcel parcel;
  parcel.envelopes.push_back(envelope);
  return {.handoff = handoff,
          .envelope = std::move(envelope),
          .request = http_post(target, path, parcel_type, encode(parcel)),
          .answer = {}};
}

}  // namespace

class Overload::Storm {
 public:
  explicit Storm(const OverloadOptions& options);
  OverloadReport run();

 private:
  void start_endpoint();
  Shot opening();
  Shot handoff(const Shot& opened, std::size_t number);
  Bytes sign_as(std::size_t person, Body body, const CaseId& case_id) const;
  void fire(std::vector<Shot>& shots, std::size_t connections) const;
  void judge(const std::vector<Shot>& shots);
  void judge_one(const Shot& shot);
  bool proves(const Parcel& parcel, const Shot& shot) const;
  std::optional<Refusal> refusal_of(const Parcel& parcel, const Shot& shot) const;
  void check_log();

  OverloadOptions options_;
  TemporaryDirectory directory_;
  mutable SystemClock clock_;
  Brand brand_;
  KettleShop shop_;
  Digest card_;
  Vkey log_key_;
  std::unique_ptr<Endpoint> endpoint_;
  Target target_;
  std::size_t people_ = 0;
  std::set<MessageId> acknowledged_;
  OverloadReport report_;
};

Overload::Storm::Storm(const OverloadOptions& options)
    : options_(options),
      brand_(make_brand(1, clock_.now_ms())),
      card_(must(Admission::admit<Card>(brand_.card)).id()),
      log_key_(
          must(Vkey::make("kettle.example/log", SignatureType::ed25519, brand_.log.public_key()))) {
  start_endpoint();
}

void Overload::Storm::start_endpoint() {
  const auto made = must(make_test_authority({"kettle.example"}, clock_.now_ms()));
  const auto file = [&](const char* name, const std::string& text) {
    const auto path = directory_.path() / name;
    std::ofstream(path) << text;
    return path.string();
  };
  EndpointOptions options = kettle_endpoint(directory_.path() / "brand", brand_, shop_);
  options.serve_http = true;
  options.load = options_.load;
  options.server.certificate_file = file("chain.pem", made.certificate_pem);
  options.server.key_file = file("key.pem", made.key_pem);
  options.server.limits.requests_per_connection_max = 1'000'000;
  // One address stands for a whole internet here.
  options.server.limits.connections_per_address_max = options_.connections + 64;
  options.server.limits.connections_per_address = {};
  options.server.limits.requests_per_address = {};
  endpoint_ = must(Endpoint::start(std::move(options)));
  target_ = {.port = endpoint_->port(), .ca_file = file("ca.pem", made.ca_pem)};
}

Bytes Overload::Storm::sign_as(std::size_t person, Body body, const CaseId& case_id) const {
  Bytes seed(32, 0x77);
  for (std::size_t i = 0; i < 8; ++i) seed[i] = static_cast<std::uint8_t>(person >> (8 * i));
  const KeyPair key = must(KeyPair::from_seed(seed));
  const Frame said{.key = key.public_key(),
                   .card = card_,
                   .now_ms = clock_.now_ms(),
                   .case_id = case_id,
                   .number = case_id.is_zero() ? 1U : 2U};
  return must(sign(frame(said, std::move(body)), key));
}

Shot Overload::Storm::opening() {
  return shot_of(sign_as(people_++, late_parcels(), {}), cases_url, false, target_);
}

Shot Overload::Storm::handoff(const Shot& opened, std::size_t number) {
  const CaseId case_id = must(Admission::admit<Message>(opened.envelope)).id();
  return shot_of(sign_as(number, Handoff{.hid = {}, .act = person_request()}, case_id),
                 std::string(cases_url) + "/" + to_hex(case_id), true, target_);
}

// Nobody waits for another's answer, while there is a connection. They stand before the first shot
// is due: what shaking hands costs is another question.
void Overload::Storm::fire(std::vector<Shot>& shots, std::size_t connections) const {
  LoadClient client(target_, connections);
  std::vector<Shot*> under_way(connections);
  std::deque<std::size_t> idle;
  for (std::size_t i = 0; i < connections; ++i) idle.push_back(i);
  const auto begin = SteadyClock::now();
  const auto now_s = [&] {
    return std::chrono::duration<double>(SteadyClock::now() - begin).count();
  };
  const auto on_answer = [&](std::size_t connection, Answer answer) {
    Shot& shot = *under_way[connection];
    shot.answered_s = now_s();
    shot.status = answer.status;
    shot.answer = std::move(answer.body);
    idle.push_back(connection);
  };
  for (Shot& shot : shots) {
    while (idle.empty() || now_s() < shot.due_s) {
      const double left_ms = (shot.due_s - now_s()) * 1e3;
      client.poll(idle.empty() ? 1'000 : std::max(0, static_cast<int>(left_ms)), on_answer);
    }
    if (now_s() > static_cast<double>(options_.seconds_max)) break;
    under_way[idle.front()] = &shot;
    shot.sent_s = now_s();
    client.send(idle.front(), shot.request);
    idle.pop_front();
  }
  client.run(on_answer);
}

// A receipt under the brand's log that opens to these very bytes.
bool Overload::Storm::proves(const Parcel& parcel, const Shot& shot) const {
  return std::ranges::any_of(parcel.receipts, [&](const Receipt& receipt) {
    const auto proof = decode_proof(receipt.proof);
    if (!proof || !verify_proof_of_leaf(*proof, receipt.leaf, log_key_)) return false;
    const auto leaf = decode<LogEntry>(receipt.leaf);
    return leaf && commitment(receipt.salt, shot.envelope) == leaf->commit;
  });
}

std::optional<Refusal> Overload::Storm::refusal_of(const Parcel& parcel, const Shot& shot) const {
  const MessageId id = must(Admission::admit<Message>(shot.envelope)).id();
  for (const Bytes& envelope : parcel.envelopes) {
    const auto refusal = Admission::admit<Refusal>(envelope);
    const bool of_this = refusal && refusal->signer() == brand_.message.public_key() &&
                         (*refusal)->message == id && (*refusal)->code == "busy" &&
                         (*refusal)->retry_after_ms > 0;
    if (of_this) return **refusal;
  }
  return std::nullopt;
}

void Overload::Storm::judge_one(const Shot& shot) {
  const MessageId id = must(Admission::admit<Message>(shot.envelope)).id();
  const std::string call = std::string(shot.handoff ? "handoff" : "opening") + " got status " +
                           std::to_string(shot.status);
  if (shot.status != 200 && shot.status != 503) return report_.faults.push_back(call);
  const auto parcel = decode<Parcel>(shot.answer);
  if (!parcel) return report_.faults.push_back(call + " and no parcel");
  const auto refusal = refusal_of(*parcel, shot);
  if (shot.status == 200 && proves(*parcel, shot)) {
    acknowledged_.insert(id);
    ++(shot.handoff ? report_.handoffs_receipted : report_.openings_admitted);
    if (!shot.handoff) report_.admitted_ms.push_back((shot.answered_s - shot.sent_s) * 1e3);
  } else if (shot.handoff && refusal && refusal->unlogged) {
    acknowledged_.insert(id);
    ++report_.handoffs_unlogged;
  } else if (!shot.handoff && refusal && !refusal->unlogged) {
    ++report_.openings_busy;
  } else if (!shot.handoff && shot.status == 503 && parcel->envelopes.empty()) {
    ++report_.openings_busy_unsigned;
  } else {
    report_.faults.push_back(call + " and neither receipt nor signature");
  }
}

void Overload::Storm::judge(const std::vector<Shot>& shots) {
  for (const Shot& shot : shots) {
    judge_one(shot);
    if (shot.handoff) report_.handoffs_ms.push_back((shot.answered_s - shot.sent_s) * 1e3);
    if ((shot.sent_s - shot.due_s) * 1e3 > late_ms) ++report_.late;
    report_.spent_s = std::max(report_.spent_s, shot.answered_s);
  }
  std::ranges::sort(report_.admitted_ms);
  std::ranges::sort(report_.handoffs_ms);
}

// What was acknowledged is there, and the log is what the rules say it must be.
void Overload::Storm::check_log() {
  std::set<MessageId> logged;
  endpoint_->inspect([&](const Ledger&) {});
  endpoint_->stop();
  endpoint_.reset();
  SystemEntropy entropy;
  {
    auto ledger = must(Ledger::open({.directory = directory_.path() / "brand",
                                     .origin = "kettle.example/log",
                                     .master_key_file = {}},
                                    brand_.log, entropy));
    for (std::uint64_t index = 0; index < ledger->size(); ++index) {
      const StoredEntry entry = must(ledger->read(index));
      if (entry.leaf.kind != EntryKind::message) continue;
      logged.insert(must(Admission::admit<Message>(entry.content)).id());
    }
  }
  for (const MessageId& id : acknowledged_) {
    if (!logged.contains(id)) ++report_.acknowledged_lost;
  }
  const std::filesystem::path store = directory_.path() / "brand";
  const Auditor auditor = must(Auditor::open({&store, 1}));
  report_.broken = must(auditor.replay()).broken();
}

OverloadReport Overload::Storm::run() {
  std::vector<Shot> members;
  for (std::size_t i = 0; i < std::max(options_.handoffs, options_.capacity_openings); ++i) {
    members.push_back(opening());
  }
  // One after the other on each connection: what the endpoint can do, and no more.
  fire(members, options_.capacity_connections);
  double spent_s = 0;
  for (const Shot& shot : members) {
    spent_s = std::max(spent_s, shot.answered_s);
    if (shot.status != 200) report_.faults.push_back("a member could not open a case");
  }
  report_.capacity_per_s = static_cast<double>(members.size()) / spent_s;
  endpoint_->wait_idle(30'000);
  report_.rss_before_kb = resident_kb();

  std::vector<Shot> shots;
  for (std::size_t i = 0; i < options_.openings; ++i) shots.push_back(opening());
  const std::size_t every = shots.size() / std::max<std::size_t>(1, options_.handoffs) + 1;
  for (std::size_t i = 0; i < options_.handoffs; ++i) {
    const auto at = static_cast<std::ptrdiff_t>(std::min(shots.size(), i * (every + 1)));
    shots.insert(shots.begin() + at, handoff(members[i], i));
  }
  report_.offered_per_s = options_.times_capacity * report_.capacity_per_s;
  for (std::size_t i = 0; i < shots.size() && report_.offered_per_s > 0; ++i) {
    shots[i].due_s = static_cast<double>(i) / report_.offered_per_s;
  }
  fire(shots, options_.connections);
  report_.rss_during_kb = resident_kb();
  judge(shots);
  endpoint_->wait_idle(60'000);
  report_.after = endpoint_->load();
  report_.rss_after_kb = resident_kb();
  check_log();
  return std::move(report_);
}

double percentile_ms(const std::vector<double>& sorted_ms, double share) {
  if (sorted_ms.empty()) return 0;
  const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted_ms.size()));
  return sorted_ms[std::min(at, sorted_ms.size() - 1)];
}

Overload::Overload(const OverloadOptions& options) : storm_(std::make_unique<Storm>(options)) {}
Overload::~Overload() = default;
OverloadReport Overload::run() { return storm_->run(); }

}  // namespace entente::tests
