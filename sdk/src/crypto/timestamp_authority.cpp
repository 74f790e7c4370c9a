#include <entente/crypto/timestamp.h>

#include <openssl/err.h>
#include <openssl/rand.h>

#include <array>

#include "openssl_object.h"

namespace entente {
namespace {

// An arc for examples (RFC 5612): this authority promises nothing but what its reply says.
constexpr const char* policy_oid = "1.3.6.1.4.1.32473.1";
constexpr std::size_t name_bytes_max = 64;  // of a common name, by X.520
constexpr int accuracy_s = 1;

std::unexpected<Error> failed(ErrorCode code, std::string doing) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  if (reason != nullptr) doing += std::string(": ") + reason;
  ERR_clear_error();
  return fail(code, std::move(doing));
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(length)};
}

Status extend(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Object<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) {
    return failed(ErrorCode::internal, "an extension");
  }
  return {};
}

Status name_it(X509* certificate, std::string_view name) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  const int added = X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                               reinterpret_cast<const unsigned char*>(name.data()),
                                               static_cast<int>(name.size()), -1, 0);
  if (added != 1 || X509_set_issuer_name(certificate, subject) != 1) {
    return failed(ErrorCode::wrong_use, "a name that no certificate can carry");
  }
  return {};
}

Status number_it(X509* certificate) {
  std::array<unsigned char, 16> chance{};
  if (RAND_bytes(chance.data(), chance.size()) != 1) return fail(ErrorCode::internal);
  chance[0] &= 0x7f;
  const Object<BIGNUM> number(BN_bin2bn(chance.data(), chance.size(), nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
  return {};
}

}  // namespace

struct TimestampAuthority::State {
  Object<X509> certificate;
  Object<EVP_PKEY> key;
};

TimestampAuthority::TimestampAuthority(std::unique_ptr<State> state) : state_(std::move(state)) {}
TimestampAuthority::TimestampAuthority(TimestampAuthority&&) noexcept = default;
TimestampAuthority& TimestampAuthority::operator=(TimestampAuthority&&) noexcept = default;
TimestampAuthority::~TimestampAuthority() = default;

Result<TimestampAuthority::Files> TimestampAuthority::make(std::string_view name,
                                                           std::int64_t from_ms,
                                                           std::int64_t until_ms) {
  if (name.empty() || name.size() > name_bytes_max) {
    return fail(ErrorCode::wrong_use, "a name of 1 to 64 bytes is needed");
  }
  const Object<EVP_PKEY> key(EVP_EC_gen("P-256"));
  const Object<X509> made(X509_new());
  if (!key || !made) return failed(ErrorCode::internal, "a key");
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_TIME_set(X509_getm_notBefore(made.get()), static_cast<time_t>(from_ms / 1000));
  ASN1_TIME_set(X509_getm_notAfter(made.get()), static_cast<time_t>(until_ms / 1000));
  X509_set_pubkey(made.get(), key.get());
  ENTENTE_TRY(number_it(made.get()));
  ENTENTE_TRY(name_it(made.get(), name));
  ENTENTE_TRY(extend(made.get(), NID_basic_constraints, "critical,CA:FALSE"));
  ENTENTE_TRY(extend(made.get(), NID_key_usage, "critical,digitalSignature"));
  ENTENTE_TRY(extend(made.get(), NID_ext_key_usage, "critical,timeStamping"));
  ENTENTE_TRY(extend(made.get(), NID_subject_key_identifier, "hash"));
  if (X509_sign(made.get(), key.get(), EVP_sha256()) == 0) {
    return failed(ErrorCode::internal, "signing a certificate");
  }
  const Object<BIO> secret(BIO_new(BIO_s_mem()));
  const Object<BIO> shown(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_X509(shown.get(), made.get());
  return Files{text_of(secret.get()), text_of(shown.get())};
}

Result<TimestampAuthority> TimestampAuthority::open(const Files& files) {
  auto state = std::make_unique<State>();
  state->certificate = certificate_of_pem(files.certificate_pem);
  state->key.reset(
      PEM_read_bio_PrivateKey(reading(view(files.key_pem)).get(), nullptr, nullptr, nullptr));
  if (!state->certificate || !state->key ||
      X509_check_private_key(state->certificate.get(), state->key.get()) != 1) {
    return failed(ErrorCode::file_invalid, "no key and its certificate");
  }
  const Object<TS_RESP_CTX> trial(TS_RESP_CTX_new());
  if (TS_RESP_CTX_set_signer_cert(trial.get(), state->certificate.get()) != 1) {
    return failed(ErrorCode::file_invalid, "the certificate is not for time stamps");
  }
  return TimestampAuthority(std::move(state));
}

Result<Bytes> TimestampAuthority::answer(ByteView query, std::int64_t at_ms,
                                         std::uint64_t serial) const {
  struct Moment {
    std::int64_t at_s;
    std::uint64_t serial;
  } moment{at_ms / 1000, serial};
  const Object<TS_RESP_CTX> context(TS_RESP_CTX_new());
  const Object<ASN1_OBJECT> policy(OBJ_txt2obj(policy_oid, 1));
  const bool ready = TS_RESP_CTX_set_signer_cert(context.get(), state_->certificate.get()) == 1 &&
                     TS_RESP_CTX_set_signer_key(context.get(), state_->key.get()) == 1 &&
                     TS_RESP_CTX_set_signer_digest(context.get(), EVP_sha256()) == 1 &&
                     TS_RESP_CTX_set_ess_cert_id_digest(context.get(), EVP_sha256()) == 1 &&
                     TS_RESP_CTX_set_def_policy(context.get(), policy.get()) == 1 &&
                     TS_RESP_CTX_add_md(context.get(), EVP_sha256()) == 1 &&
                     TS_RESP_CTX_set_accuracy(context.get(), accuracy_s, 0, 0) == 1;
  if (!ready) return failed(ErrorCode::internal, "preparing a reply");
  TS_RESP_CTX_set_serial_cb(
      context.get(),
      [](TS_RESP_CTX*, void* data) {
        ASN1_INTEGER* number = ASN1_INTEGER_new();
        ASN1_INTEGER_set_uint64(number, static_cast<Moment*>(data)->serial);
        return number;
      },
      &moment);
  TS_RESP_CTX_set_time_cb(
      context.get(),
      [](TS_RESP_CTX*, void* data, long* seconds, long* micros) {
        *seconds = static_cast<long>(static_cast<Moment*>(data)->at_s);
        *micros = 0;
        return 1;
      },
      &moment);
  const Object<TS_RESP> response(TS_RESP_create_response(context.get(), reading(query).get()));
  ERR_clear_error();  // why a query was rejected stands in the reply
  const auto reply = response ? to_der(response.get(), i2d_TS_RESP) : std::nullopt;
  if (!reply) return failed(ErrorCode::internal, "making a reply");
  return *reply;
}

}  // namespace entente
