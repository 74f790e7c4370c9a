#pragma once
// A witness: sees the logs of others grow, and says so with its signature, once for each history
// and never for two (c2sp.org/tlog-witness). What it has said is on the disk before anybody hears
// it, so that no crash makes it forget.
//
//     ENTENTE_LET(witness, Witness::open({.directory = "w", .name = "w.example", .key = &key,
//                                         .logs = {log_vkey}, .clock = &clock}));
//     const WitnessAnswer answer = witness->add_checkpoint(body);     // from any thread
//
// Its directory must never be put back to what it was: from a backup it would have forgotten.
// protocol/spec/06-audit-log.md.

#include <entente/audit/witness_request.h>
#include <entente/core/clock.h>
#include <entente/crypto/signature.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace entente {

// As HTTP says it.
enum class WitnessStatus : std::uint16_t {
  cosigned = 200,
  malformed = 400,     // no request, or a checkpoint that is smaller than the old size
  untrusted = 403,     // not signed by the log, as far as this witness knows it
  unknown_log = 404,   // not one of its logs
  conflict = 409,      // the old size is not the one cosigned; the body says which is
  inconsistent = 422,  // not proved to have grown from what was cosigned
  unavailable = 503,   // what it would say cannot be written down
};

struct WitnessAnswer {
  WitnessStatus status = WitnessStatus::unavailable;
  std::string body;  // cosigned: one signature line; conflict: a size; else a word for people
};

struct WitnessOptions {
  std::filesystem::path directory;  // a file for each log; made if absent
  std::string name;                 // under which it signs: "association.example"
  const Signer* key = nullptr;      // for this and nothing else
  std::vector<Vkey> logs;           // several of one origin: any of its keys may sign
  Clock* clock = nullptr;
  // One line for the person who runs this: a log has signed two histories, a disk is full. From
  // whatever thread asked; may be empty.
  std::function<void(const std::string&)> tell;
};

class Witness {
 public:
  // Fails with config_invalid, store_failed, store_locked, store_corrupt, or log_corrupt if what
  // is there was not cosigned by this key.
  static Result<std::unique_ptr<Witness>> open(WitnessOptions options);
  ~Witness();

  WitnessAnswer add_checkpoint(std::string_view body);
  // The newest checkpoint cosigned, with the log's signatures and the cosignature.
  // `log` is witnessed_log_name() of its origin. Nothing if there is none.
  std::optional<std::string> checkpoint_of(std::string_view log) const;
  Vkey vkey() const;

 private:
  struct State;
  explicit Witness(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace entente
