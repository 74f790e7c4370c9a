#pragma once
// Linking a consumer to an account of the brand: how sure each way is, and one attempt to prove it.
// A code goes out by the brand's own hook; what comes back is compared here, and whether there was
// such an account at all cannot be told from the answer.
//
//     auto challenge = LinkChallenge::with_answer(terms, code);   or without_account(terms)
//     if (challenge.verify(from, answer, now_ms)) grant(challenge.assurance());
//
// A link never gates a handoff. Pure. Rules: protocol/spec/03-identity.md.

#include <entente/protocol/primitives.h>

#include <optional>

namespace entente {

// Weakest first. An assurance is named by the method that gives it.
enum class LinkMethod : std::uint8_t { knowledge, email_otp, device_code, oidc };
std::string_view name(LinkMethod method);
std::optional<LinkMethod> find_link_method(std::string_view name);

// True if a link of this assurance is good enough. Nothing needed: always. A name that is not in
// the list is never enough, and nothing is enough for it.
bool at_least(std::string_view assurance, std::string_view needed);

// What a challenge is for: an answer from another case or key proves nothing.
struct LinkBinding {
  Environment environment = Environment::unset;
  CaseId case_id;
  PublicKey consumer;
  bool operator==(const LinkBinding&) const = default;
};

class LinkChallenge {
 public:
  static constexpr std::uint8_t attempts_max = 5;

  // All there is to it, so that it can be kept over a restart.
  struct Stored {
    LinkMethod method = LinkMethod::knowledge;
    std::string id;  // `challenge` of link.require
    LinkBinding binding;
    std::array<std::uint8_t, 32> salt{};  // 32 random bytes, new for each challenge
    Digest expected;                      // salted; of no answer if there is no account
    std::uint8_t attempts_left = attempts_max;
    std::int64_t expires_ms = 0;
    bool operator==(const Stored&) const = default;
  };

  // `terms.expected` is filled in; the answer itself is not kept.
  static LinkChallenge with_answer(Stored terms, std::string_view answer);
  // No such account: looks and costs the same, and no answer is right.
  static LinkChallenge without_account(Stored terms);
  explicit LinkChallenge(Stored stored) : stored_(std::move(stored)) {}

  // True once, for the right answer, in time, from the one it was made for. Each call uses up an
  // attempt; false never says why. Spaces and hyphens in a one-time code do not count.
  bool verify(const LinkBinding& from, std::string_view answer, std::int64_t now_ms);

  std::string_view assurance() const { return name(stored_.method); }
  // For the brand's own eyes: no attempts left, or expired.
  bool is_over(std::int64_t now_ms) const;
  const Stored& stored() const { return stored_; }

 private:
  Stored stored_;
};

// Eight digits from eight random bytes.
std::string to_one_time_code(const std::array<std::uint8_t, 8>& random);

}  // namespace entente
