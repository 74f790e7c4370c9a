// What a brand has lost of a case, shown to it again: its own words and ours, with its receipts.

#include <entente/core/limits.h>

#include <algorithm>

#include "batch.h"
#include "follower_state.h"

namespace entente {
namespace {

// Half a parcel, as a message and its parts are put in whole.
constexpr std::size_t shown_bytes_max = limits::parcel_bytes_max / 2;

// What the brand knows of a case, as far as it is folded here.
class Showing {
 public:
  Showing(const FollowedCase& followed, const Authority& authority,
          std::vector<ReceiptRow> receipts)
      : followed_(followed), authority_(authority), receipts_(std::move(receipts)) {}

  void add(std::uint64_t position) {
    const Authorised<Message>& message = messages()[position];
    for (const auto& busy : busies_of(position)) {
      parcel_.envelopes.push_back(bytes_of(busy.envelope()));
    }
    const ByteView envelope = message.verified().envelope();
    parcel_.envelopes.push_back(bytes_of(envelope));
    bytes_ += envelope.size();
    for (const PartRef& ref : message->parts) {
      const Part* part = followed_.record.find_part(ref);
      if (part == nullptr || parcel_.parts.size() >= limits::parcel_parts_max) continue;
      parcel_.parts.push_back(*part);
      bytes_ += part->content.size();
    }
    add_mandate(message->author.authority);
  }
  void add_receipt(std::uint64_t position) {
    const auto row = std::ranges::find(receipts_, messages()[position].id(), &ReceiptRow::message);
    if (row != receipts_.end()) parcel_.receipts.push_back({row->leaf, row->salt, row->proof});
  }
  bool has_room_for(std::uint64_t position) const {
    return parcel_.envelopes.size() + busies_of(position).size() < limits::parcel_envelopes_max &&
           bytes_ <= shown_bytes_max;
  }
  Parcel take() { return std::move(parcel_); }

 private:
  const std::vector<Authorised<Message>>& messages() const {
    return followed_.record.casefile.messages();
  }
  // Without what made it timely the brand could not find its effect again.
  std::vector<Verified<Refusal>> busies_of(std::uint64_t position) const {
    const std::int64_t at_ms = followed_.record.casefile.admitted_ms(position);
    return followed_.record.busies_until(messages()[position].id(), at_ms);
  }
  void add_mandate(const Digest& authority) {
    const auto* mandate = authority_.find_signed_mandate(authority);
    if (mandate == nullptr) return;
    Bytes envelope(mandate->envelope().begin(), mandate->envelope().end());
    const auto known = std::ranges::find(parcel_.mandates, envelope);
    if (known == parcel_.mandates.end()) parcel_.mandates.push_back(std::move(envelope));
  }

  const FollowedCase& followed_;
  const Authority& authority_;
  std::vector<ReceiptRow> receipts_;
  Parcel parcel_;
  std::size_t bytes_ = 0;
};

}  // namespace

bool Follower::may_be_lost(const CaseId& case_id) const {
  const State& s = *state_;
  const auto known = s.cases.find(case_id);
  if (known == s.cases.end() || known->second.shown_by.empty()) return false;
  const auto log = s.brand_vkey();
  return log && log->name() != known->second.shown_by;
}

Result<Parcel> Follower::show(const CaseId& case_id, std::uint64_t from) const {
  const State& s = *state_;
  const auto known = s.cases.find(case_id);
  if (known == s.cases.end()) return fail(ErrorCode::not_found, "no such case");
  const auto& messages = known->second.record.casefile.messages();
  if (from >= messages.size()) return fail(ErrorCode::not_found, "no such message");
  ENTENTE_LET(receipts, s.ledger.store().receipts_of(case_id));
  Showing showing(known->second, *s.authority, std::move(receipts));
  std::uint64_t own = from;
  while (messages[own]->author.party != Party::consumer) --own;  // the opening is the consumer's
  if (own < from) showing.add(own);
  std::uint64_t at = from;
  for (; at < messages.size() && showing.has_room_for(at); ++at) {
    showing.add(at);
    showing.add_receipt(at);
  }
  // More is to come: until then the brand must not speak.
  if (at < messages.size()) showing.add_receipt(messages.size() - 1);
  return showing.take();
}

Status Follower::hear_shown(const CaseId& case_id, const Parcel& answer) const {
  const State& s = *state_;
  for (const Bytes& envelope : answer.envelopes) {
    const auto refusal = Admission::admit<Refusal>(envelope);
    if (!refusal) continue;
    ENTENTE_TRY(s.authority->check_brand_key(refusal->signer(), KeyPurpose::message));
    const auto code = find_error_code((*refusal)->code).value_or(ErrorCode::peer_failed);
    return fail(code, "the brand lost the end of case " + short_hex(case_id) +
                          " and does not take it back from us; its receipts are kept");
  }
  return {};
}

}  // namespace entente
