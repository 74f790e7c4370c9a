#include "commands.h"

namespace entente::cli {

const std::vector<Verb>& all_verbs() {
  static const std::vector<Verb> verbs = {
      demo(),           serve(),          pause(),          resume(),         negotiate(),
      approve(),        exercise(),       handoff(),        case_list(),      case_show(),
      case_evidence(),  backup(),         restore_backup(), erase(),          hold_add(),
      hold_list(),      hold_end(),       retention_run(),  audit_replay(),   audit_why(),
      audit_acquire(),  audit_custody(),  audit_sample(),   audit_selftest(), log_verify(),
      log_checkpoint(), log_vkey(),       log_export(),     log_rotate_key(), log_rollover(),
      tsa_init(),       tsa_serve(),      witness_init(),   witness_serve(),  policy_check(),
      policy_test(),    policy_diff(),    card_make(),      card_show(),      mandate_issue(),
      mandate_show(),   mandate_revoke(), key_new(),        key_show(),       key_rotate(),
      version(),        completion(),
  };
  return verbs;
}

}  // namespace entente::cli
