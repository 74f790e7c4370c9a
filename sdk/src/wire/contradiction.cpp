#include <entente/wire/contradiction.h>

#include <entente/core/limits.h>
#include <entente/crypto/hash.h>
#include <entente/text/json.h>

#include <array>

namespace entente {
namespace {

constexpr std::string_view format = "entente/equivocation/v1";
constexpr std::size_t items_max = 64;
constexpr std::array kinds = {Contradiction::Kind::checkpoints, Contradiction::Kind::receipts,
                              Contradiction::Kind::acts, Contradiction::Kind::refusal,
                              Contradiction::Kind::revocation};

Json list_of(const std::vector<Bytes>& items) {
  Json list = Json::array();
  for (const Bytes& item : items) list.push(to_base64(item));
  return list;
}

Json list_of(const std::vector<std::string>& items) {
  Json list = Json::array();
  for (const std::string& item : items) list.push(item);
  return list;
}

Json list_of(const std::vector<Receipt>& items) {
  Json list = Json::array();
  for (const Receipt& item : items) {
    list.push(Json::object(
        {{"leaf", to_base64(item.leaf)}, {"salt", to_hex(item.salt)}, {"proof", item.proof}}));
  }
  return list;
}

Json without_digest(const Contradiction& contradiction) {
  return Json::object({{"format", format},
                       {"kind", name(contradiction.kind)},
                       {"cards", list_of(contradiction.cards)},
                       {"checkpoints", list_of(contradiction.checkpoints)},
                       {"receipts", list_of(contradiction.receipts)},
                       {"envelopes", list_of(contradiction.envelopes)},
                       {"mandates", list_of(contradiction.mandates)}});
}

Result<std::span<const Json>> items_of(const Json& json, std::string_view key) {
  ENTENTE_LET(items, json.get_array(JsonPath(key)));
  if (items.size() > items_max) return fail(ErrorCode::too_large, std::string(key));
  return items;
}

Result<std::vector<Bytes>> bytes_from(const Json& json, std::string_view key) {
  ENTENTE_LET(items, items_of(json, key));
  std::vector<Bytes> list;
  for (std::size_t at = 0; at < items.size(); ++at) {
    ENTENTE_LET(text, json.get_text({key, at}));
    ENTENTE_LET(bytes, from_base64(text));
    list.push_back(std::move(bytes));
  }
  return list;
}

Result<std::vector<std::string>> texts_from(const Json& json, std::string_view key) {
  ENTENTE_LET(items, items_of(json, key));
  std::vector<std::string> list;
  for (std::size_t at = 0; at < items.size(); ++at) {
    ENTENTE_LET(text, json.get_text({key, at}));
    list.push_back(text);
  }
  return list;
}

Result<std::vector<Receipt>> receipts_from(const Json& json, std::string_view key) {
  ENTENTE_LET(items, items_of(json, key));
  std::vector<Receipt> list;
  for (const Json& item : items) {
    ENTENTE_LET(leaf_text, item.get_text("leaf"));
    ENTENTE_LET(leaf, from_base64(leaf_text));
    ENTENTE_LET(salt_text, item.get_text("salt"));
    ENTENTE_LET(salt_bytes, from_hex(salt_text));
    ENTENTE_LET(salt, to_digest(salt_bytes));
    ENTENTE_LET(proof, item.get_text("proof"));
    list.push_back({.leaf = leaf, .salt = salt.bytes, .proof = proof});
  }
  return list;
}

Result<Contradiction::Kind> kind_from(const Json& json) {
  ENTENTE_LET(text, json.get_text("kind"));
  for (const Contradiction::Kind kind : kinds) {
    if (name(kind) == text) return kind;
  }
  return fail(ErrorCode::file_invalid, "a kind of contradiction that does not exist");
}

}  // namespace

std::string_view name(Contradiction::Kind kind) {
  switch (kind) {
    case Contradiction::Kind::unset:
      return "unset";
    case Contradiction::Kind::checkpoints:
      return "checkpoints";
    case Contradiction::Kind::receipts:
      return "receipts";
    case Contradiction::Kind::acts:
      return "acts";
    case Contradiction::Kind::refusal:
      return "refusal";
    case Contradiction::Kind::revocation:
      return "revocation";
  }
  return {};
}

std::string to_json(const Contradiction& contradiction) {
  Json json = without_digest(contradiction);
  const auto rest = canonical_json(json);
  json.add("sha256", to_hex(sha256(view(rest ? *rest : std::string()))));
  const auto whole = canonical_json(json);
  return whole ? *whole : to_json(json);
}

Result<Contradiction> contradiction_from_json(std::string_view text) {
  ENTENTE_LET(json,
              parse_canonical_json(text, {.bytes_max = contradiction_bytes_max, .depth_max = 4}));
  ENTENTE_LET(named, json.get_text("format"));
  if (named != format) return fail(ErrorCode::file_invalid, "a file of another format");
  Contradiction read;
  ENTENTE_LET(kind, kind_from(json));
  ENTENTE_LET(cards, bytes_from(json, "cards"));
  ENTENTE_LET(checkpoints, texts_from(json, "checkpoints"));
  ENTENTE_LET(receipts, receipts_from(json, "receipts"));
  ENTENTE_LET(envelopes, bytes_from(json, "envelopes"));
  ENTENTE_LET(mandates, bytes_from(json, "mandates"));
  read = {kind, cards, checkpoints, receipts, envelopes, mandates};
  // Nothing more, nothing else, and the digest of just that.
  if (to_json(read) != text) return fail(ErrorCode::file_invalid, "not what was written");
  return read;
}

bool is_contradiction_json(std::string_view text) {
  return text.find("\"format\":\"" + std::string(format) + "\"") != std::string_view::npos;
}

}  // namespace entente
