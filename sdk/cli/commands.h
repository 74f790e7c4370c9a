#pragma once
// The verbs of the command line. A new one is a function here and its row in commands.cpp.

#include "arguments.h"

namespace entente::cli {

Verb key_new();
Verb key_show();
Verb key_rotate();
Verb card_make();
Verb card_show();
Verb mandate_issue();
Verb mandate_show();
Verb mandate_revoke();
Verb policy_check();
Verb policy_test();
Verb policy_diff();
Verb serve();
Verb pause();
Verb resume();
Verb negotiate();
Verb case_list();
Verb case_show();
Verb case_evidence();
Verb backup();
Verb restore_backup();
Verb erase();
Verb hold_add();
Verb hold_list();
Verb hold_end();
Verb retention_run();
Verb approve();
Verb exercise();
Verb handoff();
Verb log_checkpoint();
Verb log_verify();
Verb log_vkey();
Verb log_export();
Verb log_rotate_key();
Verb log_rollover();
Verb audit_replay();
Verb audit_why();
Verb audit_acquire();
Verb audit_custody();
Verb audit_sample();
Verb audit_selftest();
Verb tsa_init();
Verb tsa_serve();
Verb witness_init();
Verb witness_serve();
Verb demo();
Verb version();
Verb completion();

// In the order of the help.
const std::vector<Verb>& all_verbs();

}  // namespace entente::cli
