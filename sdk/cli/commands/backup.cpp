// A copy of a store while its owner runs, and the way back from one.

#include <entente/agent/backup.h>
#include <entente/agent/inbox.h>
#include <entente/wire/log_life.h>

#include <chrono>
#include <thread>

#include "../commands.h"
#include "../own_log.h"
#include "../progress.h"
#include "../words.h"

namespace fs = std::filesystem;

namespace entente::cli {
namespace {

constexpr std::chrono::seconds taken_within{10};
constexpr std::chrono::milliseconds look_every{50};

// True once it is an entry: at once by us if nobody runs, else by whoever does.
Result<bool> put_on_record(const OwnLog& own, EntryKind kind, const Bytes& record) {
  ENTENTE_TRY(leave_in_inbox(own.data, {kind, record}));
  const auto opened = OpenLog::open(own);
  if (opened) return true;
  if (opened.error().code != ErrorCode::store_locked) return std::unexpected(opened.error());
  const auto until = std::chrono::steady_clock::now() + taken_within;
  while (!read_inbox(own.data).empty()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(look_every);
  }
  return true;
}

Json to_value(const Backup& backup) {
  return Json::object({{"backup", to_hex(backup.id)},
                       {"origin", backup.tree.origin},
                       {"size", backup.tree.size},
                       {"root", to_hex(backup.tree.root)},
                       {"made", format_rfc3339(backup.made_ms)},
                       {"with_keys", backup.has_keys},
                       {"bytes", backup.bytes}});
}

Result<ExitCode> run_backup(const Arguments& arguments, Console& console) {
  ENTENTE_LET(own, read_own_log(arguments));
  const fs::path out = arguments.text_or("out", "");
  const auto backup = [&] {
    ProgressLine line("bytes");
    return back_up(own.data, out,
                   {.with_keys = arguments.has("with-keys"),
                    .at_ms = SystemClock().now_ms(),
                    .progress = [&line](auto done, auto all) { line.tell(done, all); }});
  }();
  if (!backup) return std::unexpected(backup.error());
  const auto logged = put_on_record(own, EntryKind::backup,
                                    encode(BackupRecord{.backup = backup->id,
                                                        .size = backup->tree.size,
                                                        .root = backup->tree.root,
                                                        .at_ms = backup->made_ms}));
  if (arguments.has("json")) {
    Json json = to_value(*backup);
    json.add("on_record", logged && *logged);
    console.json(json);
  } else {
    console.line("backup " + short_hex(backup->id) + ": " + std::to_string(backup->tree.size) +
                 " entries of " + backup->tree.origin + ", in " + out.string());
    if (backup->has_keys) {
      console.line(
          "It holds the keys of all content: keep it as you keep keys, and delete it in time "
          "(retention: backups_kept).");
    }
  }
  if (!logged) {
    return fail(logged.error().code,
                "the backup is whole; its entry waits until the log can be written: " +
                    logged.error().detail);
  }
  if (!*logged) console.complain("Its entry waits for the endpoint that has the log.");
  return ExitCode::ok;
}

Result<RestoreRecord> record_in(const Arguments& arguments, std::int64_t now_ms) {
  RestoreRecord record{.by = arguments.text_or("by", ""),
                       .reason = arguments.text_or("reason", "unstated"),
                       .at_ms = now_ms};
  if (!check_code(record.reason)) {
    return fail(ErrorCode::wrong_use, "--reason takes a code: disk_lost, operator_error ...");
  }
  if (record.by.size() > limits::text_bytes_max) {
    return fail(ErrorCode::wrong_use, "--by takes up to 1024 bytes");
  }
  return record;
}

void tell(Console& console, const Restored& restored, const OwnLog& own) {
  const Checkpoint& tree = restored.backup.tree;
  console.line("restored backup " + short_hex(restored.backup.id) + " of " +
               when(restored.backup.made_ms) + ": " + std::to_string(tree.size) + " entries of " +
               tree.origin + ", in " + own.data.string());
  if (!restored.moved_aside.empty()) {
    console.line("What lay there is in " + restored.moved_aside.string());
  }
  switch (restored.state) {
    case Restored::State::goes_on:
      return console.line("All that was signed is there: the log goes on.");
    case Restored::State::behind:
      console.line("The log has signed more than the backup holds (" +
                   std::to_string(restored.signed_size) + " entries), and is not signed any more.");
      break;
    case Restored::State::unknown:
      console.line(
          "last-signed.db is lost: what was signed after the backup is not known, and the log is "
          "not signed any more.");
      break;
  }
  console.line("Put a newer backup there, or go on under another name: entente log rollover");
}

Result<ExitCode> run_restore(const Arguments& arguments, Console& console) {
  const std::int64_t now_ms = SystemClock().now_ms();
  ENTENTE_LET(own, read_own_log(arguments, Presence::lost));
  ENTENTE_LET(record, record_in(arguments, now_ms));
  const auto restored = [&] {
    ProgressLine line("bytes");
    return restore(arguments.operand(0), own.data,
                   {.origin = own.origin,
                    .nothing_newer = arguments.has("nothing-newer"),
                    .at_ms = now_ms,
                    .progress = [&line](auto done, auto all) { line.tell(done, all); }});
  }();
  if (!restored) return std::unexpected(restored.error());
  record.backup = restored->backup.id;
  record.size = restored->backup.tree.size;
  record.root = restored->backup.tree.root;
  const bool goes_on = restored->state == Restored::State::goes_on;
  if (goes_on) {
    ENTENTE_TRY(put_on_record(own, EntryKind::restore, encode(record)));
  } else {
    ENTENTE_TRY(leave_in_inbox(own.data, {EntryKind::restore, encode(record)}));
  }
  if (arguments.has("json")) {
    Json json = to_value(restored->backup);
    json.add("goes_on", goes_on);
    json.add("signed_size", restored->signed_size);
    json.add("moved_aside", restored->moved_aside.string());
    console.json(json);
  } else {
    tell(console, *restored, own);
  }
  return goes_on ? ExitCode::ok : ExitCode::finding;
}

}  // namespace

Verb backup() {
  std::vector<OptionRule> options = own_log_options();
  options.insert(options.begin(),
                 {{"out", "DIR", "where it goes; must be empty", true, 'o'},
                  {"with-keys", "", "with the keys of all content, for a place of its own"}});
  options.push_back(json_option);
  return {.path = "backup",
          .summary = "copy a store as it is now, while its owner may be running",
          .operands = {},
          .options = std::move(options),
          .run = run_backup,
          .example = "entente backup --config brand/brand.yaml -o backups/monday"};
}

Verb restore_backup() {
  std::vector<OptionRule> options = own_log_options();
  options.insert(
      options.begin(),
      {{"nothing-newer", "", "last-signed.db is lost, and nothing was signed after the backup"},
       {"reason", "CODE", "why, for the log: disk_lost, operator_error ..."},
       {"by", "NAME", "who decided it, for the log"}});
  options.push_back(json_option);
  return {.path = "restore",
          .summary = "put a backup where the store was; never over more than it holds",
          .operands = {{"BACKUP", "a directory that `entente backup` made"}},
          .options = std::move(options),
          .run = run_restore,
          .example = "entente restore backups/monday --config brand/brand.yaml --reason disk_lost"};
}

}  // namespace entente::cli
