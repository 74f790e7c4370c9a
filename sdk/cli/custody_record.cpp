#include "custody_record.h"

#include <entente/crypto/system.h>

#include "version.h"

namespace entente::cli {

Result<Tool> own_tool() { return this_tool("entente", std::string(version_text)); }

void show(Console& console, std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  console.line(text);
}

Status note_in_custody(std::string_view command, const Arguments& arguments,
                       const Digest& printed) {
  for (const std::string& operand : arguments.operands()) {
    if (!is_custody(operand)) continue;
    ENTENTE_LET(tool, own_tool());
    ENTENTE_TRY(record_custody(operand, {.command = std::string(command),
                                         .arguments = arguments.words(),
                                         .at_ms = SystemClock().now_ms(),
                                         .tool = std::move(tool),
                                         .result = printed}));
  }
  return {};
}

}  // namespace entente::cli
