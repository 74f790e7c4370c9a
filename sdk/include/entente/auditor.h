#pragma once
// The auditor's door. From files alone, offline: is this log what was signed, was every message
// said by who could say it, does every decision follow from the policy and the facts, was every
// request for a person answered, and who broke what.
//
//     ENTENTE_LET(trust, read_trust("trust.yaml"));       // or Trust::in_log(vkey)
//     ENTENTE_LET(auditor, Auditor::open({{"brand-store", "anna.evidence.json"}},
//                                        {.trust = trust}));
//     ENTENTE_LET(report, auditor.replay());
//     std::cout << to_text(report);                       // or to_json(report)
//     ENTENTE_LET(why, auditor.why("4f0c"));              // why was this said?
//
// A source is a store directory (store.db, keys.db, last-signed.db, master.key), a directory that
// export_log() wrote, an evidence file, one of these in custody (entente/agent/custody.h), a
// directory that holds several directories of these, or the *.equivocation.json that an assistant
// keeps of a brand that contradicted itself. Sources are read, never written, and may be hostile.
// Give the log of the brand, of the consumer, or both: with both they are compared. Guide:
// docs/guides/audit-a-log.md; rules: protocol/spec/07-replay.md.

#include <entente/replay/finding.h>
#include <entente/replay/redecision.h>
#include <entente/replay/trust.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <span>

namespace entente {

class Signer;

struct AuditorOptions {
  // Whom you believe: from a card you pinned, a web page, a letter. A log whose key is not in it
  // can only be checked against itself, and the report says so.
  Trust trust;
  std::filesystem::path master_key_file;  // of store directories; empty: the one inside
  // Hears now and then how many entries of a source are read, and how many it has (0: unknown).
  std::function<void(std::uint64_t done, std::uint64_t all)> progress;
};

// Why a message was said: the case, the facts used, the rule and its line in the policy, receipts.
struct Explanation {
  std::string text;
  std::string json;  // canonical, with a final newline
};

class Auditor {
 public:
  // Fails with file_missing, file_invalid, store_corrupt, malformed (a key), not_canonical,
  // too_large: for what cannot be read as a source at all. What can be read and is wrong is a
  // finding.
  static Result<Auditor> open(std::span<const std::filesystem::path> sources,
                              AuditorOptions options = {});
  Auditor(Auditor&&) noexcept;
  Auditor& operator=(Auditor&&) noexcept;
  ~Auditor();

  // Hashes, signatures, commitments and form; no case is folded.
  Result<Report> verify_log() const;
  // All of that, and every rule of protocol/spec/07-replay.md.
  Result<Report> replay() const;
  // The same, written to `out` piece by piece, as to_text() or to_json() would have it: memory does
  // not grow with the number of cases. Returns how much is broken. Fails with store_failed, too: it
  // needs room for temporary files.
  Result<std::uint64_t> write_replay(ReportForm form,
                                     const std::function<void(std::string_view)>& out) const;
  // `message` is the beginning of its id in hex. Fails with not_found, or wrong_use if several
  // messages begin so.
  Result<Explanation> why(std::string_view message) const;
  // Every decision in the brands' logs among the sources, as either policy makes it.
  Result<std::vector<Redecision>> redecide(const Policy& older, const Policy& newer) const;

 private:
  struct State;
  explicit Auditor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The trust of an auditor as a file. Certificates are seen from it. Fails with file_missing,
// yaml_invalid, config_invalid (where, what was expected, what is there), too_large.
// Keys: docs/reference/trust-yaml.md.
Result<Trust> read_trust(const std::filesystem::path& file);

struct ExportOptions {
  std::filesystem::path master_key_file;  // empty: the one in the store directory
  // A store holds the text of its checkpoint, not the signature. The log's owner gives its key, and
  // exactly the text last signed is signed again; or whoever has the signed note gives that. With
  // neither it is unsigned; but evidence stands under what witnesses cosigned, if that has it all.
  const Signer* log_key = nullptr;
  std::string checkpoint;
  // Of evidence: what its owner keeps back. Classes of parts, "decision" for facts and decisions,
  // or the beginning of a part's digest, eight digits or more. What was said cannot be kept back.
  std::vector<std::string> withhold;
};

// Writes a store's log as a plain directory: checkpoint, checkpoint.cosigned (what witnesses saw),
// tile/ and tile/entries/ as any tlog tool reads them (c2sp.org/tlog-tiles), content/, parts/,
// receipts/ and manifest.json, which digests the rest. Fails with file_invalid if `directory`
// exists and is not empty, store_corrupt, file_missing, log_corrupt.
Status export_log(const std::filesystem::path& store, const std::filesystem::path& directory,
                  const ExportOptions& options = {});

// One case out of the store or export at `path`, as one canonical JSON file that stands alone:
// leaves with inclusion proofs, what opens them, parts, cards, mandates, policies, and the
// counterparty's receipts. `case_id` is the beginning of its id in hex. Fails with not_found (also
// for a part to withhold that is not there), wrong_use.
Status export_evidence(const std::filesystem::path& path, std::string_view case_id,
                       const std::filesystem::path& file, const ExportOptions& options = {});

}  // namespace entente
