#pragma once
// What the example back office has carried out: one JSON object per line, found again by its key.
// Writing the line is the deed, so a line cut short by a crash is a deed that was not done.

#include <entente/agent/back_office.h>

#include <filesystem>
#include <unordered_map>

namespace entente::cli {

class WorkFile {
 public:
  // Fails with store_failed, store_corrupt (a line that is no record, and not the last).
  static Result<WorkFile> open(const std::filesystem::path& file);
  WorkFile(WorkFile&&) noexcept;
  ~WorkFile();

  // Null if nothing was done under this key.
  const Performance* find(const Digest& key) const;
  // Durable on return. Fails with store_failed: then nothing was done, or it is_certain() no more.
  Status add(const Order& order, const Performance& performance, std::int64_t now_ms);
  // Of this case only the keys and references stay: whose they were and what for goes. Fails with
  // store_failed.
  Status forget(const CaseId& case_id);
  // False once a line may stand in the file that nobody could take back.
  bool is_certain() const { return certain_; }

 private:
  WorkFile() = default;
  std::filesystem::path file_;
  int descriptor_ = -1;
  bool certain_ = true;
  std::unordered_map<Digest, Performance> done_;
};

// Appends a line to a file and forces it to the disk. Fails with store_failed.
Status append_line(int descriptor, const std::string& line);

}  // namespace entente::cli
