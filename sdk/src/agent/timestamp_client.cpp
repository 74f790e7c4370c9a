#include <entente/agent/timestamp_client.h>
#include <entente/crypto/hash.h>
#include <entente/crypto/system.h>
#include <entente/crypto/timestamp.h>

#include <array>
#include <cstring>

namespace entente {
namespace {

std::uint64_t fresh_nonce() {
  std::array<std::uint8_t, sizeof(std::uint64_t)> chance{};
  SystemEntropy().fill(chance);
  std::uint64_t nonce = 0;
  std::memcpy(&nonce, chance.data(), sizeof nonce);
  return nonce;
}

}  // namespace

TimestampClient::TimestampClient(TimestampClientOptions options)
    : url_(std::move(options.url)),
      trust_(std::move(options.trust)),
      http_({.ca_file = std::move(options.ca_file),
             .allow_plain = true,
             .allow_private = options.allow_private,
             .response_bytes_max = timestamp_token_bytes_max,
             .timeout_ms = options.timeout_ms}) {}

Result<TimestampClient::Token> TimestampClient::date(ByteView bytes) {
  const TimestampQuery query{sha256(bytes), fresh_nonce()};
  ENTENTE_LET(answer, http_.post(url_, std::string(timestamp_query_type), encode(query)));
  if (answer.status != 200 || answer.content_type != timestamp_reply_type) {
    return fail(ErrorCode::peer_failed, url_ + " answered " + std::to_string(answer.status) + " " +
                                            answer.content_type + ", no time-stamp reply");
  }
  ENTENTE_LET(token, token_of_reply(answer.body, query));
  const TimestampVerdict verdict = trust_.judge(token, query.imprint);
  if (!verdict.at_ms && !trust_.authorities.empty()) {
    return fail(ErrorCode::peer_failed, verdict.why);
  }
  return Token{token, verdict.at_ms};
}

}  // namespace entente
