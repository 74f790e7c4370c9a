#pragma once
// What an auditor says of the logs that a run left behind.

#include "files.h"

namespace retail {

// Replays the brand's log and the log of every customer and compares them. Prints what is broken.
// True if nothing is.
Result<bool> replay_all(const std::filesystem::path& brand, const std::filesystem::path& shoppers,
                        const std::string& brand_log_vkey);

}  // namespace retail
