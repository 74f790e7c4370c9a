#include "case_run.h"

#include <entente/assistant.h>
#include <entente/crypto/system.h>

#include <algorithm>
#include <cstdio>

#include "brand.h"
#include "case_office.h"

namespace fs = std::filesystem;

namespace retail {
namespace {

using entente::Assistant;
using entente::Case;
using entente::Ending;
using entente::ErrorCode;
using entente::fail;
using entente::KeyPair;
using entente::Party;

constexpr std::int64_t case_ms = 30'000;

KeyPair make_key() {
  entente::SystemEntropy entropy;
  return KeyPair::generate(entropy);
}

// Reads what is shown and signs if it says what the file says must be there.
class Reader final : public entente::Principal {
 public:
  Reader(const CaseFile& file, const CaseOffice& office)
      : file_(file), office_(office), key_(make_key()) {}

  const entente::PublicKey& public_key() const override { return key_.public_key(); }
  Result<entente::Signature> sign_mandate(entente::ByteView to_sign) override {
    return key_.sign(to_sign);
  }
  std::optional<entente::Signature> approve(std::string_view text,
                                            entente::ByteView to_sign) override {
    ++asked_;
    const bool agrees = std::ranges::any_of(file_.approves, [&](const std::string& words) {
      return words == "*" || text.find(words) != std::string_view::npos;
    });
    if (!agrees) return std::nullopt;
    auto signature = key_.sign(to_sign);
    return signature ? std::optional(*signature) : std::nullopt;
  }
  bool has_happened(std::string_view) override { return true; }
  std::optional<std::string> link_proof(std::string_view) override {
    return file_.knows_code ? office_.delivered_code() : "000000";
  }
  std::int64_t asked() const { return asked_; }

 private:
  const CaseFile& file_;
  const CaseOffice& office_;
  KeyPair key_;
  std::int64_t asked_ = 0;
};

// What the customer's own copy of the case says came of it.
Settled settle(const Case& casefile, const Ending& ending) {
  Settled settled;
  settled.ending = name(ending.kind);
  if (ending.kind == Ending::Kind::closed) settled.outcome = ending.outcome;
  settled.handoff = casefile.handoff() != nullptr;
  for (const auto& message : casefile.messages()) {
    const bool brand = message->author.party == Party::brand;
    if (std::holds_alternative<entente::Offer>(message->body)) {
      ++(brand ? settled.offers : settled.counters);
    }
    if (const auto* declined = std::get_if<entente::Decline>(&message->body); declined && brand) {
      settled.declined.push_back(declined->reason);
    }
    const auto binding = casefile.bindings().find(message.id());
    if (binding == casefile.bindings().end()) continue;
    for (const entente::TermState& term : binding->second.terms) {
      if (!term.term.standby) settled.agreed.push_back(describe_term(term.term));
    }
  }
  for (const auto& [id, claim] : casefile.claims()) {
    if (claim.determination) settled.refused.push_back(claim.determination->reason);
  }
  return settled;
}

Result<Settled> play(const CaseFile& file, const fs::path& stores) {
  ENTENTE_LET(office, CaseOffice::make(file));
  ENTENTE_LET(brand, Brand::start({.directory = stores / "brand" / file.name,
                                   .policy = file.policy,
                                   .back_office = office.get(),
                                   .link_methods = {"knowledge", "email_otp"}}));
  ENTENTE_LET(goal, entente::Goal::parse(file.goal, file.name));
  entente::HttpBrand connection({.url = brand->url(), .client = brand->client()});
  Reader customer(file, *office);
  const KeyPair key = make_key();
  ENTENTE_LET(assistant, Assistant::start({.directory = stores / "shopper" / file.name,
                                           .goal = &goal,
                                           .brand = &connection,
                                           .principal = &customer,
                                           .key = &key}));
  ENTENTE_LET(case_id, assistant->open());
  ENTENTE_LET(ending, assistant->run(case_id, case_ms));
  Settled settled = settle(*assistant->find_case(case_id), ending);
  settled.approvals = customer.asked();
  ENTENTE_LET(executed, office->executed());
  settled.executed = executed;
  std::ranges::sort(settled.executed);  // terms of one agreement have no order
  brand->stop();
  return settled;
}

Result<std::vector<fs::path>> case_files(const fs::path& directory) {
  std::error_code failed;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory, failed)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  if (failed || files.empty()) {
    return fail(ErrorCode::file_missing, "no cases in " + directory.string());
  }
  std::ranges::sort(files);
  return files;
}

Result<fs::path> make_stores(const fs::path& keep) {
  std::string name = (fs::temp_directory_path() / "cases-XXXXXX").string();
  if (keep.empty() && mkdtemp(name.data()) == nullptr) return fail(ErrorCode::file_invalid, name);
  const fs::path root = keep.empty() ? fs::path(name) : keep;
  std::error_code failed;
  for (const char* side : {"brand", "shopper"}) {
    if (!fs::create_directories(root / side, failed)) {
      return fail(ErrorCode::wrong_use, (root / side).string() + " is there already");
    }
  }
  return root;
}

}  // namespace

Result<bool> run_cases(const CasesOptions& options) {
  ENTENTE_LET(files, case_files(options.directory));
  ENTENTE_LET(stores, make_stores(options.keep));
  std::size_t right = 0;
  for (const fs::path& path : files) {
    ENTENTE_LET(file, read_case(path));
    const auto settled = play(file, stores);
    const std::string wrong = settled ? compare(file.expected, *settled)
                                      : "  " + entente::describe(settled.error()) + "\n";
    std::printf("%s %s: %s\n%s", wrong.empty() ? "right" : "WRONG", file.name.c_str(),
                file.title.c_str(), wrong.c_str());
    if (wrong.empty()) ++right;
  }
  std::error_code ignored;
  if (options.keep.empty()) fs::remove_all(stores, ignored);
  std::printf("%zu cases: %zu as expected\n", files.size(), right);
  return right == files.size();
}

}  // namespace retail
