#include <entente/crypto/hash.h>
#include <entente/identity/link.h>

#include <algorithm>

namespace entente {
namespace {

constexpr std::array<std::string_view, 4> methods = {"knowledge", "email_otp", "device_code",
                                                     "oidc"};
constexpr std::string_view answer_label{"entente/link/v1\0", 16};
constexpr std::string_view nobody_label{"entente/link/none\0", 18};
constexpr std::size_t code_digits = 8;

// People type a code in groups.
std::string normalised(LinkMethod method, std::string_view answer) {
  std::string text(answer);
  if (method == LinkMethod::email_otp || method == LinkMethod::device_code) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '-'; });
  }
  return text;
}

// Labels of their own keep the digest of an answer from ever being that of no account.
Digest salted(std::string_view label, const LinkChallenge::Stored& terms, std::string_view answer) {
  const std::string text = normalised(terms.method, answer);
  return sha256({view(label), terms.salt, view(text)});
}

}  // namespace

std::string_view name(LinkMethod method) { return methods.at(static_cast<std::size_t>(method)); }

std::optional<LinkMethod> find_link_method(std::string_view name) {
  const auto found = std::ranges::find(methods, name);
  if (found == methods.end()) return std::nullopt;
  return static_cast<LinkMethod>(found - methods.begin());
}

bool at_least(std::string_view assurance, std::string_view needed) {
  if (needed.empty()) return true;
  const auto has = find_link_method(assurance);
  const auto wants = find_link_method(needed);
  return has && wants && *has >= *wants;
}

LinkChallenge LinkChallenge::with_answer(Stored terms, std::string_view answer) {
  terms.expected = salted(answer_label, terms, answer);
  return LinkChallenge(std::move(terms));
}

LinkChallenge LinkChallenge::without_account(Stored terms) {
  terms.expected = salted(nobody_label, terms, {});
  return LinkChallenge(std::move(terms));
}

bool LinkChallenge::verify(const LinkBinding& from, std::string_view answer, std::int64_t now_ms) {
  const bool open = !is_over(now_ms);
  // Computed whatever else is wrong, so that each failure takes the same time.
  const bool right = salted(answer_label, stored_, answer) == stored_.expected;
  if (stored_.attempts_left > 0) --stored_.attempts_left;
  const bool proved = open && right && from == stored_.binding;
  if (proved) stored_.attempts_left = 0;
  return proved;
}

bool LinkChallenge::is_over(std::int64_t now_ms) const {
  return stored_.attempts_left == 0 || now_ms >= stored_.expires_ms;
}

std::string to_one_time_code(const std::array<std::uint8_t, 8>& random) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : random) value = (value << 8) | byte;
  std::string digits = std::to_string(value % 100'000'000);
  return std::string(code_digits - digits.size(), '0') + digits;
}

}  // namespace entente
