#include "trust_options.h"

#include <entente/auditor.h>
#include <entente/wire/admission.h>

#include "files.h"

namespace entente::cli {

Result<Trust> trust_of(const Arguments& arguments) {
  Trust trust;
  if (const auto file = arguments.find("trust")) {
    ENTENTE_LET(read, read_trust(*file));
    trust = std::move(read);
  }
  const auto given = arguments.find("log-key");
  if (!given) return trust;
  std::string vkey = *given;
  if (std::filesystem::exists(*given)) {
    ENTENTE_LET(envelope, read_armoured(*given, "CARD"));
    ENTENTE_LET(card, Admission::admit<Card>(envelope));
    vkey = card->log_vkey;
    trust.roots.push_back({card->did(), card->root_key, {}});
  }
  ENTENTE_LET(key, Vkey::decode(vkey));
  trust.logs.push_back({key, {}});
  return trust;
}

}  // namespace entente::cli
