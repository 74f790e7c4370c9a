#include <entente/policy/goal.h>

#include "goal_rules.h"
#include "parts.h"

namespace entente {
namespace {

// The request, and the part that says what the person needs, if anything.
HandoffRequest request_of(const GoalRules& rules, std::string_view reason, Speech& speech) {
  HandoffRequest request;
  request.reason = reason;
  request.principal_present = rules.present;
  request.channels = rules.channels;
  request.language = rules.language;
  if (!rules.needs.empty()) {
    request.needs = static_cast<PartIndex>(speech.added.size());
    speech.added.push_back({PartClass::special, "text/plain", to_bytes(rules.needs)});
  }
  return request;
}

}  // namespace

Result<Speech> opening(const Goal& goal, const std::map<std::string, Bytes>& files) {
  const GoalRules& rules = goal.rules();
  Speech speech;
  speech.added = rules.parts.parts();
  Open open;
  for (const policy::Want& want : rules.wants) open.claims.push_back(want.claim);
  open.jurisdiction = rules.jurisdiction;
  open.language = rules.language;
  for (const std::string& story : rules.stories) {
    speech.added.push_back({PartClass::prose, "text/plain", to_bytes(story)});
  }
  for (const GoalRules::Evidence& evidence : rules.evidence) {
    const auto content = files.find(evidence.file);
    if (content == files.end()) return fail(ErrorCode::file_missing, evidence.file);
    speech.added.push_back({PartClass::media, evidence.media_type, content->second});
  }
  if (rules.handoff_first) open.handoff = request_of(rules, "consumer_asked", speech);
  speech.body = std::move(open);
  return speech;
}

std::optional<Speech> opening_link(const Goal& goal) {
  const GoalRules& rules = goal.rules();
  if (rules.link_method.empty()) return std::nullopt;
  if (rules.link_method == "knowledge") {
    return link_proof(rules.link_method, {}, rules.link_contact);
  }
  Speech speech;
  LinkStart start;
  start.method = rules.link_method;
  if (!rules.link_contact.empty()) {
    start.contact = 0;
    speech.added.push_back({PartClass::contact, "text/plain", to_bytes(rules.link_contact)});
  }
  speech.body = Link{std::move(start)};
  return speech;
}

Speech link_proof(std::string_view method, std::string_view challenge, std::string_view proof) {
  Speech speech;
  speech.body = Link{LinkProve{std::string(method), std::string(challenge), 0}};
  speech.added.push_back({PartClass::contact, "text/plain", to_bytes(proof)});
  return speech;
}

Speech person_request(const Goal& goal, std::string_view reason) {
  Speech speech;
  HandoffRequest request = request_of(goal.rules(), reason, speech);
  speech.body = Handoff{{}, std::move(request)};
  return speech;
}

}  // namespace entente
