#pragma once
// What an auditor's command leaves in the record of a log that is in custody.
//
//     show(console, text);
//     ENTENTE_TRY(note_in_custody("audit why", arguments, sha256(view(text))));

#include <entente/agent/custody.h>

#include "arguments.h"

namespace entente::cli {

// This program as it runs. Fails with file_missing.
Result<Tool> own_tool();

// Text that ends with a newline, or has none.
void show(Console& console, std::string_view text);

// One line in the record of each operand that is in custody; `printed` is the digest of what was.
// Fails with store_failed: the answer stands, and the record does not say so.
Status note_in_custody(std::string_view command, const Arguments& arguments, const Digest& printed);

}  // namespace entente::cli
