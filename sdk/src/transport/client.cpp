#include <entente/transport/client.h>

#include "transport/address_filter.h"
#include "transport/http_head.h"
#include "transport/url.h"

#include <curl/curl.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <mutex>

namespace entente {
namespace {

constexpr std::size_t response_head_bytes_max = std::size_t{16} * 1024;
constexpr long slow_bytes_per_s = 16;
constexpr std::int64_t slow_ms = 15'000;
constexpr long connection_idle_s_max = 10;  // below what servers of ours allow

struct EasyFree {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListFree>;

void start_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

// With NOSIGNAL curl leaves SIGPIPE to us: a peer that closes while we write must not end the
// program. Only this thread is touched, and only for the call.
class NoSigpipe {
 public:
  NoSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoSigpipe() {
    const timespec no_wait{};
    if (!was_pending_) {
      while (sigtimedwait(&pipe_, nullptr, &no_wait) >= 0) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

// What the callbacks of one call see.
struct Exchange {
  const HttpClientOptions& options;
  const std::atomic<bool>& is_cancelled;
  HttpResponse response{};
  std::size_t head_bytes = 0;
  bool is_address_refused = false;
  bool is_address_tried = false;  // a name may lead to several, of both kinds
  bool is_too_large = false;
};

curl_socket_t open_socket(void* context, curlsocktype, curl_sockaddr* address) {
  auto& exchange = *static_cast<Exchange*>(context);
  if (!exchange.options.allow_private && !http::is_public(address->addr)) {
    exchange.is_address_refused = true;
    return CURL_SOCKET_BAD;
  }
  exchange.is_address_tried = true;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t take_body(char* data, std::size_t, std::size_t size, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  auto& body = exchange.response.body;
  exchange.is_too_large = size > exchange.options.response_bytes_max - body.size();
  if (exchange.is_too_large) return CURL_WRITEFUNC_ERROR;
  append(body, std::string_view(data, size));
  return size;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() &&
         std::string_view(" \t\r\n").find(text.front()) != std::string_view::npos) {
    text.remove_prefix(1);
  }
  while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos) {
    text.remove_suffix(1);
  }
  return text;
}

std::size_t take_field(char* data, std::size_t, std::size_t size, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const std::string_view line(data, size);
  exchange.head_bytes += size;
  exchange.is_too_large = exchange.head_bytes > response_head_bytes_max;
  if (exchange.is_too_large) return 0;
  if (line.starts_with("HTTP/")) {
    if (!line.starts_with("HTTP/1.")) return 0;  // a version that was not asked for
    exchange.response.headers.clear();           // after a 100, the real one
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !http::is_field_name(line.substr(0, colon))) return size;
  HttpHeader field{std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))};
  std::ranges::transform(field.name, field.name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  exchange.response.headers.push_back(std::move(field));
  return size;
}

int check_cancelled(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Exchange*>(context)->is_cancelled ? 1 : 0;
}

Status append_line(List& list, const std::string& line) {
  curl_slist* grown = curl_slist_append(list.get(), line.c_str());
  if (grown == nullptr) return fail(ErrorCode::internal, "no memory for a header");
  static_cast<void>(list.release());
  list.reset(grown);
  return {};
}

Result<List> write_fields(const HttpCall& call) {
  List list;
  ENTENTE_TRY(append_line(list, "Expect:"));
  ENTENTE_TRY(append_line(
      list, "Content-Type:" + (call.content_type.empty() ? "" : " " + call.content_type)));
  if (!http::is_field_value(call.content_type)) return fail(ErrorCode::wrong_use, "content type");
  for (const auto& field : call.headers) {
    if (!http::is_field_name(field.name) || !http::is_field_value(field.value)) {
      return fail(ErrorCode::wrong_use, "header " + field.name);
    }
    // curl takes a name without value by ";", and removes the field by ":".
    ENTENTE_TRY(append_line(
        list, field.name + (field.value.empty() ? std::string(";") : ": " + field.value)));
  }
  return list;
}

// No compression was asked for, so a compressed answer is no answer; and one that gives its length
// twice, or in two ways, may be two.
Status check_framing(const HttpHeaders& headers) {
  const auto count = [&](std::string_view name) {
    return std::ranges::count(headers, name, &HttpHeader::name);
  };
  const auto transfer = find_header(headers, "transfer-encoding");
  if (find_header(headers, "content-encoding").value_or("identity") != "identity" ||
      transfer.value_or("chunked") != "chunked") {
    return fail(ErrorCode::peer_failed, "an answer in an encoding that was not asked for");
  }
  const auto length = find_header(headers, "content-length").value_or("0");
  const bool is_number =
      std::ranges::all_of(length, [](char c) { return c >= '0' && c <= '9'; }) && !length.empty();
  if (count("content-length") + count("transfer-encoding") > 1 || !is_number) {
    return fail(ErrorCode::peer_failed, "an answer without a clear length");
  }
  return {};
}

ErrorCode code_of(CURLcode code) {
  switch (static_cast<int>(code)) {
    case CURLE_URL_MALFORMAT:
      return ErrorCode::address_refused;
    case CURLE_OPERATION_TIMEDOUT:
      return ErrorCode::timed_out;
    case CURLE_FILESIZE_EXCEEDED:
      return ErrorCode::too_large;
    case CURLE_SSL_CACERT_BADFILE:
      return ErrorCode::file_invalid;
    case CURLE_UNSUPPORTED_PROTOCOL:  // of the answer; that of the URL was checked before
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_WRITE_ERROR:  // our callbacks, of what is no HTTP/1.1
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_HTTP2:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return ErrorCode::peer_failed;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_BAD_FUNCTION_ARGUMENT:
      return ErrorCode::internal;
    default:
      return ErrorCode::network_failed;
  }
}

}  // namespace

struct HttpClient::Impl {
  explicit Impl(HttpClientOptions options);
  ~Impl() {
    const NoSigpipe guard;  // closing a TLS connection writes
    easy_.reset();
  }

