#include <entente/audit/checkpoint.h>
#include <entente/auditor.h>
#include <entente/crypto/hash.h>
#include <entente/crypto/system.h>
#include <entente/store/last_signed.h>
#include <entente/wire/admission.h>

#include "../commands.h"
#include "../custody_record.h"
#include "../files.h"
#include "../key_file.h"
#include "../progress.h"
#include "../published_log.h"
#include "../record.h"
#include "../trust_options.h"

namespace entente::cli {
namespace {

constexpr OptionRule master_key_option{"master-key", "FILE",
                                       "of the store (default: master.key in it)"};

Result<ExitCode> run_checkpoint(const Arguments& arguments, Console& console) {
  const std::filesystem::path directory = arguments.operand(0);
  ENTENTE_LET(last, LastSigned::open(directory / "last-signed.db", StoreMode::read));
  if (last->text().empty()) return fail(ErrorCode::not_found, "the log is empty");
  ENTENTE_LET(checkpoint, decode_checkpoint_text(last->text()));
  if (arguments.has("json")) {
    console.json(Json::object({{"origin", checkpoint.origin},
                               {"size", checkpoint.size},
                               {"root", to_hex(checkpoint.root)}}));
    return ExitCode::ok;
  }
  std::string text = last->text();
  if (const auto file = arguments.find("log-key")) {
    ENTENTE_LET(key, read_key_file(*file));
    ENTENTE_LET(note, sign_checkpoint(checkpoint, key));
    text = std::move(note);
  }
  text.pop_back();
  console.line(text);
  return ExitCode::ok;
}

// The tiles of any log, ours or not: what its entries mean is not asked.
Result<ExitCode> verify_published(const Arguments& arguments, Console& console) {
  ENTENTE_LET(trust, trust_of(arguments));
  const auto checked = [&] {
    ProgressLine line("entries");
    return verify_published_log(arguments.operand(0), trust, SystemClock().now_ms(),
                                [&line](auto done, auto all) { line.tell(done, all); });
  }();
  if (!checked) {
    if (!is_verdict(checked.error())) return std::unexpected(checked.error());
    console.report(checked.error());
    return ExitCode::finding;
  }
  if (arguments.has("json")) {
    console.json(to_value(*checked));
  } else {
    for (const std::string& line : to_lines(*checked)) console.line(harmless(line));
  }
  return checked->is_good() ? ExitCode::ok : ExitCode::finding;
}

Result<ExitCode> run_verify(const Arguments& arguments, Console& console) {
  if (is_published_log(arguments.operand(0))) return verify_published(arguments, console);
  ENTENTE_LET(trust, trust_of(arguments));
  const AuditorOptions options{.trust = std::move(trust),
                               .master_key_file = arguments.text_or("master-key", "")};
  const std::vector<std::filesystem::path> sources = {arguments.operand(0)};
  ENTENTE_LET(auditor, Auditor::open(sources, options));
  ENTENTE_LET(report, auditor.verify_log());
  const std::string text = arguments.has("json") ? to_json(report) : to_text(report);
  show(console, text);
  ENTENTE_TRY(note_in_custody("log verify", arguments, sha256(view(text))));
  return report.broken() == 0 ? ExitCode::ok : ExitCode::finding;
}

Result<ExitCode> run_vkey(const Arguments& arguments, Console& console) {
  const std::filesystem::path source = arguments.operand(0);
  std::string vkey;
  if (std::filesystem::is_directory(source)) {
    ENTENTE_LET(store, PartyStore::open(source));
    if (store.card() == nullptr) return fail(ErrorCode::not_found, "no card in this log");
    vkey = store.card()->log_vkey;
  } else {
    ENTENTE_LET(envelope, read_armoured(source, "CARD"));
    ENTENTE_LET(card, Admission::admit<Card>(envelope));
    vkey = card->log_vkey;
  }
  if (arguments.has("json")) {
    console.json(Json::object({{"vkey", vkey}}));
  } else {
    console.line(harmless(vkey));
  }
  return ExitCode::ok;
}

Status tell_export(const std::filesystem::path& directory, bool as_json, Console& console) {
  const bool is_signed = !std::filesystem::exists(directory / "checkpoint.unsigned");
  std::uint64_t cosigned_size = 0;
  if (const auto note = TileDirectory(directory).read(std::string(cosigned_path))) {
    ENTENTE_LET(cosigned, decode_unverified_checkpoint(to_text(*note)));
    cosigned_size = cosigned.size;
  }
  if (as_json) {
    console.json(Json::object({{"directory", directory.string()},
                               {"signed", is_signed},
                               {"cosigned_size", cosigned_size}}));
    return {};
  }
  console.line("exported to " + directory.string() +
               (is_signed ? "" : ", unsigned: give --log-key to sign it"));
  if (cosigned_size > 0) {
    console.line(std::string(cosigned_path) + " is of its first " + std::to_string(cosigned_size) +
                 " entries, with the lines of witnesses");
  }
  return {};
}

Result<ExitCode> run_export(const Arguments& arguments, Console& console) {
  ExportOptions options{
      .master_key_file = arguments.text_or("master-key", ""), .log_key = nullptr, .checkpoint = {}};
  std::optional<KeyPair> key;
  if (const auto file = arguments.find("log-key")) {
    ENTENTE_LET(read, read_key_file(*file));
    key.emplace(std::move(read));
    options.log_key = &*key;
  }
  const std::string out = arguments.text_or("out", "");
  ENTENTE_TRY(export_log(arguments.operand(0), out, options));
  ENTENTE_TRY(tell_export(out, arguments.has("json"), console));
  return ExitCode::ok;
}

}  // namespace

Verb log_checkpoint() {
  return {.path = "log checkpoint",
          .summary = "print the newest checkpoint of a log",
          .operands = {{"STORE", "a data directory"}},
          .options = {{"log-key", "KEY", "sign it again, exactly as it was signed"}, json_option},
          .run = run_checkpoint,
          .example = "entente log checkpoint brand/data --log-key brand/keys/log.key"};
}

Verb log_verify() {
  return {.path = "log verify",
          .summary = "recompute a log: hashes, signatures, commitments",
          .operands = {{"SOURCE",
                        "a data directory, an export, an evidence file, or the tiles of any log"}},
          .options = {trust_option, log_key_option, master_key_option, json_option},
          .run = run_verify,
          .example = "entente log verify brand/data --log-key brand/card.entente"};
}

Verb log_vkey() {
  return {.path = "log vkey",
          .summary = "print the key of a brand's log, to be pinned",
          .operands = {{"SOURCE", "a card, or a data directory"}},
          .options = {json_option},
          .run = run_vkey,
          .example = "entente log vkey brand/card.entente"};
}

Verb log_export() {
  return {.path = "log export",
          .summary = "write a log as plain files that any tlog tool reads",
          .operands = {{"STORE", "a data directory"}},
          .options = {{"out", "DIR", "where it goes; must be empty", true, 'o'},
                      {"log-key", "KEY", "sign the checkpoint again"},
                      master_key_option,
                      json_option},
          .run = run_export,
          .example = "entente log export brand/data -o export --log-key brand/keys/log.key"};
}

}  // namespace entente::cli
