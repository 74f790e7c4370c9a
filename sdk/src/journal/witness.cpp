#include <entente/crypto/hash.h>
#include <entente/journal/witness.h>
#include <entente/store/last_signed.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>

namespace fs = std::filesystem;

namespace entente {
namespace {

constexpr std::size_t logs_max = 4096;
constexpr std::size_t forks_max = 16;  // kept of one log; more would prove nothing more

WitnessAnswer say(WitnessStatus status, std::string_view why) {
  return {.status = status, .body = std::string(why) + "\n"};
}

}  // namespace

// One log, and how far it was cosigned.
struct WitnessedLog {
  std::string name;  // witnessed_log_name()
  std::vector<Vkey> keys;
  std::unique_ptr<LastSigned> file;  // none: to be opened again
  std::string note;                  // as the file has it; empty: nothing was cosigned yet
  TreeHead head;
  // A write has failed since the last one that held: what reads back may be nowhere but in memory.
  bool doubtful = false;
};

struct Witness::State {
  WitnessOptions options;
  Vkey vkey;
  StoreLock lock;
  mutable std::mutex mutex;
  std::map<std::string, WitnessedLog, std::less<>> logs;  // by origin

  fs::path file_of(const WitnessedLog& log) const { return options.directory / (log.name + ".db"); }

  // What the file says is believed only with this witness's own signature.
  Status read(const std::string& origin, WitnessedLog& log) const {
    ENTENTE_LET(file, LastSigned::open(file_of(log), StoreMode::write));
    log.file = std::move(file);
    log.note = log.file->text();
    log.head = {};
    if (log.note.empty()) return {};
    const auto parsed = parse_note(log.note);
    const auto own = parsed ? verify_note(*parsed, {&vkey, 1})
                            : Result<VerifiedNote>(std::unexpected(parsed.error()));
    const auto checkpoint =
        own ? decode_checkpoint_text(own->text) : Result<Checkpoint>(std::unexpected(own.error()));
    if (!checkpoint || checkpoint->origin != origin) {
      return fail(ErrorCode::log_corrupt, file_of(log).string() + " holds nothing that " +
                                              vkey.encode() + " has cosigned of " + origin);
    }
    log.head = checkpoint->head();
    return {};
  }

  void tell(const std::string& line) const {
    if (options.tell) options.tell(line);
  }

