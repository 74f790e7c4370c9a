#include "timestamp_client.h"

#include <entente/crypto/hash.h>
#include <entente/crypto/system.h>
#include <entente/crypto/timestamp.h>

#include <array>
#include <cstring>

namespace entente::cli {
namespace {

std::uint64_t fresh_nonce() {
  std::array<std::uint8_t, sizeof(std::uint64_t)> chance{};
  SystemEntropy().fill(chance);
  std::uint64_t nonce = 0;
  std::memcpy(&nonce, chance.data(), sizeof nonce);
  return nonce;
}

Status check_authority(ByteView token, const Digest& imprint, const Trust& trust) {
  std::string why;
  for (const TrustedAuthority& each : trust.authorities) {
    const auto stamp = verify_timestamp(token, imprint, each.certificate);
    if (stamp && each.window.covers(stamp->at_ms)) return {};
    why = stamp ? "trusted " + describe(each.window) : describe(stamp.error());
  }
  if (trust.authorities.empty()) return {};
  return fail(ErrorCode::peer_failed, "the token is of no authority you trust: " + why);
}

}  // namespace

Result<Bytes> request_timestamp(const std::string& url, ByteView bytes, const Trust& trust,
                                HttpClientOptions options) {
  const TimestampQuery query{sha256(bytes), fresh_nonce()};
  options.allow_plain = true;
  options.response_bytes_max = timestamp_token_bytes_max;
  HttpClient client(std::move(options));
  ENTENTE_LET(answer, client.post(url, std::string(timestamp_query_type), encode(query)));
  if (answer.status != 200 || answer.content_type != timestamp_reply_type) {
    return fail(ErrorCode::peer_failed, url + " answered " + std::to_string(answer.status) + " " +
                                            answer.content_type + ", no time-stamp reply");
  }
  ENTENTE_LET(token, token_of_reply(answer.body, query));
  ENTENTE_TRY(check_authority(token, query.imprint, trust));
  return token;
}

}  // namespace entente::cli
