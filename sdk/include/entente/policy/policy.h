#pragma once
// A policy is what a brand's automated agent may promise, as a YAML file that a lawyer can read and
// an auditor can run again: conditions over facts, what is owed, what may be given, and up to
// where.
//
//     ENTENTE_LET(policy, Policy::parse(text, "kettle.policy.yaml"));
//     Verdict verdict = decide(policy, situation);     // entente/policy/decide.h
//
// Every key is in docs/reference/policy-yaml.md.

#include <entente/core/result.h>
#include <entente/protocol/primitives.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entente {

// A fact the policy may look at. What is not declared does not exist for it.
struct FactDeclaration {
  enum class Type : std::uint8_t { code, boolean, count, money, duration, instant, ref, list };
  std::string name;
  Type type = Type::code;
  std::vector<std::string> values;      // of a code: all it may be
  std::vector<FactDeclaration> fields;  // of a list: what each row has
  bool operator==(const FactDeclaration&) const = default;
};
std::string_view name(FactDeclaration::Type type);

struct PolicyRules;  // the parsed file, for the sources of this module

class Policy {
 public:
  // `file_name` stands before line and column in messages. Fails with policy_invalid (what was
  // expected and what is there), yaml_invalid, too_large.
  static Result<Policy> parse(std::string_view text, std::string_view file_name);

  // As it was read: its SHA-256 is the policy digest of a decision entry.
  const std::string& text() const;
  const std::string& name() const;
  Environment environment() const;
  // How long the consumer waits for an automated answer before a person is asked.
  std::int64_t answer_within_ms() const;
  // In the order declared.
  const std::vector<FactDeclaration>& facts() const;
  const FactDeclaration* find_fact(std::string_view name) const;
  const std::vector<std::string>& link_methods() const;
  // Claims one after the other, or all at once.
  bool claims_sequential() const;
  bool refetch_facts_each() const;
  std::int64_t contest_for_ms() const;
  std::int64_t reopen_for_ms() const;
  // The words of a reason in this language, else in its base language, in English, or in the first
  // language given. Empty for a reason the policy does not know.
  std::string_view reason_text(std::string_view code, std::string_view language) const;

  const PolicyRules& rules() const { return *rules_; }

 private:
  explicit Policy(std::shared_ptr<const PolicyRules> rules) : rules_(std::move(rules)) {}
  std::shared_ptr<const PolicyRules> rules_;  // immutable, so copies may share
};

// Does the assurance a customer has reach the one needed? Assurances are named by the link method
// that gives them: knowledge < email_otp < device_code < oidc. None needed is always reached; an
// unknown one never is.
bool assurance_suffices(std::string_view has, std::string_view needs);

}  // namespace entente
