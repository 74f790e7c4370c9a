#pragma once
// Lets clang read Cap'n Proto 0.9 in C++23, where its comparison operators became ambiguous.
// Force-included for clang alone (cmake/packages.cmake, ./dev lint).
#include <kj/string.h>

namespace kj {

inline bool operator==(const char* a, const StringPtr& b) { return b == StringPtr(a); }
inline bool operator!=(const char* a, const StringPtr& b) { return !(b == StringPtr(a)); }

}  // namespace kj
