#pragma once
// The two files that make a directory one of custody, as text and back.

#include <entente/agent/custody.h>
#include <entente/text/json.h>

#include <map>

namespace entente {

inline constexpr std::string_view custody_format = "entente/custody/v1";
inline constexpr const char* custody_manifest_file = "manifest.json";
inline constexpr const char* custody_record_file = "custody.jsonl";
inline constexpr const char* custody_source_place = "source";

struct KeptFile {
  std::uint64_t bytes = 0;
  Digest digest;
};
using KeptFiles = std::map<std::string, KeptFile>;  // by path, seen from the directory

struct CustodyManifest {
  std::string source;  // the copy, seen from the directory
  std::string taken_from;
  std::int64_t acquired_ms = 0;
  std::string checkpoint;
  std::string trouble;
  std::vector<std::string> left_out;
  Bytes timestamp;
  Tool tool;
  KeptFiles files;
};

// Canonical JSON (RFC 8785). Reading fails with json_invalid unless it is what writing gives.
Result<std::string> write_manifest(const CustodyManifest& manifest);
Result<CustodyManifest> read_custody_manifest(std::string_view text);

// One line without its end. `previous` is the digest of the line before, or of the manifest.
Result<std::string> write_line(const CustodyLine& line, const Digest& previous);
struct ReadLine {
  CustodyLine line;
  Digest previous;
};
Result<ReadLine> read_line(std::string_view text);

}  // namespace entente
