#pragma once
// The pieces of a report in each of its forms.

#include <entente/replay/finding.h>

namespace entente {

std::string text_before_cases(const Report& report);
std::string text_of_case(const CaseSummary& summary);
std::string text_after_cases(const Report& report);

std::string json_before_cases(const Report& report);
std::string json_of_case(const CaseSummary& summary);
std::string json_after_cases(const Report& report);

}  // namespace entente
