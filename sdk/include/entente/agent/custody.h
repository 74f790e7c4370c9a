#pragma once
// Taking a log into custody: a copy whose every byte is listed and digested on the day it was
// taken, and a record of what was done with it since, each line holding the digest of the one
// before.
//
//     ENTENTE_LET(acquired, acquire_log("brand/data", "custody", {.tool = this_tool(...), ...}));
//     ENTENTE_LET(custody, open_custody("custody"));            // custody.findings, custody.source
//     ENTENTE_TRY(record_custody("custody", {.command = "audit replay", ...}));
//
// An auditor (entente/auditor.h) given such a directory checks it first. Whoever can write the
// directory can write all of it anew: note the digest of the manifest elsewhere. Files:
// docs/reference/custody.md.

#include <entente/replay/finding.h>

#include <filesystem>
#include <functional>

namespace entente {

// What did it: the program, and the library that computes.
struct Tool {
  std::string name;
  std::string version;
  Digest program;  // SHA-256 of the files as they run
  Digest library;
  bool operator==(const Tool&) const = default;
};
// Fails with file_missing if the program cannot read itself.
Result<Tool> this_tool(std::string name, std::string version);

struct CustodyLine {
  std::string command;
  std::vector<std::string> arguments;
  std::int64_t at_ms = 0;  // by the auditor's clock
  Tool tool;
  Digest result;  // SHA-256 of what the command printed
  bool operator==(const CustodyLine&) const = default;
};

struct AcquireOptions {
  Tool tool;
  std::int64_t at_ms = 0;
  std::vector<std::string> arguments;     // for the record
  std::filesystem::path master_key_file;  // of a store, where it lies elsewhere; stays there
  // Gives a time-stamp token over these bytes, the checkpoint as it was found.
  std::function<Result<Bytes>(ByteView checkpoint)> timestamp;
  // Hears now and then how many bytes are copied.
  std::function<void(std::uint64_t done, std::uint64_t all)> progress;
};

struct KeptLog {
  std::filesystem::path source;  // the copy
  std::string taken_from;
  std::int64_t acquired_ms = 0;
  std::string checkpoint;  // the note as it was found, or the text alone; empty: there was none
  std::string trouble;     // why the source could not be read as a log; empty: it could
  std::vector<std::string> left_out;  // files beside a store that are none of its log
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  Bytes timestamp;  // empty: none
  Digest manifest;  // SHA-256 of manifest.json
  std::vector<CustodyLine> lines;
  std::vector<Digest> digests;  // SHA-256 of every line of the record; the last is its head
  // What is not as it was: custody.files, custody.record. Held ones are counted.
  std::vector<Finding> findings;
};

// Copies a store at rest, an export or the evidence of a case. The source is opened for reading
// alone; the directory appears whole or not at all. Fails with file_invalid (the directory is not
// empty; no log; a link among the files), store_locked (its process runs, or a file changed
// meanwhile), file_missing, too_large, store_failed, and with what `timestamp` says.
Result<KeptLog> acquire_log(const std::filesystem::path& source,
                            const std::filesystem::path& directory, const AcquireOptions& options);

// Whether this directory says that it is one.
bool is_custody(const std::filesystem::path& directory);
// Reads and digests everything. Fails with file_missing, file_invalid, json_invalid for what is no
// custody at all; what differs is a finding.
Result<KeptLog> open_custody(
    const std::filesystem::path& directory,
    const std::function<void(std::uint64_t done, std::uint64_t all)>& progress = {});

// Adds a line, durably. Fails with store_failed.
Status record_custody(const std::filesystem::path& directory, const CustodyLine& line);

}  // namespace entente
