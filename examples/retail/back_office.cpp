#include "back_office.h"

namespace retail {
namespace {

using entente::Performance;

Performance failed(std::string code) {
  return {.state = Performance::State::failed, .reference = {}, .code = std::move(code)};
}

}  // namespace

Result<std::shared_ptr<RetailBackOffice::Copy>> RetailBackOffice::copy_of(
    const entente::CaseId& case_id) {
  const std::scoped_lock lock(mutex_);
  auto& copy = copies_[case_id];
  if (!copy) {
    ENTENTE_LET(fresh, data_.copy());
    copy = std::make_shared<Copy>();
    copy->shop.emplace(std::move(fresh));
  }
  return copy;
}

Result<std::vector<entente::Fact>> RetailBackOffice::facts(const entente::FactsQuery& query) {
  const auto call = call_of(query.claim, query.parts);
  // What the shop cannot do has no facts: the policy turns to a person.
  if (!call) return std::vector<entente::Fact>();
  ENTENTE_LET(copy, copy_of(query.case_id));
  const std::scoped_lock lock(copy->mutex);
  return copy->shop->facts(*call, query.account);
}

Performance RetailBackOffice::execute(const entente::Order& order) {
  const auto call = call_of(order.term.shape, order.parts);
  if (!call) return failed("no_such_call");
  auto copy = copy_of(order.case_id);
  if (!copy) return {};  // unknown: asked again
  {
    const std::scoped_lock lock(mutex_);
    case_by_key_[order.key] = order.case_id;
  }
  const Proof proof{to_hex(order.key), to_hex(order.source), order.term.id};
  const std::scoped_lock lock((*copy)->mutex);
  const Status written = (*copy)->shop->write(*call, order.account, proof);
  if (written) return {.state = Performance::State::done, .reference = {}, .code = {}};
  if (written.error().code == entente::ErrorCode::wrong_use) return failed("refused_by_tables");
  return {};
}

Performance RetailBackOffice::lookup(const entente::Digest& key) {
  std::shared_ptr<Copy> copy;
  {
    const std::scoped_lock lock(mutex_);
    const auto known = case_by_key_.find(key);
    const auto found = known == case_by_key_.end() ? copies_.end() : copies_.find(known->second);
    if (found == copies_.end()) return {};
    copy = found->second;
  }
  const std::scoped_lock lock(copy->mutex);
  const auto write = copy->shop->find_write(to_hex(key));
  if (!write) return {};
  if (!*write) return {.state = Performance::State::absent, .reference = {}, .code = {}};
  return {.state = Performance::State::done, .reference = {}, .code = {}};
}

std::optional<std::string> RetailBackOffice::find_account(const entente::AccountProof& proof) {
  return data_.find_user(proof.proof);
}

Result<Shop> RetailBackOffice::take(const entente::CaseId& case_id) {
  ENTENTE_LET(copy, copy_of(case_id));
  {
    const std::scoped_lock lock(mutex_);
    copies_.erase(case_id);
  }
  const std::scoped_lock lock(copy->mutex);
  Shop shop = std::move(*copy->shop);
  copy->shop.reset();
  return shop;
}

}  // namespace retail
