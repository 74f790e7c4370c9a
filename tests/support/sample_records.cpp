#include "samples.h"

namespace entente::tests::samples {

Card card() {
  Card card;
  card.number = 2;
  card.prev_card = digest(23);
  card.root_key = key(root_key).public_key();
  card.next_root_digest = digest(24);
  card.issued_ms = now_ms - day_ms;
  card.expires_ms = now_ms + 90 * day_ms;
  card.environment = Environment::sandbox;
  card.domain = "kettle.example";
  card.entity = {"Kettle SL", "Calle Mayor 1, Madrid", "M-12345", "es"};
  card.endpoints = {"https://kettle.example/entente/v1"};
  card.versions = {protocol_version};
  card.keys = {{key(brand_key).public_key(), KeyPurpose::message, Custody::server, 1, 0},
               {key(operator_key).public_key(), KeyPurpose::operator_, Custody::device, 1, 9}};
  card.log_vkey = "kettle.example/log+00000000+AAAA";
  card.human = {.hours = {{1, 540, 1020}, {6, 600, 840}},
                .time_zone = "Europe/Madrid",
                .utc_offset_minutes = 60,
                .languages = {"es", "en"},
                .channels = {"case", "phone"},
                .target_ms = 180'000,
                .longest_wait_ms = day_ms,
                .alternatives = {"post"}};
  card.link_methods = {"email_otp"};
  card.periods = {day_ms, 14 * day_ms, 30 * day_ms, day_ms};
  card.adr = {"Consumer Board", "https://adr.example/", true};
  card.privacy_contact = "privacy@kettle.example";
  card.ext = {{"x-sample:card", false, {1}}};
  return card;
}

Mandate mandate() {
  return {.principal = key(principal_key).public_key(),
          .assistant = key(assistant_key).public_key(),
          .role = Mandate::Role::assistant,
          .audience = brand_did,
          .environment = Environment::sandbox,
          .versions = {protocol_version},
          .categories = {"goods_nonconformity", "delivery"},
          .verbs = {"open", "link", "propose", "accept", "handoff"},
          .remedies = {"repair", "replacement"},
          .approval_exempt = {"repair"},
          .representation = Mandate::Representation::self,
          .issued_ms = now_ms - day_ms,
          .expires_ms = now_ms + 30 * day_ms,
          .nonce = bytes_of<32>(60)};
}

Approval approval() {
  return {.offer = digest(35),
          .case_id = digest(10),
          .act_id = bytes_of<16>(5),
          .audience = brand_did,
          .environment = Environment::sandbox,
          .mandate = digest(20),
          .text_digest = digest(61),
          .language = "en",
          .expires_ms = now_ms + day_ms,
          .nonce = bytes_of<32>(62)};
}

Read read() {
  return {.key = key(assistant_key).public_key(),
          .authority = digest(20),
          .audience = brand_did,
          .environment = Environment::sandbox,
          .method = "GET",
          .path = "/entente/v1/cases/00?after=3",
          .expires_ms = now_ms + 60'000,
          .nonce = bytes_of<32>(63),
          .seen_size = 41};
}

Refusal refusal() {
  return {.message = digest(64),
          .code = "busy",
          .head = digest(11),
          .head_pos = 3,
          .at_ms = now_ms,
          .retry_after_ms = 5'000,
          .environment = Environment::sandbox,
          .case_id = digest(10),
          .unlogged = true};
}

Parcel parcel() {
  return {.envelopes = {{1, 2, 3}, {4}},
          .parts = {{PartClass::prose, "text/plain", bytes_of<32>(65), {1, 2}}},
          .receipts = {{{1, 2, 3, 4}, bytes_of<32>(66), "c2sp.org/tlog-proof@v1\nindex 3\n"}},
          .checkpoint = "kettle.example/log\n17\nAAAA\n",
          .consistency = {digest(67), digest(68)},
          .cosignatures = {"\u2014 kettle.example/log AAAA"},
          .cards = {{5, 6}},
          .mandates = {{7}},
          .packages = {{8}}};
}

LogEntry log_entry() {
  return {.kind = EntryKind::message,
          .time_ms = now_ms,
          .blind_case = digest(70),
          .position = 3,
          .direction = Direction::received,
          .commit = digest(71),
          .parts_received = {digest(50), digest(51)},
          .prev_leaf = digest(72),
          .effect = "binding",
          .engine = "entente 0.1.0"};
}

Facts facts() {
  return {
      .case_id = digest(10),
      .claim = 1,
      .at_ms = now_ms,
      .facts = {{"item.misuse", Scalar(false)},
                {"order.status", Scalar(CodeFact{"delivered"})},
                {"order.items", Scalar(CountFact{3})},
                {"account.balance", Scalar(Money{"EUR", -250, 2})},
                {"item.age", Scalar(DurationFact{70 * day_ms})},
                {"order.placed", Scalar(InstantFact{now_ms - 70 * day_ms})},
                {"payment.method", Scalar(RefFact{"gift_card_5701566"})},
                {"item.weight", Scalar(Unknown{})},
                {"items", Rows{{{{{"line", RefFact{"kettle-17"}}, {"price", euros(4995)}}}, {}}}}}};
}

DecisionRecord decision() {
  return {.case_id = digest(10),
          .trigger = digest(73),
          .policy = digest(74),
          .facts_entry = 9,
          .claim = 1,
          .rule = "entitlements[0]",
          .answer = digest(75),
          .code = "handoff_pending",
          .decider = Actor::rules,
          .at_ms = now_ms};
}

PerformanceRecord performance() {
  return {.case_id = digest(10),
          .key = digest(76),
          .source = digest(37),
          .term = 1,
          .state = Performed::State::done,
          .reference = "RF-1",
          .code = "none",
          .lookups = 2};
}

HandoffClockRecord handoff_clock() {
  return {.case_id = digest(10),
          .hid = digest(40),
          .event = "offered",
          .operator_ref = "op-7",
          .digest = digest(41),
          .at_ms = now_ms};
}

FreezeRecord freeze() {
  return {.frozen = true,
          .order = digest(42),
          .by = "ops@kettle.example",
          .reason = "wrong prices in the shop",
          .at_ms = now_ms};
}

CheckpointSeenRecord checkpoint_seen() {
  return {.note = "kettle.example/log\n17\nAAAA\n", .consistency = {digest(67)}, .from_size = 9};
}

}  // namespace entente::tests::samples
