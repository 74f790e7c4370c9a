#pragma once
// A back office for a brand that has none yet: what is known about customers and orders stands in a
// YAML file, what was carried out is appended to a file of JSON lines, once per key, on the disk
// before anybody hears of it.
//
//     ENTENTE_LET(office, FileBackOffice::open({.facts_file = "facts.yaml", ...}, policy));
//
// The policy's `facts:` say what type each fact of the file has. Format: docs/reference/cli.md.

#include <entente/agent/back_office.h>
#include <entente/core/clock.h>
#include <entente/policy/policy.h>

#include <filesystem>

namespace entente::cli {

struct FileBackOfficeOptions {
  std::filesystem::path facts_file;
  std::filesystem::path work_file;    // what was carried out
  std::filesystem::path outbox_file;  // one-time codes, in place of a mail system
  Clock* clock = nullptr;
};

class FileBackOffice final : public BackOffice {
 public:
  // Fails with file_missing, config_invalid (a fact that the policy does not declare, or of another
  // type), yaml_invalid, store_failed, store_corrupt (the work file).
  static Result<std::unique_ptr<FileBackOffice>> open(FileBackOfficeOptions options,
                                                      const Policy& policy);
  ~FileBackOffice() override;

  // The facts file is read anew at each question, so an edit shows at the next.
  Result<std::vector<Fact>> facts(const FactsQuery& query) override;
  Performance execute(const Order& order) override;
  Performance lookup(const Digest& key) override;
  std::optional<std::string> find_account(const AccountProof& proof) override;
  void deliver_code(const AccountProof& proof, std::string_view code) override;
  void forget(const CaseId& case_id, std::span<const std::string> classes) override;

 private:
  struct State;
  explicit FileBackOffice(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

inline constexpr std::string_view work_file_name = "work.jsonl";
inline constexpr std::string_view outbox_file_name = "outbox.jsonl";

// What forget() does, in the files of a brand whose endpoint does not run.
Status forget_work(const std::filesystem::path& data, const CaseId& case_id,
                   std::span<const std::string> classes);

}  // namespace entente::cli
