#include <entente/crypto/seal.h>
#include <entente/journal/content.h>
#include <entente/wire/part.h>

#include <algorithm>

namespace entente {
namespace {

constexpr std::size_t salt_bytes = 32;

Bytes entry_context(std::uint64_t index) {
  Bytes context = to_bytes("entente/entry/v1");
  append_u64(context, index);
  return context;
}

Bytes part_context(const Digest& digest) {
  Bytes context = to_bytes("entente/part-at-rest/v1");
  append(context, ByteView(digest));
  return context;
}

}  // namespace

KeyCraft sealing_craft(Entropy& entropy) {
  return {
      .generate = [&entropy] { return generate_secret_key(entropy); },
      .wrap = [&entropy](const WrapKey& under, const WrapKey& key,
                         std::string_view name) { return seal(under, key, view(name), entropy); },
      .unwrap = [](const WrapKey& under, ByteView wrapped,
                   std::string_view name) -> Result<WrapKey> {
        ENTENTE_LET(plain, open(under, wrapped, view(name)));
        WrapKey key{};
        if (plain.size() != key.size()) return fail(ErrorCode::store_corrupt, "a wrapped key");
        std::ranges::copy(plain, key.begin());
        return key;
      },
  };
}

KeyScope key_scope(const std::optional<CaseId>& owner, EntryKind kind) {
  const bool of_log = content_class(kind) == "record";
  return {of_log ? no_case : owner.value_or(no_case), std::string(content_class(kind))};
}

Bytes seal_entry(const WrapKey& key, const OpenedContent& content, std::uint64_t index,
                 Entropy& entropy) {
  Bytes plain(content.salt.begin(), content.salt.end());
  append(plain, ByteView(content.content));
  return seal(key, plain, entry_context(index), entropy);
}

Result<OpenedContent> open_entry(const WrapKey& key, ByteView sealed, std::uint64_t index) {
  ENTENTE_LET(plain, open(key, sealed, entry_context(index)));
  if (plain.size() < salt_bytes) return fail(ErrorCode::store_corrupt, "an entry without salt");
  OpenedContent opened;
  std::copy_n(plain.begin(), salt_bytes, opened.salt.begin());
  plain.erase(plain.begin(), plain.begin() + salt_bytes);
  opened.content = std::move(plain);
  return opened;
}

Bytes seal_part(const WrapKey& key, const Part& part, const Digest& digest, Entropy& entropy) {
  Bytes plain(part.salt.begin(), part.salt.end());
  append_u16(plain, static_cast<std::uint16_t>(part.media_type.size()));
  append(plain, part.media_type);
  append(plain, ByteView(part.content));
  return seal(key, plain, part_context(digest), entropy);
}

Result<Part> open_part(const WrapKey& key, const PartRow& row) {
  ENTENTE_LET(plain, open(key, row.sealed, part_context(row.digest)));
  constexpr std::size_t head_bytes = salt_bytes + 2;
  const auto short_of = [&](std::size_t bytes) { return plain.size() < bytes; };
  if (short_of(head_bytes)) return fail(ErrorCode::store_corrupt, "a part is too short");
  const std::size_t type_bytes = plain[salt_bytes] * std::size_t{256} + plain[salt_bytes + 1];
  if (short_of(head_bytes + type_bytes)) return fail(ErrorCode::store_corrupt, "a part's type");
  const auto type = plain.begin() + head_bytes;
  Part part{.part_class = row.part_class,
            .media_type = std::string(type, type + static_cast<std::ptrdiff_t>(type_bytes)),
            .salt = {},
            .content = Bytes(type + static_cast<std::ptrdiff_t>(type_bytes), plain.end())};
  std::copy_n(plain.begin(), salt_bytes, part.salt.begin());
  if (part_digest(part) != row.digest) {
    return fail(ErrorCode::store_corrupt, "a stored part has another digest");
  }
  return part;
}

}  // namespace entente
