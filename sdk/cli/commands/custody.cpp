#include <entente/agent/timestamp_client.h>
#include <entente/audit/checkpoint.h>
#include <entente/auditor.h>
#include <entente/core/clock.h>
#include <entente/crypto/hash.h>
#include <entente/crypto/system.h>

#include "../commands.h"
#include "../custody_record.h"
#include "../progress.h"
#include "../trust_options.h"

#include <algorithm>

namespace entente::cli {
namespace {

constexpr std::uint64_t megabyte = 1'000'000;

auto telling(ProgressLine& line) {
  return [&line](std::uint64_t done, std::uint64_t all) {
    line.tell(done / megabyte, all / megabyte);
  };
}

// What is known of the checkpoint that was found: its name, and who vouches for it.
struct Found {
  std::optional<Checkpoint> checkpoint;
  bool trusted = false;
  std::string word;
};

Found look_at(const std::string& text, const Trust& trust) {
  Found found;
  if (text.empty()) return {.checkpoint = {}, .trusted = false, .word = "none was found"};
  const auto note = decode_unverified_checkpoint(text);
  const auto named = note ? note : decode_checkpoint_text(text);
  if (named) found.checkpoint = *named;
  found.word = note ? "signed by no key you trust" : "not signed";
  if (!note) return found;
  for (const TrustedKey& each : trust.keys_of(note->origin)) {
    if (!verify_checkpoint(text, each.key)) continue;
    found.trusted = true;
    found.word = "signed by the key you trust";
  }
  return found;
}

std::string dated(const KeptLog& custody, const Trust& trust) {
  if (custody.timestamp.empty()) return "not dated: see --tsa";
  const auto verdict = trust.judge(custody.timestamp, sha256(view(custody.checkpoint)));
  if (verdict.at_ms) return format_rfc3339(*verdict.at_ms) + ", by an authority you trust";
  return trust.authorities.empty() ? "by an authority that no --trust names" : verdict.why;
}

Json json_of(const KeptLog& custody, const Found& found) {
  Json left_out = Json::array();
  for (const std::string& name : custody.left_out) left_out.push(name);
  return Json::object({{"taken_from", custody.taken_from},
                       {"acquired_at", format_rfc3339(custody.acquired_ms)},
                       {"files", custody.files},
                       {"bytes", custody.bytes},
                       {"checkpoint", custody.checkpoint},
                       {"checkpoint_trusted", found.trusted},
                       {"timestamped", !custody.timestamp.empty()},
                       {"trouble", custody.trouble},
                       {"left_out", std::move(left_out)},
                       {"manifest", to_hex(custody.manifest)},
                       {"head", to_hex(custody.digests.back())}});
}

void show_acquired(Console& console, const KeptLog& custody, const Found& found,
                   const Trust& trust) {
  console.line("from        " + harmless(custody.taken_from) + ", " +
               std::to_string(custody.files) + " files, " + std::to_string(custody.bytes) +
               " bytes");
  if (found.checkpoint) {
    console.line("checkpoint  " + harmless(found.checkpoint->origin) + ", " +
                 std::to_string(found.checkpoint->size) + " entries, root " +
                 short_hex(found.checkpoint->root));
  }
  console.line("            " + found.word);
  console.line("time        " + dated(custody, trust));
  if (!custody.trouble.empty()) {
    console.line(console.paint(Ink::bad, "trouble     " + custody.trouble));
  }
  for (const std::string& name : custody.left_out) {
    console.line("left out    " + harmless(name) + ", no part of the log");
  }
  console.line("manifest    " + to_hex(custody.manifest));
  console.line("Note the last line elsewhere: who can write the directory can write it anew.");
}

Result<KeptLog> acquire(const Arguments& arguments, const Trust& trust) {
  ENTENTE_LET(tool, own_tool());
  ProgressLine line("MB");
  AcquireOptions options{.tool = std::move(tool),
                         .at_ms = SystemClock().now_ms(),
                         .arguments = arguments.words(),
                         .master_key_file = arguments.text_or("master-key", ""),
                         .timestamp = {},
                         .progress = telling(line)};
  if (const auto url = arguments.find("tsa")) {
    options.timestamp = [&, url](ByteView bytes) -> Result<Bytes> {
      TimestampClient authority({.url = *url,
                                 .trust = trust,
                                 .ca_file = arguments.text_or("ca", ""),
                                 .allow_private = arguments.has("allow-private")});
      ENTENTE_LET(token, authority.date(bytes));
      return token.der;
    };
  }
  return acquire_log(arguments.operand(0), arguments.text_or("out", ""), options);
}

Result<ExitCode> run_acquire(const Arguments& arguments, Console& console) {
  ENTENTE_LET(trust, trust_of(arguments));
  ENTENTE_LET(custody, acquire(arguments, trust));
  const Found found = look_at(custody.checkpoint, trust);
  if (arguments.has("json")) {
    console.json(json_of(custody, found));
  } else {
    show_acquired(console, custody, found, trust);
  }
  const bool asked = !trust.logs.empty();
  return custody.trouble.empty() && (found.trusted || !asked) ? ExitCode::ok : ExitCode::finding;
}

Json line_json(const CustodyLine& line, const Digest& digest) {
  Json words = Json::array();
  for (const std::string& word : line.arguments) words.push(word);
  return Json::object({{"at", format_rfc3339(line.at_ms)},
                       {"command", line.command},
                       {"arguments", std::move(words)},
                       {"tool", line.tool.name + " " + line.tool.version},
                       {"program", to_hex(line.tool.program)},
                       {"library", to_hex(line.tool.library)},
                       {"result", to_hex(line.result)},
                       {"digest", to_hex(digest)}});
}

// What was noted elsewhere must still be in the chain: a record can be cut off at its end, and all
// of it written anew.
Status check_noted(const Arguments& arguments, KeptLog& custody) {
  const auto noted = arguments.find("noted");
  if (!noted) return {};
  ENTENTE_LET(bytes, from_hex(*noted));
  ENTENTE_LET(digest, to_digest(bytes));
  const bool kept = digest == custody.manifest ||
                    std::ranges::find(custody.digests, digest) != custody.digests.end();
  if (!kept) {
    custody.findings.push_back({.rule = Rule::custody_record,
                                .entries = {},
                                .case_id = {},
                                .sentence = "neither the manifest nor a line is the one noted"});
  }
  return {};
}

Result<ExitCode> run_custody(const Arguments& arguments, Console& console) {
  ProgressLine progress("MB");
  ENTENTE_LET(custody, open_custody(arguments.operand(0), telling(progress)));
  ENTENTE_TRY(check_noted(arguments, custody));
  Json findings = Json::array();
  Json lines = Json::array();
  for (const Finding& each : custody.findings) {
    if (each.judgement == Judgement::broken) {
      findings.push(Json::object({{"rule", name(each.rule)}, {"sentence", each.sentence}}));
    }
  }
  // A line that is none has a digest, and no place here.
  const bool readable = custody.lines.size() == custody.digests.size();
  for (std::size_t i = 0; i < custody.lines.size(); ++i) {
    lines.push(line_json(custody.lines[i], readable ? custody.digests[i] : Digest{}));
  }
  const bool intact = findings.items().empty();
  const ExitCode code = intact ? ExitCode::ok : ExitCode::finding;
  if (arguments.has("json")) {
    console.json(Json::object({{"intact", intact},
                               {"files", custody.files},
                               {"bytes", custody.bytes},
                               {"manifest", to_hex(custody.manifest)},
                               {"findings", std::move(findings)},
                               {"lines", std::move(lines)}}));
    return code;
  }
  for (const CustodyLine& line : custody.lines) {
    std::string words;
    for (const std::string& word : line.arguments) words += " " + word;
    console.line(format_rfc3339(line.at_ms) + "  " + harmless(line.command + words) + "  -> " +
                 short_hex(line.result));
  }
  for (const Finding& each : custody.findings) {
    if (each.judgement != Judgement::broken) continue;
    console.line(console.paint(Ink::bad, "broken") + "  " + std::string(name(each.rule)) + ": " +
                 harmless(each.sentence));
  }
  console.line((intact ? "intact: " : "not intact: ") + std::to_string(custody.files) + " files, " +
               std::to_string(custody.digests.size()) + " lines");
  console.line("manifest    " + to_hex(custody.manifest));
  if (!custody.digests.empty()) console.line("last line   " + to_hex(custody.digests.back()));
  return code;
}

}  // namespace

Verb audit_acquire() {
  return {.path = "audit acquire",
          .summary = "take a log into custody: a copy, digested, and a record of its use",
          .operands = {{"SOURCE", "a store at rest, an export or an evidence file; only read"}},
          .options = {{"out", "DIR", "where it goes; must be empty", true, 'o'},
                      trust_option,
                      log_key_option,
                      {"tsa", "URL", "a time-stamp authority that dates the checkpoint"},
                      {"ca", "FILE", "trust this certificate authority alone"},
                      {"allow-private", "", "the authority is in your own network"},
                      {"master-key", "FILE", "of the store (default: master.key in it)"},
                      json_option},
          .run = run_acquire,
          .example = "entente audit acquire brand/data -o custody --trust trust.yaml"};
}

Verb audit_custody() {
  return {.path = "audit custody",
          .summary = "say whether a log in custody is as it was taken, and what was done with it",
          .operands = {{"DIR", "made by audit acquire"}},
          .options = {{"noted", "HEX", "the manifest's digest or a line's, as you noted it"},
                      json_option},
          .run = run_custody,
          .example = "entente audit custody custody --noted 9f2c..."};
}

}  // namespace entente::cli
