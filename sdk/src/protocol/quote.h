#pragma once
// Text of a stranger, made fit to stand in a text that a person approves: in double quotes, and
// with everything that could end the quotes, the line or the reading direction written as \u{...}.

#include <string>
#include <string_view>

namespace entente {

// What may be printed as it is, is listed; the rest is escaped. A byte that is not UTF-8 is written
// \x.. . Different texts give different quotations.
std::string quote(std::string_view text);

}  // namespace entente
