#include <algorithm>

#include "auditor_source.h"

namespace entente {
namespace {

constexpr std::string_view lost = "lost";
constexpr std::string_view undisclosed = "undisclosed";
constexpr std::string_view damaged = "damaged";

std::unexpected<Error> invalid(std::string detail) {
  return fail(ErrorCode::json_invalid, std::move(detail));
}

std::string_view name(WithheldContent::Kind kind) {
  switch (kind) {
    case WithheldContent::Kind::lost:
      return lost;
    case WithheldContent::Kind::undisclosed:
      return undisclosed;
    case WithheldContent::Kind::damaged:
      return damaged;
  }
  return {};
}

Json withheld_json(const WithheldContent& withheld) {
  return Json::object({{"kind", name(withheld.kind)}, {"why", withheld.why}});
}

Result<WithheldContent> withheld_from(const Json& json) {
  ENTENTE_TRY(check_members(json, std::array<std::string_view, 2>{"kind", "why"}));
  ENTENTE_LET(kind, json.get_text("kind"));
  ENTENTE_LET(why, json.get_text("why"));
  WithheldContent withheld{.kind = WithheldContent::Kind::lost, .why = why};
  if (kind == lost) return withheld;
  withheld.kind = WithheldContent::Kind::undisclosed;
  if (kind == undisclosed) return withheld;
  withheld.kind = WithheldContent::Kind::damaged;
  if (kind == damaged) return withheld;
  return invalid("a kind of withholding that does not exist");
}

Result<Bytes> base64_from(const Json& json, std::string_view key) {
  ENTENTE_LET(text, json.get_text(JsonPath(key)));
  return from_base64(text);
}

Result<std::array<std::uint8_t, 32>> salt_from(const Json& json) {
  ENTENTE_LET(digest, digest_from(json, "salt"));
  return digest.bytes;
}

Result<PartClass> class_from(const Json& json) {
  ENTENTE_LET(text, json.get_text("class"));
  for (const PartClass part_class : {PartClass::contact, PartClass::special, PartClass::media,
                                     PartClass::prose, PartClass::reference}) {
    if (entente::name(part_class) == text) return part_class;
  }
  return invalid("a class of parts that does not exist");
}

}  // namespace

Status check_members(const Json& json, std::span<const std::string_view> names) {
  if (!json.is_object() || json.members().size() != names.size()) {
    return invalid("an object has members too many or too few");
  }
  for (const std::string_view name : names) {
    if (json.find(JsonPath(name)) == nullptr) return invalid("no " + std::string(name));
  }
  return {};
}

Result<Digest> digest_from(const Json& json, std::string_view key) {
  ENTENTE_LET(text, json.get_text(JsonPath(key)));
  ENTENTE_LET(bytes, from_hex(text));
  return to_digest(bytes);
}

Json entry_json(const LoggedEntry& entry, bool with_leaf) {
  Json json = Json::object({{"index", entry.index}});
  json.add("case", entry.case_id ? Json(to_hex(*entry.case_id)) : Json());
  if (with_leaf) {
    json.add("leaf", to_base64(entry.leaf));
    Json proof = Json::array();
    if (entry.proof) {
      for (const Digest& hash : *entry.proof) proof.push(to_hex(hash));
    }
    json.add("proof", std::move(proof));
  }
  if (const auto* content = std::get_if<EntryContent>(&entry.content)) {
    json.add("salt", to_hex(content->salt)).add("content", to_base64(content->bytes));
  } else {
    json.add("withheld", withheld_json(std::get<WithheldContent>(entry.content)));
  }
  return json;
}

Result<LoggedEntry> entry_from(const Json& json, bool with_leaf) {
  const bool withheld = json.find("withheld") != nullptr;
  std::vector<std::string_view> names = {"index", "case"};
  if (with_leaf) names.insert(names.end(), {"leaf", "proof"});
  if (withheld) {
    names.push_back("withheld");
  } else {
    names.insert(names.end(), {"salt", "content"});
  }
  ENTENTE_TRY(check_members(json, names));
  LoggedEntry entry;
  ENTENTE_LET(index, json.get_integer("index", 0, limits::integer_max));
  entry.index = static_cast<std::uint64_t>(index);
  if (!json.find("case")->is_null()) {
    ENTENTE_LET(case_id, digest_from(json, "case"));
    entry.case_id = case_id;
  }
  if (with_leaf) {
    ENTENTE_LET(leaf, base64_from(json, "leaf"));
    entry.leaf = std::move(leaf);
    ENTENTE_LET(hashes, json.get_array("proof"));
    if (hashes.size() > limits::proof_hashes_max) return fail(ErrorCode::too_large, "a proof");
    auto& proof = entry.proof.emplace();
    for (const Json& hash : hashes) {
      if (hash.text() == nullptr) return invalid("a proof of what is no text");
      ENTENTE_LET(bytes, from_hex(*hash.text()));
      ENTENTE_LET(digest, to_digest(bytes));
      proof.push_back(digest);
    }
  }
  if (withheld) {
    ENTENTE_LET(why, withheld_from(*json.find("withheld")));
    entry.content = why;
    return entry;
  }
  EntryContent content;
  ENTENTE_LET(salt, salt_from(json));
  content.salt = salt;
  ENTENTE_LET(bytes, base64_from(json, "content"));
  content.bytes = std::move(bytes);
  entry.content = std::move(content);
  return entry;
}

Json part_json(const LoggedPart& part) {
  Json json = Json::object({{"digest", to_hex(part.digest)}});
  if (const auto* withheld = std::get_if<WithheldContent>(&part.content)) {
    json.add("withheld", withheld_json(*withheld));
    return json;
  }
  const auto& content = std::get<Part>(part.content);
  json.add("class", name(content.part_class)).add("media_type", content.media_type);
  json.add("salt", to_hex(content.salt)).add("content", to_base64(content.content));
  return json;
}

Result<LoggedPart> part_from(const Json& json) {
  LoggedPart part;
  if (json.find("withheld") != nullptr) {
    ENTENTE_TRY(check_members(json, std::array<std::string_view, 2>{"digest", "withheld"}));
    ENTENTE_LET(withheld, withheld_from(*json.find("withheld")));
    part.content = withheld;
  } else {
    ENTENTE_TRY(check_members(
        json, std::array<std::string_view, 5>{"digest", "class", "media_type", "salt", "content"}));
    Part content;
    ENTENTE_LET(part_class, class_from(json));
    content.part_class = part_class;
    ENTENTE_LET(media_type, json.get_text("media_type"));
    content.media_type = media_type;
    ENTENTE_LET(salt, salt_from(json));
    content.salt = salt;
    ENTENTE_LET(bytes, base64_from(json, "content"));
    content.content = std::move(bytes);
    if (content.media_type.size() > limits::media_type_bytes_max ||
        content.content.size() > limits::part_bytes_max) {
      return fail(ErrorCode::too_large, "a part");
    }
    part.content = std::move(content);
  }
  ENTENTE_LET(digest, digest_from(json, "digest"));
  part.digest = digest;
  return part;
}

Json receipt_json(const LoggedReceipt& receipt) {
  return Json::object({{"message", to_hex(receipt.message)},
                       {"leaf", to_base64(receipt.receipt.leaf)},
                       {"salt", to_hex(receipt.receipt.salt)},
                       {"proof", receipt.receipt.proof}});
}

Result<LoggedReceipt> receipt_from(const Json& json) {
  ENTENTE_TRY(
      check_members(json, std::array<std::string_view, 4>{"message", "leaf", "salt", "proof"}));
  LoggedReceipt receipt;
  ENTENTE_LET(message, digest_from(json, "message"));
  receipt.message = message;
  ENTENTE_LET(leaf, base64_from(json, "leaf"));
  receipt.receipt.leaf = std::move(leaf);
  ENTENTE_LET(salt, salt_from(json));
  receipt.receipt.salt = salt;
  ENTENTE_LET(proof, json.get_text("proof"));
  receipt.receipt.proof = proof;
  return receipt;
}

}  // namespace entente
