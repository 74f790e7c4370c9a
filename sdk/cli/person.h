#pragma once
// The principal at a terminal: reads what is about to be agreed and answers y or n. The key lies in
// a file, which is the weakest grade an approval can have.

#include <entente/assistant.h>

#include "console.h"
#include "key_file.h"

namespace entente::cli {

class Person final : public Principal {
 public:
  enum class Answers : std::uint8_t {
    asked,  // at the terminal; without one, no
    yes     // to everything, saying so
  };
  // `mailbox`, if not empty, is a brand's outbox in a sandbox, where one-time codes are read from.
  Person(KeyPair key, Console& console, Answers answers, std::filesystem::path mailbox = {});

  const PublicKey& public_key() const override;
  std::optional<Signature> approve(std::string_view text, ByteView to_sign) override;
  Result<Signature> sign_mandate(ByteView to_sign) override;
  bool has_happened(std::string_view text) override;
  std::optional<std::string> link_proof(std::string_view method) override;

 private:
  struct Question {
    std::string_view heading;
    std::string_view asked;    // at the terminal
    std::string_view unasked;  // what is printed where the answer is yes to everything
  };
  // Shows the text; the answer is no where nobody can be asked.
  bool ask(const Question& question, std::string_view text);

  KeyPair key_;
  Console& console_;
  Answers answers_;
  std::filesystem::path mailbox_;
};

}  // namespace entente::cli
