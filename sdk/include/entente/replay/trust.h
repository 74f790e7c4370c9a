#pragma once
// Whom an auditor believes, and for what times: keys of logs, roots of cards, witnesses and
// time-stamp authorities, as they are known from a card that was pinned, a web page, a letter. It
// never comes from what is audited: a key that is found there vouches for nothing.
//
//     ENTENTE_LET(trust, Trust::in_log("kettle.example/log+3b6a27bc+AQ..."));
//     ENTENTE_LET(trust, read_trust("trust.yaml"));        // entente/auditor.h
//
// Each may be believed for a window of time, so that what was said under a key that was changed
// since still holds, and nothing said under it later does. Rules: protocol/spec/07-replay.md.

#include <entente/audit/witness_policy.h>
#include <entente/core/limits.h>

#include <span>

namespace entente {

// From the first instant up to the second, which is not in it.
struct TrustWindow {
  std::int64_t from_ms = 0;
  std::int64_t until_ms = limits::integer_max;

  bool covers(std::int64_t at_ms) const { return from_ms <= at_ms && at_ms < until_ms; }
  bool operator==(const TrustWindow&) const = default;
};
// "from 2026-01-01T00:00:00.000Z until 2027-01-01T00:00:00.000Z"
std::string describe(const TrustWindow& window);

// A log at the time of the newest entry under its checkpoint, a witness at the time it says.
struct TrustedKey {
  Vkey key;
  TrustWindow window;
  bool operator==(const TrustedKey&) const = default;
};

// Of a brand's cards, at the time at which a log took up the first one under it.
struct TrustedRoot {
  std::string party;  // "did:web:kettle.example"
  PublicKey root;
  TrustWindow window;
  bool operator==(const TrustedRoot&) const = default;
};

// A time-stamp authority (RFC 3161), at the time that its token says.
struct TrustedAuthority {
  Bytes certificate;  // of the one that signs, in DER
  TrustWindow window;
  bool operator==(const TrustedAuthority&) const = default;
};

// What an auditor's authorities make of a token.
struct TimestampVerdict {
  std::optional<std::int64_t> at_ms;  // by one that is believed at this time
  bool is_of_stranger = false;        // by none that is listed: nobody can tell whether it holds
  std::string why;                    // it dates nothing
};
// Between the clocks of a log and of an authority.
inline constexpr std::int64_t timestamp_skew_ms_max = 120'000;

// What an auditor's witnesses make of the cosignatures of one checkpoint.
struct WitnessVerdict {
  std::vector<Cosignature> counted;     // by witnesses who are believed at the time they say
  std::vector<Cosignature> outside;     // by witnesses who are believed, but not at that time
  std::optional<PolicyVerdict> quorum;  // nothing: of this log, any one of them is enough

  bool is_witnessed() const { return !counted.empty() && (!quorum || quorum->met); }
};

struct Trust {
  std::vector<TrustedKey> logs;
  std::vector<TrustedRoot> roots;
  std::vector<TrustedKey> witnesses;
  // How many of the witnesses have to have cosigned a log that it covers. Its logs and witnesses
  // are to stand above too, as take() puts them there.
  std::optional<WitnessPolicy> policy;
  std::vector<TrustedAuthority> authorities;

  // In the logs of these keys, at any time, and in nothing else. Fails as Vkey::decode does.
  static Result<Trust> in_logs(std::span<const std::string> vkeys);
  static Result<Trust> in_log(std::string_view vkey);

  // Believes the logs and witnesses of the policy, too: at any time, unless they are listed.
  void take(WitnessPolicy quorum);

  // The keys of one log, as they are listed.
  std::vector<TrustedKey> keys_of(std::string_view origin) const;
  std::vector<Vkey> witness_keys() const;
  // Requires cosignatures that verified, of the log with this key.
  WitnessVerdict judge(const Vkey& log, std::span<const Cosignature> cosignatures) const;
  // Of a token that should be over bytes with this SHA-256.
  TimestampVerdict judge(ByteView token, const Digest& imprint) const;
  bool operator==(const Trust&) const = default;
};

}  // namespace entente
