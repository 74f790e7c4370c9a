#include "transport/tls.h"

#include "transport/http_head.h"

#include <openssl/err.h>

#include <array>
#include <fstream>

namespace entente::http {
namespace {

constexpr std::array<unsigned char, 9> alpn_http11 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// A client that speaks only another protocol must hear so in the handshake: bytes meant for one
// protocol must never be read as another (RFC 9325 section 3.7).
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, out_size, alpn_http11.data(), alpn_http11.size(), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

// Costs one comparison, where going on would cost a signature (RFC 6066 section 3).
int check_name(SSL* ssl, int* alert, void* names) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  if (host_allowed(name, *static_cast<const std::vector<std::string>*>(names))) {
    return SSL_TLSEXT_ERR_OK;
  }
  *alert = SSL_AD_UNRECOGNIZED_NAME;
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::vector<std::string> names_of(const std::vector<std::string>& hosts) {
  std::vector<std::string> names;
  for (const auto& host : hosts) names.emplace_back(without_port(host));
  return names;
}

Status require_readable(const std::string& file) {
  if (std::ifstream(file).good()) return {};
  return fail(ErrorCode::file_missing, file);
}

// A password prompt on a terminal would hang the server.
int refuse_password(char*, int, int, void*) { return -1; }

bool configure(SSL_CTX* context, const std::vector<std::string>& names) {
  SSL_CTX_set_options(
      context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Records without content, such as key updates, must not keep one read going: after what it has
  // buffered it returns, and other connections have their turn.
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, select_protocol, nullptr);
  SSL_CTX_set_tlsext_servername_callback(context, check_name);
  SSL_CTX_set_tlsext_servername_arg(context, const_cast<std::vector<std::string>*>(&names));
  SSL_CTX_set_default_passwd_cb(context, refuse_password);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
}

}  // namespace

TlsKeeper::TlsKeeper(const std::vector<std::string>& allowed_hosts)
    : names_(names_of(allowed_hosts)) {}

Result<TlsKeeper::ContextPtr> TlsKeeper::make_context(const std::string& certificate_file,
                                                      const std::string& key_file) const {
  ENTENTE_TRY(require_readable(certificate_file));
  ENTENTE_TRY(require_readable(key_file));
  ERR_clear_error();
  ContextPtr context(SSL_CTX_new(TLS_server_method()));
  if (!context || !configure(context.get(), names_)) {
    return fail(ErrorCode::internal, take_openssl_error());
  }
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
    return fail(ErrorCode::file_invalid, certificate_file + ": " + take_openssl_error());
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return fail(ErrorCode::file_invalid, key_file + ": " + take_openssl_error());
  }
  return context;
}

Status TlsKeeper::load(const std::string& certificate_file, const std::string& key_file) {
  ENTENTE_LET(context, make_context(certificate_file, key_file));
  const std::lock_guard lock(mutex_);
  context_ = std::move(context);
  return {};
}

SslPtr TlsKeeper::accept(int descriptor) const {
  SslPtr ssl;
  {
    const std::lock_guard lock(mutex_);  // the session keeps its context alive from here
    if (context_) ssl.reset(SSL_new(context_.get()));
  }
  if (!ssl || SSL_set_fd(ssl.get(), descriptor) != 1) return nullptr;
  SSL_set_accept_state(ssl.get());
  return ssl;
}

std::string take_openssl_error() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

}  // namespace entente::http
