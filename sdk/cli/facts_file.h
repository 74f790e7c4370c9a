#pragma once
// The facts file of the example back office: what is known about everyone, about accounts, orders
// and their lines. Later overrides earlier; nothing said means unknown.

#include <entente/core/result.h>
#include <entente/policy/policy.h>
#include <entente/protocol/facts.h>

#include <map>
#include <optional>

namespace entente::cli {

using NamedFacts = std::map<std::string, Fact, std::less<>>;

struct KnownOrder {
  std::string account;
  NamedFacts facts;
  std::map<std::string, NamedFacts, std::less<>> lines;
};
struct KnownAccount {
  std::string knows;  // what a customer proves by knowing, or the address codes are sent to
  NamedFacts facts;
};

struct FactsFile {
  NamedFacts everyone;
  std::map<std::string, KnownAccount, std::less<>> accounts;
  std::map<std::string, KnownOrder, std::less<>> orders;
};

// `days_ago: 70` style instants are counted from `now_ms`.
Result<FactsFile> read_facts_file(std::string_view text, std::string_view file_name,
                                  const Policy& policy, std::int64_t now_ms);

}  // namespace entente::cli
