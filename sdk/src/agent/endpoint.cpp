#include <entente/agent/inbox.h>
#include <entente/crypto/system.h>
#include <entente/endpoint.h>
#include <entente/journal/ledger.h>
#include <entente/journal/log_clock.h>
#include <entente/journal/lost_end.h>
#include <entente/wire/admission.h>
#include <entente/wire/codec.h>

#include <chrono>
#include <thread>
#include <utility>

#include "endpoint_http.h"
#include "freeze_watch.h"
#include "log_look.h"
#include "log_order_watch.h"
#include "log_timestamper.h"
#include "monitoring.h"
#include "periodic.h"
#include "service_agent.h"
#include "timed_back_office.h"
#include "witness_client.h"

namespace entente {
namespace {

constexpr std::size_t spool_bytes = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds look_into_inbox_every{200};
constexpr int ask_again_after = 25;  // looks

Status check_options(const EndpointOptions& options) {
  if (options.message_key == nullptr || options.log_key == nullptr) {
    return fail(ErrorCode::config_invalid, "a message key and a log key are needed");
  }
  if (options.back_office == nullptr) {
    return fail(ErrorCode::config_invalid, "a back office is needed");
  }
  return {};
}

// Outside sandbox people must be reachable: an endpoint without a desk does not start.
Status check_desk(const EndpointOptions& options, const Card& card) {
  if (options.desk != nullptr || card.environment == Environment::sandbox) return {};
  return fail(ErrorCode::desk_required, "in production a desk must take requests for a person");
}

// A card that has expired, or a clock that is years ahead: either way nothing said now would hold.
Status check_not_expired(const Card& card, std::int64_t now_ms) {
  if (card.expires_ms == 0 || now_ms < card.expires_ms) return {};
  return fail(ErrorCode::card_expired, "the card has expired at " +
                                           format_rfc3339(card.expires_ms) +
                                           ", and the clock says " + format_rfc3339(now_ms) +
                                           ": make a new card, or set the clock right");
}

Status check_log_key(const Card& card, const Signer& log_key) {
  ENTENTE_LET(vkey, Vkey::decode(card.log_vkey));
  if (vkey.public_key() != log_key.public_key()) {
    return fail(ErrorCode::config_invalid, "the log key is not the one on the card");
  }
  return {};
}

Status check_witnesses(const EndpointOptions& options) {
  if (!options.witness_for.empty() && options.cosign_key == nullptr) {
    return fail(ErrorCode::config_invalid, "to watch the logs of others, a cosign key is needed");
  }
  for (const WitnessPeer& witness : options.witnesses) {
    if (witness.key.type() == SignatureType::cosignature_v1 && !witness.url.empty()) continue;
    return fail(ErrorCode::config_invalid,
                witness.key.name() + ": a witness needs a key of type 0x04 and an address");
  }
  return {};
}

Status check_timestamp(const EndpointOptions& options) {
  if (!options.timestamp) return {};
  if (options.timestamp->url.empty() || options.timestamp->certificate.empty()) {
    return fail(ErrorCode::config_invalid,
                "a time-stamp authority needs an address and a certificate");
  }
  return {};
}

constexpr std::string_view unwatched =
    "no witness is configured: this log could show everybody another history, and nobody would "
    "have to believe that it does not. See `witnesses` in docs/guides/run-an-endpoint.md";

}  // namespace

struct Endpoint::State {
  EndpointOptions options;
  SystemClock system_clock;
  SystemUptime system_uptime;
  SystemEntropy system_entropy;
  std::optional<LogClock> log_clock;  // unless a clock of the owner's is believed
  std::unique_ptr<Desk> own_desk;
  std::unique_ptr<Ledger> ledger;
  std::vector<std::uint64_t> changes_of_key;  // entries; made by a process that has the log alone
  std::unique_ptr<Workers> workers;
  std::unique_ptr<Monitoring> monitoring;
  std::shared_ptr<TimedBackOffice> back_office;
  std::unique_ptr<ServiceAgent> agent;
  std::unique_ptr<Sequencer> sequencer;
  std::unique_ptr<LogOrderWatch> order_watch;
  std::unique_ptr<FreezeWatch> freeze_watch;
  std::unique_ptr<WitnessClient> witnesses;  // of this log
  std::unique_ptr<WitnessSite> witness;      // for the logs of others
  std::unique_ptr<LogTimestamper> timestamper;
  std::unique_ptr<Periodic> inbox;
  std::map<std::filesystem::path, int> looks;  // at what lies there; on the writer thread
  bool is_frozen = false;                      // the agent is; on the writer thread
  std::unique_ptr<HttpServer> server;

