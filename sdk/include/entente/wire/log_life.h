#pragma once
// encode() and decode() of entente/wire/codec.h for what a log says about itself.

#include <entente/protocol/log_life.h>
#include <entente/wire/codec.h>

namespace entente {

template <>
Bytes encode<CosignatureRecord>(const CosignatureRecord& value);
template <>
Result<CosignatureRecord> decode<CosignatureRecord>(ByteView bytes);
template <>
Bytes encode<TimestampRecord>(const TimestampRecord& value);
template <>
Result<TimestampRecord> decode<TimestampRecord>(ByteView bytes);
template <>
Bytes encode<AccessRecord>(const AccessRecord& value);
template <>
Result<AccessRecord> decode<AccessRecord>(ByteView bytes);
template <>
Bytes encode<LogKeyRecord>(const LogKeyRecord& value);
template <>
Result<LogKeyRecord> decode<LogKeyRecord>(ByteView bytes);
template <>
Bytes encode<RolloverRecord>(const RolloverRecord& value);
template <>
Result<RolloverRecord> decode<RolloverRecord>(ByteView bytes);
template <>
Bytes encode<BackupRecord>(const BackupRecord& value);
template <>
Result<BackupRecord> decode<BackupRecord>(ByteView bytes);
template <>
Bytes encode<RestoreRecord>(const RestoreRecord& value);
template <>
Result<RestoreRecord> decode<RestoreRecord>(ByteView bytes);

// What the old key and the new one sign: "entente/log-key/v1\0" and the record without signatures.
Bytes log_key_statement(LogKeyRecord record);

}  // namespace entente