  WitnessAnswer answer(std::string_view body);
  WitnessAnswer judge(const WitnessRequest& request, const Checkpoint& checkpoint,
                      WitnessedLog& log);
  WitnessAnswer cosign(const WitnessRequest& request, const Checkpoint& checkpoint,
                       WitnessedLog& log);
  Status persist(const Checkpoint& checkpoint, const std::string& note, WitnessedLog& log);
  void keep_fork(const WitnessRequest& request, const Checkpoint& checkpoint,
                 const WitnessedLog& log) const;
};

// In the order of the specification: whose log, whose signature, from where, and only then whether
// it has grown.
WitnessAnswer Witness::State::answer(std::string_view body) {
  const auto request = decode_witness_request(body);
  if (!request) return say(WitnessStatus::malformed, describe(request.error()));
  const auto note = parse_note(request->note);
  if (!note) return say(WitnessStatus::malformed, describe(note.error()));
  const auto known = logs.find(std::string_view(note->text).substr(0, note->text.find('\n')));
  if (known == logs.end()) return say(WitnessStatus::unknown_log, "not a log of this witness");
  WitnessedLog& log = known->second;
  if (!verify_note(*note, log.keys)) {
    return say(WitnessStatus::untrusted, "not signed by a key of this log");
  }
  const auto checkpoint = decode_checkpoint_text(note->text);
  if (!checkpoint) return say(WitnessStatus::malformed, describe(checkpoint.error()));
  if (!log.file) {
    if (const Status again = read(known->first, log); !again) {
      log.file.reset();
      return say(WitnessStatus::unavailable, describe(again.error()));
    }
  }
  return judge(*request, *checkpoint, log);
}

WitnessAnswer Witness::State::judge(const WitnessRequest& request, const Checkpoint& checkpoint,
                                    WitnessedLog& log) {
  if (request.old_size > checkpoint.size) {
    return say(WitnessStatus::malformed, "the checkpoint is smaller than the old size");
  }
  const bool same_size = checkpoint.size == log.head.size && !log.note.empty();
  if (same_size && checkpoint.root != log.head.root) keep_fork(request, checkpoint, log);
  if (request.old_size != log.head.size) {
    return say(WitnessStatus::conflict, std::to_string(log.head.size));
  }
  const TreeHead from = log.note.empty() ? TreeHead{0, empty_root()} : log.head;
  if (!verify_consistency(from, checkpoint.head(), request.consistency)) {
    return say(WitnessStatus::inconsistent, "not proved to have grown from what was cosigned");
  }
  return cosign(request, checkpoint, log);
}

WitnessAnswer Witness::State::cosign(const WitnessRequest& request, const Checkpoint& checkpoint,
                                     WitnessedLog& log) {
  const std::int64_t now_s = options.clock->now_ms() / 1000;
  auto line = cosign_checkpoint(checkpoint, options.name, *options.key, now_s);
  if (!line) return say(WitnessStatus::unavailable, describe(line.error()));
  if (log.note.empty() || log.doubtful || checkpoint.size > log.head.size) {
    const auto note = add_signature(request.note, *line);
    if (!note) return say(WitnessStatus::malformed, describe(note.error()));
    // A row that does not change is not written, and would prove nothing.
    if (log.doubtful && *note == log.note) {
      return say(WitnessStatus::unavailable, "what was seen is not safely written down yet");
    }
    if (const Status kept = persist(checkpoint, *note, log); !kept) {
      tell("what this witness cosigns cannot be written down: " + describe(kept.error()));
      return say(WitnessStatus::unavailable, "what was seen cannot be written down now");
    }
  }
  return {.status = WitnessStatus::cosigned, .body = std::move(*line)};
}

// By compare and swap: where somebody else has written, or the disk refuses, nothing was said, and
// the file is read again before the next answer.
Status Witness::State::persist(const Checkpoint& checkpoint, const std::string& note,
                               WitnessedLog& log) {
  if (const Status kept = log.file->advance(log.note, note); !kept) {
    log.file->abandon();
    log.file.reset();
    log.doubtful = true;
    return kept;
  }
  log.doubtful = false;
  log.note = note;
  log.head = checkpoint.head();
  return {};
}

// Two signatures of the log over two histories: whoever sees both files needs nobody's word.
void Witness::State::keep_fork(const WitnessRequest& request, const Checkpoint& checkpoint,
                               const WitnessedLog& log) const {
  std::size_t number = 0;
  std::error_code error;
  const auto file = [&](std::size_t at, const char* which) {
    return options.directory / (log.name + ".fork-" + std::to_string(at) + which);
  };
  while (number < forks_max && fs::exists(file(number, ".other"), error)) ++number;
  if (number == forks_max) return;
  std::ofstream(file(number, ".cosigned"), std::ios::binary) << log.note;
  std::ofstream(file(number, ".other"), std::ios::binary) << request.note;
  tell("the log " + checkpoint.origin + " has signed two histories of " +
       std::to_string(checkpoint.size) + " entries: " + file(number, ".other").string() +
       " and what stands beside it prove it");
}

Witness::Witness(std::unique_ptr<State> state) : state_(std::move(state)) {}
Witness::~Witness() = default;

Result<std::unique_ptr<Witness>> Witness::open(WitnessOptions options) {
  if (options.key == nullptr || options.clock == nullptr || options.logs.empty()) {
    return fail(ErrorCode::config_invalid, "a witness needs a key, a clock and logs");
  }
  if (options.logs.size() > logs_max) {
    return fail(ErrorCode::config_invalid, "more than " + std::to_string(logs_max) + " logs");
  }
  ENTENTE_LET(vkey,
              Vkey::make(options.name, SignatureType::cosignature_v1, options.key->public_key()));
  std::error_code error;
  fs::create_directories(options.directory, error);
  if (error) return fail(ErrorCode::store_failed, "cannot create " + options.directory.string());
  ENTENTE_LET(lock, StoreLock::take(options.directory));
  auto state = std::unique_ptr<State>(new State{.options = std::move(options),
                                                .vkey = vkey,
                                                .lock = std::move(lock),
                                                .mutex = {},
                                                .logs = {}});
  for (const Vkey& key : state->options.logs) {
    if (key.type() != SignatureType::ed25519) {
      return fail(ErrorCode::config_invalid, key.encode() + " is not the key of a log");
    }
    WitnessedLog& log = state->logs[key.name()];
    log.name = witnessed_log_name(key.name());
    log.keys.push_back(key);
  }
  for (auto& [origin, log] : state->logs) ENTENTE_TRY(state->read(origin, log));
  return std::unique_ptr<Witness>(new Witness(std::move(state)));
}

WitnessAnswer Witness::add_checkpoint(std::string_view body) {
  const std::scoped_lock lock(state_->mutex);
  return state_->answer(body);
}

std::optional<std::string> Witness::checkpoint_of(std::string_view log) const {
  const std::scoped_lock lock(state_->mutex);
  for (const auto& [origin, witnessed] : state_->logs) {
    if (witnessed.name == log && !witnessed.note.empty()) return witnessed.note;
  }
  return std::nullopt;
}

Vkey Witness::vkey() const { return state_->vkey; }

}  // namespace entente
