#include <entente/agent/back_office.h>

namespace entente {

const std::string* PartTexts::find(PartIndex index) const {
  const auto found = texts.find(index);
  return found == texts.end() ? nullptr : &found->second;
}

std::string PartTexts::text_or(PartIndex index, std::string_view otherwise) const {
  const std::string* text = find(index);
  return text == nullptr ? std::string(otherwise) : *text;
}

// A brand that offers no codes delivers none; the consumer then cannot prove the link, and a person
// helps.
void BackOffice::deliver_code(const AccountProof&, std::string_view) {}
void BackOffice::forget(const CaseId&, std::span<const std::string>) {}

}  // namespace entente
