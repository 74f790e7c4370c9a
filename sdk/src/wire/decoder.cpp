#include "wire/decoder.h"

#include <entente/protocol/media_type.h>

namespace entente::wire {
namespace {

// The length of the well-formed UTF-8 sequence at the start, or 0 (RFC 3629).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = byte(1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool outside = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  return overlong || outside ? 0 : length;
}

// Control characters, and the marks that make a screen show another order than the bytes have.
bool deceives(std::string_view sequence) {
  if (sequence.size() == 1) return sequence[0] < 0x20 || sequence[0] == 0x7F;
  if (sequence.size() == 2) return sequence[0] == '\xC2' && sequence[1] < '\xA0';
  if (sequence.size() != 3 || !sequence.starts_with("\xE2")) return false;
  return (sequence >= "\xE2\x80\xAA" && sequence <= "\xE2\x80\xAE") ||
         (sequence >= "\xE2\x81\xA6" && sequence <= "\xE2\x81\xA9");
}

bool is_honest_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0 || deceives(text.substr(0, length))) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string_view view_of(capnp::Text::Reader from) { return {from.begin(), from.size()}; }

}  // namespace

void Decoder::complain(ErrorCode code, const char* about) {
  if (!error_) error_ = Error{code, about};
}

std::string Decoder::code(capnp::Text::Reader from, const char* about) {
  require(check_code(view_of(from)).has_value(), ErrorCode::invalid_code, about);
  return raw_text(from, limits::code_bytes_max, about);
}

std::string Decoder::find_code(capnp::Text::Reader from, const char* about) {
  return from.size() == 0 ? std::string() : code(from, about);
}

std::string Decoder::text(capnp::Text::Reader from, const char* about) {
  std::string to = raw_text(from, limits::text_bytes_max, about);
  require(is_honest_text(to), ErrorCode::malformed, about);
  return to;
}

std::string Decoder::required_text(capnp::Text::Reader from, const char* about) {
  require(from.size() > 0, ErrorCode::malformed, about);
  return text(from, about);
}

std::string Decoder::raw_text(capnp::Text::Reader from, std::size_t bytes_max, const char* about) {
  require(from.size() <= bytes_max, ErrorCode::too_large, about);
  return ok() ? std::string(view_of(from)) : std::string();
}

std::string Decoder::did(capnp::Text::Reader from) {
  std::string to = text(from, "did");
  require(to.starts_with("did:") && to.size() > 4, ErrorCode::malformed, "not a DID");
  return to;
}

std::string Decoder::media_type(capnp::Text::Reader from) {
  std::string to = raw_text(from, limits::media_type_bytes_max, "media type");
  require(is_media_type(to), ErrorCode::malformed, "not a media type");
  return to;
}

Bytes Decoder::data(capnp::Data::Reader from, std::size_t bytes_max, const char* about) {
  require(from.size() <= bytes_max, ErrorCode::too_large, about);
  return ok() ? Bytes(from.begin(), from.end()) : Bytes();
}

Digest Decoder::digest(capnp::Data::Reader from, const char* about) {
  require(from.size() > 0, ErrorCode::malformed, about);
  return find_digest(from, about);
}

Digest Decoder::find_digest(capnp::Data::Reader from, const char* about) {
  if (from.size() == 0) return {};
  return {fixed<32>(from, about)};
}

std::int64_t Decoder::integer(std::int64_t value, const char* about) {
  require(value >= -limits::integer_max && value <= limits::integer_max, ErrorCode::out_of_range,
          about);
  return value;
}

std::int64_t Decoder::instant(std::int64_t value, const char* about) {
  require(value >= 0, ErrorCode::out_of_range, about);
  return integer(value, about);
}

std::int64_t Decoder::required_instant(std::int64_t value, const char* about) {
  require(value > 0, ErrorCode::out_of_range, about);
  return integer(value, about);
}

std::uint64_t Decoder::count(std::uint64_t value, const char* about) {
  require(value <= static_cast<std::uint64_t>(limits::integer_max), ErrorCode::out_of_range, about);
  return value;
}

std::uint16_t Decoder::id(std::uint16_t value, const char* about) {
  require(value >= 1, ErrorCode::out_of_range, about);
  return value;
}

PartIndex Decoder::part(PartIndex index) {
  require(index < part_count, ErrorCode::out_of_range, "names no part of the message");
  return index;
}

PartIndex Decoder::find_part(PartIndex index) { return index == no_part ? index : part(index); }

std::vector<std::string> Decoder::codes(capnp::List<capnp::Text>::Reader from, const char* about) {
  return list(from, limits::list_items_max, [&](auto item) { return code(item, about); });
}

std::vector<std::string> Decoder::texts(capnp::List<capnp::Text>::Reader from, const char* about) {
  return list(from, limits::list_items_max, [&](auto item) { return required_text(item, about); });
}

std::vector<Digest> Decoder::digests(capnp::List<capnp::Data>::Reader from, const char* about) {
  return list(from, limits::list_items_max, [&](auto item) { return digest(item, about); });
}

std::vector<std::uint16_t> Decoder::ids(capnp::List<std::uint16_t>::Reader from,
                                        const char* about) {
  auto to = list(from, limits::list_items_max, [&](auto item) { return id(item, about); });
  require_unique(to, [](auto item) { return item; }, ErrorCode::invalid_terms, about);
  return to;
}

}  // namespace entente::wire