  Clock& clock() { return log_clock ? static_cast<Clock&>(*log_clock) : *options.clock; }
  Entropy& entropy() { return options.entropy != nullptr ? *options.entropy : system_entropy; }

  void start_clock();
  Status start_journal(const Card& card, Policy policy);
  void watch_orders(const std::optional<FreezeRecord>& last);
  Status start_witnesses(const Card& card);
  void take_inbox();
  void start_timestamps();
  Status start_server();
  void tell(const std::string& line);
};

void Endpoint::State::start_clock() {
  if (options.clock != nullptr && options.uptime == nullptr) return;
  log_clock.emplace(options.clock != nullptr ? *options.clock : system_clock,
                    options.uptime != nullptr ? *options.uptime : system_uptime,
                    options.on_trouble);
}

Status Endpoint::State::start_journal(const Card& card, Policy policy) {
  ENTENTE_LET(vkey, Vkey::decode(card.log_vkey));
  ENTENTE_LET(opened, Ledger::open({.directory = options.directory,
                                    .origin = vkey.name(),
                                    .master_key_file = options.master_key_file,
                                    .spool_bytes = spool_bytes,
                                    .old_log_key = options.old_log_key},
                                   *options.log_key, entropy()));
  ledger = std::move(opened);
  changes_of_key = key_entries(*ledger);
  ENTENTE_TRY(check_clock(clock().now_ms(), ledger->last_time_ms()));
  ENTENTE_TRY(check_not_expired(card, clock().now_ms()));
  if (options.desk == nullptr) {
    own_desk = std::make_unique<QueueDesk>(QueueDeskOptions{.human = card.human});
  }
  workers = std::make_unique<Workers>(options.workers, options.call_timeout_ms);
  back_office = std::make_shared<TimedBackOffice>(*options.back_office, monitoring->metrics());
  ENTENTE_LET(lost_ends, find_lost_ends(*ledger));
  agent = std::make_unique<ServiceAgent>(
      ServiceAgentParts{.policy = std::move(policy),
                        .back_office = back_office,
                        .negotiator = options.negotiator,
                        .desk = options.desk != nullptr ? *options.desk : *own_desk,
                        .workers = *workers,
                        .clock = clock(),
                        .entropy = entropy(),
                        .lookup_after_ms = options.lookup_after_ms,
                        .lost_until_ms = lost_ends.empty() ? 0 : lost_ends.back().at_ms});
  // Frozen from the first batch on if it was, or is to be: only the entry that says so ends it.
  ENTENTE_LET(last, last_freeze(*ledger));
  const auto ordered = read_freeze_order(options.directory);
  is_frozen = (last && last->frozen) || (ordered && ordered->frozen);
  agent->set_frozen(is_frozen);
  ENTENTE_LET(running, Sequencer::start(*ledger,
                                        {.card = options.card,
                                         .earlier_cards = options.earlier_cards,
                                         .policy = options.policy,
                                         .message_key = options.message_key,
                                         .environment = card.environment,
                                         .load = options.load,
                                         .keep_ms = options.keep_ms},
                                        {.speaker = *agent,
                                         .clock = clock(),
                                         .entropy = entropy(),
                                         .tell = [this](const std::string& line) { tell(line); },
                                         .observer = &monitoring->observer()}));
  sequencer = std::move(running);
  watch_orders(last);
  inbox = std::make_unique<Periodic>(look_into_inbox_every, [this] { take_inbox(); });
  return {};
}

// What lies there stays until it is found on record; what could not be written is asked for again.
void Endpoint::State::take_inbox() {
  const auto left = read_inbox(options.directory);
  if (left.empty()) return;
  sequencer->inspect([this, left, &running = *sequencer](const Ledger& log) {
    for (const LeftEntry& each : left) {
      const auto known = is_on_record(log, each.entry);
      std::error_code error;
      if (known && *known) std::filesystem::remove(each.file, error);
      if (known && !*known && looks[each.file]++ % ask_again_after == 0) {
        running.declare(each.entry.kind, each.entry.content, [](bool) {});
      }
    }
  });
}

void Endpoint::State::watch_orders(const std::optional<FreezeRecord>& last) {
  order_watch = std::make_unique<LogOrderWatch>(
      options.directory, LogOrderWatch::Hands{*sequencer, back_office, *workers});
  freeze_watch = std::make_unique<FreezeWatch>(
      options.directory, last ? last->order : Digest{},
      [this](const FreezeRecord& order) {
        const auto obey = [this, order, was = std::optional<bool>()](bool on_record) mutable {
          if (on_record) {
            was = std::exchange(is_frozen, order.frozen);
          } else {
            // Nothing is promised while the log cannot be written, and then the order comes again.
            // What an entry was to let go on stays stopped without it.
            is_frozen = is_frozen || was.value_or(false);
            freeze_watch->hand_over_again();
          }
          agent->set_frozen(is_frozen);
        };
        sequencer->declare(EntryKind::freeze, encode(order), obey);
      },
      [this] { order_watch->look(); });
}

Status Endpoint::State::start_witnesses(const Card& card) {
  if (!options.witness_for.empty()) {
    ENTENTE_LET(opened, Witness::open({.directory = options.directory / "witness",
                                       .name = card.domain,
                                       .key = options.cosign_key,
                                       .logs = options.witness_for,
                                       .clock = &clock(),
                                       .tell = [this](const std::string& line) { tell(line); }}));
    witness = std::make_unique<WitnessSite>(std::move(opened));
  }
  if (options.witnesses.empty()) {
    if (card.environment == Environment::production) tell(std::string(unwatched));
    return {};
  }
  witnesses = std::make_unique<WitnessClient>(
      WitnessClientParts{.sequencer = *sequencer,
                         .clock = clock(),
                         .log = ledger->vkey(),
                         .witnesses = options.witnesses,
                         .every_ms = options.witness_every_ms,
                         .tell = [this](const std::string& line) { tell(line); }});
  return {};
}

void Endpoint::State::start_timestamps() {
  if (!options.timestamp) return;
  timestamper = std::make_unique<LogTimestamper>(
      LogTimestamperParts{.sequencer = *sequencer,
                          .clock = clock(),
                          .authority = *options.timestamp,
                          .metrics = monitoring->metrics(),
                          .tell = [this](const std::string& line) { tell(line); }});
}

void Endpoint::State::tell(const std::string& line) {
  if (options.on_trouble) options.on_trouble(line);
  monitoring->events().write("trouble", {{"what", line}});
}

Status Endpoint::State::start_server() {
  const auto stats = [this] { return server ? server->stats() : HttpServerStats{}; };
  if (options.monitoring) {
    ENTENTE_TRY(monitoring->listen(*options.monitoring, *sequencer, stats));
  }
  if (!options.serve_http) return {};
  server = std::make_unique<HttpServer>(options.server,
                                        [this](const HttpRequest& request, const HttpReply& reply) {
                                          const EndpointDoors doors{.sequencer = *sequencer,
                                                                    .clock = clock(),
                                                                    .card = options.card,
                                                                    .auditors = options.auditors,
                                                                    .key_entries = changes_of_key,
                                                                    .witnesses = witnesses.get(),
                                                                    .witness = witness.get()};
                                          serve(doors, request, monitoring->watch(request, reply));
                                        });
  return server->start();
}

Endpoint::Endpoint(std::unique_ptr<State> state) : state_(std::move(state)) {}
Endpoint::~Endpoint() { stop(); }

Result<std::unique_ptr<Endpoint>> Endpoint::start(EndpointOptions options) {
  ENTENTE_TRY(check_options(options));
  ENTENTE_LET(card, Admission::admit<Card>(options.card));
  ENTENTE_TRY(check_desk(options, *card));
  ENTENTE_TRY(check_log_key(*card, *options.log_key));
  ENTENTE_TRY(check_witnesses(options));
  ENTENTE_TRY(check_timestamp(options));
  ENTENTE_LET(policy, Policy::parse(options.policy, options.policy_name));
  if (policy.environment() != card->environment) {
    return fail(ErrorCode::environment_mismatch, "policy and card are of different environments");
  }
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  state->start_clock();
  state->monitoring =
      std::make_unique<Monitoring>(state->options.on_event, state->clock(), state->entropy());
  // Whole or not at all: what has started is stopped in order if something after it fails.
  auto endpoint = std::unique_ptr<Endpoint>(new Endpoint(std::move(state)));
  ENTENTE_TRY(endpoint->state_->start_journal(*card, std::move(policy)));
  ENTENTE_TRY(endpoint->state_->start_witnesses(*card));
  endpoint->state_->start_timestamps();
  ENTENTE_TRY(endpoint->state_->start_server());
  return endpoint;
}

namespace {

std::shared_ptr<HeldPort> hold(const HttpServer* server) {
  if (server == nullptr) return nullptr;
  auto held = server->hold_port();
  return held ? std::move(*held) : nullptr;
}

}  // namespace

void Endpoint::stop() {
  if (state_ == nullptr) return;
  state_->inbox.reset();
  if (state_->freeze_watch) state_->freeze_watch->stop();
  state_->order_watch.reset();
  if (state_->sequencer) state_->sequencer->stop_waiting();
  if (state_->server) state_->server->stop();
  state_->witnesses.reset();
  state_->timestamper.reset();
  if (state_->monitoring) state_->monitoring->stop();
  if (state_->workers) state_->workers->stop();
  state_->sequencer.reset();
  state_->freeze_watch.reset();  // an order that was in the writer's hands may have come back to it
  state_->server.reset();
  state_->witness.reset();
  state_->agent.reset();
  state_->workers.reset();
  state_->ledger.reset();
}

std::uint16_t Endpoint::port() const { return state_->server ? state_->server->port() : 0; }
std::uint16_t Endpoint::monitoring_port() const { return state_->monitoring->port(); }
const Card& Endpoint::card() const { return state_->sequencer->card(); }
const Bytes* Endpoint::find_card(const Digest& digest) const {
  return state_->sequencer->find_card(digest);
}
std::optional<std::string> Endpoint::trouble() const {
  return trouble_of(*state_->sequencer, state_->clock().now_ms());
}
HttpServerStats Endpoint::http() const {
  return state_->server ? state_->server->stats() : HttpServerStats{};
}

LoadStats Endpoint::load() const { return state_->sequencer->load(); }

Status Endpoint::reload_certificate() {
  if (!state_->server) return fail(ErrorCode::wrong_use, "this endpoint serves no HTTP");
  return state_->server->reload();
}

std::shared_ptr<HeldPort> Endpoint::hold_port() const { return hold(state_->server.get()); }

std::shared_ptr<HeldPort> Endpoint::hold_monitoring_port() const {
  return hold(state_->monitoring->server());
}

Status Endpoint::check_card(const Bytes& card, const Signer& message_key) const {
  State& s = *state_;
  ENTENTE_LET(next, Admission::admit<Card>(card));
  ENTENTE_TRY(check_log_key(*next, *s.options.log_key));
  ENTENTE_TRY(check_not_expired(*next, s.clock().now_ms()));
  const BrandIdentity identity{.did = s.sequencer->card().did(),
                               .card = card,
                               .earlier_cards = s.options.earlier_cards,
                               .policy = {},
                               .message_key = &message_key,
                               .environment = s.sequencer->card().environment,
                               .load = {},
                               .keep_ms = {}};
  Status holds;
  look_and_wait(*s.sequencer, [&](const Ledger& ledger) {
    holds = check_cards(ledger, identity, s.clock().now_ms());
  });
  return holds;
}

void Endpoint::tell(const std::string& line) { state_->tell(line); }

void Endpoint::deliver(Parcel parcel, std::optional<CaseId> case_id, std::int64_t wait_ms,
                       std::function<void(EndpointAnswer)> done) {
  state_->sequencer->submit({.parcel = std::move(parcel),
                             .case_id = case_id,
                             .wait_ms = wait_ms,
                             .done = [done = std::move(done)](const Delivery& delivery) {
                               done({.status = response_of(delivery).status,
                                     .parcel = delivery.parcel,
                                     .retry_after_ms = delivery.retry_after_ms});
                             }});
}

void Endpoint::read(const CaseId& case_id, std::uint64_t after, std::int64_t wait_ms,
                    Bytes signed_read, std::function<void(EndpointAnswer)> done) {
  state_->sequencer->submit(
      {.case_id = case_id,
       .after = after,
       .read = std::move(signed_read),
       .wait_ms = wait_ms,
       .done = [done = std::move(done)](const Delivery& delivery) {
         done({.status = response_of(delivery).status, .parcel = delivery.parcel});
       }});
}

void Endpoint::inspect(const std::function<void(const Ledger&)>& look) {
  look_and_wait(*state_->sequencer, look);
}

bool Endpoint::wait_idle(std::int64_t timeout_ms) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  while (!state_->agent->is_idle()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace entente
