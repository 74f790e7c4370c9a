#include <entente/transport/certificate.h>

#include "transport/tls.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>

namespace entente {
namespace {

constexpr std::int64_t day_s = 86'400;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;

struct Issuer {
  X509* certificate;
  EVP_PKEY* key;
};

std::unexpected<Error> openssl_failure() {
  return fail(ErrorCode::internal, http::take_openssl_error());
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, 8> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) return false;
  std::uint64_t serial = 1;
  for (const auto byte : random) serial = (serial << 7) ^ byte;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1;
}

bool set_validity(X509* certificate, std::int64_t now_ms) {
  const std::int64_t now_s = now_ms / 1'000;
  return ASN1_TIME_set(X509_getm_notBefore(certificate), now_s - day_s) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), now_s + 30 * day_s) != nullptr;
}

bool set_subject(X509* certificate, const char* common_name) {
  return X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                                    reinterpret_cast<const unsigned char*>(common_name), -1, -1,
                                    0) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// A certificate without extensions and signature; its issuer is itself until said otherwise.
Result<Certificate> start_certificate(EVP_PKEY* key, const char* common_name, std::int64_t now_ms) {
  Certificate made(X509_new());
  if (!made || X509_set_version(made.get(), X509_VERSION_3) != 1 || !set_serial(made.get()) ||
      !set_validity(made.get(), now_ms) || !set_subject(made.get(), common_name) ||
      X509_set_issuer_name(made.get(), X509_get_subject_name(made.get())) != 1 ||
      X509_set_pubkey(made.get(), key) != 1) {
    return openssl_failure();
  }
  return made;
}

Result<Certificate> make_ca(EVP_PKEY* key, std::int64_t now_ms) {
  ENTENTE_LET(ca, start_certificate(key, "Entente throw-away authority", now_ms));
  X509* made = ca.get();
  if (!add_extension(made, made, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(made, made, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(made, made, NID_subject_key_identifier, "hash") ||
      X509_sign(made, key, EVP_sha256()) == 0) {
    return openssl_failure();
  }
  return std::move(ca);
}

Result<Certificate> make_leaf(EVP_PKEY* key, const std::string& names, Issuer issuer,
                              std::int64_t now_ms) {
  ENTENTE_LET(leaf, start_certificate(key, "Entente throw-away certificate", now_ms));
  X509* made = leaf.get();
  if (X509_set_issuer_name(made, X509_get_subject_name(issuer.certificate)) != 1 ||
      !add_extension(made, issuer.certificate, NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(made, issuer.certificate, NID_key_usage, "critical,digitalSignature") ||
      !add_extension(made, issuer.certificate, NID_ext_key_usage, "serverAuth") ||
      !add_extension(made, issuer.certificate, NID_subject_key_identifier, "hash") ||
      !add_extension(made, issuer.certificate, NID_authority_key_identifier, "keyid:always") ||
      !add_extension(made, issuer.certificate, NID_subject_alt_name, names) ||
      X509_sign(made, issuer.key, EVP_sha256()) == 0) {
    return openssl_failure();
  }
  return std::move(leaf);
}

bool is_address(const std::string& name) {
  in6_addr parsed{};
  return inet_pton(AF_INET, name.c_str(), &parsed) == 1 ||
         inet_pton(AF_INET6, name.c_str(), &parsed) == 1;
}

// "DNS:kettle.example,IP:127.0.0.1". A comma would end the name and start something else.
Result<std::string> alternative_names(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) {
    const bool is_address_name = is_address(name);
    const bool is_dns_name =
        !name.empty() && name.size() <= 253 &&
        name.find_first_not_of(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.*") ==
            std::string::npos;
    if (!is_address_name && !is_dns_name) return fail(ErrorCode::wrong_use, "name " + name);
    text += (text.empty() ? "" : ",") + std::string(is_address_name ? "IP:" : "DNS:") + name;
  }
  if (text.empty()) return fail(ErrorCode::wrong_use, "a certificate needs a name");
  return text;
}

template <class Write>
Result<std::string> to_pem(Write write) {
  const std::unique_ptr<BIO, Free> bio(BIO_new(BIO_s_mem()));
  if (!bio || write(bio.get()) != 1) return openssl_failure();
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

Result<std::string> to_pem(X509* certificate) {
  return to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

}  // namespace

Result<TestAuthority> make_test_authority(const std::vector<std::string>& names,
                                          std::int64_t now_ms) {
  ENTENTE_LET(alternatives, alternative_names(names));
  const Key ca_key(EVP_EC_gen("P-256"));
  const Key key(EVP_EC_gen("P-256"));
  if (!ca_key || !key) return openssl_failure();
  ENTENTE_LET(ca, make_ca(ca_key.get(), now_ms));
  ENTENTE_LET(leaf, make_leaf(key.get(), alternatives, {ca.get(), ca_key.get()}, now_ms));
  ENTENTE_LET(ca_pem, to_pem(ca.get()));
  ENTENTE_LET(certificate_pem, to_pem(leaf.get()));
  ENTENTE_LET(key_pem, to_pem([&](BIO* bio) {
                return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr,
                                                nullptr);
              }));
  return TestAuthority{std::move(ca_pem), std::move(certificate_pem), std::move(key_pem)};
}

}  // namespace entente
