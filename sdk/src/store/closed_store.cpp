#include <entente/store/store.h>

namespace entente {
namespace {

class ClosedStore final : public Store {
 public:
  explicit ClosedStore(Error why) : why_(std::move(why)) {}

  Status write(const StoreBatch&) override { return std::unexpected(why_); }
  Status erase(std::span<const ErasedRows>) override { return std::unexpected(why_); }
  Status settle(std::span<const ErasedRows>) override { return std::unexpected(why_); }
  Status try_write() override { return std::unexpected(why_); }
  void abandon() override {}
  std::uint64_t size() const override { return 0; }
  Result<std::string> checkpoint() const override { return std::unexpected(why_); }
  Result<EntryRow> read_entry(std::uint64_t) const override { return std::unexpected(why_); }
  Result<std::vector<EntryRow>> read_entries(std::uint64_t, std::size_t) const override {
    return std::unexpected(why_);
  }
  Result<Bytes> read_tile(unsigned, std::uint64_t) const override { return std::unexpected(why_); }
  Result<std::vector<std::uint64_t>> entries_of(const CaseId&) const override {
    return std::unexpected(why_);
  }
  Result<std::vector<PartRow>> parts_of(const CaseId&) const override {
    return std::unexpected(why_);
  }
  Result<std::optional<PartRow>> find_part(const CaseId&, const Digest&) const override {
    return std::unexpected(why_);
  }
  Result<std::vector<ReceiptRow>> receipts_of(const CaseId&) const override {
    return std::unexpected(why_);
  }
  Result<std::optional<CaseRow>> find_case(const CaseId&) const override {
    return std::unexpected(why_);
  }
  Result<std::optional<CaseRow>> find_open(const PublicKey&, const ActId&) const override {
    return std::unexpected(why_);
  }
  Result<std::vector<CaseRow>> cases() const override { return std::unexpected(why_); }
  Result<std::uint64_t> case_count() const override { return std::unexpected(why_); }
  Result<std::vector<RevokedRow>> revoked() const override { return std::unexpected(why_); }
  Result<std::vector<RetentionRow>> retention() const override { return std::unexpected(why_); }

 private:
  Error why_;
};

}  // namespace

std::unique_ptr<Store> make_closed_store(Error why) {
  return std::make_unique<ClosedStore>(std::move(why));
}

}  // namespace entente
