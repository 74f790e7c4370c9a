#pragma once
// encode() and decode() of entente/wire/codec.h for the records of keeping and forgetting.

#include <entente/protocol/retention.h>
#include <entente/wire/codec.h>

namespace entente {

template <>
Bytes encode<ErasureRecord>(const ErasureRecord& value);
template <>
Result<ErasureRecord> decode<ErasureRecord>(ByteView bytes);
template <>
Bytes encode<HoldRecord>(const HoldRecord& value);
template <>
Result<HoldRecord> decode<HoldRecord>(ByteView bytes);
template <>
Bytes encode<ErasureNotice>(const ErasureNotice& value);
template <>
Result<ErasureNotice> decode<ErasureNotice>(ByteView bytes);
template <>
Bytes encode<ErasureAck>(const ErasureAck& value);
template <>
Result<ErasureAck> decode<ErasureAck>(ByteView bytes);

}  // namespace entente
