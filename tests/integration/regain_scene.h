#pragma once
// A customer's case of which a brand has lost the end, and a line to the brand on which what the
// customer shows of it can be changed.

#include <functional>

#include "life_world.h"

namespace entente::tests {

// To the brand as it runs now, whoever started it. Does not wait for what it says later.
class QuickLine final : public BrandConnection {
 public:
  explicit QuickLine(LifeWorld& world) : world_(world) {}
  Result<Bytes> card() override { return line().card(); }
  Result<Bytes> earlier_card(const Digest& digest) override { return line().earlier_card(digest); }
  Result<Parcel> post(const Parcel& parcel, const std::optional<CaseId>& case_id,
                      std::int64_t) override {
    Parcel sent = said = parcel;
    if (!sent.receipts.empty()) ++shown;
    if (!sent.receipts.empty() && change) change(sent);
    last = line().post(sent, case_id, 0);
    return is_deaf ? fail(ErrorCode::network_failed) : last;
  }
  Result<Parcel> get(const CaseId& case_id, std::uint64_t after, std::int64_t,
                     const SignRead& sign) override {
    if (is_deaf) return fail(ErrorCode::network_failed);
    return line().get(case_id, reads_after.value_or(after), 0, sign);
  }

  int shown = 0;                             // parcels
  std::function<void(Parcel&)> change;       // of what is shown
  std::optional<std::uint64_t> reads_after;  // whatever it has
  bool is_deaf = false;                      // what is said arrives, and no answer does
  Parcel said;                               // what was posted last, and the answer to it
  Result<Parcel> last = Parcel{};

 private:
  BrandConnection& line() { return *world_.connection; }

  LifeWorld& world_;
};

struct LostEndScene {
  LostEndScene();

  LifeWorld world;
  LifeCustomer ana{world, 1};
  CaseId case_id;
  std::size_t kept = 0;  // messages in the copy `backup`; in `empty` there are none
  std::size_t all = 0;   // messages before the loss
  Bytes opening;
  Receipt of_opening;
};

// What a customer shows of a case; nobody gets it.
Parcel shown_by(LifeCustomer& customer, const CaseId& case_id);
// As many messages as the brand's log has of the case.
std::size_t messages_in(LifeWorld& world, const CaseId& case_id);
// Waits until it has so many.
bool comes_to(LifeWorld& world, const CaseId& case_id, std::size_t messages);
// Findings that say that a message was taken back.
std::size_t taken_back_in(const Report& report);
void must(const Status& status);

}  // namespace entente::tests
