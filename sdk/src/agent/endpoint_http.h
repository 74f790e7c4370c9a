#pragma once
// The HTTP binding of the endpoint (protocol/spec/11-transport.md): paths, bodies and statuses, and
// nothing of what they mean.

#include <entente/agent/witness_site.h>
#include <entente/journal/sequencer.h>
#include <entente/transport/http.h>

namespace entente {

inline constexpr std::string_view parcel_media_type = "application/vnd.entente.parcel+capnp";
inline constexpr std::string_view card_path = "/.well-known/entente";
inline constexpr std::string_view cards_path = "/entente/v1/cards";
inline constexpr std::string_view card_media_type = "application/vnd.entente.card+capnp";
inline constexpr std::string_view cases_path = "/entente/v1/cases";
inline constexpr std::string_view challenge_header = "entente-challenge";
inline constexpr std::string_view answer_header = "entente-answer";
inline constexpr std::string_view log_path = "/entente/v1/log";

inline constexpr std::string_view witness_path = "/entente/v1/witness";

class WitnessClient;

// What stands behind the paths of an endpoint; all outlives it.
struct EndpointDoors {
  Sequencer& sequencer;
  Clock& clock;
  const Bytes& card;
  const std::vector<PublicKey>& auditors;
  const std::vector<std::uint64_t>& key_entries;  // that have changed the key of the log
  WitnessClient* witnesses = nullptr;             // none: nobody watches this log
  WitnessSite* witness = nullptr;                 // none: this endpoint watches nobody's
};

// Answers one request, now or when the sequencer has.
void serve(const EndpointDoors& doors, const HttpRequest& request, const HttpReply& reply);

// Why nothing is taken now; nothing if all is well.
std::optional<std::string> trouble_of(const Sequencer& sequencer, std::int64_t now_ms);

HttpResponse response_of(const Delivery& delivery);

// What kind of path this is, for counting: "/entente/v1/cases/{id}", or "other".
std::string_view route_of(std::string_view path);

}  // namespace entente
