#pragma once
// A ClientHello as OpenSSL makes it, as bytes to be cut, dripped and bent.

#include <string>

namespace entente::tests {

std::string client_hello();

}  // namespace entente::tests
