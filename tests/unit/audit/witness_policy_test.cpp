#include <entente/audit/witness_policy.h>
#include <entente/crypto/signature.h>

#include <bit>

#include "catch.h"

using namespace entente;

namespace {

constexpr const char* origin = "kettle.example/log";

KeyPair key_of(std::uint8_t seed) { return std::move(*KeyPair::from_seed(Bytes(32, seed))); }

Vkey log_key(std::uint8_t seed = 1) {
  return *Vkey::make(origin, SignatureType::ed25519, key_of(seed).public_key());
}
Vkey witness_key(std::uint8_t number) {
  return *Vkey::make("w" + std::to_string(number) + ".example", SignatureType::cosignature_v1,
                     key_of(static_cast<std::uint8_t>(100 + number)).public_key());
}

// Lines of six witnesses, a to f.
std::string six() {
  std::string text = "log " + log_key().encode() + " https://kettle.example/entente/v1/log\n";
  for (std::uint8_t i = 0; i < 6; ++i) {
    text +=
        std::string("witness ") + static_cast<char>('a' + i) + " " + witness_key(i).encode() + "\n";
  }
  return text;
}

WitnessPolicy policy_of(const std::string& text) {
  auto policy = WitnessPolicy::parse(text);
  INFO(text << (policy ? std::string() : describe(policy.error())));
  REQUIRE(policy);
  return std::move(*policy);
}

// Whether the policy is met by exactly the witnesses whose bits are set.
bool met_by(const WitnessPolicy& policy, unsigned who) {
  std::vector<Cosignature> cosignatures;
  for (std::uint8_t i = 0; i < 6; ++i) {
    if (((who >> i) & 1) != 0) cosignatures.push_back({witness_key(i), 1000});
  }
  const PolicyVerdict verdict = policy.judge(cosignatures);
  CHECK(verdict.cosigned == static_cast<std::size_t>(std::popcount(who)));
  CHECK(verdict.witnesses == 6);
  return verdict.met;
}

std::string complaint(const std::string& text) {
  const auto policy = WitnessPolicy::parse(text);
  return policy ? "accepted" : describe(policy.error());
}

}  // namespace

TEST_CASE("a quorum of groups is met by exactly the sets of witnesses that it names",
          "[audit][policy]") {
  const WitnessPolicy policy = policy_of(six() +
                                         "group x 2 a b c\n"
                                         "group y any d e\n"
                                         "group both all x y\n"
                                         "quorum both\n");
  for (unsigned who = 0; who < 64; ++who) {
    CAPTURE(who);
    const bool x = std::popcount(who & 0b000111U) >= 2;
    const bool y = (who & 0b011000U) != 0;
    CHECK(met_by(policy, who) == (x && y));
  }
}

TEST_CASE("every threshold of a group counts its members and nobody else", "[audit][policy]") {
  for (unsigned k = 1; k <= 5; ++k) {
    const WitnessPolicy policy =
        policy_of(six() + "group g " + std::to_string(k) + " a b c d e\nquorum g\n");
    for (unsigned who = 0; who < 64; ++who) {
      CHECK(met_by(policy, who) == (std::popcount(who & 31U) >= static_cast<int>(k)));
    }
  }
  const WitnessPolicy one = policy_of(six() + "quorum f\n");
  const WitnessPolicy nobody = policy_of(six() + "quorum none\n");
  for (unsigned who = 0; who < 64; ++who) {
    CHECK(met_by(one, who) == ((who & 32U) != 0));
    CHECK(met_by(nobody, who));
  }
}

TEST_CASE("only a cosignature that verifies counts for a policy", "[audit][policy][negative]") {
  const WitnessPolicy policy = policy_of(six() + "group g 2 a b c d e f\nquorum g\n");
  const Checkpoint checkpoint{origin, 7, leaf_hash({})};
  std::string note = *sign_checkpoint(checkpoint, key_of(1));
  const auto judge = [&](const std::string& bytes) {
    const auto cosigned = verify_cosigned_checkpoint(bytes, log_key(), policy.witness_keys());
    return cosigned ? policy.judge(cosigned->cosignatures) : PolicyVerdict{};
  };
  note = *add_signature(note, *cosign_checkpoint(checkpoint, "w0.example", key_of(100), 1000));
  CHECK(judge(note) == PolicyVerdict{.met = false, .cosigned = 1, .witnesses = 6});
  // Twice by one witness is once, and a stranger under a witness's name is nobody.
  const auto again = *cosign_checkpoint(checkpoint, "w0.example", key_of(100), 2000);
  CHECK_FALSE(judge(*add_signature(note, again)).met);
  const auto stranger = *cosign_checkpoint(checkpoint, "w1.example", key_of(99), 1000);
  CHECK_FALSE(judge(*add_signature(note, stranger)).met);
  const auto second = *cosign_checkpoint(checkpoint, "w1.example", key_of(101), 1000);
  CHECK(judge(*add_signature(note, second)) ==
        PolicyVerdict{.met = true, .cosigned = 2, .witnesses = 6});
}

TEST_CASE("a policy speaks of the logs that it names, or of any", "[audit][policy]") {
  const WitnessPolicy named = policy_of(six() + "quorum a\n");
  CHECK(named.covers(log_key(1)));
  CHECK_FALSE(named.covers(log_key(2)));
  CHECK(named.logs().front().url == "https://kettle.example/entente/v1/log");
  CHECK(policy_of("quorum none\n").covers(log_key(2)));
}

