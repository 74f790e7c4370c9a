#pragma once
// A message as a person would retell it: who spoke, the verb in words, and what was said, line by
// line. Offers read as their principal was shown them.
//
//     headline(message)                      "kettle.example (rules) offers"
//     retell(message, parts, language)       {"1. Repair: 1 x kettle-17, ...", ...}

#include <entente/protocol/message.h>

#include <functional>

namespace entente::cli {

// The content behind a reference; null if it is not there.
using FindPart = std::function<const Part*(const PartRef&)>;

std::string speaker(const Message& message, std::string_view brand_domain);
std::string deed(const Message& message);
// What was said, without who and the verb. Everything a stranger wrote is quoted and harmless.
std::vector<std::string> retell(const Message& message, const FindPart& find_part,
                                std::string_view brand_did);
std::vector<std::string> retell(const HandoffAct& act);
// "1 x kettle-17"
std::string list_lines(const std::vector<Line>& lines);
// "2026-11-23 16:20 UTC", or "no date".
std::string when(std::int64_t at_ms);

}  // namespace entente::cli
