#pragma once
// Directories that a demo, and whoever plays on with it, can use: a brand's with keys, card,
// certificate, policy and facts, and a consumer's with a goal and the way to that brand.

#include <entente/core/clock.h>

#include <filesystem>

namespace entente::cli {

struct DemoPlace {
  std::filesystem::path directory;
  std::uint16_t port = 0;

  std::filesystem::path brand() const { return directory / "brand"; }
  std::filesystem::path consumer() const { return directory / "consumer"; }
  std::filesystem::path second() const { return directory / "second-consumer"; }
};

// A new directory in the system's temporary one, or this one, which must be empty; and a port that
// is free now. Fails with file_invalid, store_failed.
Result<DemoPlace> make_demo_place(const std::filesystem::path& wanted);
Status lay_out_brand(const DemoPlace& place, Clock& clock, Entropy& entropy);
// `goal` is one of the demo's files.
Status lay_out_consumer(const DemoPlace& place, const std::filesystem::path& home,
                        std::string_view goal);

}  // namespace entente::cli
