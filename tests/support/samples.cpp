#include "samples.h"

#include <entente/crypto/hash.h>

#include <algorithm>

namespace entente::tests {

// splitmix64 (Steele, Lea, Flood 2014).
void SeededEntropy::fill(std::span<std::uint8_t> out) {
  for (std::uint8_t& byte : out) {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    byte = static_cast<std::uint8_t>(mixed ^ (mixed >> 31));
  }
}

namespace samples {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;

Line line(const char* number) { return {.part = 0, .line = number, .qty = 1}; }

Settlement pays(std::int64_t cents) {
  return {.direction = Settlement::Direction::pays, .amount = euros(cents), .method = 1};
}

GoodsReturn goods_return() {
  return {.lines = {line("kettle-17")},
          .how = "pickup",
          .fees = Party::brand,
          .by_ms = now_ms + 14 * day_ms};
}

HandoffRequest handoff_request() {
  return {.reason = "consumer_asked",
          .principal_present = HandoffRequest::Present::live,
          .channels = {"case", "phone"},
          .language = "es",
          .needs = 2,
          .level = HandoffRequest::Level::agent};
}

Slot slot() {
  return {.id = "slot-4",
          .from_ms = now_ms + day_ms,
          .to_ms = now_ms + day_ms + hour_ms,
          .channel = "phone"};
}

std::vector<Route> routes() {
  return {Queued{.first_in_line = true,
                 .place = 3,
                 .eta_ms = now_ms + hour_ms,
                 .basis = "median_of_last_hour",
                 .next_update_by_ms = now_ms + 60'000,
                 .alternatives = {slot(), AnswerLater{now_ms + day_ms}}},
          Queued{}, slot(),
          Unavailable{.why = "out_of_hours",
                      .next_open_ms = now_ms + day_ms,
                      .alternatives = {slot(), AnswerLater{now_ms + day_ms},
                                       OtherContact{"+34 900 000 000"}}},
          AnswerLater{now_ms + 2 * day_ms}};
}

void add_handoffs(std::vector<Body>& to) {
  const auto say = [&](HandoffAct act) { to.push_back(Handoff{digest(40), std::move(act)}); };
  to.push_back(Handoff{{}, handoff_request()});
  for (const Route& route : routes()) say(Acked{route});
  for (const Route& route : routes()) say(Routed{route});
  say(Chosen{ChooseSlot{"slot-4"}});
  say(Chosen{ChooseAsync{}});
  say(Joined{.operator_ref = "op-7",
             .role = "agent",
             .channel = "case",
             .assurance = "operator_key",
             .event = 1,
             .package = digest(41)});
  say(OnHold{now_ms + hour_ms});
  say(Resumed{});
  say(Transferring{.to = "returns", .cause = "skill"});
  say(Missed{});
  say(ReturnOffered{});
  say(Returned{});
  say(Concluded{"resolved_agreed"});
  say(HandoffConfirmed{});
  say(HandoffDisputed{"not_what_was_said"});
  say(HandoffWithdrawn{});
  for (const auto what : {ContinueWhileWaiting::What::nothing, ContinueWhileWaiting::What::updates,
                          ContinueWhileWaiting::What::offers}) {
    say(ContinueWhileWaiting{what});
  }
}

void add_talk(std::vector<Body>& to) {
  Claim exact = claim(2);
  for (const Shape& shape : shapes()) {
    const auto want = [&](auto wish) { exact.desired.push_back({"exchange", std::move(wish)}); };
    if (const auto* change = std::get_if<OrderChange>(&shape)) want(*change);
    if (const auto* goods = std::get_if<Goods>(&shape)) want(*goods);
    if (const auto* change = std::get_if<ContractChange>(&shape)) want(*change);
    if (const auto* record = std::get_if<Record>(&shape)) want(*record);
    if (const auto* money = std::get_if<MoneyTo>(&shape)) want(*money);
    if (const auto* credit = std::get_if<Credit>(&shape)) want(*credit);
  }
  exact.desired.push_back(
      {"exchange", OrderChange{.order = 0,
                               .change = OrderChange::Items{{line("kettle-17")}},
                               .settlement = Settlement{Settlement::Direction::priced, {}, 1}}});
  to.push_back(Open{.claims = {claim(1), exact},
                    .jurisdiction = "es",
                    .language = "en",
                    .related_cases = {digest(30)},
                    .handoff = handoff_request()});
  to.push_back(Open{.claims = {claim(1)}});
  to.push_back(Open{.handoff = handoff_request()});
  to.push_back(Link{LinkStart{"email_otp", 0}});
  to.push_back(Link{LinkRequire{{"email_otp", "oidc"}, "email_otp", "c-81"}});
  to.push_back(Link{LinkProve{"email_otp", "c-81", 0}});
  to.push_back(Link{LinkGranted{0, "email_otp", now_ms + day_ms}});
  to.push_back(Link{LinkFailed{"not_proved"}});
  to.push_back(Inform{.text = 2,
                      .canned = true,
                      .claims = {claim(3)},
                      .answers = {{1, 2}, {2, no_part}},
                      .awaiting_principal_until_ms = now_ms + day_ms});
  to.push_back(Inform{});
  to.push_back(Ask{
      {{.id = 1, .topic = "photo", .text = 2, .optional = true, .answer_by_ms = now_ms + day_ms},
       {.id = 2, .topic = "serial"}}});
}

void add_offers(std::vector<Body>& to) {
  for (const Shape& shape : shapes()) to.push_back(offer({term(1, shape)}));
  Term repaired = term(1, Repair{{line("kettle-17")}, true});
  repaired.condition = goods_return();
  repaired.blocks = true;
  repaired.due = {.n = 10,
                  .unit = Due::Unit::business_days,
                  .calendar = "es-md",
                  .from = Due::Start::condition};
  repaired.on_failure = ToTerm{2};
  Term refunded = term(2, MoneyTo{euros(4995), "original_payment"});
  refunded.standby = true;
  refunded.condition = EvidenceCondition{"serial_imei"};
  Term paid = term(3, Credit{euros(500), now_ms + 365 * day_ms});
  paid.ground = Ground::concession;
  paid.basis.clear();
  paid.condition = PaymentCondition{pays(250)};
  Offer full = offer({repaired, refunded, paid});
  full.inventory_until_ms = now_ms + hour_ms;
  full.replaces = digest(31);
  full.answers = digest(32);
  full.supersedes = {digest(33), digest(34)};
  full.waives = {"early_termination_fee"};
  full.lapse_if = "item.sold_out";
  full.toll_max_ms = 7 * day_ms;
  full.approval = {1, 2, 3};
  to.push_back(std::move(full));
  to.push_back(Accept{digest(35), {4, 5, 6}});
  to.push_back(Accept{digest(35), {}});
  to.push_back(Decline{digest(35), "amount_too_low"});
  to.push_back(Retract{digest(35)});
}

void add_answers(std::vector<Body>& to) {
  to.push_back(Determine{.claim = 1,
                         .result = Determine::Verdict::refused,
                         .reason = "window_ended",
                         .facts = {"order.age", "item.misuse"},
                         .basis = "shop.terms",
                         .contest_until_ms = now_ms + 14 * day_ms,
                         .adr = {"Consumer Board", "https://adr.example/", true},
                         .text = 2,
                         .after_contest = true});
  to.push_back(
      Determine{.claim = 1, .result = Determine::Verdict::partial, .reason = "evidence_missing"});
  to.push_back(Grant{{term(1, Hold{"collection", now_ms + 30 * day_ms})}});
  to.push_back(Exercise{Invoke{.right = "withdrawal",
                               .claims = {1, 2},
                               .subject = 0,
                               .effective = "at_once",
                               .offers_wanted = true,
                               .approval = {7, 8, 9}}});
  to.push_back(Exercise{Invoke{.right = "access"}});
  to.push_back(Exercise{Acknowledged{.of = digest(36),
                                     .right = "withdrawal",
                                     .received_ms = now_ms,
                                     .awaiting_link_until_ms = now_ms + 10 * day_ms,
                                     .duties = {term(1, ContractChange{0, "", "at_once"}),
                                                term(2, MoneyTo{{}, "original_payment"})}}});
  for (const auto state :
       {Performed::State::started, Performed::State::partial, Performed::State::done,
        Performed::State::failed, Performed::State::unknown}) {
    const Performed said{.term = 1,
                         .state = state,
                         .of_condition = true,
                         .amount = euros(100),
                         .qty = 2,
                         .reference = 0};
    to.push_back(Perform{digest(37), {said, Performed{.term = 1, .state = state}}});
  }
  to.push_back(Confirm{digest(37), {1, 2}});
  to.push_back(Dispute{digest(37), {1}, "not_received", 2});
  to.push_back(Leave{"resolved_elsewhere"});
  to.push_back(Leave{});
  to.push_back(Close{CloseProposed{"resolved_agreed", now_ms + 14 * day_ms, now_ms + 30 * day_ms}});
  to.push_back(Close{CloseFinal{digest(38), {digest(37)}}});
  to.push_back(Revoke{digest(20)});
  to.push_back(Notice{digest(39), "extension_unknown"});
}

PartRef part_ref(PartClass part_class, const char* media_type, std::uint8_t number) {
  return {digest(number), media_type, 100u + number, part_class};
}

}  // namespace

KeyPair key(std::uint8_t number) {
  auto pair = KeyPair::from_seed(bytes_of<32>(number));
  return std::move(*pair);
}

Digest digest(std::uint8_t number) { return sha256(Bytes{number}); }

Money euros(std::int64_t cents) { return {"EUR", cents, 2}; }

Claim claim(std::uint16_t id) {
  return {.claim_id = id,
          .category = "goods_nonconformity",
          .code = "defective",
          .basis = Basis::statutory,
          .items = {line("kettle-17"),
                    {.part = no_part, .line = "lid-3", .qty = 2, .replacement = "lid-4"}},
          .occurred_ms = now_ms - 10 * day_ms,
          .desired = {{"replacement", AnyShape{}}}};
}

std::vector<Shape> shapes() {
  const Settlement receives{Settlement::Direction::receives, euros(1250), 1};
  const Settlement even{Settlement::Direction::even, {}, no_part};
  const std::vector<Line> lines = {line("kettle-17")};
  return {MoneyTo{euros(4995), "original_payment"},
          Credit{euros(1500), now_ms + 365 * day_ms},
          Goods{lines},
          Repair{lines, true},
          OrderChange{0, OrderChange::Address{1}, {}},
          OrderChange{0, OrderChange::Payment{1}, {}},
          OrderChange{0, OrderChange::Items{lines}, pays(300)},
          OrderChange{0, OrderChange::Cancel{"no_longer_needed"}, receives},
          OrderChange{0, OrderChange::Return{lines}, receives},
          OrderChange{0, OrderChange::Exchange{lines}, even},
          ContractChange{0, "Basic", "next_period"},
          Hold{"disconnection", now_ms + 30 * day_ms},
          Instalments{{{now_ms + 30 * day_ms, euros(1000)}, {now_ms + 60 * day_ms, euros(1000)}}},
          Travel{0, 1, now_ms + day_ms},
          Visit{now_ms + day_ms, now_ms + day_ms + 4 * hour_ms},
          Record{0, "address", 1},
          NoAction{"not_entitled"},
          Payment{pays(800)}};
}

Term term(std::uint16_t id, Shape shape) {
  const bool is_payment = std::holds_alternative<Payment>(shape);
  return {.id = id,
          .claims = {1},
          .obligor = is_payment ? Party::consumer : Party::brand,
          .ground = Ground::entitlement,
          .basis = "es.trlgdcu.118",
          .due = {.n = 2, .unit = Due::Unit::days, .from = Due::Start::agreement},
          .purpose = "x-sample:" + std::string(name(shape)),
          .shape = std::move(shape)};
}

Offer offer(std::vector<Term> terms) {
  return {.terms = std::move(terms), .valid_until_ms = now_ms + 3 * day_ms};
}

Party author_of(const Body& body) {
  switch (verb_of(body)) {
    case Verb::open:
    case Verb::accept:
    case Verb::leave:
    case Verb::revoke:
    case Verb::confirm:
      return Party::consumer;
    case Verb::exercise: {
      const bool invokes = std::holds_alternative<Invoke>(std::get<Exercise>(body).act);
      return invokes ? Party::consumer : Party::brand;
    }
    case Verb::handoff:
      return std::get<Handoff>(body).hid.is_zero() ? Party::consumer : Party::brand;
    case Verb::link:
    case Verb::inform:
    case Verb::ask:
    case Verb::propose:
    case Verb::decline:
    case Verb::retract:
    case Verb::determine:
    case Verb::grant:
    case Verb::perform:
    case Verb::dispute:
    case Verb::close:
    case Verb::notice:
      return Party::brand;
  }
  return Party::unset;
}

Message message(Body body) {
  const bool from_consumer = author_of(body) == Party::consumer;
  const bool opens = std::holds_alternative<Open>(body);
  const auto number = static_cast<std::uint8_t>(body.index());
  Message message;
  message.environment = Environment::sandbox;
  if (!opens) message.case_id = digest(10);
  message.act_id = bytes_of<16>(number);
  message.nonce = bytes_of<32>(static_cast<std::uint8_t>(100 + number));
  if (!opens) message.prev = digest(11);
  message.sent_at_ms = now_ms;
  message.admit_by_ms = now_ms + 600'000;
  message.author = {from_consumer ? Party::consumer : Party::brand,
                    from_consumer ? Actor::ai : Actor::rules,
                    key(from_consumer ? assistant_key : brand_key).public_key(), digest(20)};
  message.audience = from_consumer ? Audience{brand_did, digest(21)}
                                   : Audience{to_did_key(key(principal_key).public_key()), {}};
  if (!opens) message.seen = {"kettle.example/log", 17, digest(22)};
  message.parts = {part_ref(PartClass::reference, "text/plain", 50),
                   part_ref(PartClass::contact, "application/json", 51),
                   part_ref(PartClass::prose, "text/plain", 52)};
  message.body = std::move(body);
  return message;
}

std::uint8_t signer_of(const Message& message) {
  return message.author.party == Party::consumer ? assistant_key : brand_key;
}

std::vector<Body> bodies() {
  std::vector<Body> all;
  add_talk(all);
  add_offers(all);
  add_answers(all);
  add_handoffs(all);
  return all;
}

std::vector<Message> messages() {
  std::vector<Message> all;
  for (Body& body : bodies()) all.push_back(message(std::move(body)));
  all.front().ext = {{"x-sample:one", false, {1, 2}}, {"x-sample:two", true, {}}};
  return all;
}

}  // namespace samples
}  // namespace entente::tests
