#pragma once
// encode() and decode() of entente/wire/codec.h for what a log says about itself.

#include <entente/protocol/log_life.h>
#include <entente/wire/codec.h>

namespace entente {

#define ENTENTE_DECLARE(T)         \
  template <>                      \
  Bytes encode<T>(const T& value); \
  template <>                      \
  Result<T> decode<T>(ByteView bytes);
ENTENTE_DECLARE(CosignatureRecord)
ENTENTE_DECLARE(TimestampRecord)
ENTENTE_DECLARE(AccessRecord)
ENTENTE_DECLARE(LogKeyRecord)
ENTENTE_DECLARE(RolloverRecord)
ENTENTE_DECLARE(BackupRecord)
ENTENTE_DECLARE(RestoreRecord)
#undef ENTENTE_DECLARE

// What the old key and the new one sign: "entente/log-key/v1\0" and the record without signatures.
Bytes log_key_statement(LogKeyRecord record);

}  // namespace entente
