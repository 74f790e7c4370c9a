#include <entente/core/clock.h>
#include <entente/replay/trust.h>

#include <algorithm>

namespace entente {

std::string describe(const TrustWindow& window) {
  std::string text;
  if (window.from_ms > 0) text = "from " + format_rfc3339(window.from_ms);
  if (window.until_ms < limits::integer_max) {
    text += (text.empty() ? "until " : " until ") + format_rfc3339(window.until_ms);
  }
  return text.empty() ? "at all times" : text;
}

Result<Trust> Trust::in_logs(std::span<const std::string> vkeys) {
  Trust trust;
  for (const std::string& text : vkeys) {
    ENTENTE_LET(key, Vkey::decode(text));
    trust.logs.push_back({key, {}});
  }
  return trust;
}

Result<Trust> Trust::in_log(std::string_view vkey) {
  const std::string one(vkey);
  return in_logs({&one, 1});
}

std::vector<TrustedKey> Trust::keys_of(std::string_view origin) const {
  std::vector<TrustedKey> keys;
  std::ranges::copy_if(logs, std::back_inserter(keys),
                       [&](const TrustedKey& each) { return each.key.name() == origin; });
  return keys;
}

}  // namespace entente
