#include <entente/agent/witness_site.h>
#include <entente/crypto/system.h>
#include <entente/transport/server.h>
#include <entente/wire/admission.h>

#include "../commands.h"
#include "../files.h"
#include "../held_signals.h"
#include "../key_file.h"

namespace fs = std::filesystem;

namespace entente::cli {
namespace {

fs::path key_of(const fs::path& directory) { return directory / "witness.key"; }
fs::path vkey_of(const fs::path& directory) { return directory / "witness.vkey"; }

// The key that verifiers know is made once, under one name.
Result<ExitCode> run_init(const Arguments& arguments, Console& console) {
  const fs::path directory = arguments.operand(0);
  ENTENTE_TRY(check_note_name(arguments.text_or("name", "")));
  ENTENTE_TRY(make_directory(directory));
  SystemEntropy entropy;
  ENTENTE_LET(key, make_key_file(key_of(directory), entropy));
  ENTENTE_LET(vkey, Vkey::make(arguments.text_or("name", ""), SignatureType::cosignature_v1,
                               key.public_key()));
  ENTENTE_TRY(write_file(vkey_of(directory), vkey.encode() + "\n"));
  console.line(vkey.encode());
  return ExitCode::ok;
}

Result<Vkey> log_named(const std::string& given) {
  if (!fs::exists(given)) return Vkey::decode(given);
  ENTENTE_LET(envelope, read_armoured(given, "CARD"));
  ENTENTE_LET(card, Admission::admit<Card>(envelope));
  return Vkey::decode(card->log_vkey);
}

Result<Vkey> read_vkey(const fs::path& directory) {
  ENTENTE_LET(text, read_text(vkey_of(directory)));
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return Vkey::decode(text);
}

HttpServerOptions server_options(const Arguments& arguments, std::int64_t port) {
  HttpServerOptions options{.address = arguments.text_or("address", "127.0.0.1"),
                            .port = static_cast<std::uint16_t>(port),
                            .certificate_file = arguments.text_or("certificate", ""),
                            .key_file = arguments.text_or("certificate-key", "")};
  options.limits.body_bytes_max = witness_request_bytes_max;
  return options;
}

Result<ExitCode> run_serve(const Arguments& arguments, Console& console) {
  const fs::path directory = arguments.operand(0);
  ENTENTE_LET(port, arguments.integer_or("port", 0, 65'535));
  ENTENTE_LET(key, read_key_file(key_of(directory)));
  ENTENTE_LET(vkey, read_vkey(directory));
  SystemClock clock;
  WitnessOptions options{.directory = directory / "logs",
                         .name = vkey.name(),
                         .key = &key,
                         .logs = {},
                         .clock = &clock,
                         .tell = [&](const std::string& line) { console.complain(line); }};
  for (std::size_t i = 1; i < arguments.operands().size(); ++i) {
    ENTENTE_LET(log, log_named(arguments.operand(i)));
    options.logs.push_back(log);
  }
  ENTENTE_LET(witness, Witness::open(std::move(options)));
  if (witness->vkey() != vkey) {
    return fail(ErrorCode::file_invalid, "witness.key is not the key that witness.vkey names");
  }
  WitnessSite site(std::move(witness));
  const HeldSignals signals = {SIGINT, SIGTERM};
  const HttpServerOptions where = server_options(arguments, port);
  HttpServer server(where, [&site](const HttpRequest& request, const HttpReply& reply) {
    site.serve(request.path, request, reply);
  });
  ENTENTE_TRY(server.start());
  console.line("witness " + vkey.encode());
  console.line("on " + std::string(where.certificate_file.empty() ? "http://" : "https://") +
               where.address + ":" + std::to_string(server.port()) + "/, for " +
               std::to_string(arguments.operands().size() - 1) + " keys of logs");
  console.line("Ctrl-C stops it.");
  signals.wait();
  server.stop();
  return ExitCode::ok;
}

}  // namespace

Verb witness_init() {
  return {.path = "witness init",
          .summary = "make the key of a witness (c2sp.org/tlog-witness); prints it",
          .operands = {{"DIR", "where its key goes, and what it has seen"}},
          .options = {{"name", "NAME", "it signs as this, such as association.example", true}},
          .run = run_init,
          .example = "entente witness init w --name association.example"};
}

Verb witness_serve() {
  return {
      .path = "witness serve",
      .summary = "cosign the checkpoints of logs that grow honestly, until stopped",
      .operands = {{"DIR", "made by witness init; never to be put back from a backup"},
                   {"LOG", "the key of a log (VKEY), or the card that names it",
                    OperandRule::Count::several}},
      .options = {{"port", "NUMBER", "default: a free one"},
                  {"address", "ADDRESS", "default: 127.0.0.1"},
                  {"certificate", "FILE", "chain in PEM; plain HTTP without, on loopback alone"},
                  {"certificate-key", "FILE", "its key in PEM"}},
      .run = run_serve,
      .example = "entente witness serve w kettle.example/log+3b6a27bc+AQ... --port 8080"};
}

}  // namespace entente::cli
