#include <entente/agent/custody.h>

#include <entente/crypto/hash.h>
#include <entente/store/durable.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "auditor_source.h"
#include "custody_copy.h"

namespace entente {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t record_bytes_max = std::size_t{64} * 1024 * 1024;

Finding finding(Rule rule, std::string sentence) {
  return {.rule = rule, .entries = {}, .case_id = {}, .sentence = std::move(sentence)};
}

// What SQLite makes beside a database that is read, and what of it carries nothing: its index of
// the write-ahead log, which the first reader makes anew, and a write-ahead log of no bytes.
bool is_trace_of_reading(const fs::path& directory, const std::string& path,
                         const KeptFiles& files) {
  const auto belongs = [&](std::string_view ending) {
    return path.ends_with(ending) && files.contains(path.substr(0, path.size() - ending.size())) &&
           path.substr(0, path.size() - ending.size()).ends_with(".db");
  };
  std::error_code error;
  return belongs("-shm") || (belongs("-wal") && fs::file_size(directory / path, error) == 0);
}

class Inspection {
 public:
  Inspection(const fs::path& directory, const CustodyManifest& manifest, KeptLog& custody)
      : directory_(directory), manifest_(manifest), custody_(custody) {}

  Status run(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    ENTENTE_TRY(check_listed(progress));
    check_unlisted();
    if (custody_.findings.empty()) hold(Rule::custody_files);
    check_record();
    return {};
  }

 private:
  void broken(Rule rule, std::string sentence) {
    custody_.findings.push_back(finding(rule, std::move(sentence)));
  }
  void hold(Rule rule) {
    custody_.findings.push_back(finding(rule, ""));
    custody_.findings.back().judgement = Judgement::holds;
  }

  Status check_listed(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    for (const auto& [path, file] : manifest_.files) custody_.bytes += file.bytes;
    custody_.files = manifest_.files.size();
    std::uint64_t done = 0;
    for (const auto& [path, file] : manifest_.files) {
      const auto digested = digest_file(directory_ / path, [&](std::uint64_t bytes) {
        if (progress) progress(done + bytes, custody_.bytes);
      });
      done += file.bytes;
      if (!digested) {
        broken(Rule::custody_files, path + " was taken and cannot be read");
      } else if (digested->bytes != file.bytes || digested->digest != file.digest) {
        broken(Rule::custody_files, path + " is not as it was taken");
      }
    }
    return {};
  }

  void check_unlisted() {
    std::error_code error;
    fs::recursive_directory_iterator at(directory_, error);
    for (std::size_t seen = 0; !error && at != fs::recursive_directory_iterator();
         at.increment(error)) {
      if (++seen > 2 * source_items_max) return broken(Rule::custody_files, "too many files");
      if (at->is_directory(error) && !at->is_symlink(error)) continue;
      const std::string path = at->path().lexically_relative(directory_).generic_string();
      const bool ours = path == custody_manifest_file || path == custody_record_file;
      if (ours || manifest_.files.contains(path)) continue;
      if (is_trace_of_reading(directory_, path, manifest_.files)) continue;
      broken(Rule::custody_files, path + " lies there and was not taken");
    }
  }

  // Each line names the one before it, the first the manifest.
  void check_record() {
    const auto text = read_whole_file(directory_ / custody_record_file);
    if (!text || text->empty()) return broken(Rule::custody_record, "there is no record");
    const std::size_t before = custody_.findings.size();
    Digest previous = custody_.manifest;
    std::string_view rest = *text;
    for (std::size_t number = 1; !rest.empty(); ++number) {
      const std::string where = "line " + std::to_string(number) + " of the record";
      const std::size_t end = rest.find('\n');
      if (end == std::string_view::npos) {
        broken(Rule::custody_record, where + " is cut off");
        break;
      }
      const std::string_view line = rest.substr(0, end);
      rest.remove_prefix(end + 1);
      auto read = read_line(line);
      if (!read) {
        broken(Rule::custody_record, where + " is none: " + describe(read.error()));
      } else {
        if (read->previous != previous) {
          broken(Rule::custody_record, where + " does not follow what stands before it");
        }
        custody_.lines.push_back(std::move(read->line));
      }
      previous = sha256(view(line));
      custody_.digests.push_back(previous);
    }
    if (custody_.findings.size() == before) hold(Rule::custody_record);
  }

  const fs::path& directory_;
  const CustodyManifest& manifest_;
  KeptLog& custody_;
};

std::unexpected<Error> cannot_record(const fs::path& file) {
  return fail(ErrorCode::store_failed, "cannot write " + file.string());
}

// The last line of the record, which the next one names.
Result<Digest> last_line(const fs::path& directory) {
  ENTENTE_LET(text, read_whole_file(directory / custody_record_file));
  if (text.empty()) {
    ENTENTE_LET(manifest, read_whole_file(directory / custody_manifest_file));
    return sha256(view(manifest));
  }
  std::string_view rest = text;
  if (rest.ends_with('\n')) rest.remove_suffix(1);
  const std::size_t begin = rest.rfind('\n');
  return sha256(view(begin == std::string_view::npos ? rest : rest.substr(begin + 1)));
}

}  // namespace

Result<Tool> this_tool(std::string name, std::string version) {
  const auto program = digest_file("/proc/self/exe", {});
  Dl_info about{};
  const bool found = ::dladdr(reinterpret_cast<void*>(&is_trace_of_reading), &about) != 0;
  if (!program || !found || about.dli_fname == nullptr) {
    return fail(ErrorCode::file_missing, "the program cannot read itself");
  }
  auto library = digest_file(about.dli_fname, {});
  if (!library) library = program;  // one file, and its name is not a path
  return Tool{std::move(name), std::move(version), program->digest, library->digest};
}

bool is_custody(const fs::path& directory) {
  // Canonical JSON: what is looked for stands there in exactly this form.
  const auto text = read_whole_file(directory / custody_manifest_file);
  return text &&
         text->find("\"format\":\"" + std::string(custody_format) + "\"") != std::string::npos;
}

Result<KeptLog> open_custody(const fs::path& directory,
                             const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  ENTENTE_LET(text, read_whole_file(directory / custody_manifest_file));
  ENTENTE_LET(manifest, read_custody_manifest(text));
  KeptLog custody;
  custody.source = directory / manifest.source;
  custody.taken_from = manifest.taken_from;
  custody.acquired_ms = manifest.acquired_ms;
  custody.checkpoint = manifest.checkpoint;
  custody.trouble = manifest.trouble;
  custody.left_out = manifest.left_out;
  custody.timestamp = manifest.timestamp;
  custody.manifest = sha256(view(text));
  ENTENTE_TRY(Inspection(directory, manifest, custody).run(progress));
  return custody;
}

Status record_custody(const fs::path& directory, const CustodyLine& line) {
  const fs::path file = directory / custody_record_file;
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return cannot_record(file);
  // Two commands at one time write one after the other.
  const bool held = ::flock(descriptor, LOCK_EX) == 0;
  const auto previous = last_line(directory);
  auto text = previous ? write_line(line, *previous) : std::unexpected(previous.error());
  if (text) *text += '\n';
  std::error_code error;
  const bool fits = text && fs::file_size(file, error) + text->size() <= record_bytes_max;
  const bool written =
      held && fits && write_all(descriptor, view(*text)) && ::fsync(descriptor) == 0;
  ::close(descriptor);
  if (!text) return std::unexpected(text.error());
  if (!fits) return fail(ErrorCode::too_large, file.string());
  if (!written) return cannot_record(file);
  return {};
}

}  // namespace entente
