// Logs for verifiers that we did not write, made by the code that runs in production: a ledger that
// commits entry by entry, and what it would publish at each of its sizes.
//
//     write_logs every-size DIR SIZE      checkpoint.<N>, tiles, proof.<N> of every size up to SIZE
//     write_logs export DIR SIZE          one export of a log of that size

#include <entente/audit/tiles.h>
#include <entente/auditor.h>
#include <entente/crypto/system.h>
#include <entente/journal/ledger.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>

#include "temporary_directory.h"

using namespace entente;
using entente::tests::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

[[noreturn]] void give_up(const Error& error) {
  std::fputs(("write_logs: " + describe(error) + "\n").c_str(), stderr);
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error());
  return std::move(*result);
}
void must(const Status& status) {
  if (!status) give_up(status.error());
}

constexpr std::uint64_t batch_max = 1000;  // entries of one commit of the large log
const std::string origin = "interop.example/log";

void write(const fs::path& file, std::string_view bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

// Where a store may lie that nobody asks to survive anything: in memory, if there is such a place.
fs::path scratch() {
  std::error_code error;
  return fs::is_directory("/dev/shm", error) ? fs::path("/dev/shm") : fs::path();
}

std::int64_t time_of(std::uint64_t index) {
  return static_cast<std::int64_t>(1'795'510'445'123 + index);
}

struct Log {
  fs::path directory;
  SystemEntropy entropy;
  KeyPair key = must(KeyPair::from_seed(Bytes(32, 9)));
  std::unique_ptr<Ledger> ledger = must(Ledger::open(
      {.directory = directory, .origin = origin, .master_key_file = {}}, key, entropy));

  explicit Log(fs::path where) : directory(std::move(where)) {}

  void change_key(KeyPair next) {
    must(ledger->commit());
    must(ledger->change_key(next, 0, time_of(ledger->size())));
    ledger.reset();
    key = std::move(next);
    ledger = must(Ledger::open({.directory = directory, .origin = origin, .master_key_file = {}},
                               key, entropy));
  }

  // Entries of several lengths, some of a case and some of none.
  void append() {
    const std::uint64_t index = ledger->next_index();
    Digest case_id;
    case_id.bytes.fill(static_cast<std::uint8_t>(1 + index % 7));
    std::vector<Digest> parts(index % 5, case_id);
    const std::string number = std::to_string(index);
    ledger->append({.kind = EntryKind::message,
                    .case_id = index % 8 == 7 ? std::nullopt : std::optional(case_id),
                    .position = index,
                    .direction = Direction::received,
                    .time_ms = time_of(index),
                    .content = to_bytes("entry " + number),
                    .parts_received = parts,
                    .effect = "binding"});
  }
};

class Leaves final : public LeafReader {
 public:
  explicit Leaves(const Store& store) : store_(store) {}
  Result<Bytes> read_leaf(std::uint64_t index) const override {
    ENTENTE_LET(row, store_.read_entry(index));
    return std::move(row.leaf);
  }

 private:
  const Store& store_;
};

// What the log has to publish anew at this size.
void publish(const Log& log, const fs::path& to, std::set<std::string>& published) {
  const Ledger& ledger = *log.ledger;
  const std::string size = std::to_string(ledger.size());
  write(to / ("checkpoint." + size), ledger.checkpoint_note());
  for (const Tile& tile : tiles_of(ledger.size())) {
    const std::string path = tile_path(tile);
    if (!published.insert(path).second) continue;
    const Bytes bytes = tile.kind == TileKind::hashes
                            ? must(render_hash_tile(ledger, tile))
                            : must(render_entry_bundle(Leaves(ledger.store()), tile));
    write(to / path, to_text(bytes));
  }
}

void write_proof(const Log& log, const fs::path& file, std::uint64_t index) {
  write(file, must(log.ledger->receipt(index)).proof);
}

void write_every_size(const fs::path& to, std::uint64_t size) {
  const TemporaryDirectory store(scratch());
  Log log(store.path());
  std::set<std::string> published;
  write(to / "vkey", log.ledger->vkey().encode());
  write(to / "checkpoint.0", must(sign_checkpoint({origin, 0, empty_root()}, log.key)));
  for (std::uint64_t now = 1; now <= size; ++now) {
    log.append();
    must(log.ledger->commit());
    publish(log, to, published);
    write_proof(log, to / "proof" / (std::to_string(now) + ".tlog-proof"), now * 7919 % now);
  }
  for (std::uint64_t index = 0; index < size; ++index) {
    write_proof(log, to / "proof" / "last" / (std::to_string(index) + ".tlog-proof"), index);
  }
}

void write_one_export(const fs::path& to, std::uint64_t size) {
  const TemporaryDirectory store(scratch());
  Log log(store.path());
  while (log.ledger->next_index() < size) {
    if (log.ledger->next_index() == size / 2)
      log.change_key(must(KeyPair::from_seed(Bytes(32, 10))));
    log.append();
    if (log.ledger->next_index() % batch_max == 0) must(log.ledger->commit());
  }
  must(log.ledger->commit());
  must(
      export_log(store.path(), to, {.master_key_file = {}, .log_key = &log.key, .checkpoint = {}}));
  write(fs::path(to.string() + ".vkey"), log.ledger->vkey().encode());
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() == 3 && words[0] == "every-size") {
    write_every_size(fs::absolute(words[1]), std::stoull(words[2]));
  } else if (words.size() == 3 && words[0] == "export") {
    write_one_export(fs::absolute(words[1]), std::stoull(words[2]));
  } else {
    std::fputs("usage: write_logs every-size|export DIR SIZE\n", stderr);
    return 2;
  }
  return 0;
}
