#pragma once
// What we say to the test vectors of others, vector by vector, as conformance/verdicts/<suite>.txt
// lists it, with a reason wherever their publisher says otherwise. A verdict that changes, is
// missing from the list or is no longer met is a complaint.
//
//     const auto list = Verdicts::find("wycheproof-ed25519");   // prints "skipped:" without data
//     if (!list) return;
//     for (...) list->meet(id, wants_it ? Theirs::good : Theirs::bad, ours);
//     CHECK(list->complaints() == "");
//
// Needs verdicts.cpp. The form of the files is in conformance/README.md.

#include <entente/core/result.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace entente::tests {

// The publisher's word on a vector; open: he leaves it to the implementation.
enum class Theirs : std::uint8_t { good, bad, open };

class Verdicts {
 public:
  // Throws if the list cannot be read; nothing if the data it is about is not there.
  static std::optional<Verdicts> find(const std::string& suite);
  // The text of a list; throws likewise.
  static Verdicts parse(std::string_view text);

  // Where the vectors lie, file or folder.
  const std::filesystem::path& data() const { return data_; }

  // One vector, and what we say to it: "ok", an error code, or "outside" for one that asks for
  // what we do not have.
  void meet(const std::string& id, Theirs theirs, std::string_view ours);
  void meet(std::int64_t id, Theirs theirs, std::string_view ours) {
    meet(std::to_string(id), theirs, ours);
  }

  // What is wrong with what was met, and with the list now that all was met: a line each.
  std::string complaints() const;

 private:
  struct Listed {
    std::string verdict;
    std::string reason;
    bool met = false;
  };
  void list(const std::string& line);
  void complain(const std::string& id, const std::string& sentence);

  std::string where_;  // of the data, below ENTENTE_SHARED
  std::filesystem::path data_;
  std::map<std::string, Listed> listed_;
  std::string complaints_;
};

// "ok", or the code.
template <class T>
std::string_view word_of(const Result<T>& result) {
  return result ? "ok" : name(result.error().code);
}

}  // namespace entente::tests
