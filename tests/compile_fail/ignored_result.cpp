// expect: declared with attribute
#include <entente/core/bytes.h>

bool is_hex(std::string_view text) {
#ifdef MISUSE
  entente::from_hex(text);
  return true;
#else
  return entente::from_hex(text).has_value();
#endif
}
