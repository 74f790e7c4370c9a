#include <entente/core/limits.h>
#include <entente/crypto/hash.h>
#include <entente/wire/part.h>

#include <algorithm>

namespace entente {
namespace {

using namespace std::string_view_literals;

// Labels end with a zero byte, so that none is the beginning of another.
constexpr std::string_view part_label = "entente/part/v1\0"sv;
constexpr std::string_view perform_label = "entente/perform/v1\0"sv;
constexpr std::string_view commit_label = "entente/commit/v1\0"sv;
constexpr std::string_view blind_label = "entente/blind/v1\0"sv;

bool is(const Part& part, const PartRef& ref) {
  return part.part_class == ref.part_class && part.media_type == ref.media_type &&
         part.content.size() == ref.bytes && part_digest(part) == ref.digest;
}

}  // namespace

Part make_part(PartClass part_class, std::string_view media_type, ByteView content,
               Entropy& entropy) {
  Part part{.part_class = part_class,
            .media_type = std::string(media_type),
            .content = Bytes(content.begin(), content.end())};
  entropy.fill(part.salt);
  return part;
}

Digest part_digest(const Part& part) {
  Bytes lengths;
  append_u64(lengths, part.content.size());
  append_u16(lengths, static_cast<std::uint16_t>(part.media_type.size()));
  return sha256({view(part_label), part.salt, lengths, view(part.media_type), part.content});
}

PartRef reference(const Part& part) {
  return {.digest = part_digest(part),
          .media_type = part.media_type,
          .bytes = part.content.size(),
          .part_class = part.part_class};
}

const Part* find_part(std::span<const Part> parts, const PartRef& ref) {
  const auto found = std::ranges::find_if(parts, [&](const Part& part) { return is(part, ref); });
  return found == parts.end() ? nullptr : &*found;
}

Status check_parts(const Message& message, std::span<const Part> parts) {
  if (parts.size() > limits::parcel_parts_max) return fail(ErrorCode::too_large, "parts");
  for (const Part& part : parts) {
    if (part.content.size() > limits::part_bytes_max ||
        part.media_type.size() > limits::media_type_bytes_max) {
      return fail(ErrorCode::too_large, "part");
    }
    if (std::ranges::find(message.parts, reference(part)) == message.parts.end()) {
      return fail(ErrorCode::part_mismatch, "a part that the message does not name");
    }
  }
  return {};
}

Digest perform_key(const Digest& source, std::uint16_t term) {
  Bytes number;
  append_u16(number, term);
  return sha256({view(perform_label), source, number});
}

Digest commitment(ByteView salt, ByteView content) {
  return sha256({view(commit_label), salt, content});
}

Digest blind_case(ByteView secret, const CaseId& case_id) {
  return sha256({view(blind_label), secret, case_id});
}

}  // namespace entente
