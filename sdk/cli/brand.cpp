#include "brand.h"

#include <entente/crypto/timestamp.h>
#include <entente/journal/challenge.h>
#include <entente/journal/master_key.h>
#include <entente/text/yaml_reader.h>
#include <entente/wire/admission.h>

#include "facts_file.h"
#include "files.h"
#include "key_file.h"
#include "own_log.h"

namespace fs = std::filesystem;

namespace entente::cli {
namespace {

Result<fs::path> path_at(const YamlReader& field, const fs::path& file) {
  ENTENTE_LET(text, field.text());
  return beside(file, text);
}

Status read_counts(const YamlReader& map, std::int64_t max,
                   std::initializer_list<std::pair<const char*, std::size_t*>> counts) {
  for (const auto& [key, value] : counts) {
    const auto field = map.find(key);
    if (!field) continue;
    ENTENTE_LET(count, field->integer(1, max));
    *value = static_cast<std::size_t>(count);
  }
  return {};
}

Status read_limits(const YamlReader& map, HttpLimits& limits) {
  ENTENTE_TRY(map.closed({"connections", "connections_per_address", "parked", "parked_per_address",
                          "connections_per_s", "connections_burst", "requests_per_s",
                          "requests_burst", "drain"}));
  if (const auto drain = map.find("drain")) {
    ENTENTE_LET(ms, drain->duration_ms());
    limits.drain_ms = ms;
  }
  constexpr std::int64_t count_max = 1'000'000;
  return read_counts(map, count_max,
                     {{"connections", &limits.connections_max},
                      {"connections_per_address", &limits.connections_per_address_max},
                      {"parked", &limits.parked_max},
                      {"parked_per_address", &limits.parked_per_address_max},
                      {"connections_per_s", &limits.connections_per_address.per_s},
                      {"connections_burst", &limits.connections_per_address.burst},
                      {"requests_per_s", &limits.requests_per_address.per_s},
                      {"requests_burst", &limits.requests_per_address.burst}});
}

Status read_listen(const YamlReader& map, const fs::path& file, HttpServerOptions& server) {
  ENTENTE_TRY(map.closed({"address", "port", "certificate", "key", "threads", "allow_plain",
                          "allowed_hosts", "trusted_proxies", "limits"}));
  if (const auto address = map.find("address")) {
    ENTENTE_LET(text, address->text());
    server.address = text;
  }
  ENTENTE_LET(port, map.field("port").integer(0, 65'535));
  server.port = static_cast<std::uint16_t>(port);
  if (const auto certificate = map.find("certificate")) {
    ENTENTE_LET(chain, path_at(*certificate, file));
    ENTENTE_LET(key, path_at(map.field("key"), file));
    server.certificate_file = chain.string();
    server.key_file = key.string();
  }
  ENTENTE_TRY(read_counts(map, 256, {{"threads", &server.threads}}));
  if (const auto plain = map.find("allow_plain")) {
    ENTENTE_LET(allowed, plain->boolean());
    server.allow_plain = allowed;
  }
  const auto text = [](const YamlReader& item) { return item.text(); };
  ENTENTE_TRY(map.read_each("allowed_hosts", server.allowed_hosts, text));
  ENTENTE_TRY(map.read_each("trusted_proxies", server.trusted_proxies, text));
  if (const auto limits = map.find("limits")) ENTENTE_TRY(read_limits(*limits, server.limits));
  return {};
}

// Plain HTTP for the operator's own systems: an address that strangers reach is refused, as ever.
Status read_monitoring(const YamlReader& map, HttpServerOptions& server) {
  ENTENTE_TRY(map.closed({"address", "port"}));
  if (const auto address = map.find("address")) {
    ENTENTE_LET(text, address->text());
    server.address = text;
  }
  ENTENTE_LET(port, map.field("port").integer(0, 65'535));
  server.port = static_cast<std::uint16_t>(port);
  return {};
}

Status read_desk(const YamlReader& map, QueueDeskOptions& desk) {
  ENTENTE_TRY(map.closed({"per_ticket", "update_every", "reply_within"}));
  const auto read = [&](std::string_view key, std::int64_t& value_ms) -> Status {
    const auto field = map.find(key);
    if (!field) return {};
    ENTENTE_LET(ms, field->duration_ms());
    value_ms = ms;
    return {};
  };
  ENTENTE_TRY(read("per_ticket", desk.per_ticket_ms));
  ENTENTE_TRY(read("update_every", desk.update_every_ms));
  return read("reply_within", desk.reply_within_ms);
}

Status read_rate(const YamlReader& field, Rate& rate) {
  if (const auto text = field.text(); text && *text == "off") {
    rate = {};
    return {};
  }
  ENTENTE_TRY(field.closed({"per_minute", "burst"}));
  ENTENTE_LET(per_minute, field.field("per_minute").integer(1, 1'000'000));
  ENTENTE_LET(burst, field.field("burst").integer(1, 1'000'000));
  rate = {.per_minute = per_minute, .burst = burst};
  return {};
}

Status read_load(const YamlReader& map, LoadLimits& load) {
  const std::pair<std::string_view, Rate&> rates[] = {
      {"messages_per_key", load.messages_per_key},
      {"messages_per_case", load.messages_per_case},
      {"reads_per_key", load.reads_per_key},
      {"openings_per_network", load.openings_per_network},
      {"strangers_per_network", load.strangers_per_network},
  };
  ENTENTE_TRY(
      map.closed({"messages_per_key", "messages_per_case", "reads_per_key", "openings_per_network",
                  "strangers_per_network", "queue_target_ms", "challenge_bits"}));
  for (const auto& [name, rate] : rates) {
    if (const auto field = map.find(name)) ENTENTE_TRY(read_rate(*field, rate));
  }
  if (const auto target = map.find("queue_target_ms")) {
    ENTENTE_LET(ms, target->integer(1, 60'000));
    load.queue_ms_target = ms;
  }
  if (const auto bits = map.find("challenge_bits")) {
    ENTENTE_LET(count, bits->integer(0, challenge_bits_max));
    load.challenge_bits = static_cast<unsigned>(count);
  }
  return {};
}

Status read_keep(const YamlReader& map, RetentionRules& rules) {
  ENTENTE_TRY(map.closed({"contact", "media", "prose", "reference", "special", "case"}));
  for (const char* of_class : {"contact", "media", "prose", "reference", "special"}) {
    const auto field = map.find(of_class);
    if (!field) continue;
    ENTENTE_LET(ms, field->duration_ms());
    rules.keep[of_class] = ms;
  }
  const auto field = map.find("case");
  if (!field) return {};
  ENTENTE_LET(ms, field->duration_ms());
  rules.keep_cases_ms = ms;
  return {};
}

Status read_retention(const YamlReader& map, RetentionRules& rules) {
  ENTENTE_TRY(map.closed({"backups_kept", "epoch", "keep"}));
  if (const auto kept = map.find("backups_kept")) {
    ENTENTE_LET(ms, kept->duration_ms());
    rules.backups_kept_ms = ms;
  }
  if (const auto epoch = map.find("epoch")) {
    ENTENTE_LET(ms, epoch->duration_ms());
    rules.epoch_ms = ms;
  }
  if (const auto keep = map.find("keep")) return read_keep(*keep, rules);
  return {};
}

Result<Vkey> read_vkey(const YamlReader& field, SignatureType type) {
  ENTENTE_LET(text, field.text());
  auto key = Vkey::decode(text);
  if (key && key->type() == type) return key;
  return field.expected(type == SignatureType::ed25519
                            ? "the key of a log, such as kettle.example/log+3b6a27bc+AQ..."
                            : "the key of a witness, such as witness.example+3b6a27bc+BA...");
}

Result<std::string> read_url(const YamlReader& field, const char* expected) {
  ENTENTE_LET(url, field.text());
  if (url.starts_with("https://") || url.starts_with("http://")) return url;
  return field.expected(expected);
}

Result<WitnessPeer> read_witness(const YamlReader& map) {
  ENTENTE_TRY(map.closed({"key", "url"}));
  ENTENTE_LET(key, read_vkey(map.field("key"), SignatureType::cosignature_v1));
  ENTENTE_LET(url,
              read_url(map.field("url"),
                       "where the witness takes checkpoints, such as https://witness.example/"));
  return WitnessPeer{key, url};
}

Result<std::int64_t> read_every(const YamlReader& field) {
  ENTENTE_LET(ms, field.duration_ms());
  if (ms < 1'000) return field.refuse("nobody is asked more often than every second");
  return ms;
}

Result<TimestampRules> read_timestamp(const YamlReader& map, const fs::path& file) {
  ENTENTE_TRY(map.closed({"url", "certificate", "ca", "every"}));
  TimestampRules rules;
  ENTENTE_LET(url, read_url(map.field("url"),
                            "where the authority takes queries, such as https://tsa.example/"));
  ENTENTE_LET(certificate, path_at(map.field("certificate"), file));
  rules.url = url;
  rules.certificate = certificate;
  if (const auto field = map.find("ca")) {
    ENTENTE_LET(ca, path_at(*field, file));
    rules.ca = ca;
  }
  if (const auto field = map.find("every")) {
    ENTENTE_LET(ms, read_every(*field));
    rules.every_ms = ms;
  }
  return rules;
}

// Who watches, dates and reads this log, and whose logs are watched here.
Status read_watch(const YamlReader& root, const fs::path& file, BrandConfig& config) {
  ENTENTE_TRY(root.read_each("witnesses", config.witnesses, read_witness));
  if (const auto every = root.find("witness_every")) {
    ENTENTE_LET(ms, read_every(*every));
    config.witness_every_ms = ms;
  }
  if (const auto timestamp = root.find("timestamp")) {
    ENTENTE_LET(rules, read_timestamp(*timestamp, file));
    config.timestamp = std::move(rules);
  }
  ENTENTE_TRY(root.read_each("witness_for", config.witness_for, [](const YamlReader& item) {
    return read_vkey(item, SignatureType::ed25519);
  }));
  if (!config.witness_for.empty() && config.cosign_key.empty()) {
    return root.field("keys").refuse("to watch the logs of witness_for, a key `cosign` is needed");
  }
  return root.read_each("auditors", config.auditors,
                        [](const YamlReader& item) -> Result<PublicKey> {
                          ENTENTE_LET(text, item.text());
                          const auto key = from_did_key(text);
                          if (!key)
                            return item.expected("the key of an auditor, such as did:key:z6Mk...");
                          return *key;
                        });
}

Status read_paths(const YamlReader& root, const fs::path& file, BrandConfig& config) {
  const auto read = [&](const YamlReader& field, fs::path& path) -> Status {
    ENTENTE_LET(at, path_at(field, file));
    path = at;
    return {};
  };
  ENTENTE_TRY(read(root.field("data"), config.data));
  ENTENTE_TRY(read(root.field("card"), config.card));
  if (const auto earlier = root.find("earlier_cards")) {
    ENTENTE_LET(items, earlier->items());
    for (const YamlReader& item : items)
      ENTENTE_TRY(read(item, config.earlier_cards.emplace_back()));
  }
  ENTENTE_TRY(read(root.field("policy"), config.policy));
  ENTENTE_TRY(read(root.field("facts"), config.facts));
  const YamlReader keys = root.field("keys");
  ENTENTE_TRY(keys.closed({"message", "log", "old_log", "master", "cosign"}));
  ENTENTE_TRY(read(keys.field("message"), config.message_key));
  ENTENTE_TRY(read(keys.field("log"), config.log_key));
  if (const auto old = keys.find("old_log")) ENTENTE_TRY(read(*old, config.old_log_key));
  if (const auto master = keys.find("master")) ENTENTE_TRY(read(*master, config.master_key));
  if (const auto cosign = keys.find("cosign")) ENTENTE_TRY(read(*cosign, config.cosign_key));
  return {};
}

}  // namespace

Result<BrandConfig> read_brand_config(const fs::path& file) {
  ENTENTE_LET(text, read_text(file));
  ENTENTE_LET(tree, parse_yaml(text, file.string()));
  const YamlReader root(tree, file.string(), ErrorCode::config_invalid);
  ENTENTE_TRY(
      root.closed({"data", "card", "earlier_cards", "policy", "facts", "keys", "listen", "desk",
                   "workers", "call_timeout", "load", "monitoring", "events", "retention",
                   "witnesses", "witness_every", "witness_for", "timestamp", "auditors"}));
  BrandConfig config;
  ENTENTE_TRY(read_paths(root, file, config));
  ENTENTE_TRY(read_listen(root.field("listen"), file, config.server));
  if (const auto desk = root.find("desk")) ENTENTE_TRY(read_desk(*desk, config.desk));
  if (const auto workers = root.find("workers")) {
    ENTENTE_LET(count, workers->integer(1, 256));
    config.workers = count;
  }
  if (const auto timeout = root.find("call_timeout")) {
    ENTENTE_LET(ms, timeout->duration_ms());
    config.call_timeout_ms = ms;
  }
  if (const auto load = root.find("load")) ENTENTE_TRY(read_load(*load, config.load));
  if (const auto monitoring = root.find("monitoring")) {
    ENTENTE_TRY(read_monitoring(*monitoring, config.monitoring.emplace()));
  }
  if (const auto retention = root.find("retention")) {
    ENTENTE_TRY(read_retention(*retention, config.retention));
  }
  if (const auto events = root.find("events")) {
    ENTENTE_TRY(events->one_of({"stderr"}));
    config.tells_events = true;
  }
  ENTENTE_TRY(read_watch(root, file, config));
  return config;
}

namespace {

// What the files that may change while a brand runs say.
struct Contents {
  std::string policy;
  std::string card;
  std::string certificate;  // and its key
  static Result<Contents> read(const BrandConfig& config);
  bool operator==(const Contents&) const = default;
};

Result<Contents> Contents::read(const BrandConfig& config) {
  ENTENTE_LET(policy, read_text(config.policy));
  ENTENTE_LET(card, read_text(config.card));
  Contents contents{policy, card, {}};
  for (const std::string& file : {config.server.certificate_file, config.server.key_file}) {
    if (file.empty()) continue;
    ENTENTE_LET(pem, read_text(file));
    contents.certificate += pem;
  }
  return contents;
}

Result<std::optional<TimestampPeer>> timestamp_peer(const BrandConfig& config) {
  if (!config.timestamp) return std::nullopt;
  const TimestampRules& rules = *config.timestamp;
  ENTENTE_LET(pem, read_text(rules.certificate));
  auto certificate = certificate_from_pem(pem);
  if (!certificate) {
    return fail(ErrorCode::file_invalid,
                rules.certificate.string() + ": " + certificate.error().detail);
  }
  return TimestampPeer{.url = rules.url,
                       .certificate = std::move(*certificate),
                       .ca_file = rules.ca.string(),
                       .every_ms = rules.every_ms};
}

}  // namespace

// Declared so that what is used outlives its user.
struct Brand::State {
  KeyPair message_key;
  LogKeys log_keys;
  std::optional<KeyPair> cosign_key;
  Policy policy;
  std::unique_ptr<FileBackOffice> office;
  std::unique_ptr<QueueDesk> desk;
  std::unique_ptr<Endpoint> endpoint;
  Contents contents;
};

Brand::Brand(std::unique_ptr<State> state) : state_(std::move(state)) {}
Brand::~Brand() { stop(); }

Status Brand::check(const BrandConfig& config) {
  ENTENTE_LET(contents, Contents::read(config));
  ENTENTE_LET(policy, Policy::parse(contents.policy, config.policy.filename().string()));
  ENTENTE_LET(facts, read_text(config.facts));
  const auto known =
      read_facts_file(facts, config.facts.filename().string(), policy, SystemClock().now_ms());
  if (!known) return std::unexpected(known.error());
  const auto timestamp = timestamp_peer(config);
  if (!timestamp) return std::unexpected(timestamp.error());
  ENTENTE_LET(envelope, read_armoured(config.card, "CARD"));
  ENTENTE_LET(card, Admission::admit<Card>(envelope));
  if (card->environment != policy.environment()) {
    return fail(ErrorCode::environment_mismatch, "policy and card are of different environments");
  }
  ENTENTE_TRY(check_secrets(config));
  ENTENTE_LET(message_key, read_key_file(config.message_key));
  return endpoint().check_card(envelope, message_key);
}

// What no signal changes, and the next start reads all the same.
Status Brand::check_secrets(const BrandConfig& config) const {
  ENTENTE_LET(log_key, read_key_file(config.log_key));
  if (log_key.public_key() != state_->log_keys.key.public_key()) {
    return fail(ErrorCode::config_invalid,
                config.log_key.string() + " holds another key than the one that signs this log");
  }
  for (const fs::path& key : {config.old_log_key, config.cosign_key}) {
    if (key.empty()) continue;
    const auto read = read_key_file(key);
    if (!read) return std::unexpected(read.error());
  }
  for (const fs::path& card : config.earlier_cards) {
    const auto read = read_armoured(card, "CARD");
    if (!read) return std::unexpected(read.error());
  }
  const auto master = read_master_key(config.data, config.master_key);
  return master ? Status() : std::unexpected(master.error());
}

Result<std::unique_ptr<Brand>> Brand::start(const BrandConfig& config, const BrandHost& host) {
  ENTENTE_LET(message_key, read_key_file(config.message_key));
  ENTENTE_TRY(make_directory(config.data));
  ENTENTE_LET(log_keys, LogKeys::take(config.log_key, config.old_log_key, config.data));
  std::optional<KeyPair> cosign_key;
  if (!config.cosign_key.empty()) {
    ENTENTE_LET(read, read_key_file(config.cosign_key));
    cosign_key.emplace(std::move(read));
  }
  ENTENTE_LET(contents, Contents::read(config));
  ENTENTE_LET(policy, Policy::parse(contents.policy, config.policy.filename().string()));
  ENTENTE_LET(envelope, read_armoured(config.card, "CARD"));
  ENTENTE_LET(card, Admission::admit<Card>(envelope));
  std::vector<Bytes> earlier_cards;
  for (const fs::path& file : config.earlier_cards) {
    ENTENTE_LET(earlier, read_armoured(file, "CARD"));
    earlier_cards.push_back(std::move(earlier));
  }
  ENTENTE_LET(office, FileBackOffice::open({.facts_file = config.facts,
                                            .work_file = config.data / work_file_name,
                                            .outbox_file = config.data / outbox_file_name,
                                            .clock = &host.clock},
                                           policy));
  auto state = std::unique_ptr<State>(new State{std::move(message_key), std::move(log_keys),
                                                std::move(cosign_key), policy, std::move(office),
                                                nullptr, nullptr, std::move(contents)});
  QueueDeskOptions desk = config.desk;
  desk.human = card->human;
  state->desk = std::make_unique<QueueDesk>(desk);
  KeepTimes keep(config.retention.keep.begin(), config.retention.keep.end());
  if (config.retention.keep_cases_ms) keep["case"] = *config.retention.keep_cases_ms;
  ENTENTE_LET(timestamp, timestamp_peer(config));
  ENTENTE_LET(endpoint,
              Endpoint::start({.directory = config.data,
                               .master_key_file = config.master_key,
                               .policy = state->contents.policy,
                               .policy_name = config.policy.filename().string(),
                               .card = envelope,
                               .earlier_cards = std::move(earlier_cards),
                               .message_key = &state->message_key,
                               .log_key = &state->log_keys.key,
                               .old_log_key = state->log_keys.old_key(),
                               .back_office = state->office.get(),
                               .negotiator = nullptr,
                               .desk = state->desk.get(),
                               .workers = static_cast<std::size_t>(config.workers),
                               .call_timeout_ms = config.call_timeout_ms,
                               .load = config.load,
                               .keep_ms = keep,
                               .server = config.server,
                               .clock = &host.clock,
                               .uptime = host.uptime,
                               .on_trouble = host.on_trouble,
                               .on_event = config.tells_events ? host.on_event : nullptr,
                               .monitoring = config.monitoring,
                               .witnesses = config.witnesses,
                               .witness_every_ms = config.witness_every_ms,
                               .timestamp = std::move(timestamp),
                               .witness_for = config.witness_for,
                               .cosign_key = state->cosign_key ? &*state->cosign_key : nullptr,
                               .auditors = config.auditors}));
  state->endpoint = std::move(endpoint);
  return std::unique_ptr<Brand>(new Brand(std::move(state)));
}

Result<bool> Brand::take_certificate(const BrandConfig& config) {
  ENTENTE_LET(contents, Contents::read(config));
  Contents& before = state_->contents;
  if (contents.certificate == before.certificate) return false;
  ENTENTE_TRY(endpoint().reload_certificate());
  before.certificate = contents.certificate;
  return contents == before;
}

Endpoint& Brand::endpoint() { return *state_->endpoint; }
const Policy& Brand::policy() const { return state_->policy; }

void Brand::stop() {
  if (state_ && state_->endpoint) state_->endpoint->stop();
}

}  // namespace entente::cli
