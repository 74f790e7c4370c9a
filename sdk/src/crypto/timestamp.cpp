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

bool is_of(TS_TST_INFO* info, const Digest& imprint) {
  TS_MSG_IMPRINT* named = TS_TST_INFO_get_msg_imprint(info);
  const ASN1_OBJECT* algorithm = nullptr;
  X509_ALGOR_get0(&algorithm, nullptr, nullptr, TS_MSG_IMPRINT_get_algo(named));
  const ASN1_OCTET_STRING* bytes = TS_MSG_IMPRINT_get_msg(named);
  const auto* data = ASN1_STRING_get0_data(bytes);
  return OBJ_obj2nid(algorithm) == NID_sha256 &&
         std::ranges::equal(std::span(data, static_cast<std::size_t>(ASN1_STRING_length(bytes))),
                            imprint.bytes);
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
  const auto* at = token.data();
  if (token.size() > timestamp_token_bytes_max) return fail(ErrorCode::malformed, "a token");
  const Object<PKCS7> parsed(d2i_PKCS7(nullptr, &at, static_cast<long>(token.size())));
  const bool whole = parsed && at == token.data() + token.size();
  const Object<TS_TST_INFO> info(whole ? PKCS7_to_TS_TST_INFO(parsed.get()) : nullptr);
  if (!info) return invalid(ErrorCode::malformed, "no time-stamp token");
  const Object<X509> authority = certificate_of(certificate);
  if (!authority) return invalid(ErrorCode::malformed, "no certificate");
  if (!is_of(info.get(), imprint)) {
    return fail(ErrorCode::signature_invalid, "the token is of other bytes");
  }
  const std::int64_t at_ms = unix_ms(TS_TST_INFO_get_time(info.get()));
  Object<X509_STORE> store = store_of(authority.get(), at_ms);
  STACK_OF(X509)* certificates = sk_X509_new_null();
  X509_up_ref(authority.get());
  sk_X509_push(certificates, authority.get());
  const Object<TS_VERIFY_CTX> context(TS_VERIFY_CTX_new());
  TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE);
  TS_VERIFY_CTX_set_store(context.get(), store.release());  // both are the context's now
  TS_VERIFY_CTX_set_certs(context.get(), certificates);
  if (TS_RESP_verify_token(context.get(), parsed.get()) != 1) {
    return invalid(ErrorCode::signature_invalid, "the token is not of this authority at its time");
  }
  return Timestamp{at_ms, hex_of(TS_TST_INFO_get_serial(info.get()))};
}

Result<Bytes> certificate_from_pem(std::string_view pem) {
  const Object<X509> certificate = certificate_of_pem(pem);
  const auto der = certificate ? to_der(certificate.get(), i2d_X509) : std::nullopt;
  if (!der) return invalid(ErrorCode::file_invalid, "no certificate in PEM");
  return *der;
}

}  // namespace entente
