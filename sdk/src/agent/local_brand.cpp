#include <entente/agent/brand_connection.h>
#include <entente/endpoint.h>

#include <future>

namespace entente {
namespace {

Result<Parcel> parcel_of(EndpointAnswer answer) {
  switch (answer.status) {
    case 200:
      return std::move(answer.parcel);
    case 404:
      return fail(ErrorCode::not_found, "the brand knows no such case");
    case 503:
      if (!answer.parcel.envelopes.empty()) return std::move(answer.parcel);
      return fail(ErrorCode::busy, "the brand asks to come back later");
    default:
      return fail(ErrorCode::peer_failed, "the brand failed");
  }
}

}  // namespace

LocalBrand::LocalBrand(Endpoint& endpoint, Bytes card)
    : endpoint_(endpoint), card_(std::move(card)) {}

Result<Bytes> LocalBrand::card() { return card_; }

Result<Bytes> LocalBrand::earlier_card(const Digest& digest) {
  const Bytes* card = endpoint_.find_card(digest);
  if (card == nullptr) return fail(ErrorCode::not_found, "the brand has no such card");
  return *card;
}

Result<Parcel> LocalBrand::post(const Parcel& parcel, const std::optional<CaseId>& case_id,
                                std::int64_t wait_ms) {
  std::promise<EndpointAnswer> answer;
  endpoint_.deliver(parcel, case_id, wait_ms,
                    [&](EndpointAnswer given) { answer.set_value(std::move(given)); });
  return parcel_of(answer.get_future().get());
}

Result<Parcel> LocalBrand::get(const CaseId& case_id, std::uint64_t after, std::int64_t wait_ms,
                               const SignRead& sign) {
  ENTENTE_LET(read, sign("/" + to_hex(case_id)));
  std::promise<EndpointAnswer> answer;
  endpoint_.read(case_id, after, wait_ms, read,
                 [&](EndpointAnswer given) { answer.set_value(std::move(given)); });
  return parcel_of(answer.get_future().get());
}

}  // namespace entente
