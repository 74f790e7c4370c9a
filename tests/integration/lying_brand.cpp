#include "lying_brand.h"

#include <entente/audit/checkpoint.h>
#include <entente/audit/proof.h>
#include <entente/wire/part.h>

#include <set>
#include <stdexcept>

namespace entente::tests {
namespace {

constexpr const char* origin = "kettle.example/log";

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

}  // namespace

std::uint64_t ShownLog::add(Bytes leaf) {
  nodes_.add(tree_.append(leaf_hash(leaf)));
  leaves_.push_back(std::move(leaf));
  return leaves_.size() - 1;
}

std::string ShownLog::note() const {
  return must(sign_checkpoint({origin, tree_.size(), tree_.root()}, key_));
}

std::vector<Digest> ShownLog::growth_from(std::uint64_t old_size) const {
  if (old_size == 0 || old_size > size()) return {};
  return must(consistency_proof(nodes_, old_size, size()));
}

Receipt ShownLog::receipt(std::uint64_t index, const std::array<std::uint8_t, 32>& salt) const {
  return {.leaf = leaves_.at(index),
          .salt = salt,
          .proof = must(encode_proof({.extra = {},
                                      .index = index,
                                      .hashes = must(inclusion_proof(nodes_, index, size())),
                                      .checkpoint = note()}))};
}

// Every receipt and checkpoint of the answer, as the shown log gives it.
Result<Parcel> LyingBrand::retell(Parcel parcel, std::uint64_t seen) {
  if (parcel.checkpoint.empty()) return parcel;
  const std::uint64_t size = must(decode_unverified_checkpoint(parcel.checkpoint)).size;
  ShownLog log(*log_key);
  endpoint_.inspect([&](const Ledger& ledger) {
    for (std::uint64_t index = 0; index < size; ++index) {
      LogEntry leaf = must(ledger.read(index)).leaf;
      if (show) show(index, leaf);
      log.add(encode(leaf));
    }
  });
  if (grow) grow(log);
  for (Receipt& receipt : parcel.receipts) {
    receipt = log.receipt(must(decode_proof(receipt.proof)).index, receipt.salt);
  }
  parcel.checkpoint = log.note();
  parcel.consistency = log.growth_from(seen);
  if (rewrite) rewrite(parcel, log);
  return parcel;
}

void LyingBrand::tell_also(const Bytes& envelope, std::uint64_t position) {
  const std::array<std::uint8_t, 32> salt{};
  const auto index = std::make_shared<std::uint64_t>();
  grow = [=](ShownLog& log) {
    LogEntry leaf = must(decode<LogEntry>(log.receipt(log.size() - 1, {}).leaf));
    leaf.kind = EntryKind::message;
    leaf.position = position;
    leaf.direction = Direction::sent;
    leaf.commit = commitment(salt, envelope);
    leaf.effect = "binding";
    *index = log.add(encode(leaf));
  };
  rewrite = [=](Parcel& parcel, const ShownLog& log) {
    parcel.envelopes.push_back(envelope);
    parcel.receipts.push_back(log.receipt(*index, salt));
  };
}

Result<Parcel> LyingBrand::post(const Parcel& parcel, const std::optional<CaseId>& case_id,
                                std::int64_t wait_ms) {
  ++calls;
  if (instead) {
    if (auto answer = instead(&parcel)) return *answer;
  }
  ENTENTE_LET(answer, line_.post(parcel, case_id, wait_ms));
  const auto last = must(Admission::admit<Message>(parcel.envelopes.back()));
  return retell(std::move(answer), last->seen.size);
}

Result<Parcel> LyingBrand::get(const CaseId& case_id, std::uint64_t after, std::int64_t wait_ms,
                               const SignRead& sign) {
  ++calls;
  if (instead) {
    if (auto answer = instead(nullptr)) return *answer;
  }
  std::uint64_t seen = 0;
  const SignRead noting = [&](std::string_view path) -> Result<Bytes> {
    ENTENTE_LET(read, sign(path));
    seen = must(Admission::admit<Read>(read))->seen_size;
    return read;
  };
  ENTENTE_LET(answer, line_.get(case_id, after, wait_ms, noting));
  return retell(std::move(answer), seen);
}

std::vector<std::string> broken_in(const Brand& brand,
                                   const std::vector<std::filesystem::path>& sources) {
  const auto vkey = Vkey::make(origin, SignatureType::ed25519, brand.log.public_key());
  Trust trust;
  trust.logs.push_back({*vkey, {}});
  const auto auditor = Auditor::open(sources, {.trust = trust});
  const auto report = auditor ? auditor->replay() : std::unexpected(auditor.error());
  if (!report) return {"error: " + describe(report.error())};
  std::set<std::string> broken;
  for (const Finding& finding : report->findings) {
    if (finding.judgement != Judgement::broken) continue;
    std::string line(name(finding.rule));
    if (finding.at_fault != Party::unset) line += " by " + std::string(name(finding.at_fault));
    broken.insert(line);
  }
  return {broken.begin(), broken.end()};
}

}  // namespace entente::tests
