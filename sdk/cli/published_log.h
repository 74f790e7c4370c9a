#pragma once
// A directory with a log as tiles and nothing beside them: what any log of this kind publishes, or
// a mirror took from a web server. Its entries may be anything.

#include <entente/replay/key_change.h>
#include <entente/text/json.h>

#include <filesystem>

namespace entente::cli {

// A checkpoint and tiles, and neither a store nor an export of ours.
bool is_published_log(const std::filesystem::path& directory);

struct PublishedLog {
  TiledLog log;
  Vkey key;                        // that has signed the checkpoint
  std::vector<KeyChange> changes;  // by which it is believed, from a key that is trusted
  WitnessVerdict witnesses;
  std::uint64_t witnessed_size = 0;  // they have cosigned so many entries; 0: nobody has
  std::string quorum;                // what is asked of the witnesses; empty: nothing
  bool is_good() const { return !witnesses.quorum || witnesses.quorum->met; }
};
// Of whoever signed the checkpoint there, as the auditor believes it at `now_ms`: what the entries
// of a stranger's log say about their time is not known. Fails as verify_tiled_log() and
// check_key_changes() do, with wrong_use if nobody is trusted, and with key_unknown.
Result<PublishedLog> verify_published_log(const std::filesystem::path& directory,
                                          const Trust& trust, std::int64_t now_ms,
                                          const TileProgress& progress);
// Whether the error says something of the log rather than of the command.
bool is_verdict(const Error& error);

std::vector<std::string> to_lines(const PublishedLog& published);
Json to_value(const PublishedLog& published);

class TileDirectory final : public TileReader {
 public:
  explicit TileDirectory(std::filesystem::path directory) : directory_(std::move(directory)) {}
  Result<Bytes> read(const std::string& path) const override;

 private:
  std::filesystem::path directory_;
};

}  // namespace entente::cli
