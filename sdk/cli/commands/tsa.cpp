#include <entente/core/clock.h>
#include <entente/crypto/system.h>
#include <entente/crypto/timestamp.h>
#include <entente/store/last_signed.h>
#include <entente/transport/server.h>

#include <charconv>
#include <mutex>

#include "../commands.h"
#include "../files.h"
#include "../held_signals.h"

namespace fs = std::filesystem;

namespace entente::cli {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t valid_days = 365;
constexpr std::int64_t valid_days_max = 36'500;
constexpr std::uint64_t serials_at_a_time = 1000;

fs::path key_file(const fs::path& directory) { return directory / "tsa.key.pem"; }
fs::path certificate_file(const fs::path& directory) { return directory / "tsa.pem"; }
fs::path serial_file(const fs::path& directory) { return directory / "serial"; }

// Numbers that no token ever had: so many are taken from the file at once, and what is left of them
// when the process ends is never used.
class Serials {
 public:
  static Result<Serials> open(const fs::path& directory) {
    ENTENTE_LET(text, read_text(serial_file(directory)));
    Serials serials(directory);
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, serials.next_);
    const bool whole = error == std::errc{} && stopped + 1 == end && *stopped == '\n';
    if (!whole || serials.next_ == 0) {
      return fail(ErrorCode::file_invalid, serial_file(directory).string() + ": not a number");
    }
    serials.taken_ = serials.next_;
    return serials;
  }

  Result<std::uint64_t> take() {
    if (next_ == taken_) {
      const std::string text = std::to_string(taken_ + serials_at_a_time) + "\n";
      ENTENTE_TRY(write_file(serial_file(directory_), text));
      taken_ += serials_at_a_time;
    }
    return next_++;
  }

 private:
  explicit Serials(fs::path directory) : directory_(std::move(directory)) {}
  fs::path directory_;
  std::uint64_t next_ = 0;
  std::uint64_t taken_ = 0;  // up to this one, which is not ours
};

HttpResponse refusal(int status, std::string_view why) {
  return {.status = status, .content_type = "text/plain", .body = to_bytes(why), .headers = {}};
}

class Desk {
 public:
  Desk(TimestampAuthority authority, Serials serials)
      : authority_(std::move(authority)), serials_(std::move(serials)) {}

  HttpResponse answer(const HttpRequest& request) {
    if (request.method != "POST") {
      HttpResponse response = refusal(405, "POST a time-stamp query (RFC 3161)\n");
      response.headers.push_back({"allow", "POST"});
      return response;
    }
    if (request.content_type != timestamp_query_type) {
      return refusal(415, "Content-Type: application/timestamp-query\n");
    }
    const std::lock_guard held(mutex_);
    const auto serial = serials_.take();
    if (!serial) return refusal(503, "no serial number could be written\n");
    auto reply = authority_.answer(request.body, SystemClock().now_ms(), *serial);
    if (!reply) return refusal(500, "no reply could be made\n");
    return {.status = 200,
            .content_type = std::string(timestamp_reply_type),
            .body = std::move(*reply),
            .headers = {}};
  }

 private:
  std::mutex mutex_;
  TimestampAuthority authority_;
  Serials serials_;
};

Result<ExitCode> run_init(const Arguments& arguments, Console& console) {
  const fs::path directory = arguments.operand(0);
  ENTENTE_LET(days, arguments.integer_or("days", valid_days, valid_days_max));
  if (fs::exists(key_file(directory))) {
    return fail(ErrorCode::file_invalid,
                key_file(directory).string() + " is there already; keys are not replaced");
  }
  const std::int64_t now_ms = SystemClock().now_ms();
  ENTENTE_LET(files, TimestampAuthority::make(arguments.text_or("name", "tsa.example"), now_ms,
                                              now_ms + days * day_ms));
  ENTENTE_TRY(write_file(serial_file(directory), std::string_view("1\n")));
  ENTENTE_TRY(write_file(certificate_file(directory), files.certificate_pem));
  ENTENTE_TRY(write_file(key_file(directory), files.key_pem, Access::owner));
  console.line("certificate " + certificate_file(directory).string() + ", for " +
               std::to_string(days) + " days; auditors name it in their trust.yaml");
  return ExitCode::ok;
}

Result<ExitCode> run_serve(const Arguments& arguments, Console& console) {
  const fs::path directory = arguments.operand(0);
  ENTENTE_LET(port, arguments.integer_or("port", 0, 65'535));
  ENTENTE_LET(key, read_text(key_file(directory)));
  ENTENTE_LET(certificate, read_text(certificate_file(directory)));
  ENTENTE_LET(authority, TimestampAuthority::open({key, certificate}));
  const auto lock = StoreLock::take(directory);  // two would give one number twice
  if (!lock) return std::unexpected(lock.error());
  ENTENTE_LET(serials, Serials::open(directory));
  Desk desk(std::move(authority), std::move(serials));
  HttpServerOptions options{.address = arguments.text_or("address", "127.0.0.1"),
                            .port = static_cast<std::uint16_t>(port)};
  options.limits.body_bytes_max = timestamp_query_bytes_max;
  const HeldSignals signals = {SIGINT, SIGTERM};
  HttpServer server(options, [&desk](const HttpRequest& request, const HttpReply& reply) {
    reply.send(desk.answer(request));
  });
  ENTENTE_TRY(server.start());
  console.line("time stamps on http://" + options.address + ":" + std::to_string(server.port()) +
               "/");
  console.line("Ctrl-C stops it.");
  signals.wait();
  server.stop();
  return ExitCode::ok;
}

}  // namespace

Verb tsa_init() {
  return {.path = "tsa init",
          .summary = "make a time-stamp authority (RFC 3161) for tests and demos",
          .operands = {{"DIR", "where its key, certificate and serial number go"}},
          .options = {{"name", "NAME", "on the certificate (default: tsa.example)"},
                      {"days", "N", "how long the certificate holds (default: 365)"}},
          .run = run_init,
          .example = "entente tsa init tsa"};
}

Verb tsa_serve() {
  return {.path = "tsa serve",
          .summary = "answer time-stamp queries over HTTP until stopped",
          .operands = {{"DIR", "made by tsa init"}},
          .options = {{"port", "NUMBER", "default: a free one"},
                      {"address", "ADDRESS", "default: 127.0.0.1"}},
          .run = run_serve,
          .example = "entente tsa serve tsa --port 3161"};
}

}  // namespace entente::cli
