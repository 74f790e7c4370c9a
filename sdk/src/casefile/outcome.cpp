#include <entente/casefile/outcome.h>

namespace entente {

std::string describe(const Outcome& outcome) {
  switch (outcome.effect) {
    case Effect::binding:
      return "binding";
    case Effect::none:
      return "none(" + std::string(name(outcome.code)) + ")";
    case Effect::refused:
      return "refused(" + std::string(name(outcome.code)) + ")";
  }
  return {};
}

}  // namespace entente
