#include "card_file.h"

#include <entente/audit/note.h>
#include <entente/crypto/hash.h>
#include <entente/identity/authority.h>
#include <entente/text/yaml_reader.h>
#include <entente/wire/admission.h>

#include <algorithm>
#include <array>

namespace entente::cli {
namespace {

constexpr std::array<std::string_view, 7> weekdays = {"mon", "tue", "wed", "thu",
                                                      "fri", "sat", "sun"};
constexpr std::int64_t life_ms = std::int64_t{365} * 86'400'000;

Result<std::string> text_or(const YamlReader& map, std::string_view key, std::string otherwise) {
  const auto field = map.find(key);
  if (!field) return otherwise;
  return field->text();
}

Result<std::int64_t> duration_or(const YamlReader& map, std::string_view key,
                                 std::int64_t otherwise) {
  const auto field = map.find(key);
  if (!field) return otherwise;
  return field->duration_ms();
}

Result<std::vector<std::string>> texts_or_none(const YamlReader& map, std::string_view key) {
  std::vector<std::string> texts;
  const auto field = map.find(key);
  if (!field) return texts;
  ENTENTE_LET(items, field->items());
  for (const YamlReader& item : items) {
    ENTENTE_LET(text, item.text());
    texts.push_back(text);
  }
  return texts;
}

// "09:30"
Result<std::uint16_t> read_minute(const YamlReader& field) {
  ENTENTE_LET(text, field.text());
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() == 5 && text[2] == ':' && digit(0) && digit(1) && digit(3) && digit(4)) {
    const int minute = std::stoi(text.substr(0, 2)) * 60 + std::stoi(text.substr(3));
    if (minute <= 24 * 60 && text[3] < '6') return static_cast<std::uint16_t>(minute);
  }
  return field.expected("a time such as \"09:30\"");
}

Status read_hours(const YamlReader& list, std::vector<OpenHours>& hours) {
  ENTENTE_LET(items, list.items());
  for (const YamlReader& item : items) {
    ENTENTE_TRY(item.closed({"days", "from", "to"}));
    ENTENTE_LET(days, item.field("days").codes_of({weekdays.begin(), weekdays.end()}));
    ENTENTE_LET(from, read_minute(item.field("from")));
    ENTENTE_LET(to, read_minute(item.field("to")));
    if (from >= to) return item.field("to").refuse("closes before it opens");
    for (const std::string& day : days) {
      const auto at = std::ranges::find(weekdays, day) - weekdays.begin();
      hours.push_back({static_cast<std::uint8_t>(at + 1), from, to});
    }
  }
  return {};
}

Result<HumanAvailability> read_human(const YamlReader& map) {
  ENTENTE_TRY(map.closed({"hours", "time_zone", "utc_offset_minutes", "languages", "channels",
                          "target", "longest_wait", "alternatives"}));
  HumanAvailability human;
  ENTENTE_TRY(read_hours(map.field("hours"), human.hours));
  ENTENTE_LET(time_zone, map.field("time_zone").text());
  ENTENTE_LET(offset, map.field("utc_offset_minutes").integer(-14 * 60, 14 * 60));
  ENTENTE_LET(languages, map.field("languages").codes());
  ENTENTE_LET(channels, map.field("channels").codes());
  ENTENTE_LET(target_ms, map.field("target").duration_ms());
  ENTENTE_LET(longest_wait_ms, map.field("longest_wait").duration_ms());
  ENTENTE_LET(alternatives, map.field("alternatives").codes());
  human.time_zone = time_zone;
  human.utc_offset_minutes = static_cast<std::int16_t>(offset);
  human.languages = languages;
  human.channels = channels;
  human.target_ms = target_ms;
  human.longest_wait_ms = longest_wait_ms;
  human.alternatives = alternatives;
  return human;
}

Result<LegalEntity> read_entity(const YamlReader& map) {
  ENTENTE_TRY(map.closed({"name", "address", "register_entry", "country"}));
  ENTENTE_LET(entity_name, map.field("name").text());
  ENTENTE_LET(address, text_or(map, "address", ""));
  ENTENTE_LET(register_entry, text_or(map, "register_entry", ""));
  ENTENTE_LET(country, map.field("country").code());
  return LegalEntity{entity_name, address, register_entry, country};
}

Result<MinimumPeriods> read_periods(const YamlReader& map) {
  ENTENTE_TRY(map.closed({"offer", "contest", "reopen", "answer"}));
  ENTENTE_LET(offer_ms, map.field("offer").duration_ms());
  ENTENTE_LET(contest_ms, map.field("contest").duration_ms());
  ENTENTE_LET(reopen_ms, map.field("reopen").duration_ms());
  ENTENTE_LET(answer_ms, map.field("answer").duration_ms());
  return MinimumPeriods{offer_ms, contest_ms, reopen_ms, answer_ms};
}

Result<Adr> read_adr(const YamlReader& map) {
  ENTENTE_TRY(map.closed({"body", "url", "participates"}));
  ENTENTE_LET(body, map.field("body").text());
  ENTENTE_LET(url, text_or(map, "url", ""));
  ENTENTE_LET(participates, map.field("participates").boolean());
  return Adr{body, url, participates};
}

Status read_parts(const YamlReader& root, Card& card) {
  ENTENTE_LET(entity, read_entity(root.field("entity")));
  ENTENTE_LET(human, read_human(root.field("human")));
  ENTENTE_LET(periods, read_periods(root.field("periods")));
  card.entity = entity;
  card.human = human;
  card.periods = periods;
  if (const auto adr = root.find("adr")) {
    ENTENTE_LET(read, read_adr(*adr));
    card.adr = read;
  }
  if (const auto methods = root.find("link_methods")) {
    ENTENTE_LET(codes, methods->codes());
    card.link_methods = codes;
  }
  return {};
}

std::string clock_time(unsigned minute) {
  const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return two(minute / 60) + ":" + two(minute % 60);
}

std::string list_of(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? "none" : text;
}

std::string minutes_of(std::int64_t ms) { return std::to_string(ms / 60'000) + " min"; }

void add_people(const HumanAvailability& human, std::vector<std::string>& lines) {
  for (const OpenHours& open : human.hours) {
    const std::size_t day = static_cast<std::size_t>(open.weekday - 1) % weekdays.size();
    lines.push_back("people         " + std::string(weekdays[day]) + " " +
                    clock_time(open.from_minute) + " to " + clock_time(open.to_minute) + " " +
                    human.time_zone);
  }
  lines.push_back("               by " + list_of(human.channels) + "; in " +
                  list_of(human.languages) + "; within " + minutes_of(human.target_ms) +
                  ", at most " + minutes_of(human.longest_wait_ms));
}

}  // namespace

Result<Card> read_card_description(std::string_view text, std::string_view file_name,
                                   std::int64_t now_ms) {
  ENTENTE_LET(tree, parse_yaml(text, file_name));
  const YamlReader root(tree, file_name, ErrorCode::config_invalid);
  ENTENTE_TRY(root.closed({"domain", "environment", "valid_for", "entity", "endpoints", "human",
                           "link_methods", "periods", "adr", "privacy_contact"}));
  Card card;
  ENTENTE_LET(domain, root.field("domain").text());
  ENTENTE_LET(environment, root.field("environment").one_of({"sandbox", "production"}));
  ENTENTE_LET(valid_ms, duration_or(root, "valid_for", life_ms));
  ENTENTE_LET(endpoints, texts_or_none(root, "endpoints"));
  ENTENTE_LET(privacy, root.field("privacy_contact").text());
  card.domain = domain;
  card.environment = environment == "production" ? Environment::production : Environment::sandbox;
  card.issued_ms = now_ms;
  card.expires_ms = now_ms + valid_ms;
  card.endpoints = endpoints;
  card.versions = {protocol_version};
  card.privacy_contact = privacy;
  ENTENTE_TRY(read_parts(root, card));
  return card;
}

namespace {

Status revoke_keys(Card& card, const CardKeys& keys) {
  for (const PublicKey& key : keys.revoked.keys) {
    const auto listed = std::ranges::find(card.keys, key, &CardKey::key);
    if (listed == card.keys.end()) {
      return fail(ErrorCode::key_unknown, to_did_key(key) + " is not on the card before");
    }
    if (listed->revoked_at_index != 0) {
      return fail(ErrorCode::key_revoked, to_did_key(key) + " is revoked from entry " +
                                              std::to_string(listed->revoked_at_index) +
                                              " on already, and stays so");
    }
    if (key == keys.message || key == keys.log) {
      return fail(ErrorCode::card_invalid,
                  to_did_key(key) + " is to be revoked, and to be used: name another key as --" +
                      (key == keys.message ? "message" : "log"));
    }
    listed->revoked_at_index = keys.revoked.from_entry;
  }
  return {};
}

// Only what was revoked by an earlier card, so that all who follow the cards have read of it.
Status drop_keys(Card& card, const CardKeys& keys) {
  for (const PublicKey& key : keys.dropped) {
    const auto listed = std::ranges::find(card.keys, key, &CardKey::key);
    if (listed == card.keys.end()) {
      return fail(ErrorCode::key_unknown, to_did_key(key) + " is not on the card before");
    }
    if (listed->revoked_at_index == 0) {
      return fail(ErrorCode::card_invalid, to_did_key(key) +
                                               " is not revoked on the card before: a card revokes "
                                               "it, and one after that drops it");
    }
    card.keys.erase(listed);
  }
  return {};
}

// As somebody reads it who knows the card before, whenever that was: what it refuses, all do.
Status check_readable(const Bytes& envelope, const Bytes* previous) {
  ENTENTE_LET(made, Admission::admit<Card>(envelope));
  Authority reader(made->did(), made->environment);
  if (previous != nullptr) {
    ENTENTE_LET(before, Admission::admit<Card>(*previous));
    ENTENTE_TRY(reader.learn(before, before->issued_ms));
  }
  return reader.learn(made, made->issued_ms);
}

}  // namespace

Result<Bytes> make_card(Card card, const CardKeys& keys, const Bytes* previous) {
  if (previous != nullptr) {
    ENTENTE_LET(before, Admission::admit<Card>(*previous));
    card.number = before->number + 1;
    card.prev_card = before.id();
    card.keys = before->keys;
  }
  ENTENTE_TRY(drop_keys(card, keys));
  ENTENTE_TRY(revoke_keys(card, keys));
  const auto add = [&](const PublicKey& key, KeyPurpose purpose) {
    if (std::ranges::count(card.keys, key, &CardKey::key) != 0) return;
    card.keys.push_back({.key = key, .purpose = purpose, .custody = Custody::server});
  };
  add(keys.message, KeyPurpose::message);
  add(keys.log, KeyPurpose::log);
  card.root_key = keys.root->public_key();
  card.next_root_digest = sha256(keys.next_root.value_or(card.root_key));
  std::string log = card.domain + "/log";
  if (previous != nullptr) {
    ENTENTE_LET(before, Admission::admit<Card>(*previous));
    ENTENTE_LET(known, Vkey::decode(before->log_vkey));
    log = known.name();
  }
  if (!keys.origin.empty()) log = keys.origin;
  ENTENTE_LET(vkey, Vkey::make(log, SignatureType::ed25519, keys.log));
  card.log_vkey = vkey.encode();
  ENTENTE_LET(envelope, sign(card, *keys.root));
  ENTENTE_TRY(check_readable(envelope, previous));
  return envelope;
}

std::vector<std::string> card_lines(const Card& card) {
  std::vector<std::string> lines = {
      card.did() + ", card " + std::to_string(card.number) + ", " +
          std::string(name(card.environment)),
      "who            " + card.entity.name + ", " + card.entity.address + ", " +
          card.entity.country + " " + card.entity.register_entry,
      "valid          " + format_utc_date(card.issued_ms) + " to " +
          format_utc_date(card.expires_ms),
      "endpoints      " + list_of(card.endpoints),
      "log            " + card.log_vkey,
      "root key       " + to_did_key(card.root_key),
  };
  for (const CardKey& key : card.keys) {
    lines.push_back("key            " + std::string(name(key.purpose)) + " " + to_did_key(key.key) +
                    (key.revoked_at_index == 0
                         ? ""
                         : " revoked from entry " + std::to_string(key.revoked_at_index)));
  }
  add_people(card.human, lines);
  for (const std::string& way : card.human.alternatives) lines.push_back("otherwise      " + way);
  lines.push_back("link           " + list_of(card.link_methods));
  if (!card.adr.body.empty()) {
    lines.push_back("disputes       " + card.adr.body + " " + card.adr.url +
                    (card.adr.participates ? "" : " (does not take part)"));
  }
  lines.push_back("privacy        " + card.privacy_contact);
  return lines;
}

}  // namespace entente::cli
