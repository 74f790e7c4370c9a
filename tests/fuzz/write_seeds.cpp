// Writes the seeds of one target into a folder, each under its digest, and says how many.
#include <entente/crypto/hash.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "seeds.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: " << argv[0] << " <target> <folder>\n";
    return 2;
  }
  const std::filesystem::path folder = argv[2];
  std::filesystem::create_directories(folder);
  const auto seeds = entente::fuzz::seeds_of(argv[1]);
  for (const entente::Bytes& seed : seeds) {
    std::ofstream out(folder / entente::to_hex(entente::sha256(seed)), std::ios::binary);
    out << entente::fuzz::text_of(seed);
  }
  std::cout << seeds.size() << "\n";
  return seeds.empty() ? 1 : 0;
}
