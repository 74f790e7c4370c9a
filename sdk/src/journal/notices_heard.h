#pragma once
// What a consumer makes of the brand's notices of erasure and of its answers to the consumer's own.

#include <entente/identity/authority.h>
#include <entente/journal/notice.h>

namespace entente {

// By case, as parcels of nothing else. Fails as reading does.
Result<std::vector<std::pair<CaseId, Parcel>>> unanswered_notices_in(const Ledger& ledger);

class NoticesHeard {
 public:
  struct Ear {
    Ledger& ledger;
    const Authority& authority;
    std::uint64_t brand_size = 0;  // entries of the brand's log, as far as it is known
    std::string own_did;           // of the principal
    const Signer& own_key;
    Environment environment = Environment::unset;
    std::int64_t now_ms = 0;
  };
  // On record, and durable, on return. What is not signed by the brand, or not for this consumer,
  // is passed over; so is what answers nothing.
  Status hear(const Ear& ear, const CaseId& case_id, const Parcel& parcel);
  // Answers that go out with the next parcel of the case, as envelopes. Whatever is lost on the way
  // is asked for again.
  std::vector<Bytes> take_due(const CaseId& case_id);

 private:
  Status hear_notice(const Ear& ear, CaseNotices& known, const Verified<ErasureNotice>& notice);
  std::map<CaseId, std::vector<Bytes>> due_;
};

}  // namespace entente
