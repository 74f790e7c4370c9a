// Tokens of our authority, judged by us and by the openssl command; and tokens that must not pass.

#include <entente/crypto/hash.h>
#include <entente/crypto/timestamp.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <fstream>

#include "catch.h"
#include "temporary_directory.h"

using namespace entente;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t begin_ms = 1'790'000'000'000;
constexpr std::int64_t year_ms = std::int64_t{365} * 86'400'000;
constexpr std::int64_t now_ms = begin_ms + 1'000'000;

struct Tsa {
  TimestampAuthority::Files files;
  TimestampAuthority authority;
  Bytes certificate;

  explicit Tsa(std::int64_t until_ms = begin_ms + year_ms)
      : files(*TimestampAuthority::make("tsa.example", begin_ms, until_ms)),
        authority(*TimestampAuthority::open(files)),
        certificate(*certificate_from_pem(files.certificate_pem)) {}

  Bytes token(std::string_view what, std::int64_t at_ms = now_ms) const {
    const TimestampQuery query{sha256(view(what)), 77};
    const auto reply = authority.answer(encode(query), at_ms, 4711);
    REQUIRE(reply);
    auto token = token_of_reply(*reply, query);
    if (!token) FAIL(describe(token.error()));
    return std::move(*token);
  }
};

std::string verdict(const Result<Timestamp>& stamp) {
  return stamp ? "holds" : std::string(name(stamp.error().code));
}