  Result<HttpResponse> send(const HttpCall& call);
  Status prepare_names();
  void set_limits(std::int64_t wait_ms);
  void set_trust();
  void set_callbacks(Exchange& exchange);
  Status set_method(const HttpCall& call);
  Result<HttpResponse> perform(Exchange& exchange);

  // A refused option is a mistake of this file: it must not pass as a weaker connection.
  template <class Value>
  void set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(easy_.get(), option, value);
    if (code != CURLE_OK && failed_option_ == CURLE_OK) failed_option_ = code;
  }

  const HttpClientOptions options_;
  std::atomic<bool> is_cancelled_{false};
  List names_;
  std::unique_ptr<CURL, EasyFree> easy_;
  CURLcode failed_option_ = CURLE_OK;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

HttpClient::Impl::Impl(HttpClientOptions options) : options_(std::move(options)) {
  start_curl();
  easy_.reset(curl_easy_init());
}

Status HttpClient::Impl::prepare_names() {
  if (names_) return {};
  for (const auto& entry : options_.resolve) {
    if (std::ranges::count(entry, ':') < 2) {
      return fail(ErrorCode::wrong_use, "resolve entry " + entry);
    }
    ENTENTE_TRY(append_line(names_, entry));
  }
  return {};
}

void HttpClient::Impl::set_limits(std::int64_t wait_ms) {
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout_ms));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout_ms + wait_ms));
  set(CURLOPT_LOW_SPEED_LIMIT, slow_bytes_per_s);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>((slow_ms + wait_ms) / 1'000));
  set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options_.response_bytes_max));
  set(CURLOPT_MAXAGE_CONN, connection_idle_s_max);
  set(CURLOPT_MAXCONNECTS, 4L);
}

