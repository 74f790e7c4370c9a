#pragma once
// One vector: a file with one defect, or none. The form is in conformance/README.md.

#include <entente/core/bytes.h>
#include <entente/core/error.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace entente::vectors {

struct Vector {
  std::string name;                 // of the defect, and of the file
  std::optional<ErrorCode> expect;  // nothing: ok
  std::string comment;              // the rule it breaks or keeps
  std::map<std::string, std::string> fields;
  Bytes bytes;
};

// Writes each as <folder>/<name>; gives what main() should return.
int write_all(const std::vector<Vector>& all, int argc, char** argv);

}  // namespace entente::vectors
