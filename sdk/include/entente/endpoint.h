#pragma once
// The brand's door. An Endpoint answers consumers' agents by the brand's policy, performs what was
// agreed through its back office, keeps the log, and hands over to people.
//
//     MyShop shop;                                       // a BackOffice
//     ENTENTE_LET(endpoint, Endpoint::start({.directory = "brand", .policy = policy,
//                                            .card = card, .message_key = &key, .log_key = &log,
//                                            .back_office = &shop, .desk = &desk,
//                                            .server = {.port = 8443, ...}}));
//     ...
//     endpoint->stop();
//
// Guides: docs/guides/run-an-endpoint.md, docs/guides/write-a-policy.md.

#include <entente/agent/back_office.h>
#include <entente/agent/negotiator.h>
#include <entente/audit/note.h>
#include <entente/core/clock.h>
#include <entente/crypto/signature.h>
#include <entente/desk/desk.h>
#include <entente/journal/load.h>
#include <entente/journal/notice.h>
#include <entente/protocol/parcel.h>
#include <entente/transport/server.h>

#include <filesystem>

namespace entente {

class Ledger;

// Who watches this log grow, and where it takes checkpoints (c2sp.org/tlog-witness).
struct WitnessPeer {
  Vkey key;         // of type 0x04
  std::string url;  // "https://association.example/"; what it takes is below
};

// Who dates this log (RFC 3161), and how often.
struct TimestampPeer {
  std::string url;
  Bytes certificate;    // of the authority, or of who certifies it, in DER
  std::string ca_file;  // for https; empty trusts the system's
  std::int64_t every_ms = 86'400'000;
};

struct EndpointOptions {
  std::filesystem::path directory;        // the store; made if absent
  std::filesystem::path master_key_file;  // of the key store; empty: in `directory`
  std::string policy;                     // text of the YAML policy
  std::string policy_name = "policy.yaml";
  Bytes card;                           // envelope of the newest card
  std::vector<Bytes> earlier_cards;     // before it, that a log from an older copy lacks
  const Signer* message_key = nullptr;  // on the card, purpose message
  const Signer* log_key = nullptr;      // on the card, purpose log
  // The one that signed the log before it, while both sign; none: this one alone.
  const Signer* old_log_key = nullptr;
  BackOffice* back_office = nullptr;
  Negotiator* negotiator = nullptr;       // none: the policy's own
  Desk* desk = nullptr;                   // required outside sandbox; a QueueDesk by default in it
  std::size_t workers = 4;                // threads that call the back office
  std::int64_t call_timeout_ms = 30'000;  // a call of it that takes longer is given up
  std::int64_t lookup_after_ms = 2'000;   // after an unknown result; each wait is twice the last
  LoadLimits load;                        // what it takes on when more comes than it can carry
  KeepTimes keep_ms;                      // what a consumer's notice of erasure is answered by
  HttpServerOptions server;               // no certificate and port: loopback, plain
  bool serve_http = true;                 // false: parcels come by deliver() alone
  Clock* clock = nullptr;                 // none: the system's
  // Tells when somebody sets the clock. None: the system's; a clock of your own is then believed.
  Clock* uptime = nullptr;
  Entropy* entropy = nullptr;  // none: the system's
  // One line for the person who runs this: when the log cannot be written and when it can again,
  // when somebody has set the clock.
  // From a thread of the endpoint; must return at once.
  std::function<void(const std::string&)> on_trouble;
  // One line of JSON for each request and each trouble, without anything personal; from any thread,
  // one at a time.
  std::function<void(std::string_view)> on_event;
  // Where /metrics and /healthz answer the operator's own systems; nothing: nowhere.
  std::optional<HttpServerOptions> monitoring;

  // Each is shown the newest checkpoint when the log has grown, but not more often than so; what
  // it signs is on record, and published.
  std::vector<WitnessPeer> witnesses;
  std::int64_t witness_every_ms = 10'000;
  // Dates the newest checkpoint while the log grows; each token is an entry. None: nobody does.
  std::optional<TimestampPeer> timestamp;
  // Whose logs this endpoint watches in turn, under the name of its domain and with a key for that
  // alone, below /entente/v1/witness.
  std::vector<Vkey> witness_for;
  const Signer* cosign_key = nullptr;
  // Who may read the entries of the log over HTTP, by a signed read that gets an entry of its own.
  std::vector<PublicKey> auditors;
};

// What a parcel got.
struct EndpointAnswer {
  int status = 200;  // as HTTP: 200 parcel, 404 stranger, 503 busy, 500
  Parcel parcel;
  std::int64_t retry_after_ms = 0;
};

class Endpoint {
 public:
  // Fails with config_invalid, desk_required, policy_invalid, card_invalid, key_unknown and what
  // the store, the log and the socket say.
  static Result<std::unique_ptr<Endpoint>> start(EndpointOptions options);
  ~Endpoint();

  // Takes no new work, finishes what is in hand, closes the store.
  void stop();

  std::uint16_t port() const;
  std::uint16_t monitoring_port() const;  // 0 without monitoring
  const Card& card() const;
  // The envelope of any card of this brand that is on record; null if none is.
  const Bytes* find_card(const Digest& digest) const;
  HttpServerStats http() const;
  LoadStats load() const;
  // Reads certificate and key again, for connections from now on; on failure the old ones stay.
  Status reload_certificate();
  // Keeps the port for the endpoint that takes this one's place, in its `server.held_port`. Null if
  // this one serves no HTTP.
  std::shared_ptr<HeldPort> hold_port() const;
  // The same of monitoring, for its `monitoring->held_port`. Null without monitoring.
  std::shared_ptr<HeldPort> hold_monitoring_port() const;
  // Whether an endpoint would start on this log with another card, an envelope, and message key.
  // Fails as start() does for what they are.
  Status check_card(const Bytes& card, const Signer& message_key) const;
  // One line for the person who runs this, where the endpoint's own troubles are told.
  void tell(const std::string& line);

  // Why nothing is admitted now, e.g. a full disk; nothing if all is well. /healthz says the same.
  std::optional<std::string> trouble() const;

  // Without HTTP: what POST does. `case_id` is empty when a case is opened. `done` is called once,
  // from a thread of the endpoint.
  void deliver(Parcel parcel, std::optional<CaseId> case_id, std::int64_t wait_ms,
               std::function<void(EndpointAnswer)> done);
  // What GET does: news of a case, for a read signed by its consumer.
  void read(const CaseId& case_id, std::uint64_t after, std::int64_t wait_ms, Bytes signed_read,
            std::function<void(EndpointAnswer)> done);
  // Runs on the writer thread and waits for it; for reading the log of a running endpoint.
  void inspect(const std::function<void(const Ledger&)>& look);
  // Blocks until no case waits for the back office, or the time is over. True if idle.
  bool wait_idle(std::int64_t timeout_ms);

 private:
  struct State;
  explicit Endpoint(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace entente
