#pragma once
// A goal file, read and typed. docs/reference/goal-yaml.md shows the same as YAML.

#include <entente/policy/goal.h>
#include <entente/protocol/handoff.h>

#include "wants.h"

namespace entente {

struct GoalRules {
  struct Evidence {
    std::string file;
    std::string media_type;
  };
  // When somebody else is asked, or it ends.
  struct AskMe {
    bool waives = false;
    bool pays_above_limit = false;
    bool unknown_question = false;
    bool not_acceptable = false;
  };
  struct AskHuman {
    bool any_refusal = false;
    std::vector<std::string> refusals;  // reason codes
    std::int64_t silence_ms = 0;        // 0 = never for silence
    bool i_say = false;
    bool rounds_exceeded = false;
  };

  std::string brand;
  std::string language;
  std::string jurisdiction;
  std::string link_method;
  std::string link_contact;
  Mandate mandate;  // what a goal says of it
  std::int64_t mandate_lasts_ms = 0;
  std::vector<policy::Want> wants;
  policy::PartPool parts;  // of the wants
  std::vector<std::string> stories;
  std::vector<Evidence> evidence;
  std::vector<std::string> files;
  std::string needs;
  bool handoff_first = false;
  HandoffRequest::Present present = HandoffRequest::Present::live;
  std::vector<std::string> channels = {"case"};
  bool exact = false;
  std::optional<Money> pays_at_most;
  std::size_t rounds_at_most = 3;
  std::map<std::string, std::string, std::less<>> answers;  // by topic
  AskMe ask_me;
  AskHuman ask_human;
  bool leave_when_rounds_exceeded = false;
};

}  // namespace entente
