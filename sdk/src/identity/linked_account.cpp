#include <entente/identity/linked_account.h>

#include <span>

namespace entente {
namespace {

std::optional<AccountLink> newest_link(std::span<const Authorised<Message>> messages,
                                       std::int64_t now_ms) {
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

}  // namespace

std::optional<AccountLink> find_account_link(const Case& casefile, std::int64_t now_ms) {
  return newest_link(casefile.messages(), now_ms);
}

std::optional<AccountLink> find_account_link_at(const Case& casefile, std::uint64_t position) {
  const std::span all(casefile.messages());
  return newest_link(all.first(position + 1), casefile.admitted_ms(position));
}

}  // namespace entente
