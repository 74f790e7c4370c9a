// Cards, mandates, approvals, reads, and what is said about forgetting.
#include <authority.capnp.h>
#include <entente/wire/retention.h>

#include "wire/canonical.h"
#include "wire/encoder.h"
#include "wire/message_codec.h"
#include "wire/verbs_codec.h"

namespace entente::wire {
namespace {

void write(const LegalEntity& from, Card::Entity::Builder to) {
  if (!from.name.empty()) to.setName(words(from.name));
  if (!from.address.empty()) to.setAddress(words(from.address));
  if (!from.register_entry.empty()) to.setRegister(words(from.register_entry));
  if (!from.country.empty()) to.setCountry(words(from.country));
}

void read(Card::Entity::Reader from, LegalEntity& to, Decoder& in) {
  to.name = in.text(from.getName(), "entity.name");
  to.address = in.text(from.getAddress(), "entity.address");
  to.register_entry = in.text(from.getRegister(), "entity.register");
  to.country = in.find_code(from.getCountry(), "entity.country");
}

void write(const CardKey& from, Card::Key::Builder to) {
  to.setKey(raw(from.key));
  to.setPurpose(enumerant<Card::Purpose>(from.purpose));
  to.setCustody(enumerant<Card::Custody>(from.custody));
  to.setValidFromIndex(from.valid_from_index);
  to.setRevokedAtIndex(from.revoked_at_index);
}

CardKey read_card_key(Card::Key::Reader from, Decoder& in) {
  CardKey to;
  to.key = in.key(from.getKey());
  to.purpose = in.enumerator(from.getPurpose(), KeyPurpose::bridge);
  to.custody = in.enumerator(from.getCustody(), Custody::webauthn);
  to.valid_from_index = in.count(from.getValidFromIndex(), "key.valid_from");
  to.revoked_at_index = in.count(from.getRevokedAtIndex(), "key.revoked_at");
  return to;
}

void write(const OpenHours& from, Card::Hours::Builder to) {
  to.setWeekday(from.weekday);
  to.setFromMinute(from.from_minute);
  to.setToMinute(from.to_minute);
}

OpenHours read_hours(Card::Hours::Reader from, Decoder& in) {
  constexpr std::uint16_t day_minutes = 24 * 60;
  const OpenHours to{from.getWeekday(), from.getFromMinute(), from.getToMinute()};
  in.require(to.weekday >= 1 && to.weekday <= 7 && to.from_minute < to.to_minute &&
                 to.to_minute <= day_minutes,
             ErrorCode::out_of_range, "hours");
  return to;
}

void write(const HumanAvailability& from, Card::Human::Builder to) {
  if (!from.hours.empty()) {
    auto hours = to.initHours(count(from.hours));
    for (std::size_t i = 0; i < from.hours.size(); ++i) {
      write(from.hours[i], hours[static_cast<unsigned>(i)]);
    }
  }
  if (!from.time_zone.empty()) to.setTimeZone(words(from.time_zone));
  to.setUtcOffsetMinutes(from.utc_offset_minutes);
  if (!from.languages.empty()) write_texts(from.languages, to.initLanguages(count(from.languages)));
  if (!from.channels.empty()) write_texts(from.channels, to.initChannels(count(from.channels)));
  to.setTargetMs(from.target_ms);
  to.setLongestWaitMs(from.longest_wait_ms);
  if (!from.alternatives.empty()) {
    write_texts(from.alternatives, to.initAlternatives(count(from.alternatives)));
  }
}

void read(Card::Human::Reader from, HumanAvailability& to, Decoder& in) {
  constexpr std::int16_t offset_minutes_max = 14 * 60;  // Kiribati
  to.hours = in.list(from.getHours(), limits::list_items_max,
                     [&](auto item) { return read_hours(item, in); });
  to.time_zone = in.text(from.getTimeZone(), "human.time_zone");
  to.utc_offset_minutes = from.getUtcOffsetMinutes();
  to.languages = in.codes(from.getLanguages(), "human.languages");
  to.channels = in.codes(from.getChannels(), "human.channels");
  to.target_ms = in.instant(from.getTargetMs(), "human.target");
  to.longest_wait_ms = in.instant(from.getLongestWaitMs(), "human.longest_wait");
  to.alternatives = in.codes(from.getAlternatives(), "human.alternatives");
  in.require(
      to.utc_offset_minutes >= -offset_minutes_max && to.utc_offset_minutes <= offset_minutes_max,
      ErrorCode::out_of_range, "human.utc_offset");
}

void write(const MinimumPeriods& from, Card::Periods::Builder to) {
  to.setOfferMs(from.offer_ms);
  to.setContestMs(from.contest_ms);
  to.setReopenMs(from.reopen_ms);
  to.setAnswerMs(from.answer_ms);
}

void read(Card::Periods::Reader from, MinimumPeriods& to, Decoder& in) {
  to.offer_ms = in.instant(from.getOfferMs(), "periods.offer");
  to.contest_ms = in.instant(from.getContestMs(), "periods.contest");
  to.reopen_ms = in.instant(from.getReopenMs(), "periods.reopen");
  to.answer_ms = in.instant(from.getAnswerMs(), "periods.answer");
}

std::vector<std::uint16_t> read_versions(capnp::List<std::uint16_t>::Reader from, Decoder& in) {
  auto to = in.ids(from, "versions");
  in.require(!to.empty(), ErrorCode::malformed, "no version");
  return to;
}

}  // namespace

void write(const entente::Card& from, Card::Builder to) {
  to.setNumber(from.number);
  if (!from.prev_card.is_zero()) to.setPrevCard(raw(from.prev_card));
  to.setRootKey(raw(from.root_key));
  if (!from.next_root_digest.is_zero()) to.setNextRootDigest(raw(from.next_root_digest));
  to.setIssuedMs(from.issued_ms);
  to.setExpiresMs(from.expires_ms);
  to.setEnvironment(enumerant<Environment>(from.environment));
  if (!from.domain.empty()) to.setDomain(words(from.domain));
  write(from.entity, to.initEntity());
  if (!from.endpoints.empty()) write_texts(from.endpoints, to.initEndpoints(count(from.endpoints)));
  if (!from.versions.empty()) write_numbers(from.versions, to.initVersions(count(from.versions)));
  if (!from.keys.empty()) {
    auto keys = to.initKeys(count(from.keys));
    for (std::size_t i = 0; i < from.keys.size(); ++i) {
      write(from.keys[i], keys[static_cast<unsigned>(i)]);
    }
  }
  if (!from.log_vkey.empty()) to.setLogVkey(words(from.log_vkey));
  write(from.human, to.initHuman());
  if (!from.link_methods.empty()) {
    write_texts(from.link_methods, to.initLinkMethods(count(from.link_methods)));
  }
  write(from.periods, to.initPeriods());
  if (from.adr != entente::Adr{}) write(from.adr, to.initAdr());
  if (!from.privacy_contact.empty()) to.setPrivacyContact(words(from.privacy_contact));
  if (!from.ext.empty()) write_structs(from.ext, to.initExt(count(from.ext)));
}

void read(Card::Reader from, entente::Card& to, Decoder& in) {
  to.number = from.getNumber();
  to.prev_card = in.find_digest(from.getPrevCard(), "prev_card");
  to.root_key = in.key(from.getRootKey());
  to.next_root_digest = in.find_digest(from.getNextRootDigest(), "next_root_digest");
  to.issued_ms = in.required_instant(from.getIssuedMs(), "issued");
  to.expires_ms = in.required_instant(from.getExpiresMs(), "expires");
  to.environment = in.enumerator(from.getEnvironment(), entente::Environment::production);
  to.domain = in.required_text(from.getDomain(), "domain");
  read(from.getEntity(), to.entity, in);
  to.endpoints = in.texts(from.getEndpoints(), "endpoints");
  to.versions = read_versions(from.getVersions(), in);
  to.keys = in.list(from.getKeys(), limits::list_items_max,
                    [&](auto item) { return read_card_key(item, in); });
  to.log_vkey = in.text(from.getLogVkey(), "log_vkey");
  read(from.getHuman(), to.human, in);
  to.link_methods = in.codes(from.getLinkMethods(), "link_methods");
  read(from.getPeriods(), to.periods, in);
  read(from.getAdr(), to.adr, in);
  to.privacy_contact = in.text(from.getPrivacyContact(), "privacy_contact");
  to.ext = read_extensions(from.getExt(), in);
  in.require(to.number >= 1, ErrorCode::out_of_range, "cards are numbered from 1");
  in.require((to.number == 1) == to.prev_card.is_zero(), ErrorCode::malformed,
             "every card but the first names the one before");
  in.require(to.issued_ms < to.expires_ms, ErrorCode::out_of_range, "expires before it is issued");
}

void write(const entente::Mandate& from, Mandate::Builder to) {
  to.setPrincipal(raw(from.principal));
  to.setAssistant(raw(from.assistant));
  to.setRole(enumerant<Mandate::Role>(from.role));
  if (!from.audience.empty()) to.setAudience(words(from.audience));
  to.setEnvironment(enumerant<Environment>(from.environment));
  if (!from.versions.empty()) write_numbers(from.versions, to.initVersions(count(from.versions)));
  if (!from.categories.empty()) {
    write_texts(from.categories, to.initCategories(count(from.categories)));
  }
  if (!from.verbs.empty()) write_texts(from.verbs, to.initVerbs(count(from.verbs)));
  if (!from.remedies.empty()) write_texts(from.remedies, to.initRemedies(count(from.remedies)));
  if (!from.approval_exempt.empty()) {
    write_texts(from.approval_exempt, to.initApprovalExempt(count(from.approval_exempt)));
  }
  to.setRepresentation(enumerant<Mandate::Representation>(from.representation));
  to.setIssuedMs(from.issued_ms);
  to.setExpiresMs(from.expires_ms);
  to.setNonce(raw(from.nonce));
}

void read(Mandate::Reader from, entente::Mandate& to, Decoder& in) {
  using Ours = entente::Mandate;
  to.principal = in.key(from.getPrincipal());
  to.assistant = in.key(from.getAssistant());
  to.role = in.enumerator(from.getRole(), Ours::Role::operator_);
  to.audience = in.did(from.getAudience());
  to.environment = in.enumerator(from.getEnvironment(), entente::Environment::production);
  to.versions = read_versions(from.getVersions(), in);
  to.categories = in.codes(from.getCategories(), "mandate.categories");
  to.verbs = in.codes(from.getVerbs(), "mandate.verbs");
  to.remedies = in.codes(from.getRemedies(), "mandate.remedies");
  to.approval_exempt = in.codes(from.getApprovalExempt(), "mandate.approval_exempt");
  to.representation = in.enumerator(from.getRepresentation(), Ours::Representation::professional);
  to.issued_ms = in.required_instant(from.getIssuedMs(), "issued");
  to.expires_ms = in.required_instant(from.getExpiresMs(), "expires");
  to.nonce = in.fixed<32>(from.getNonce(), "a nonce has 32 bytes");
  in.require(to.issued_ms < to.expires_ms, ErrorCode::out_of_range, "expires before it is issued");
}

void write(const entente::Approval& from, Approval::Builder to) {
  if (!from.offer.is_zero()) to.setOffer(raw(from.offer));
  if (!from.case_id.is_zero()) to.setCaseId(raw(from.case_id));
  if (from.act_id != ActId{}) to.setActId(raw(from.act_id));
  if (!from.audience.empty()) to.setAudience(words(from.audience));
  to.setEnvironment(enumerant<Environment>(from.environment));
  if (!from.mandate.is_zero()) to.setMandate(raw(from.mandate));
  if (!from.text_digest.is_zero()) to.setTextDigest(raw(from.text_digest));
  if (!from.language.empty()) to.setLanguage(words(from.language));
  to.setExpiresMs(from.expires_ms);
  to.setNonce(raw(from.nonce));
}

void read(Approval::Reader from, entente::Approval& to, Decoder& in) {
  to.offer = in.find_digest(from.getOffer(), "approval.offer");
  to.case_id = in.find_digest(from.getCaseId(), "approval.case_id");
  if (from.getActId().size() > 0) {
    to.act_id = in.fixed<16>(from.getActId(), "an act id has 16 bytes");
  }
  to.audience = in.did(from.getAudience());
  to.environment = in.enumerator(from.getEnvironment(), entente::Environment::production);
  to.mandate = in.find_digest(from.getMandate(), "approval.mandate");
  to.text_digest = in.digest(from.getTextDigest(), "approval.text");
  to.language = in.code(from.getLanguage(), "approval.language");
  to.expires_ms = in.required_instant(from.getExpiresMs(), "approval.expires");
  to.nonce = in.fixed<32>(from.getNonce(), "a nonce has 32 bytes");
  in.require(!to.offer.is_zero() || to.act_id != ActId{}, ErrorCode::malformed, "approves nothing");
}

void write(const entente::Read& from, Read::Builder to) {
  to.setKey(raw(from.key));
  if (!from.authority.is_zero()) to.setAuthority(raw(from.authority));
  if (!from.audience.empty()) to.setAudience(words(from.audience));
  to.setEnvironment(enumerant<Environment>(from.environment));
  if (!from.method.empty()) to.setMethod(words(from.method));
  if (!from.path.empty()) to.setPath(words(from.path));
  to.setExpiresMs(from.expires_ms);
  to.setNonce(raw(from.nonce));
  to.setSeenSize(from.seen_size);
}

void read(Read::Reader from, entente::Read& to, Decoder& in) {
  to.key = in.key(from.getKey());
  to.authority = in.find_digest(from.getAuthority(), "read.authority");
  to.audience = in.did(from.getAudience());
  to.environment = in.enumerator(from.getEnvironment(), entente::Environment::production);
  to.method = in.required_text(from.getMethod(), "read.method");
  to.path = in.required_text(from.getPath(), "read.path");
  to.expires_ms = in.required_instant(from.getExpiresMs(), "read.expires");
  to.nonce = in.fixed<32>(from.getNonce(), "a nonce has 32 bytes");
  to.seen_size = in.count(from.getSeenSize(), "read.seen_size");
  in.require(to.path.starts_with('/'), ErrorCode::malformed, "read.path");
}

void write(const entente::ErasureNotice& from, ErasureNotice::Builder to) {
  if (!from.case_id.is_zero()) to.setCaseId(raw(from.case_id));
  if (!from.classes.empty()) write_texts(from.classes, to.initClasses(count(from.classes)));
  if (!from.reason.empty()) to.setReason(words(from.reason));
  to.setKey(raw(from.key));
  if (!from.authority.is_zero()) to.setAuthority(raw(from.authority));
  if (!from.audience.empty()) to.setAudience(words(from.audience));
  to.setEnvironment(enumerant<Environment>(from.environment));
  to.setAtMs(from.at_ms);
  to.setNonce(raw(from.nonce));
}

void read(ErasureNotice::Reader from, entente::ErasureNotice& to, Decoder& in) {
  to.case_id = in.digest(from.getCaseId(), "erasure_notice.case_id");
  to.classes = in.list(from.getClasses(), erased_classes_max,
                       [&](auto item) { return in.code(item, "erasure_notice.class"); });
  to.reason = in.code(from.getReason(), "erasure_notice.reason");
  to.key = in.key(from.getKey());
  to.authority = in.find_digest(from.getAuthority(), "erasure_notice.authority");
  to.audience = in.did(from.getAudience());
  to.environment = in.enumerator(from.getEnvironment(), entente::Environment::production);
  to.at_ms = in.required_instant(from.getAtMs(), "erasure_notice.at");
  to.nonce = in.fixed<32>(from.getNonce(), "a nonce has 32 bytes");
}

void write(const entente::ErasureAck& from, ErasureAck::Builder to) {
  if (!from.notice.is_zero()) to.setNotice(raw(from.notice));
  if (!from.case_id.is_zero()) to.setCaseId(raw(from.case_id));
  to.setAnswer(enumerant<ErasureAck::Answer>(from.answer));
  if (!from.basis.empty()) to.setBasis(words(from.basis));
  to.setUntilMs(from.until_ms);
  if (!from.classes.empty()) write_texts(from.classes, to.initClasses(count(from.classes)));
  to.setKey(raw(from.key));
  to.setEnvironment(enumerant<Environment>(from.environment));
  to.setAtMs(from.at_ms);
}

void read(ErasureAck::Reader from, entente::ErasureAck& to, Decoder& in) {
  to.notice = in.digest(from.getNotice(), "erasure_ack.notice");
  to.case_id = in.digest(from.getCaseId(), "erasure_ack.case_id");
  to.answer = in.enumerator(from.getAnswer(), ErasureAnswer::refused);
  to.basis = in.find_code(from.getBasis(), "erasure_ack.basis");
  to.until_ms = in.instant(from.getUntilMs(), "erasure_ack.until");
  to.classes = in.list(from.getClasses(), erased_classes_max,
                       [&](auto item) { return in.code(item, "erasure_ack.class"); });
  to.key = in.key(from.getKey());
  to.environment = in.enumerator(from.getEnvironment(), entente::Environment::production);
  to.at_ms = in.required_instant(from.getAtMs(), "erasure_ack.at");
}

}  // namespace entente::wire

namespace entente {
ENTENTE_CODEC(Card, Card, limits::envelope_bytes_max)
ENTENTE_CODEC(Mandate, Mandate, limits::envelope_bytes_max)
ENTENTE_CODEC(Approval, Approval, limits::envelope_bytes_max)
ENTENTE_CODEC(Read, Read, limits::envelope_bytes_max)
ENTENTE_CODEC(ErasureNotice, ErasureNotice, limits::envelope_bytes_max)
ENTENTE_CODEC(ErasureAck, ErasureAck, limits::envelope_bytes_max)
}  // namespace entente
