#pragma once
// Byte strings and their two spellings, hex and base64.
//
//     to_hex(digest)            "9f86d081..."
//     from_base64("AAEC")       Result<Bytes>

#include <entente/core/result.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace entente {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

ByteView view(std::string_view text);
Bytes to_bytes(std::string_view text);
std::string to_text(ByteView bytes);
void append(Bytes& to, ByteView bytes);
void append(Bytes& to, std::string_view text);
bool equal(ByteView a, ByteView b);

std::string to_hex(ByteView bytes);
// Lower case only, even length. Fails with malformed.
Result<Bytes> from_hex(std::string_view text);

// RFC 4648 section 4: standard alphabet, padded.
std::string to_base64(ByteView bytes);
// Refuses what to_base64 would not write: white space, missing padding, stray bits. Fails with
// malformed.
Result<Bytes> from_base64(std::string_view text);

// Big-endian integers, as hashed and signed structures use them.
void append_u16(Bytes& to, std::uint16_t value);
void append_u64(Bytes& to, std::uint64_t value);

}  // namespace entente
