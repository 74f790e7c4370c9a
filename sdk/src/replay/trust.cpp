#include <entente/core/clock.h>
#include <entente/crypto/timestamp.h>
#include <entente/replay/trust.h>

#include <algorithm>
#include <utility>

namespace entente {

std::string describe(const TrustWindow& window) {
  std::string text;
  if (window.from_ms > 0) text = "from " + format_rfc3339(window.from_ms);
  if (window.until_ms < limits::integer_max) {
    text += (text.empty() ? "until " : " until ") + format_rfc3339(window.until_ms);
  }
  return text.empty() ? "at all times" : text;
}

Result<Trust> Trust::in_logs(std::span<const std::string> vkeys) {
  Trust trust;
  for (const std::string& text : vkeys) {
    ENTENTE_LET(key, Vkey::decode(text));
    trust.logs.push_back({key, {}});
  }
  return trust;
}

Result<Trust> Trust::in_log(std::string_view vkey) {
  const std::string one(vkey);
  return in_logs({&one, 1});
}

void Trust::take(WitnessPolicy quorum) {
  const auto add = [](std::vector<TrustedKey>& known, const Vkey& key) {
    if (std::ranges::find(known, key, &TrustedKey::key) == known.end()) known.push_back({key, {}});
  };
  for (const PolicyLog& log : quorum.logs()) add(logs, log.key);
  for (const PolicyWitness& witness : quorum.witnesses()) add(witnesses, witness.key);
  policy = std::move(quorum);
}

std::vector<TrustedKey> Trust::keys_of(std::string_view origin) const {
  std::vector<TrustedKey> keys;
  std::ranges::copy_if(logs, std::back_inserter(keys),
                       [&](const TrustedKey& each) { return each.key.name() == origin; });
  return keys;
}

std::vector<Vkey> Trust::witness_keys() const {
  std::vector<Vkey> keys;
  for (const TrustedKey& each : witnesses) {
    if (std::ranges::find(keys, each.key) == keys.end()) keys.push_back(each.key);
  }
  return keys;
}

WitnessVerdict Trust::judge(const Vkey& log, std::span<const Cosignature> cosignatures) const {
  WitnessVerdict verdict;
  for (const Cosignature& each : cosignatures) {
    const bool in_force = std::ranges::any_of(witnesses, [&](const TrustedKey& witness) {
      return witness.key == each.witness && witness.window.covers(each.time_s * 1000);
    });
    (in_force ? verdict.counted : verdict.outside).push_back(each);
  }
  if (policy && policy->covers(log)) verdict.quorum = policy->judge(verdict.counted);
  return verdict;
}

TimestampVerdict Trust::judge(ByteView token, const Digest& imprint) const {
  const auto named = unverified_imprint(token);
  if (!named) return {.why = describe(named.error())};
  if (*named != imprint) return {.why = "the token is of other bytes"};
  TimestampVerdict verdict{.is_of_stranger = true,
                           .why = authorities.empty()
                                      ? "no time-stamp authority is trusted"
                                      : "the token is of no time-stamp authority that is trusted"};
  for (const TrustedAuthority& each : authorities) {
    const auto stamp = verify_timestamp(token, imprint, each.certificate);
    if (stamp && each.window.covers(stamp->at_ms)) return {.at_ms = stamp->at_ms};
    if (!stamp && !unverified_is_by(token, each.certificate)) continue;
    verdict.is_of_stranger = false;
    verdict.why = stamp ? "the token is of " + format_rfc3339(stamp->at_ms) +
                              ", and its authority is trusted " + describe(each.window)
                        : describe(stamp.error());
  }
  return verdict;
}

}  // namespace entente