TEST_CASE("blanks, comments and their places mean nothing in a policy", "[audit][policy]") {
  const WitnessPolicy policy =
      policy_of("# whom we trust\n\n \t\n  # more\n\twitness  a\t" + witness_key(0).encode() +
                "  https://w.example/ \n"
                "group \xc3\xa4 all a \n quorum\t\xc3\xa4");
  CHECK(policy.witnesses().front().url == "https://w.example/");
  CHECK(policy.quorum() == "\xc3\xa4");
  CHECK(policy.witness_keys() == std::vector<Vkey>{witness_key(0)});
}

TEST_CASE("what is wrong with a policy is said with its line and what was expected",
          "[audit][policy][negative]") {
  const std::string w = "witness a " + witness_key(0).encode() + "\n";
  const std::string v = "witness b " + witness_key(1).encode() + "\n";
  const auto at = [](int line, const std::string& what) {
    return "config_invalid: line " + std::to_string(line) + ": " + what;
  };
  const std::pair<std::string, std::string> bad[] = {
      {"", "config_invalid: expected a line: quorum <name>|none"},
      {w, "config_invalid: expected a line: quorum <name>|none"},
      {"quorum none\nquorum none\n", at(2, "a second quorum: there is exactly one")},
      {"quorum\n", at(1, "expected: quorum <name>|none")},
      {"quorum a b\n", at(1, "expected: quorum <name>|none")},
      {"quorum a\n" + w, at(1, "expected a witness or group that stands above, not \"a\"")},
      {"Quorum none\n", at(1, "expected log, witness, group, quorum or a comment")},
      {"quorum none\r\n", at(1, "a control character: lines end in a newline alone")},
      {std::string("quorum none\n#\0\n", 15),
       at(2, "a control character: lines end in a newline alone")},
      {"# \x7f\nquorum none\n", at(1, "a control character: lines end in a newline alone")},
      {"log\n", at(1, "expected: log <key> [<url>]")},
      {"log a b c\n", at(1, "expected: log <key> [<url>]")},
      {"witness a\n", at(1, "expected: witness <name> <key> [<url>]")},
      {"witness a b c d\n", at(1, "expected: witness <name> <key> [<url>]")},
      {"log " + witness_key(0).encode() + "\n", at(1, "expected a log's key, of type 0x01")},
      {"witness a " + log_key().encode() + "\n", at(1, "expected a witness's key, of type 0x04")},
      {w + w, at(2, "expected a new name: \"a\" is taken")},
      {"witness none " + witness_key(0).encode() + "\n",
       at(1, "expected a new name: \"none\" is taken")},
      {w + "witness b " + witness_key(0).encode() + "\n",
       at(2, "a witness with this key stands above")},
      {"log " + log_key().encode() + "\nlog " + log_key().encode() + " u\n",
       at(2, "a log with this key stands above")},
      {w + "group g any\n", at(2, "expected: group <name> all|any|<k> <member>...")},
      {w + "group a any a\n", at(2, "expected a new name: \"a\" is taken")},
      {w + "group none any a\n", at(2, "expected a new name: \"none\" is taken")},
      {w + "group g 0 a\n", at(2, "expected all, any or a number from 1 to 1")},
      {w + "group g 2 a\n", at(2, "expected all, any or a number from 1 to 1")},
      {w + "group g 01 a\n", at(2, "expected all, any or a number from 1 to 1")},
      {w + "group g most a\n", at(2, "expected all, any or a number from 1 to 1")},
      {w + "group g any a a\n", at(2, "\"a\" is a member already: each name is one once")},
      {w + v + "group g any a\ngroup h all b a\n",
       at(4, "\"a\" is a member already: each name is one once")},
      {w + "group g any g\n", at(2, "expected a witness or group that stands above, not \"g\"")},
      {w + "group g any none\n",
       at(2, "expected a witness or group that stands above, not \"none\"")}};
  for (const auto& [text, said] : bad) CHECK(complaint(text) == said);
  CHECK(complaint("witness a w0.example+00000000+BAAA\n")
            .starts_with(at(1, "expected a key <name>+<key id>+<base64>: ")));
}

TEST_CASE("a policy has room for what it has to have room for, and an end",
          "[audit][policy][negative]") {
  const auto text_of = [](unsigned count) {
    std::string text;
    for (unsigned i = 0; i < count; ++i) {
      const auto name = std::to_string(i);
      Bytes seed(32, 1);
      seed[0] = static_cast<std::uint8_t>(i);
      const auto key = *KeyPair::from_seed(seed);
      text += "log " + Vkey::make(name, SignatureType::ed25519, key.public_key())->encode() + "\n";
      text += "witness w" + name + " " +
              Vkey::make(name, SignatureType::cosignature_v1, key.public_key())->encode() + "\n";
      text += "group g" + name + " any w" + name + "\n";
    }
    return text + "quorum none\n";
  };
  CHECK(complaint(text_of(32)) == "accepted");
  CHECK(complaint(text_of(witness_policy_items_max)) == "accepted");
  CHECK(complaint(text_of(witness_policy_items_max + 1)) ==
        "too_large: line 193: more than 64 logs");
  CHECK(complaint(std::string(witness_policy_bytes_max + 1, '#')).starts_with("too_large"));
}
