#include "life_world.h"

#include <entente/wire/admission.h>

#include <algorithm>

#include "catch.h"

namespace fs = std::filesystem;

namespace entente::tests {

Result<std::unique_ptr<Endpoint>> LifeWorld::begin(const fs::path& in) {
  EndpointOptions options = kettle_endpoint(in, brand, shop);
  options.log_key = log_key;
  options.old_log_key = old_log_key;
  options.earlier_cards = earlier_cards;
  if (office != nullptr) options.back_office = office;
  options.desk = desk;
  options.clock = &clock;
  options.load = load;
  return Endpoint::start(std::move(options));
}

void LifeWorld::start() {
  auto started = begin(store());
  if (!started) FAIL(describe(started.error()));
  endpoint = std::move(*started);
  connection = std::make_unique<LocalBrand>(*endpoint, brand.card);
}

void LifeWorld::stop() {
  endpoint->stop();
  endpoint.reset();
}

void LifeWorld::lose_end(const fs::path& backup) {
  stop();
  fs::remove(store() / "store.db");
  const auto restored = bring_back(backup, store(), first_log);
  if (!restored) FAIL(describe(restored.error()));
  CHECK(restored->state == Restored::State::behind);
  if (const auto rolled = roll_over(); !rolled) FAIL(describe(rolled.error()));
  publish(next_log, brand.log);
  start();
}

Result<std::unique_ptr<Ledger>> LifeWorld::open_log() {
  return Ledger::open(
      {.directory = store(), .origin = first_log, .spool_bytes = std::size_t{4} << 20}, brand.log,
      entropy);
}

Result<std::unique_ptr<Ledger>> LifeWorld::roll_over() {
  return Ledger::roll_over({.directory = store(), .origin = first_log}, brand.log, entropy,
                           {.origin = next_log,
                            .next_key = &brand.log,
                            .reason = "restored",
                            .at_ms = SystemClock().now_ms() + later_ms});
}

void LifeWorld::publish(const char* log, const Signer& key) {
  const auto before = Admission::admit<Card>(brand.card);
  Card card = **before;
  card.number += 1;
  card.prev_card = before->id();
  card.log_vkey = Vkey::make(log, SignatureType::ed25519, key.public_key())->encode();
  if (std::ranges::count(card.keys, key.public_key(), &CardKey::key) == 0) {
    card.keys.push_back(
        {.key = key.public_key(), .purpose = KeyPurpose::log, .custody = Custody::server});
  }
  // The first card has announced another root, which nobody uses yet.
  card.next_root_digest = (*before)->next_root_digest;
  brand.card = *sign(card, brand.root);
  log_key = &key;
}

Report LifeWorld::audit(const std::vector<fs::path>& sources, const Trust& trust) const {
  const auto auditor = Auditor::open(sources, {.trust = trust});
  if (!auditor) FAIL(describe(auditor.error()));
  auto report = auditor->replay();
  if (!report) FAIL(describe(report.error()));
  return std::move(*report);
}

Trust LifeWorld::first_trust() const {
  return *Trust::in_log(
      Vkey::make(first_log, SignatureType::ed25519, brand.log.public_key())->encode());
}

LifeCustomer::LifeCustomer(LifeWorld& in, std::uint8_t number) : world(in), seed(number) {
  const auto started = start();
  if (!started) FAIL(describe(started.error()));
}

fs::path LifeCustomer::home() const {
  return world.directory.path() / ("consumer-" + std::to_string(seed));
}

Status LifeCustomer::start(BrandConnection* line) {
  assistant.reset();
  ENTENTE_LET(started, Assistant::start({.directory = home(),
                                         .goal = &goal,
                                         .files = {{"kettle.jpg", to_bytes("a photo")}},
                                         .brand = line != nullptr ? line : world.connection.get(),
                                         .principal = &principal,
                                         .key = &key,
                                         .clock = &world.clock}));
  assistant = std::move(started);
  return {};
}

CaseId LifeCustomer::halfway() {
  principal.agrees = false;
  const auto case_id = assistant->open();
  if (!case_id) FAIL(describe(case_id.error()));
  const auto ending = assistant->run(*case_id, 20'000);
  if (!ending) FAIL(describe(ending.error()));
  CHECK(name(ending->kind) == "needs_principal");
  principal.agrees = true;
  return *case_id;
}

void LifeCustomer::finish(const CaseId& case_id) {
  const auto ending = assistant->run(case_id, 20'000);
  if (!ending) FAIL(describe(ending.error()));
  INFO(ending->outcome);
  CHECK(name(ending->kind) == "closed");
}

Backup must_back_up(const fs::path& store, const fs::path& to, bool with_keys) {
  const auto backup = back_up(store, to, {.with_keys = with_keys, .at_ms = SystemClock().now_ms()});
  if (!backup) FAIL(describe(backup.error()));
  return *backup;
}

Result<Restored> bring_back(const fs::path& backup, const fs::path& store,
                            const std::string& origin, bool nothing_newer) {
  return restore(backup, store,
                 {.origin = origin, .nothing_newer = nothing_newer, .at_ms = 1'800'000'000'000});
}

std::vector<std::string> broken_in(const Report& report) {
  return sentences(report, Judgement::broken);
}

}  // namespace entente::tests
