#include <entente/identity/link.h>
#include <entente/protocol/vocabulary.h>

#include "catch.h"

using namespace entente;

namespace {

constexpr std::int64_t now = 1'800'000'000'000;

LinkBinding binding() {
  LinkBinding made{.environment = Environment::sandbox, .case_id = {}, .consumer = {}};
  made.case_id.bytes.fill(1);
  made.consumer.bytes.fill(2);
  return made;
}

LinkChallenge::Stored terms() {
  LinkChallenge::Stored made;
  made.method = LinkMethod::email_otp;
  made.id = "c-81";
  made.binding = binding();
  made.salt.fill(7);
  made.expires_ms = now + 600'000;
  return made;
}

}  // namespace

TEST_CASE("link methods are those of the vocabulary, weakest first") {
  const Words methods = words(Vocabulary::link_method);
  REQUIRE(methods.size() == 4);
  for (std::size_t i = 0; i < methods.size(); ++i) {
    CHECK(find_link_method(methods[i]) == static_cast<LinkMethod>(i));
    CHECK(name(static_cast<LinkMethod>(i)) == methods[i]);
    for (std::size_t j = 0; j < methods.size(); ++j) {
      CHECK(at_least(methods[i], methods[j]) == (i >= j));
    }
  }
}

TEST_CASE("a grade that nobody knows is never enough, and nothing is enough for it") {
  CHECK(at_least("", ""));
  CHECK(at_least("unheard_of", ""));
  CHECK_FALSE(at_least("", "knowledge"));
  CHECK_FALSE(at_least("unheard_of", "knowledge"));
  CHECK_FALSE(at_least("oidc", "unheard_of"));
  CHECK_FALSE(at_least("OIDC", "knowledge"));
}

TEST_CASE("the right code proves the link once") {
  LinkChallenge challenge = LinkChallenge::with_answer(terms(), "00123456");
  CHECK(challenge.assurance() == "email_otp");
  CHECK(challenge.verify(binding(), "0012-34 56", now));
  CHECK_FALSE(challenge.verify(binding(), "00123456", now));
}

TEST_CASE("a challenge is lost by the attempts, the clock, another case, key or environment") {
  const auto fresh = [] { return LinkChallenge::with_answer(terms(), "00123456"); };
  LinkChallenge worn = fresh();
  for (int i = 0; i < LinkChallenge::attempts_max; ++i) {
    CHECK_FALSE(worn.verify(binding(), "00123457", now));
  }
  CHECK(worn.is_over(now));
  CHECK_FALSE(worn.verify(binding(), "00123456", now));
  CHECK(worn.stored().attempts_left == 0);

  CHECK(fresh().verify(binding(), "00123456", now + 599'999));
  CHECK_FALSE(fresh().verify(binding(), "00123456", now + 600'000));
  LinkBinding other = binding();
  other.case_id.bytes[0] ^= 1;
  CHECK_FALSE(fresh().verify(other, "00123456", now));
  other = binding();
  other.consumer.bytes[0] ^= 1;
  CHECK_FALSE(fresh().verify(other, "00123456", now));
  other = binding();
  other.environment = Environment::production;
  CHECK_FALSE(fresh().verify(other, "00123456", now));
}

TEST_CASE("the last attempt still counts") {
  LinkChallenge challenge = LinkChallenge::with_answer(terms(), "00123456");
  for (int i = 1; i < LinkChallenge::attempts_max; ++i) {
    CHECK_FALSE(challenge.verify(binding(), "", now));
  }
  CHECK(challenge.verify(binding(), "00123456", now));
}

TEST_CASE("without an account every answer fails, and a challenge looks like any other") {
  LinkChallenge none = LinkChallenge::without_account(terms());
  const LinkChallenge some = LinkChallenge::with_answer(terms(), "00123456");
  for (const char* answer : {"", "00123456", "00000000"}) {
    CHECK_FALSE(none.verify(binding(), answer, now));
  }
  CHECK_FALSE(none.stored().expected == some.stored().expected);
  LinkChallenge::Stored a = none.stored();
  LinkChallenge::Stored b = some.stored();
  a.expected = b.expected = {};
  a.attempts_left = b.attempts_left = 0;
  CHECK(a == b);
}

TEST_CASE("an answer of words keeps its spaces") {
  LinkChallenge::Stored knows = terms();
  knows.method = LinkMethod::knowledge;
  CHECK(LinkChallenge::with_answer(knows, "Calle Mayor 3").verify(binding(), "Calle Mayor 3", now));
  CHECK_FALSE(
      LinkChallenge::with_answer(knows, "Calle Mayor 3").verify(binding(), "CalleMayor3", now));
}

TEST_CASE("what is kept of a challenge carries it over a restart, without the answer") {
  LinkChallenge before = LinkChallenge::with_answer(terms(), "00123456");
  CHECK_FALSE(before.verify(binding(), "1", now));
  LinkChallenge after(before.stored());
  CHECK(after.stored().attempts_left == LinkChallenge::attempts_max - 1);
  CHECK(after.verify(binding(), "00123456", now));
  LinkChallenge::Stored salted = terms();
  salted.salt[0] ^= 1;
  CHECK_FALSE(LinkChallenge::with_answer(salted, "00123456").stored().expected ==
              before.stored().expected);
}

TEST_CASE("a one-time code has eight digits") {
  CHECK(to_one_time_code({}) == "00000000");
  CHECK(to_one_time_code({0, 0, 0, 0, 0, 0, 0, 42}) == "00000042");
  CHECK(to_one_time_code({0, 0, 0, 0, 0x05, 0xf5, 0xe1, 0x01}) == "00000001");
  CHECK(to_one_time_code({255, 255, 255, 255, 255, 255, 255, 255}) == "09551615");
}
