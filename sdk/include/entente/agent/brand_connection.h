#pragma once
// How an assistant reaches a brand: over HTTPS, through a host's own network stack, or in the same
// process. Nothing that comes back is believed before it is verified.

#include <entente/protocol/parcel.h>
#include <entente/transport/client.h>

#include <functional>
#include <memory>

namespace entente {

class Endpoint;

// Makes the signed read (an envelope) for a path and query.
using SignRead = std::function<Result<Bytes>(std::string_view path)>;

class BrandConnection {
 public:
  virtual ~BrandConnection() = default;
  // The envelope of the brand's newest card.
  virtual Result<Bytes> card() = 0;
  // Of the card with this digest, which a newer one names as the one before it. Fails with
  // not_found if the brand gives none, and what the network says.
  virtual Result<Bytes> earlier_card(const Digest& digest) = 0;
  // A parcel and what it got; no case_id opens a case. Held by the brand at most `wait_ms`. A busy
  // brand may answer with a parcel of signed refusals. Fails with not_found, busy, and what the
  // network says: then sending the same again is safe.
  virtual Result<Parcel> post(const Parcel& parcel, const std::optional<CaseId>& case_id,
                              std::int64_t wait_ms) = 0;
  // News of a case from position `after` on.
  virtual Result<Parcel> get(const CaseId& case_id, std::uint64_t after, std::int64_t wait_ms,
                             const SignRead& sign) = 0;
};

struct HttpBrandOptions {
  std::string url;  // "https://kettle.example", with a port if it is not 443
  HttpClientOptions client;
  int attempts = 3;  // of one call that the network loses; safe by act id
};

class HttpBrand final : public BrandConnection {
 public:
  explicit HttpBrand(HttpBrandOptions options);
  ~HttpBrand() override;
  // Also fails with card_invalid if the card is of another domain than the URL's: at first contact
  // TLS is all that says whose card this is.
  Result<Bytes> card() override;
  Result<Bytes> earlier_card(const Digest& digest) override;
  Result<Parcel> post(const Parcel& parcel, const std::optional<CaseId>& case_id,
                      std::int64_t wait_ms) override;
  Result<Parcel> get(const CaseId& case_id, std::uint64_t after, std::int64_t wait_ms,
                     const SignRead& sign) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// An endpoint in the same process: tests, simulations.
class LocalBrand final : public BrandConnection {
 public:
  LocalBrand(Endpoint& endpoint, Bytes card);
  Result<Bytes> card() override;
  Result<Bytes> earlier_card(const Digest& digest) override;
  Result<Parcel> post(const Parcel& parcel, const std::optional<CaseId>& case_id,
                      std::int64_t wait_ms) override;
  Result<Parcel> get(const CaseId& case_id, std::uint64_t after, std::int64_t wait_ms,
                     const SignRead& sign) override;

 private:
  Endpoint& endpoint_;
  Bytes card_;
};

}  // namespace entente
