#include "exit_code.h"

#include <array>
#include <utility>

namespace entente::cli {
namespace {

using Advice = std::pair<ErrorCode, std::string_view>;

constexpr std::array advices = {
    Advice{ErrorCode::file_missing, "Check the path, and that you may read the file."},
    Advice{ErrorCode::file_invalid, "Compare the file with docs/reference/cli.md."},
    Advice{ErrorCode::store_locked, "Stop the other process, or name another directory."},
    Advice{ErrorCode::store_failed, "Check free space and rights; nothing was acknowledged."},
    Advice{ErrorCode::store_corrupt, "Keep the files as they are and run: entente log verify DIR"},
    Advice{ErrorCode::network_failed, "Is the endpoint running, and the URL right?"},
    Advice{ErrorCode::timed_out, "Try again: the same act is never done twice."},
    Advice{ErrorCode::peer_failed, "Check --ca, and that the URL is an Entente endpoint."},
    Advice{ErrorCode::address_refused,
           "For a test on your own machine say --allow-private; otherwise use https."},
    Advice{ErrorCode::busy, "Try again later: the same act is never done twice."},
    Advice{ErrorCode::yaml_invalid, "Mend the line named."},
    Advice{ErrorCode::policy_invalid, "Mend the line named; keys: docs/reference/policy-yaml.md."},
    Advice{ErrorCode::goal_invalid, "Mend the line named; keys: docs/reference/goal-yaml.md."},
    Advice{ErrorCode::config_invalid, "Mend the line named; keys: docs/reference/cli.md."},
    Advice{ErrorCode::wrong_use, "Add --help to see what the command takes."},
    Advice{ErrorCode::not_found, "List what is there with: entente case list DIR"},
    Advice{ErrorCode::key_revoked, "How keys are changed: docs/guides/key-ceremony.md"},
    Advice{ErrorCode::card_expired, "Make a new card with: entente card make"},
    Advice{ErrorCode::mandate_expired, "Issue a new one with: entente mandate issue"},
    Advice{ErrorCode::mandate_revoked, "Go without --mandate, or issue a new one."},
    Advice{ErrorCode::approval_missing, "Nothing was signed: answer at a terminal, or say --yes."},
    Advice{ErrorCode::log_forked, "Keep the files as they are and ask an auditor."},
    Advice{ErrorCode::proof_invalid, "Nothing was believed. Try again; keep the files."},
    Advice{ErrorCode::receipt_invalid, "Nothing was believed. Try again; keep the files."},
    Advice{ErrorCode::checkpoint_invalid, "Nothing was believed. Is this the brand you know?"},
    Advice{ErrorCode::act_conflict, "Keep the files as they are and ask an auditor."},
    Advice{ErrorCode::log_corrupt, "Keep the files as they are and run: entente log verify DIR"},
    Advice{ErrorCode::content_withheld, "The log says why: entente audit replay DIR"},
    Advice{ErrorCode::duty_open, "What is owed comes first; see also: entente hold list"},
    Advice{ErrorCode::desk_required, "Publish the hours of people on the card."},
    Advice{ErrorCode::internal, "This is a fault of the program: please report it."},
};

ExitCode exit_code_of_place(ErrorCode code) {
  const std::string_view spelled = name(code);
  if (spelled.starts_with("store_")) return ExitCode::store;
  const bool network = code == ErrorCode::address_refused || code == ErrorCode::network_failed ||
                       code == ErrorCode::timed_out || code == ErrorCode::peer_failed;
  return network ? ExitCode::network : ExitCode::refused;
}

}  // namespace

ExitCode exit_code_of(ErrorCode code) {
  if (code == ErrorCode::internal) return ExitCode::internal;
  if (code == ErrorCode::wrong_use) return ExitCode::usage;
  if (code == ErrorCode::busy) return ExitCode::network;
  if (group(code) == "place") return exit_code_of_place(code);
  if (group(code) == "proof") return ExitCode::finding;
  return ExitCode::refused;
}

std::string_view advice_for(ErrorCode code) {
  for (const auto& [of, advice] : advices) {
    if (of == code) return advice;
  }
  return "The code is explained in protocol/spec/09-errors.md.";
}

}  // namespace entente::cli
