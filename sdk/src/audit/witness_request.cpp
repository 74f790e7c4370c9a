#include <entente/audit/witness_request.h>
#include <entente/crypto/hash.h>

#include "note_text.h"

namespace entente {
namespace {

constexpr std::string_view old_key = "old ";

std::unexpected<Error> refuse(const char* why) { return fail(ErrorCode::malformed, why); }

Status check(const WitnessRequest& request) {
  if (request.consistency.size() > limits::proof_hashes_max) {
    return fail(ErrorCode::too_large, "hashes of a proof");
  }
  ENTENTE_TRY(parse_note(request.note));
  return {};
}

}  // namespace

Result<std::string> encode_witness_request(const WitnessRequest& request) {
  ENTENTE_TRY(check(request));
  std::string body = std::string(old_key) + std::to_string(request.old_size) + "\n";
  for (const Digest& hash : request.consistency) body += to_base64(hash) + "\n";
  return body + "\n" + request.note;
}

Result<WitnessRequest> decode_witness_request(std::string_view body) {
  if (body.size() > witness_request_bytes_max) return fail(ErrorCode::too_large, "witness request");
  const auto first = take_line(body);
  if (!first || !first->starts_with(old_key)) return refuse("expected: old <size>");
  WitnessRequest request;
  ENTENTE_LET(old_size, parse_decimal(first->substr(old_key.size())));
  request.old_size = old_size;
  for (;;) {
    const auto line = take_line(body);
    if (!line) return refuse("a request without a checkpoint");
    if (line->empty()) break;
    if (request.consistency.size() == limits::proof_hashes_max) {
      return fail(ErrorCode::too_large, "hashes of a proof");
    }
    ENTENTE_LET(bytes, from_base64(*line));
    ENTENTE_LET(hash, to_digest(bytes));
    request.consistency.push_back(hash);
  }
  request.note = body;
  ENTENTE_TRY(check(request));
  return request;
}

Result<std::uint64_t> decode_witness_size(std::string_view body) {
  const auto line = take_line(body);
  if (!line || !body.empty()) return refuse("expected a size and a newline");
  return parse_decimal(*line);
}

Result<std::string> find_cosignature_line(std::string_view answer, const Vkey& witness) {
  if (answer.size() > limits::note_bytes_max) return fail(ErrorCode::too_large, "answer");
  while (const auto line = take_line(answer)) {
    const std::string signed_line = std::string(*line) + "\n";
    const auto parsed = parse_note("-\n\n" + signed_line);  // of any text: only the line is asked
    if (!parsed) continue;
    const NoteSignature& signature = parsed->signatures.front();
    if (signature.name == witness.name() && signature.key_id == witness.key_id()) {
      return signed_line;
    }
  }
  return refuse("no cosignature by the key of the witness");
}

std::string witnessed_log_name(std::string_view origin) { return to_hex(sha256(view(origin))); }

}  // namespace entente
