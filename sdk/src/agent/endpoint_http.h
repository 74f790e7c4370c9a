#pragma once
// The HTTP binding of the endpoint (protocol/spec/11-transport.md): paths, bodies and statuses, and
// nothing of what they mean.

#include <entente/journal/sequencer.h>
#include <entente/transport/http.h>

namespace entente {

inline constexpr std::string_view parcel_media_type = "application/vnd.entente.parcel+capnp";
inline constexpr std::string_view card_path = "/.well-known/entente";
inline constexpr std::string_view cases_path = "/entente/v1/cases";
inline constexpr std::string_view challenge_header = "entente-challenge";
inline constexpr std::string_view answer_header = "entente-answer";
inline constexpr std::string_view log_path = "/entente/v1/log";

// Answers one request, now or when the sequencer has.
void serve(Sequencer& sequencer, const Bytes& card, const HttpRequest& request,
           const HttpReply& reply);

HttpResponse response_of(const Delivery& delivery);

// What kind of path this is, for counting: "/entente/v1/cases/{id}", or "other".
std::string_view route_of(std::string_view path);

}  // namespace entente