// No redirects, no proxy or password from the environment, no older protocol than asked for.
void HttpClient::Impl::set_trust() {
  const char* protocols = options_.allow_plain ? "http,https" : "https";
  set(CURLOPT_PROTOCOLS_STR, protocols);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_HTTP09_ALLOWED, 0L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options_.ca_file.empty()) {
    set(CURLOPT_CAINFO, options_.ca_file.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (names_) set(CURLOPT_RESOLVE, names_.get());
}

void HttpClient::Impl::set_callbacks(Exchange& exchange) {
  set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(CURLOPT_OPENSOCKETDATA, &exchange);
  set(CURLOPT_WRITEFUNCTION, &take_body);
  set(CURLOPT_WRITEDATA, &exchange);
  set(CURLOPT_HEADERFUNCTION, &take_field);
  set(CURLOPT_HEADERDATA, &exchange);
  set(CURLOPT_XFERINFOFUNCTION, &check_cancelled);
  set(CURLOPT_XFERINFODATA, &exchange);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_ERRORBUFFER, error_.data());
}

Status HttpClient::Impl::set_method(const HttpCall& call) {
  const bool carries_body = call.method == "POST" || call.method == "PUT" || call.method == "PATCH";
  if (!carries_body && !call.body.empty()) {
    return fail(ErrorCode::wrong_use, call.method + " with a body");
  }
  if (call.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (carries_body) {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    set(CURLOPT_POSTFIELDS, call.body.empty() ? static_cast<const void*>("") : call.body.data());
  } else {
    set(CURLOPT_HTTPGET, 1L);
  }
  if (call.method == "GET" || call.method == "POST" || call.method == "HEAD") return {};
  if (!http::is_field_name(call.method)) return fail(ErrorCode::wrong_use, "method");
  set(CURLOPT_CUSTOMREQUEST, call.method.c_str());
  return {};
}

Result<HttpResponse> HttpClient::Impl::send(const HttpCall& call) {
  if (!easy_) return fail(ErrorCode::internal, "curl did not start");
  ENTENTE_LET(url, http::read_url(call.url, {.allow_plain = options_.allow_plain,
                                             .allow_any_port = options_.allow_private}));
  ENTENTE_LET(fields, write_fields(call));
  ENTENTE_TRY(prepare_names());
  Exchange exchange{options_, is_cancelled_};
  failed_option_ = CURLE_OK;
  error_[0] = '\0';
  curl_easy_reset(easy_.get());  // keeps open connections
  set(CURLOPT_CURLU, url.handle.get());
  set_limits(call.wait_ms);
  set_trust();
  set_callbacks(exchange);
  ENTENTE_TRY(set_method(call));
  set(CURLOPT_HTTPHEADER, fields.get());
  if (failed_option_ != CURLE_OK) {
    return fail(ErrorCode::internal, curl_easy_strerror(failed_option_));
  }
  return perform(exchange);
}

Result<HttpResponse> HttpClient::Impl::perform(Exchange& exchange) {
  const NoSigpipe guard;
  if (is_cancelled_) return fail(ErrorCode::network_failed, "cancelled");
  const CURLcode code = curl_easy_perform(easy_.get());
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    auto& response = exchange.response;
    ENTENTE_TRY(check_framing(response.headers));
    response.status = static_cast<int>(status);
    response.content_type = find_header(response.headers, "content-type").value_or("");
    return std::move(response);
  }
  if (exchange.is_too_large) return fail(ErrorCode::too_large, "the answer");
  if (exchange.is_address_refused && !exchange.is_address_tried) {
    return fail(ErrorCode::address_refused, "the name leads to no public address");
  }
  return fail(code_of(code), error_[0] != '\0' ? error_.data() : curl_easy_strerror(code));
}

HttpClient::HttpClient(HttpClientOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Result<HttpResponse> HttpClient::send(const HttpCall& call) { return impl_->send(call); }

Result<HttpResponse> HttpClient::get(const std::string& url) { return send({.url = url}); }

Result<HttpResponse> HttpClient::post(const std::string& url, const std::string& content_type,
                                      Bytes body) {
  return send(
      {.method = "POST", .url = url, .content_type = content_type, .body = std::move(body)});
}

void HttpClient::cancel() { impl_->is_cancelled_ = true; }

}  // namespace entente
