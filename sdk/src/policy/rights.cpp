#include <entente/policy/rights.h>
#include <entente/protocol/vocabulary.h>

#include "wording.h"

namespace entente {
namespace {

constexpr std::int64_t link_within_ms = 10 * std::int64_t{86'400'000};

// A right that the policy does not name waits as the vocabulary says: a person will look at it.
std::int64_t find_link_deadline(const Policy& policy, std::string_view right,
                                std::string_view assurance, std::int64_t received_ms) {
  const auto found = policy.rules().rights.find(std::string(right));
  if (found != policy.rules().rights.end()) {
    const policy::RightRule& rule = found->second;
    return assurance_suffices(assurance, rule.link) ? 0 : received_ms + rule.link_within_ms;
  }
  const Right* known = find_right(right);
  const bool needs_link = !known || known->needs_link;
  return needs_link && assurance.empty() ? received_ms + link_within_ms : 0;
}

}  // namespace

std::vector<Term> duties_of_right(const Policy& policy, const Invoke& exercise,
                                  std::int64_t received_ms) {
  const auto found = policy.rules().rights.find(exercise.right);
  if (found == policy.rules().rights.end()) return {};
  const Facts no_facts;
  const policy::Facing facing{policy.rules(), no_facts, received_ms};
  std::vector<Term> duties;
  for (const policy::RemedyRule& rule : found->second.duties) {
    Term duty = policy::word_duty(rule, exercise, facing);
    duty.id = static_cast<std::uint16_t>(duties.size() + 1);
    duties.push_back(std::move(duty));
  }
  return duties;
}

std::string assurance_for_right(const Policy& policy, std::string_view right) {
  const auto found = policy.rules().rights.find(std::string(right));
  return found == policy.rules().rights.end() ? std::string() : found->second.link;
}

Speech acknowledge_right(const Policy& policy, const Authorised<Message>& exercise,
                         std::string_view assurance, std::int64_t received_ms) {
  const Invoke& invoke = std::get<Invoke>(std::get<Exercise>(exercise->body).act);
  policy::PartCollector parts(exercise->parts);
  Acknowledged acknowledged;
  acknowledged.of = exercise.id();
  acknowledged.right = invoke.right;
  acknowledged.received_ms = received_ms;
  acknowledged.awaiting_link_until_ms =
      find_link_deadline(policy, invoke.right, assurance, received_ms);
  acknowledged.duties = duties_of_right(policy, invoke, received_ms);
  for (Term& duty : acknowledged.duties) parts.repeat_all(duty);
  return std::move(parts).finish(Exercise{std::move(acknowledged)});
}

}  // namespace entente
