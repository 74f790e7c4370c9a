#pragma once
// Parts: content that travels beside a message and is bound to it by a salted digest, so that it
// can be erased without breaking a signature.
//
//     Part part = make_part(PartClass::prose, "text/plain", view("It stopped heating."), entropy);
//     message.parts.push_back(reference(part));

#include <entente/core/clock.h>
#include <entente/protocol/message.h>

namespace entente {

Part make_part(PartClass part_class, std::string_view media_type, ByteView content,
               Entropy& entropy);

// SHA-256("entente/part/v1\0" || salt || u64 length || u16 length || media_type || content).
Digest part_digest(const Part& part);
PartRef reference(const Part& part);

// The part of `parts` whose digest, type, class and length are what `ref` says; null if none.
const Part* find_part(std::span<const Part> parts, const PartRef& ref);

// Every part that came is one the message names. Fails with too_large, part_mismatch.
Status check_parts(const Message& message, std::span<const Part> parts);

// The key of a back-office write: SHA-256("entente/perform/v1\0" || source || u16 term).
Digest perform_key(const Digest& source, std::uint16_t term);

// SHA-256("entente/commit/v1\0" || salt || content).
Digest commitment(ByteView salt, ByteView content);

// What ties the entries of a case together without naming it:
// SHA-256("entente/blind/v1\0" || secret || case id).
Digest blind_case(ByteView secret, const CaseId& case_id);

}  // namespace entente
