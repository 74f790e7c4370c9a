#include <entente/audit/witness_request.h>
#include <entente/crypto/signature.h>

#include "catch.h"

using namespace entente;

namespace {

KeyPair key_of(std::uint8_t seed) { return std::move(*KeyPair::from_seed(Bytes(32, seed))); }

WitnessRequest sample() {
  const Digest root = leaf_hash(view("entry"));
  return {.old_size = 1,
          .consistency = {root, empty_root()},
          .note = *sign_checkpoint({"kettle.example/log", 2, root}, key_of(1))};
}

}  // namespace

TEST_CASE("a request to a witness is written in one way, and read back", "[audit][witness]") {
  const WitnessRequest request = sample();
  const std::string body = *encode_witness_request(request);
  CHECK(body.starts_with("old 1\n"));
  CHECK(body.ends_with("\n\n" + request.note));
  CHECK(*decode_witness_request(body) == request);
  WitnessRequest first = request;
  first.old_size = 0;
  first.consistency.clear();
  CHECK(*decode_witness_request(*encode_witness_request(first)) == first);
}

TEST_CASE("what is no request to a witness is refused", "[audit][witness][negative]") {
  const std::string good = *encode_witness_request(sample());
  const std::string hash = to_base64(empty_root()) + "\n";
  const auto code_of = [](const std::string& body) {
    const auto read = decode_witness_request(body);
    return read ? ErrorCode::internal : read.error().code;
  };
  REQUIRE(decode_witness_request(good));
  for (const std::string& body :
       {std::string(), std::string("old"), std::string("old 1"), "new" + good.substr(3),
        "old  1" + good.substr(5), "old 01" + good.substr(5), "old -1" + good.substr(5),
        "old 1 " + good.substr(5), "old 18446744073709551616" + good.substr(5), "\n" + good,
        "old 1\n" + hash.substr(1) + good.substr(6), "old 1\n" + hash, std::string("old 1\n\n"),
        std::string("old 1\n\nkettle.example/log\n"), good.substr(0, good.size() - 1)}) {
    CAPTURE(body);
    CHECK(code_of(body) == ErrorCode::malformed);
  }
  std::string many = "old 1\n";
  for (std::size_t i = 0; i <= limits::proof_hashes_max; ++i) many += hash;
  CHECK(code_of(many + "\n" + sample().note) == ErrorCode::too_large);
  CHECK(code_of(std::string(witness_request_bytes_max + 1, 'x')) == ErrorCode::too_large);
}

TEST_CASE("of an answer the line of the witness asked is taken, and no other", "[audit][witness]") {
  const Checkpoint checkpoint = *decode_unverified_checkpoint(sample().note);
  const auto line_by = [&](const char* name, std::uint8_t seed) {
    return *cosign_checkpoint(checkpoint, name, key_of(seed), 1000);
  };
  const Vkey witness =
      *Vkey::make("w.example", SignatureType::cosignature_v1, key_of(2).public_key());
  const std::string own = line_by("w.example", 2);
  CHECK(*find_cosignature_line(own, witness) == own);
  CHECK(*find_cosignature_line("nonsense\n" + line_by("w.example", 3) + own, witness) == own);
  for (const std::string& other : {std::string(), line_by("w.example", 3), line_by("v.example", 2),
                                   own.substr(0, own.size() - 1), std::string("\n\n")}) {
    CHECK(find_cosignature_line(other, witness).error().code == ErrorCode::malformed);
  }
}

TEST_CASE("the size that a witness tells is a number and a newline", "[audit][witness]") {
  CHECK(*decode_witness_size("17\n") == 17);
  for (const char* body : {"", "17", "17\n\n", "017\n", " 17\n", "-1\n", "x\n"}) {
    CHECK(decode_witness_size(body).error().code == ErrorCode::malformed);
  }
  CHECK(witnessed_log_name("kettle.example/log").size() == 64);
}
