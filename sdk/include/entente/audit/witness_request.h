#pragma once
// What a log asks of a witness, as it travels (c2sp.org/tlog-witness): the size that the witness
// has cosigned, a proof that the log has grown from there, and the signed checkpoint.
//
//     ENTENTE_LET(body, encode_witness_request({.old_size = 7, .consistency = proof, .note =
//     note})); ENTENTE_LET(request, decode_witness_request(body));
//
// The witness itself: entente/journal/witness.h. protocol/spec/06-audit-log.md.

#include <entente/audit/checkpoint.h>
#include <entente/core/limits.h>

#include <cstddef>

namespace entente {

struct WitnessRequest {
  std::uint64_t old_size = 0;
  std::vector<Digest> consistency;  // at most limits::proof_hashes_max
  std::string note;

  friend bool operator==(const WitnessRequest&, const WitnessRequest&) = default;
};

// The note, 63 lines of a hash, and the first line.
inline constexpr std::size_t witness_request_bytes_max = limits::note_bytes_max + 4 * 1024;
// With a 409: the size that the witness has cosigned, in decimal.
inline constexpr std::string_view witness_size_type = "text/x.tlog.size";

// Fails with malformed or too_large if the note is none or the proof too long.
Result<std::string> encode_witness_request(const WitnessRequest& request);
// Fails with malformed, too_large. Nothing is verified.
Result<WitnessRequest> decode_witness_request(std::string_view body);

// The size in the body of a 409, with its newline. Fails with malformed.
Result<std::uint64_t> decode_witness_size(std::string_view body);

// The line of an answer that names this witness, which makes it no more believable than before.
// Fails with malformed if there is none.
Result<std::string> find_cosignature_line(std::string_view answer, const Vkey& witness);

// What a log is called where its witness publishes it: SHA-256 of the origin, in hex.
std::string witnessed_log_name(std::string_view origin);

}  // namespace entente
