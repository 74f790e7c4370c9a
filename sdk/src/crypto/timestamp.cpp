#include <entente/crypto/timestamp.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>

#include <ctime>

#include "openssl_object.h"

namespace entente {
namespace {

std::unexpected<Error> invalid(ErrorCode code, std::string detail) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  if (reason != nullptr) detail += std::string(": ") + reason;
  ERR_clear_error();
  return fail(code, std::move(detail));
}

Object<TS_REQ> request_of(const TimestampQuery& query) {
  Object<TS_REQ> request(TS_REQ_new());
  Object<TS_MSG_IMPRINT> imprint(TS_MSG_IMPRINT_new());
  Object<X509_ALGOR> algorithm(X509_ALGOR_new());
  Object<ASN1_INTEGER> nonce(ASN1_INTEGER_new());
  Digest digest = query.imprint;
  X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr);
  TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get());
  TS_MSG_IMPRINT_set_msg(imprint.get(), digest.bytes.data(), static_cast<int>(digest.bytes.size()));
  ASN1_INTEGER_set_uint64(nonce.get(), query.nonce);
  TS_REQ_set_version(request.get(), 1);
  TS_REQ_set_msg_imprint(request.get(), imprint.get());
  TS_REQ_set_nonce(request.get(), nonce.get());
  TS_REQ_set_cert_req(request.get(), 1);
  return request;
}

std::int64_t unix_ms(const ASN1_GENERALIZEDTIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  return static_cast<std::int64_t>(timegm(&parts)) * 1000;
}

std::string hex_of(const ASN1_INTEGER* number) {
  const Object<BIGNUM> value(ASN1_INTEGER_to_BN(number, nullptr));
  char* text = value ? BN_bn2hex(value.get()) : nullptr;
  std::string hex = text != nullptr ? text : "";
  OPENSSL_free(text);
  return hex;
}

// Whom to believe, at what time. A certificate that is given is the end of the chain.
Object<X509_STORE> store_of(X509* certificate, std::int64_t at_ms) {
  Object<X509_STORE> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), certificate);
  X509_VERIFY_PARAM* how = X509_STORE_get0_param(store.get());
  X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_time(how, static_cast<time_t>(at_ms / 1000));
  return store;
}

struct Token {
  Object<PKCS7> signature;
  Object<TS_TST_INFO> info;
};

Result<Token> parse_token(ByteView der) {
  if (der.size() > timestamp_token_bytes_max) return fail(ErrorCode::malformed, "a token");
  const auto* at = der.data();
  Object<PKCS7> parsed(d2i_PKCS7(nullptr, &at, static_cast<long>(der.size())));
  const bool whole = parsed && at == der.data() + der.size();
  Object<TS_TST_INFO> info(whole ? PKCS7_to_TS_TST_INFO(parsed.get()) : nullptr);
  if (!info) return invalid(ErrorCode::malformed, "no time-stamp token");
  return Token{std::move(parsed), std::move(info)};
}

Result<Digest> imprint_of(TS_TST_INFO* info) {
  TS_MSG_IMPRINT* named = TS_TST_INFO_get_msg_imprint(info);
  const ASN1_OBJECT* algorithm = nullptr;
  X509_ALGOR_get0(&algorithm, nullptr, nullptr, TS_MSG_IMPRINT_get_algo(named));
  if (OBJ_obj2nid(algorithm) != NID_sha256) {
    return fail(ErrorCode::malformed, "a token of another hash than SHA-256");
  }
  const ASN1_OCTET_STRING* bytes = TS_MSG_IMPRINT_get_msg(named);
  return to_digest(
      {ASN1_STRING_get0_data(bytes), static_cast<std::size_t>(ASN1_STRING_length(bytes))});
}

}  // namespace

Bytes encode(const TimestampQuery& query) {
  return to_der(request_of(query).get(), i2d_TS_REQ).value_or(Bytes());
}

