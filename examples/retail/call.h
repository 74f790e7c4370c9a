#pragma once
// A call of the back office, spelled as the shop's data spells it, and the same thing as the shape
// of a wish or a term: what was agreed and what is carried out cannot differ.

#include <entente/agent/back_office.h>

#include <optional>

#include "files.h"

namespace retail {

struct Call {
  std::string name;  // "cancel_pending_order"
  Json kwargs;

  // "cancel_pending_order{...}", as entente_writes keeps it.
  std::string spelled() const { return name + kwargs.dump(); }
};

// Nothing if the shop has no call of this shape, or a part that it needs is not there.
std::optional<Call> call_of(const entente::Shape& shape, const entente::PartTexts& parts);
// Of the claim's one exact wish.
std::optional<Call> call_of(const entente::Claim& claim, const entente::PartTexts& parts);

// "no_longer_needed" is a code of the protocol, "no longer needed" the shop's word.
std::string to_words(std::string code);
std::string to_code(std::string words);  // what no code can hold becomes an underscore

// The keys of an address, as the calls name them.
inline constexpr std::array<const char*, 6> address_keys = {"address1", "address2", "city",
                                                            "country",  "state",    "zip"};

}  // namespace retail
