#pragma once
// OpenSSL's objects with one owner, and their DER.

#include <entente/core/bytes.h>

#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include <memory>
#include <optional>

namespace entente {

struct FreeObject {
  void operator()(TS_REQ* p) const { TS_REQ_free(p); }
  void operator()(TS_RESP* p) const { TS_RESP_free(p); }
  void operator()(TS_RESP_CTX* p) const { TS_RESP_CTX_free(p); }
  void operator()(TS_MSG_IMPRINT* p) const { TS_MSG_IMPRINT_free(p); }
  void operator()(TS_VERIFY_CTX* p) const { TS_VERIFY_CTX_free(p); }
  void operator()(TS_TST_INFO* p) const { TS_TST_INFO_free(p); }
  void operator()(X509_ALGOR* p) const { X509_ALGOR_free(p); }
  void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
  void operator()(X509_STORE* p) const { X509_STORE_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(ASN1_INTEGER* p) const { ASN1_INTEGER_free(p); }
  void operator()(ASN1_OBJECT* p) const { ASN1_OBJECT_free(p); }
  void operator()(BIGNUM* p) const { BN_free(p); }
  void operator()(BIO* p) const { BIO_free_all(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(PKCS7* p) const { PKCS7_free(p); }
};
template <class T>
using Object = std::unique_ptr<T, FreeObject>;

template <class T, class Write>
std::optional<Bytes> to_der(T* object, Write write) {
  unsigned char* der = nullptr;
  const int length = write(object, &der);
  if (length <= 0) return std::nullopt;
  Bytes bytes(der, der + length);
  OPENSSL_free(der);
  return bytes;
}

inline Object<BIO> reading(ByteView bytes) {
  return Object<BIO>(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

inline Object<X509> certificate_of(ByteView der) {
  const auto* at = der.data();
  return Object<X509>(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

inline Object<X509> certificate_of_pem(std::string_view pem) {
  return Object<X509>(PEM_read_bio_X509(reading(view(pem)).get(), nullptr, nullptr, nullptr));
}

}  // namespace entente
