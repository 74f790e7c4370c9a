#include "audit.h"

#include <entente/auditor.h>

#include <algorithm>
#include <cstdio>

namespace fs = std::filesystem;

namespace retail {
namespace {

Result<entente::Report> replay(const std::vector<fs::path>& sources, const std::string& vkey) {
  ENTENTE_LET(auditor, entente::Auditor::open(sources, {.log_keys = {vkey}}));
  return auditor.replay();
}

void print_broken(const fs::path& store, const entente::Report& report) {
  for (const entente::Finding& finding : report.findings) {
    if (finding.judgement != entente::Judgement::broken) continue;
    std::printf("%s: %s\n", store.filename().c_str(), finding.sentence.c_str());
  }
}

}  // namespace

Result<bool> replay_all(const fs::path& brand, const fs::path& shoppers,
                        const std::string& brand_log_vkey) {
  ENTENTE_LET(report, replay({brand}, brand_log_vkey));
  print_broken(brand, report);
  std::uint64_t broken = report.broken();
  const std::size_t cases = report.cases.size();
  std::vector<fs::path> stores;
  for (const fs::directory_entry& entry : fs::directory_iterator(shoppers)) {
    stores.push_back(entry.path());
  }
  std::ranges::sort(stores);
  for (const fs::path& store : stores) {
    ENTENTE_LET(one, replay({store}, brand_log_vkey));
    print_broken(store, one);
    broken += one.broken();
  }
  std::printf("replayed the brand's log (%zu cases) and %zu customers' logs: %llu broken\n", cases,
              stores.size(), static_cast<unsigned long long>(broken));
  return broken == 0;
}

}  // namespace retail