Result<Bytes> token_of_reply(ByteView reply, const TimestampQuery& query) {
  const auto* at = reply.data();
  const Object<TS_RESP> response(d2i_TS_RESP(nullptr, &at, static_cast<long>(reply.size())));
  if (!response || at != reply.data() + reply.size()) {
    return invalid(ErrorCode::peer_failed, "the answer is no time-stamp reply");
  }
  const Object<TS_REQ> request = request_of(query);
  const Object<TS_VERIFY_CTX> context(TS_REQ_to_TS_VERIFY_CTX(request.get(), nullptr));
  // Who signed is asked of the token, with the reader's certificate.
  TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_VERSION | TS_VFY_IMPRINT | TS_VFY_NONCE);
  if (TS_RESP_verify_response(context.get(), response.get()) != 1) {
    return invalid(ErrorCode::peer_failed, "the time-stamp authority gave no token for this query");
  }
  const auto token = to_der(TS_RESP_get_token(response.get()), i2d_PKCS7);
  if (!token || token->size() > timestamp_token_bytes_max) {
    return invalid(ErrorCode::peer_failed, "a token that is too large");
  }
  return *token;
}

Result<Timestamp> verify_timestamp(ByteView token, const Digest& imprint, ByteView certificate) {
  ENTENTE_LET(parsed, parse_token(token));
  const Object<X509> authority = certificate_of(certificate);
  if (!authority) return invalid(ErrorCode::malformed, "no certificate");
  const auto named = imprint_of(parsed.info.get());
  if (!named || *named != imprint) {
    return fail(ErrorCode::signature_invalid, "the token is of other bytes");
  }
  const std::int64_t at_ms = unix_ms(TS_TST_INFO_get_time(parsed.info.get()));
  Object<X509_STORE> store = store_of(authority.get(), at_ms);
  STACK_OF(X509)* certificates = sk_X509_new_null();
  X509_up_ref(authority.get());
  sk_X509_push(certificates, authority.get());
  const Object<TS_VERIFY_CTX> context(TS_VERIFY_CTX_new());
  TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE);
  TS_VERIFY_CTX_set_store(context.get(), store.release());  // both are the context's now
  TS_VERIFY_CTX_set_certs(context.get(), certificates);
  if (TS_RESP_verify_token(context.get(), parsed.signature.get()) != 1) {
    return invalid(ErrorCode::signature_invalid, "the token is not of this authority at its time");
  }
  return Timestamp{at_ms, hex_of(TS_TST_INFO_get_serial(parsed.info.get()))};
}

Result<Digest> unverified_imprint(ByteView token) {
  ENTENTE_LET(parsed, parse_token(token));
  return imprint_of(parsed.info.get());
}

bool unverified_is_by(ByteView token, ByteView certificate) {
  const auto parsed = parse_token(token);
  const Object<X509> authority = certificate_of(certificate);
  if (!parsed || !authority) return false;
  STACK_OF(PKCS7_SIGNER_INFO)* signers = PKCS7_get_signer_info(parsed->signature.get());
  if (sk_PKCS7_SIGNER_INFO_num(signers) != 1) return false;
  const PKCS7_ISSUER_AND_SERIAL* named = sk_PKCS7_SIGNER_INFO_value(signers, 0)->issuer_and_serial;
  if (X509_NAME_cmp(named->issuer, X509_get_issuer_name(authority.get())) == 0 &&
      ASN1_INTEGER_cmp(named->serial, X509_get0_serialNumber(authority.get())) == 0) {
    return true;
  }
  STACK_OF(X509)* enclosed = PKCS7_get0_signers(parsed->signature.get(), nullptr, 0);
  const bool is_certified =
      sk_X509_num(enclosed) == 1 &&
      X509_verify(sk_X509_value(enclosed, 0), X509_get0_pubkey(authority.get())) == 1;
  sk_X509_free(enclosed);
  ERR_clear_error();
  return is_certified;
}

Result<Bytes> certificate_from_pem(std::string_view pem) {
  const Object<X509> certificate = certificate_of_pem(pem);
  const auto der = certificate ? to_der(certificate.get(), i2d_X509) : std::nullopt;
  if (!der) return invalid(ErrorCode::file_invalid, "no certificate in PEM");
  return *der;
}

}  // namespace entente
