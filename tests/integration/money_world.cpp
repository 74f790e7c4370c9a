#include "money_world.h"

#include <entente/auditor.h>
#include <entente/replay/finding.h>
#include <entente/wire/codec.h>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

#include "shared_data.h"

namespace entente::tests {
namespace {

std::string replaced(std::string text, const std::string& what, const std::string& instead) {
  const auto at = text.find(what);
  if (at == std::string::npos) throw std::runtime_error("not there: " + what);
  return text.replace(at, what.size(), instead);
}

std::string goal_of(const CaseOf& of) {
  std::string goal = replaced(kettle_goal(), "email_otp", "knowledge");
  goal = replaced(goal, "ana@example.com", "c" + std::to_string(of.account) + "@example.com");
  return replaced(goal, "K-2291", "K-" + std::to_string(of.order));
}

KeyPair key_of(std::size_t number) {
  Bytes seed(32, 7);
  seed[0] = static_cast<std::uint8_t>(number);
  seed[1] = static_cast<std::uint8_t>(number >> 8);
  return std::move(*KeyPair::from_seed(seed));
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

}  // namespace

std::string policy_with(const std::vector<std::pair<std::string, std::string>>& changes) {
  std::string policy =
      read_file(std::filesystem::path(ENTENTE_SOURCE_DIR) / "examples/policies/kettle.policy.yaml");
  for (auto at = policy.find("email_otp"); at != std::string::npos;
       at = policy.find("email_otp", at)) {
    policy.replace(at, 9, "knowledge");
  }
  for (const auto& [what, instead] : changes) policy = replaced(policy, what, instead);
  return policy;
}

std::string generous_policy() {
  return policy_with({{"{cur: EUR, amt: 2000}", "{cur: EUR, amt: 99992000}"},
                      {"{cur: EUR, amt: 1000}", "{cur: EUR, amt: 99991000}"},
                      {"{cur: EUR, amt: 50000}, refund", "{cur: EUR, amt: 999950000}, refund"}});
}

std::string waiting_policy() {
  const std::string returned = "return: {how: by_mail, fees: brand, by: 14d}";
  std::string policy = generous_policy();
  return policy.replace(policy.find(returned), returned.size(),
                        returned + "\n        blocks: true");
}

MoneyWorld::MoneyWorld(const std::string& policy, OfficeOptions office_options)
    : MoneyWorld(std::filesystem::path(), policy, std::move(office_options)) {}

MoneyWorld::MoneyWorld(std::filesystem::path at, const std::string& policy,
                       OfficeOptions office_options)
    : directory(std::move(at)) {
  if (directory.empty()) directory = own.emplace().path();
  office = std::make_unique<UnreliableOffice>(directory / "office.db", std::move(office_options));
  KettleShop unused;
  options = kettle_endpoint(store(), brand, unused);
  options.back_office = office.get();
  options.policy = policy;
  options.clock = &clock;
}

void MoneyWorld::start() {
  endpoint = must(Endpoint::start(options));
  connection = std::make_unique<LocalBrand>(*endpoint, brand.card);
}

void MoneyWorld::stop() {
  connection.reset();
  endpoint.reset();
}

Customer::Customer(MoneyWorld& world, CaseOf of, BrandConnection* line)
    : principal(static_cast<std::uint8_t>(of.number + 1), mailbox_),
      goal_(must(Goal::parse(goal_of(of), "goal.yaml"))),
      key_(key_of(of.number)) {
  assistant_ = must(
      Assistant::start({.directory = world.directory / ("customer-" + std::to_string(of.number)),
                        .goal = &goal_,
                        .files = {{"kettle.jpg", to_bytes("a photo")}},
                        .brand = line != nullptr ? line : world.connection.get(),
                        .principal = &principal,
                        .key = &key_,
                        .clock = &world.clock}));
  if (!assistant_->cases().empty()) case_id_ = assistant_->cases().front();
}

Ending Customer::negotiate(std::int64_t timeout_ms) {
  case_id_ = must(assistant_->open());
  return go_on(timeout_ms);
}

Ending Customer::go_on(std::int64_t timeout_ms) {
  return must(assistant_->run(case_id_, timeout_ms));
}

Case Customer::casefile() {
  static_cast<void>(assistant_->poll(case_id_, 0));
  return *assistant_->find_case(case_id_);
}

std::unique_ptr<Customer> undecided(MoneyWorld& world, CaseOf of) {
  auto customer = std::make_unique<Customer>(world, of);
  customer->principal.agrees = false;
  customer->negotiate();
  return customer;
}

MessageId standing_offer(Customer& customer) {
  const Case casefile = customer.casefile();
  for (const auto& [id, offer] : casefile.offers()) {
    if (offer.by == Party::brand && offer.status == OfferStatus::standing) return id;
  }
  throw std::runtime_error("no offer stands");
}

void send_back(Customer& customer) {
  const Case casefile = customer.casefile();
  for (const auto& [source, binding] : casefile.bindings()) {
    for (const TermState& term : binding.terms) {
      if (std::holds_alternative<NoCondition>(term.term.condition)) continue;
      const Performed sent{
          .term = term.term.id, .state = Performed::State::done, .of_condition = true};
      const auto said = customer.assistant().say(
          customer.case_id(), {.body = Perform{.source = source, .items = {sent}}});
      if (!said) throw std::runtime_error(describe(said.error()));
    }
  }
}

void withdraw(Customer& customer, const RightSaid& said) {
  std::vector<NewPart> parts;
  Invoke invoke{.right = "withdrawal", .claims = said.claims};
  if (!said.subject.empty()) {
    invoke.subject = 0;
    parts = {{PartClass::reference, "text/plain", to_bytes(said.subject)}};
  }
  const bool agreed = std::exchange(customer.principal.agrees, true);
  const auto sent = customer.assistant().exercise(customer.case_id(), invoke, parts);
  customer.principal.agrees = agreed;
  if (!sent) throw std::runtime_error(describe(sent.error()));
}

std::size_t acknowledged_rights(Customer& customer) {
  const Case casefile = customer.casefile();
  return static_cast<std::size_t>(std::ranges::count_if(
      casefile.exercises(), [](const auto& entry) { return entry.second.acknowledged; }));
}

void at_once(std::size_t count, const std::function<void(std::size_t)>& what) {
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::string failed;
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      try {
        what(i);
      } catch (const std::exception& error) {
        const std::scoped_lock lock(mutex);
        failed = std::to_string(i) + ": " + error.what();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (!failed.empty()) throw std::runtime_error(failed);
}

bool KeyHistory::is_settled() const {
  if (results.empty()) return false;
  const PerformanceRecord& last = results.back();
  return last.state == Performed::State::done || last.state == Performed::State::failed ||
         last.lookups >= 8;
}

std::map<Digest, KeyHistory> performances(const Ledger& ledger) {
  std::map<Digest, KeyHistory> found;
  for (std::uint64_t index = 0; index < ledger.size(); ++index) {
    const auto entry = ledger.read(index);
    if (!entry) continue;
    const bool intent = entry->leaf.kind == EntryKind::perform_intent;
    if (!intent && entry->leaf.kind != EntryKind::perform_result) continue;
    const auto record = decode<PerformanceRecord>(entry->content);
    if (!record) continue;
    KeyHistory& history = found[record->key];
    if (intent) {
      ++history.intents;
    } else {
      history.results.push_back(*record);
    }
  }
  return found;
}

std::string broken_in(const MoneyWorld& world) {
  const std::filesystem::path store = world.store();
  auto auditor = must(Auditor::open({&store, 1}));
  const Report report = must(auditor.replay());
  return report.broken() == 0 ? std::string() : to_text(report);
}

}  // namespace entente::tests
