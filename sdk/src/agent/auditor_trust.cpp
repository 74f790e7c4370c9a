#include <entente/auditor.h>
#include <entente/crypto/timestamp.h>
#include <entente/text/yaml_reader.h>

#include "auditor_source.h"

namespace entente {
namespace fs = std::filesystem;

namespace {

Result<TrustWindow> read_window(const YamlReader& map) {
  TrustWindow window;
  if (const auto from = map.find("from")) {
    ENTENTE_LET(from_ms, from->instant_ms());
    window.from_ms = from_ms;
  }
  const auto until = map.find("until");
  if (!until) return window;
  ENTENTE_LET(until_ms, until->instant_ms());
  if (until_ms <= window.from_ms) return until->refuse("trusted until before it begins");
  window.until_ms = until_ms;
  return window;
}

Result<TrustedKey> read_key(const YamlReader& map, SignatureType type) {
  ENTENTE_TRY(map.closed({"key", "from", "until"}));
  const YamlReader field = map.field("key");
  ENTENTE_LET(text, field.text());
  const auto key = Vkey::decode(text);
  if (!key || key->type() != type) {
    return field.expected(type == SignatureType::ed25519
                              ? "the key of a log, such as kettle.example/log+3b6a27bc+AQ..."
                              : "the key of a witness, such as witness.example+3b6a27bc+BA...");
  }
  ENTENTE_LET(window, read_window(map));
  return TrustedKey{*key, window};
}

Result<TrustedRoot> read_root(const YamlReader& map) {
  ENTENTE_TRY(map.closed({"party", "root", "from", "until"}));
  ENTENTE_LET(party, map.field("party").text());
  if (!party.starts_with("did:web:")) {
    return map.field("party").expected("a brand, such as did:web:kettle.example");
  }
  const YamlReader field = map.field("root");
  ENTENTE_LET(text, field.text());
  const auto root = from_did_key(text);
  if (!root) return field.expected("the root of its cards, such as did:key:z6Mk...");
  ENTENTE_LET(window, read_window(map));
  return TrustedRoot{party, *root, window};
}

Result<TrustedAuthority> read_authority(const YamlReader& map, const fs::path& directory) {
  ENTENTE_TRY(map.closed({"certificate", "from", "until"}));
  const YamlReader field = map.field("certificate");
  ENTENTE_LET(path, field.text());
  const auto pem = read_whole_file(directory / path);
  const auto der = pem ? certificate_from_pem(*pem) : Result<Bytes>(std::unexpected(pem.error()));
  if (!der) return field.expected("the file of a certificate in PEM, seen from here");
  ENTENTE_LET(window, read_window(map));
  return TrustedAuthority{*der, window};
}

Result<WitnessPolicy> read_policy(const YamlReader& field, const fs::path& directory) {
  ENTENTE_LET(path, field.text());
  const auto text = read_whole_file(directory / path);
  if (!text) return field.expected("the file of a c2sp.org/tlog-policy, seen from here");
  auto policy = WitnessPolicy::parse(*text);
  if (!policy) return field.refuse(path + ": " + policy.error().detail);
  return policy;
}

}  // namespace

Result<Trust> read_trust(const fs::path& file) {
  ENTENTE_LET(text, read_whole_file(file));
  const std::string name = file.string();
  ENTENTE_LET(tree, parse_yaml(text, name));
  const YamlReader root(tree, name, ErrorCode::config_invalid);
  ENTENTE_TRY(root.closed({"logs", "parties", "witnesses", "policy", "timestamp_authorities"}));
  Trust trust;
  ENTENTE_TRY(root.read_each("logs", trust.logs, [](const YamlReader& item) {
    return read_key(item, SignatureType::ed25519);
  }));
  ENTENTE_TRY(root.read_each("parties", trust.roots, read_root));
  ENTENTE_TRY(root.read_each("witnesses", trust.witnesses, [](const YamlReader& item) {
    return read_key(item, SignatureType::cosignature_v1);
  }));
  ENTENTE_TRY(root.read_each(
      "timestamp_authorities", trust.authorities,
      [&](const YamlReader& item) { return read_authority(item, file.parent_path()); }));
  if (const auto field = root.find("policy")) {
    ENTENTE_LET(policy, read_policy(*field, file.parent_path()));
    trust.take(std::move(policy));
  }
  return trust;
}

}  // namespace entente
