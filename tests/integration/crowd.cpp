#include "crowd.h"

#include <entente/crypto/hash.h>

#include "catch.h"
#include "own_words.h"

namespace entente::tests {
namespace {

constexpr std::int64_t long_ms = 60'000;

KeyPair key_of(std::uint32_t number) {
  Bytes seed(32, 0x5a);
  for (std::size_t i = 0; i < 4; ++i) seed[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return std::move(*KeyPair::from_seed(seed));
}

}  // namespace

void HeldVoice::admitted(const CaseRecord& record) {
  std::size_t bytes = 0;
  for (const auto& [digest, part] : record.parts) bytes += part.content.size();
  part_bytes = bytes;
}

void HeldVoice::respond(Room& room) {
  if (offer_valid_ms > 0 && room.casefile().next_position() == 1) {
    Term term;
    term.id = 1;
    term.claims = {1};
    term.ground = Ground::concession;
    term.due = {.n = 1, .unit = Due::Unit::days};
    term.purpose = "voucher";
    term.shape = Credit{{"EUR", 500, 2}, room.now_ms() + 365 * std::int64_t{86'400'000}};
    Offer offer;
    offer.terms = {term};
    offer.valid_until_ms = offer_valid_ms;
    const auto said = room.say({.body = offer}, Actor::rules);
    if (!said) throw std::runtime_error(describe(said.error()));
  }
  std::unique_lock lock(mutex_);
  ++asked_[room.casefile().id()];
  waiting_ = held_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return !held_; });
  waiting_ = false;
}

std::size_t HeldVoice::asked_for(const CaseId& case_id) {
  const std::scoped_lock lock(mutex_);
  return asked_[case_id];
}

void HeldVoice::hold() {
  const std::scoped_lock lock(mutex_);
  held_ = true;
}

void HeldVoice::wait_until_held() {
  std::unique_lock lock(mutex_);
  REQUIRE(changed_.wait_for(lock, std::chrono::milliseconds(long_ms), [&] { return waiting_; }));
}

void HeldVoice::release() {
  {
    const std::scoped_lock lock(mutex_);
    held_ = false;
  }
  changed_.notify_all();
}

Person::Person(std::uint32_t number) : key(key_of(number)) {}

Crowd::Crowd(LoadLimits load) : brand(make_brand(1, clock.now_ms())) {
  auto opened = Ledger::open({.directory = directory.path() / "brand",
                              .origin = "kettle.example/log",
                              .master_key_file = {}},
                             brand.log, entropy);
  if (!opened) FAIL(describe(opened.error()));
  ledger = std::move(*opened);
  start(load);
}

void Crowd::start(const LoadLimits& load) {
  auto started = Sequencer::start(*ledger,
                                  {.did = {},
                                   .card = brand.card,
                                   .policy = {},
                                   .message_key = &brand.message,
                                   .environment = Environment::sandbox,
                                   .load = load},
                                  {voice, clock, entropy, {}});
  if (!started) FAIL(describe(started.error()));
  sequencer = std::move(*started);
}

void Crowd::give_up_message_key() {
  stop();
  const auto before = Admission::admit<Card>(brand.card);
  Card next = **before;
  next.number += 1;
  next.prev_card = before->id();
  brand.message = key_of(5'000'000);
  next.keys.front().revoked_at_index = ledger->size();
  next.keys.push_back({.key = brand.message.public_key(),
                       .purpose = KeyPurpose::message,
                       .custody = Custody::server});
  brand.card = *entente::sign(next, brand.root);
  start({});
}

Crowd::~Crowd() {
  voice.release();
  stop();
}

void Crowd::stop() { sequencer.reset(); }

Body Crowd::open(bool asks_for_person) {
  Open open = late_parcels();
  if (asks_for_person) open.handoff = person_request();
  return open;
}

Body Crowd::ask_for_person() { return Handoff{.hid = {}, .act = person_request()}; }

Bytes Crowd::sign(Person& person, Body body, std::optional<MessageId> prev) {
  const Frame said{.key = person.key.public_key(),
                   .card = Admission::admit<Card>(brand.card)->id(),
                   .now_ms = clock.now_ms(),
                   .case_id = person.case_id,
                   .prev = prev.value_or(MessageId{}),
                   .number = ++person.said};
  return *entente::sign(frame(said, std::move(body)), person.key);
}

Person Crowd::member(std::uint32_t number) {
  Person person(number);
  const Bytes opening = sign(person, open());
  person.case_id = Admission::admit<Message>(opening)->id();
  REQUIRE(ask(opening).kind == Delivery::Kind::parcel);
  return person;
}

std::shared_ptr<Heard> Crowd::send(const Bytes& envelope, const std::string& network) {
  Parcel parcel;
  parcel.envelopes.push_back(envelope);
  return send({.parcel = parcel, .case_id = {}, .read = {}, .network = network, .done = {}});
}

std::shared_ptr<Heard> Crowd::send(Submission submission) {
  auto heard = std::make_shared<Heard>();
  submission.done = [this, heard](Delivery delivery) {
    const std::scoped_lock lock(mutex_);
    if (heard->delivered) throw std::logic_error("answered twice");
    heard->delivered = std::move(delivery);
    heard_.notify_all();
  };
  sequencer->submit(std::move(submission));
  return heard;
}

Delivery Crowd::answer(const std::shared_ptr<Heard>& heard) {
  std::unique_lock lock(mutex_);
  REQUIRE(heard_.wait_for(lock, std::chrono::milliseconds(long_ms),
                          [&] { return heard->delivered.has_value(); }));
  return *heard->delivered;
}

void Crowd::hold_writer() {
  if (!waker_) waker_ = std::make_unique<Person>(member(4'000'000));
  voice.hold();
  send(sign(*waker_, Inform{}));
  voice.wait_until_held();
}

void Crowd::settle() {
  for (int i = 0; i < 6000; ++i) {
    const LoadStats stats = sequencer->load();
    if (stats.waiting == 0 && stats.reserved_waiting == 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  std::promise<void> looked;  // the batch in hand is done as well
  sequencer->inspect([&](const Ledger&) { looked.set_value(); });
  looked.get_future().wait();
}

std::vector<Refusal> Crowd::refusals(const Delivery& delivery) const {
  std::vector<Refusal> found;
  for (const Bytes& envelope : delivery.parcel.envelopes) {
    const auto type = unverified_payload_type(envelope);
    if (!type || *type != payload_type::refusal) continue;
    const auto refusal = Admission::admit<Refusal>(envelope);
    REQUIRE(refusal);
    REQUIRE(refusal->signer() == brand.message.public_key());
    found.push_back(**refusal);
  }
  return found;
}

std::vector<MessageId> Crowd::logged() {
  stop();
  std::vector<MessageId> ids;
  for (std::uint64_t index = 0; index < ledger->size(); ++index) {
    const auto entry = ledger->read(index);
    REQUIRE(entry);
    if (entry->leaf.kind != EntryKind::message) continue;
    ids.push_back(Admission::admit<Message>(entry->content)->id());
  }
  return ids;
}

}  // namespace entente::tests
