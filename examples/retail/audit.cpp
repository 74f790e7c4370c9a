#include "audit.h"

#include <entente/auditor.h>

#include <cstdio>
#include <set>

namespace fs = std::filesystem;

namespace retail {
namespace {

void print_broken(const entente::Report& report) {
  for (const entente::Finding& finding : report.findings) {
    if (finding.judgement != entente::Judgement::broken) continue;
    std::printf("%s\n", finding.sentence.c_str());
  }
}

}  // namespace

Result<bool> replay_all(const fs::path& brand, const fs::path& shoppers,
                        const std::string& brand_log_vkey) {
  const std::vector<fs::path> sources = {brand, shoppers};
  ENTENTE_LET(trust, entente::Trust::in_log(brand_log_vkey));
  ENTENTE_LET(auditor, entente::Auditor::open(sources, {.trust = trust}));
  ENTENTE_LET(report, auditor.replay());
  print_broken(report);
  std::set<entente::CaseId> cases;  // each stands in two logs
  for (const entente::CaseSummary& one : report.cases) cases.insert(one.case_id);
  std::printf("replayed %zu logs, %zu cases: %llu broken\n", report.logs.size(), cases.size(),
              static_cast<unsigned long long>(report.broken()));
  return report.broken() == 0;
}

}  // namespace retail
