#include "person.h"

#include <sstream>

#include "files.h"

namespace entente::cli {
namespace {

constexpr std::size_t columns_max = 100;

// The newest code in a brand's outbox.
std::optional<std::string> newest_code(const std::filesystem::path& mailbox) {
  const auto text = read_text(mailbox);
  if (!text) return std::nullopt;
  std::optional<std::string> newest;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    const auto mail = parse_json(line);
    const auto code =
        mail ? mail->get_text("code") : Result<std::string>(fail(ErrorCode::internal));
    if (code) newest = *code;
  }
  return newest;
}

}  // namespace

Person::Person(KeyPair key, Console& console, Answers answers, std::filesystem::path mailbox)
    : key_(std::move(key)), console_(console), answers_(answers), mailbox_(std::move(mailbox)) {}

const PublicKey& Person::public_key() const { return key_.public_key(); }

std::optional<Signature> Person::approve(std::string_view text, ByteView to_sign) {
  const bool agreed =
      ask({"For you to approve:", "Agree and sign?", "approved without asking"}, text);
  console_.line();
  if (!agreed) return std::nullopt;
  const auto signature = key_.sign(to_sign);
  if (!signature) return std::nullopt;
  return *signature;
}

bool Person::ask(const Question& question, std::string_view text) {
  console_.line();
  console_.line(console_.paint(Ink::person, question.heading));
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    for (const std::string& row : wrap(harmless(line), "  | ", columns_max)) console_.line(row);
  }
  if (answers_ == Answers::yes) {
    console_.line("  " + std::string(question.unasked));
    return true;
  }
  return console_.is_interactive() && console_.confirm("  " + std::string(question.asked));
}

bool Person::has_happened(std::string_view text) {
  return ask({"Has this happened?", "Tell the brand so?", "yes, without asking"}, text);
}

Result<Signature> Person::sign_mandate(ByteView to_sign) { return key_.sign(to_sign); }

std::optional<std::string> Person::link_proof(std::string_view method) {
  if (!mailbox_.empty()) return newest_code(mailbox_);
  if (!console_.is_interactive()) return std::nullopt;
  return console_.ask("The brand asks for proof by " + std::string(method) + ":");
}

}  // namespace entente::cli
