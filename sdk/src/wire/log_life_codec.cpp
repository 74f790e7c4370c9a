// The records of a log about itself.
#include <entente/wire/log_life.h>
#include <log.capnp.h>

#include "wire/canonical.h"
#include "wire/encoder.h"

namespace entente::wire {
namespace {

using SignatureBytes = std::array<std::uint8_t, 64>;

void write(const SignatureBytes& from, auto set) {
  if (from != SignatureBytes{}) set(raw(from));
}

SignatureBytes read_signature(capnp::Data::Reader from, Decoder& in) {
  return from.size() == 0 ? SignatureBytes{} : in.fixed<64>(from, "a signature has 64 bytes");
}

std::string read_note(capnp::Text::Reader from, Decoder& in) {
  return in.raw_text(from, limits::note_bytes_max, "note");
}

}  // namespace

void write(const CosignatureRecord& from, Cosigned::Builder to) {
  if (!from.note.empty()) to.setNote(words(from.note));
  to.setAtMs(from.at_ms);
}

void read(Cosigned::Reader from, CosignatureRecord& to, Decoder& in) {
  to.note = read_note(from.getNote(), in);
  to.at_ms = in.integer(from.getAtMs(), "cosignature.at");
}

void write(const TimestampRecord& from, Timestamped::Builder to) {
  if (!from.note.empty()) to.setNote(words(from.note));
  if (!from.token.empty()) to.setToken(raw(from.token));
}

void read(Timestamped::Reader from, TimestampRecord& to, Decoder& in) {
  to.note = read_note(from.getNote(), in);
  to.token = in.data(from.getToken(), limits::note_bytes_max, "timestamp.token");
}

void write(const AccessRecord& from, Access::Builder to) {
  if (!from.reader.empty()) to.setReader(words(from.reader));
  if (!from.path.empty()) to.setPath(words(from.path));
  to.setAtMs(from.at_ms);
}

void read(Access::Reader from, AccessRecord& to, Decoder& in) {
  to.reader = in.required_text(from.getReader(), "access.reader");
  to.path = in.required_text(from.getPath(), "access.path");
  to.at_ms = in.integer(from.getAtMs(), "access.at");
}

void write(const LogKeyRecord& from, LogKey::Builder to) {
  if (!from.old_vkey.empty()) to.setOldVkey(words(from.old_vkey));
  if (!from.new_vkey.empty()) to.setNewVkey(words(from.new_vkey));
  to.setBothUntilMs(from.both_until_ms);
  to.setAtMs(from.at_ms);
  write(from.old_signature, [&](auto bytes) { to.setOldSignature(bytes); });
  write(from.new_signature, [&](auto bytes) { to.setNewSignature(bytes); });
}

void read(LogKey::Reader from, LogKeyRecord& to, Decoder& in) {
  to.old_vkey = in.required_text(from.getOldVkey(), "log_key.old");
  to.new_vkey = in.required_text(from.getNewVkey(), "log_key.new");
  to.both_until_ms = in.integer(from.getBothUntilMs(), "log_key.both_until");
  to.at_ms = in.integer(from.getAtMs(), "log_key.at");
  to.old_signature = read_signature(from.getOldSignature(), in);
  to.new_signature = read_signature(from.getNewSignature(), in);
}

void write(const RolloverRecord& from, Rollover::Builder to) {
  to.setBegins(from.begins);
  if (!from.origin.empty()) to.setOrigin(words(from.origin));
  if (!from.vkey.empty()) to.setVkey(words(from.vkey));
  to.setSize(from.size);
  if (!from.root.is_zero()) to.setRoot(raw(from.root));
  if (!from.reason.empty()) to.setReason(words(from.reason));
  to.setAtMs(from.at_ms);
}

void read(Rollover::Reader from, RolloverRecord& to, Decoder& in) {
  to.begins = from.getBegins();
  to.origin = in.required_text(from.getOrigin(), "rollover.origin");
  to.vkey = in.required_text(from.getVkey(), "rollover.vkey");
  to.size = in.count(from.getSize(), "rollover.size");
  to.root = in.find_digest(from.getRoot(), "rollover.root");
  to.reason = in.code(from.getReason(), "rollover.reason");
  to.at_ms = in.integer(from.getAtMs(), "rollover.at");
}

void write(const BackupRecord& from, Backup::Builder to) {
  if (!from.backup.is_zero()) to.setBackup(raw(from.backup));
  to.setSize(from.size);
  if (!from.root.is_zero()) to.setRoot(raw(from.root));
  to.setAtMs(from.at_ms);
}

void read(Backup::Reader from, BackupRecord& to, Decoder& in) {
  to.backup = in.digest(from.getBackup(), "backup.backup");
  to.size = in.count(from.getSize(), "backup.size");
  to.root = in.digest(from.getRoot(), "backup.root");
  to.at_ms = in.integer(from.getAtMs(), "backup.at");
}

void write(const RestoreRecord& from, Restore::Builder to) {
  if (!from.backup.is_zero()) to.setBackup(raw(from.backup));
  to.setSize(from.size);
  if (!from.root.is_zero()) to.setRoot(raw(from.root));
  if (!from.by.empty()) to.setBy(words(from.by));
  if (!from.reason.empty()) to.setReason(words(from.reason));
  to.setAtMs(from.at_ms);
}

void read(Restore::Reader from, RestoreRecord& to, Decoder& in) {
  to.backup = in.digest(from.getBackup(), "restore.backup");
  to.size = in.count(from.getSize(), "restore.size");
  to.root = in.digest(from.getRoot(), "restore.root");
  to.by = in.text(from.getBy(), "restore.by");
  to.reason = in.code(from.getReason(), "restore.reason");
  to.at_ms = in.integer(from.getAtMs(), "restore.at");
}

}  // namespace entente::wire

namespace entente {
ENTENTE_CODEC(CosignatureRecord, Cosigned, limits::record_bytes_max)
ENTENTE_CODEC(TimestampRecord, Timestamped, limits::record_bytes_max)
ENTENTE_CODEC(AccessRecord, Access, limits::record_bytes_max)
ENTENTE_CODEC(LogKeyRecord, LogKey, limits::record_bytes_max)
ENTENTE_CODEC(RolloverRecord, Rollover, limits::record_bytes_max)
ENTENTE_CODEC(BackupRecord, Backup, limits::record_bytes_max)
ENTENTE_CODEC(RestoreRecord, Restore, limits::record_bytes_max)

Bytes log_key_statement(LogKeyRecord record) {
  constexpr std::string_view label("entente/log-key/v1\0", 19);
  record.old_signature = {};
  record.new_signature = {};
  Bytes statement(label.begin(), label.end());
  const Bytes body = encode(record);
  statement.insert(statement.end(), body.begin(), body.end());
  return statement;
}

}  // namespace entente
