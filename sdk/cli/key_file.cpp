#include "key_file.h"

#include <sys/stat.h>

#include "files.h"

namespace fs = std::filesystem;

namespace entente::cli {
namespace {

constexpr std::string_view opening = "entente-key-v1 ed25519 ";

Status check_rights(const fs::path& file) {
  struct stat about{};
  if (::stat(file.c_str(), &about) != 0) return fail(ErrorCode::file_missing, file.string());
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(ErrorCode::file_invalid,
                file.string() + " may be used by others than its owner: chmod 600 it");
  }
  return {};
}

}  // namespace

Result<KeyPair> make_key_file(const fs::path& file, Entropy& entropy) {
  if (fs::exists(file)) {
    return fail(ErrorCode::file_invalid,
                file.string() + " is there already; keys are not replaced");
  }
  KeyPair key = KeyPair::generate(entropy);
  const std::string text = std::string(opening) + to_base64(key.secret_seed()) + "\n";
  ENTENTE_TRY(write_file(file, text, Access::owner));
  return key;
}

Result<KeyPair> read_key_file(const fs::path& file) {
  ENTENTE_TRY(check_rights(file));
  ENTENTE_LET(text, read_text(file));
  const auto wrong = fail(ErrorCode::file_invalid, file.string() + " is no key file");
  if (!text.starts_with(opening) || !text.ends_with('\n')) return wrong;
  const auto seed =
      from_base64(std::string_view(text).substr(opening.size(), text.size() - opening.size() - 1));
  if (!seed) return wrong;
  auto key = KeyPair::from_seed(*seed);
  if (!key) return wrong;
  return std::move(*key);
}

Result<KeyPair> read_or_make_key_file(const fs::path& file, Entropy& entropy) {
  return fs::exists(file) ? read_key_file(file) : make_key_file(file, entropy);
}

}  // namespace entente::cli
