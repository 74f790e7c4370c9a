#pragma once
// A case read from a store directory, of either party, without its keys to sign and without taking
// the store from whoever is writing it. What the log says is folded again, as the party did.
//
//     ENTENTE_LET(store, PartyStore::open("brand/data", {}));
//     ENTENTE_LET(record, store.read(case_id));

#include <entente/casefile/case.h>
#include <entente/journal/retention.h>
#include <entente/protocol/card.h>
#include <entente/protocol/log_entry.h>
#include <entente/protocol/parcel.h>
#include <entente/store/key_store.h>

#include <memory>
#include <unordered_map>

namespace entente::cli {

struct ReadCase {
  Case casefile;
  std::unordered_map<Digest, Part> parts;         // that are still there
  std::vector<DecisionRecord> decisions;          // of a brand
  std::vector<Verified<Message>> unacknowledged;  // of a consumer: said, without receipt
  std::vector<std::uint64_t> entries;             // of this log, in order
  std::string brand_did;
  std::string consumer_did;  // of the principal

  const Part* find_part(const PartRef& ref) const;
};

class PartyStore {
 public:
  // Fails with file_missing, store_failed, store_corrupt.
  static Result<PartyStore> open(const std::filesystem::path& directory,
                                 const std::filesystem::path& master_key_file = {});
  PartyStore(PartyStore&&) noexcept;
  ~PartyStore();

  Party owner() const;
  const Store& store() const;
  // The newest card in the log; null if there is none.
  const Card* card() const;
  Result<std::vector<CaseRow>> cases() const;
  // The entry that says the automated agent took this order; nothing if it has not.
  std::optional<std::uint64_t> find_freeze(const Digest& order) const;
  // The one case whose id begins with `prefix`, in hex; empty: the only or newest case.
  // Fails with not_found, wrong_use (several).
  Result<CaseId> find(std::string_view prefix) const;
  // Fails with not_found, and content_withheld if the case is erased.
  Result<ReadCase> read(const CaseId& case_id) const;
  const RetentionRecords& retention() const;
  // Those that can still be read, whose principal or assistant has this did:key, or whose linked
  // account goes by this name.
  Result<std::vector<CaseId>> cases_of(std::string_view party) const;
  // The content behind a reference. Fails with not_found, content_withheld.
  Result<Part> read_part(const CaseId& case_id, const PartRef& ref) const;

 private:
  struct State;
  explicit PartyStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace entente::cli
