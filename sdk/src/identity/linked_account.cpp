#include <entente/identity/linked_account.h>

namespace entente {

std::optional<AccountLink> find_account_link(const Case& casefile, std::int64_t now_ms) {
  const auto& messages = casefile.messages();
  for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
    const auto* link = std::get_if<Link>(&(*message)->body);
    if (link == nullptr) continue;
    const auto* granted = std::get_if<LinkGranted>(&link->step);
    if (granted == nullptr || granted->expires_ms <= now_ms) continue;
    if (granted->account_ref >= (*message)->parts.size()) continue;
    return AccountLink{(*message)->parts[granted->account_ref], granted->assurance};
  }
  return std::nullopt;
}

}  // namespace entente