void spill(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

// The same key, certified for something else than time stamps.
std::string certified_for(const TimestampAuthority::Files& files, const char* purpose) {
  BIO* in = BIO_new_mem_buf(files.key_pem.data(), static_cast<int>(files.key_pem.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
  X509* made = X509_new();
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
  ASN1_TIME_set(X509_getm_notBefore(made), begin_ms / 1000);
  ASN1_TIME_set(X509_getm_notAfter(made), (begin_ms + year_ms) / 1000);
  X509_set_pubkey(made, key);
  if (purpose != nullptr) {
    X509_EXTENSION* use = X509V3_EXT_conf_nid(nullptr, nullptr, NID_ext_key_usage, purpose);
    X509_add_ext(made, use, -1);
    X509_EXTENSION_free(use);
  }
  X509_sign(made, key, EVP_sha256());
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(out, made);
  char* text = nullptr;
  const long length = BIO_get_mem_data(out, &text);
  std::string pem(text, static_cast<std::size_t>(length));
  BIO_free(in);
  BIO_free(out);
  X509_free(made);
  EVP_PKEY_free(key);
  return pem;
}

}  // namespace

TEST_CASE("a token says when its bytes were there", "[timestamp]") {
  const Tsa tsa;
  const auto stamp = verify_timestamp(tsa.token("a note"), sha256(view("a note")), tsa.certificate);
  if (!stamp) FAIL(describe(stamp.error()));
  CHECK(stamp->at_ms == now_ms);
  CHECK(stamp->serial == "1267");
}

TEST_CASE("a token of other bytes or of another authority does not hold", "[timestamp]") {
  const Tsa tsa, other;
  const Bytes token = tsa.token("a note");
  CHECK(verdict(verify_timestamp(token, sha256(view("another")), tsa.certificate)) ==
        "signature_invalid");
  CHECK(verdict(verify_timestamp(token, sha256(view("a note")), other.certificate)) ==
        "signature_invalid");
}

TEST_CASE("what a token says can be read by whoever trusts nobody, and is told apart from others'",
          "[timestamp]") {
  const Tsa tsa, of_same_name;
  const Tsa expired(begin_ms + 1000);
  const Bytes token = tsa.token("a note");
  CHECK(unverified_imprint(token) == sha256(view("a note")));
  CHECK(unverified_imprint(to_bytes("none")).error().code == ErrorCode::malformed);
  CHECK(unverified_is_by(token, tsa.certificate));
  CHECK(unverified_is_by(expired.token("a note"), expired.certificate));
  CHECK_FALSE(unverified_is_by(token, of_same_name.certificate));
  CHECK_FALSE(unverified_is_by(to_bytes("none"), tsa.certificate));
  CHECK_FALSE(unverified_is_by(token, to_bytes("none")));
  Bytes forged = token;  // the last byte is of the signature
  forged.back() ^= 1;
  CHECK(verdict(verify_timestamp(forged, sha256(view("a note")), tsa.certificate)) ==
        "signature_invalid");
  CHECK(unverified_is_by(forged, tsa.certificate));
}

TEST_CASE("no byte of a token's signed part can be changed", "[timestamp]") {
  const Tsa tsa;
  const Bytes token = tsa.token("a note");
  std::size_t refused = 0;
  for (std::size_t at = 0; at < token.size(); ++at) {
    Bytes changed = token;
    changed[at] ^= 0x01;
    const auto stamp = verify_timestamp(changed, sha256(view("a note")), tsa.certificate);
    // The certificate that comes along is not what is believed: a change there says nothing.
    if (stamp) {
      CHECK(stamp->at_ms == now_ms);
    } else {
      ++refused;
    }
  }
  CHECK(refused > token.size() / 2);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, token.size() - 1}) {
    const Bytes cut(token.begin(), token.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(verdict(verify_timestamp(cut, sha256(view("a note")), tsa.certificate)) == "malformed");
  }
}

TEST_CASE("a token is judged at its own time", "[timestamp]") {
  const Tsa tsa(begin_ms + 2'000'000);
  const Digest imprint = sha256(view("a note"));
  // The certificate has expired by any clock of today; the token was made before that.
  CHECK(verdict(verify_timestamp(tsa.token("a note"), imprint, tsa.certificate)) == "holds");
  for (const std::int64_t at_ms : {begin_ms - 1000, begin_ms + 2'001'000}) {
    CHECK(verdict(verify_timestamp(tsa.token("a note", at_ms), imprint, tsa.certificate)) ==
          "signature_invalid");
  }
}

TEST_CASE("only a certificate for time stamps alone makes an authority", "[timestamp]") {
  const Tsa tsa;
  const Bytes token = tsa.token("a note");
  for (const char* purpose :
       {"critical,serverAuth", "timeStamping", "critical,timeStamping,serverAuth", ""}) {
    const std::string pem =
        certified_for(tsa.files, std::string_view(purpose).empty() ? nullptr : purpose);
    INFO(purpose);
    CHECK(verdict(verify_timestamp(token, sha256(view("a note")), *certificate_from_pem(pem))) ==
          "signature_invalid");
    const bool critical_alone = TimestampAuthority::open({tsa.files.key_pem, pem}).has_value();
    CHECK(!critical_alone);
  }
}

TEST_CASE("a reply to another query is no token", "[timestamp]") {
  const Tsa tsa;
  const TimestampQuery query{sha256(view("a note")), 77};
  const auto reply = tsa.authority.answer(encode(query), now_ms, 1);
  REQUIRE(reply);
  CHECK(token_of_reply(*reply, query));
  CHECK(!token_of_reply(*reply, {query.imprint, 78}));
  CHECK(!token_of_reply(*reply, {sha256(view("another")), 77}));
  CHECK(!token_of_reply(to_bytes("no reply"), query));
  // What is no query, and one for another hash, are rejected in form.
  const auto rejected = tsa.authority.answer(to_bytes("no query"), now_ms, 1);
  REQUIRE(rejected);
  CHECK(token_of_reply(*rejected, query).error().code == ErrorCode::peer_failed);
}

TEST_CASE("openssl accepts our tokens, and our query is one to it", "[timestamp]") {
  const tests::TemporaryDirectory directory;
  const Tsa tsa;
  const TimestampQuery query{sha256(view("a note")), 77};
  const auto reply = tsa.authority.answer(encode(query), now_ms, 4711);
  REQUIRE(reply);
  spill(directory.path() / "note", "a note");
  spill(directory.path() / "other", "another");
  spill(directory.path() / "query.tsq", to_text(encode(query)));
  spill(directory.path() / "reply.tsr", to_text(*reply));
  spill(directory.path() / "tsa.pem", tsa.files.certificate_pem);
  const std::string in = "cd '" + directory.path().string() + "' && openssl ts ";
  const std::string how = " -in reply.tsr -CAfile tsa.pem -partial_chain -attime " +
                          std::to_string(now_ms / 1000) + " >out 2>&1";
  CHECK(std::system((in + "-verify -data note" + how).c_str()) == 0);
  CHECK(std::system((in + "-verify -queryfile query.tsq" + how).c_str()) == 0);
  CHECK(std::system((in + "-verify -data other" + how).c_str()) != 0);
}
