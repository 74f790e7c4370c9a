#pragma once
// Time stamps (RFC 3161): a token by which an authority says that bytes with this digest were there
// at this time. By OpenSSL, with SHA-256 alone.
//
//     const TimestampQuery query{sha256(note), nonce};
//     ENTENTE_LET(token, token_of_reply(post(encode(query)), query));
//     ENTENTE_LET(stamp, verify_timestamp(token, query.imprint, certificate));
//
// A token is judged at the time that it says: it holds after its authority's certificate expired.

#include <entente/core/digest.h>
#include <entente/core/result.h>

#include <memory>
#include <string>

namespace entente {

inline constexpr std::size_t timestamp_query_bytes_max = 4096;
inline constexpr std::size_t timestamp_token_bytes_max = 65'536;
inline constexpr std::string_view timestamp_query_type = "application/timestamp-query";
inline constexpr std::string_view timestamp_reply_type = "application/timestamp-reply";

struct TimestampQuery {
  Digest imprint;           // SHA-256 of what is to be dated
  std::uint64_t nonce = 0;  // of the asker, so that an old reply is none to this query
};
// In DER; asks for the authority's certificate.
Bytes encode(const TimestampQuery& query);

// Fails with peer_failed if the reply is no token, or a token for another query.
Result<Bytes> token_of_reply(ByteView reply, const TimestampQuery& query);

struct Timestamp {
  std::int64_t at_ms = 0;  // to the second
  std::string serial;      // hex
};

// `certificate` is the authority's own, or of who certifies it, in DER, as the reader knows it. It
// must be for time stamps alone (a critical extendedKeyUsage) and in force at the time of the
// token. Fails with malformed, and with signature_invalid if the token is of another digest or
// authority.
Result<Timestamp> verify_timestamp(ByteView token, const Digest& imprint, ByteView certificate);

// What a token is over, whoever made it. Fails with malformed: no token, or of another hash.
Result<Digest> unverified_imprint(ByteView token);
// Whether it says that this authority made it, or one that is certified by it: if such a token does
// not verify, somebody lies, and of another's nobody can tell. False for what is no token.
bool unverified_is_by(ByteView token, ByteView certificate);

// The first certificate of a PEM file, in DER. Fails with file_invalid.
Result<Bytes> certificate_from_pem(std::string_view pem);

// Who dates, with a key on P-256 (OpenSSL 3.0 signs no token with Ed25519).
class TimestampAuthority {
 public:
  struct Files {
    std::string key_pem;
    std::string certificate_pem;
  };
  // A new key, and a certificate for it by itself. Fails with wrong_use for a name that no
  // certificate can carry.
  static Result<Files> make(std::string_view name, std::int64_t from_ms, std::int64_t until_ms);
  // Fails with file_invalid: no pair, or a certificate that is not for time stamps.
  static Result<TimestampAuthority> open(const Files& files);

  TimestampAuthority(TimestampAuthority&&) noexcept;
  TimestampAuthority& operator=(TimestampAuthority&&) noexcept;
  ~TimestampAuthority();

  // The reply to these bytes: a token, or a rejection that says why. `serial` is never used twice.
  // Fails with internal.
  Result<Bytes> answer(ByteView query, std::int64_t at_ms, std::uint64_t serial) const;

 private:
  struct State;
  explicit TimestampAuthority(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace entente
