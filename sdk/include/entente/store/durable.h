#pragma once
// Files that are on the disk once the call returns: POSIX makes a name durable only by an fsync of
// its directory, and bytes by one of the file. All fail with store_failed where nothing else is
// said; the detail names the file.

#include <entente/core/bytes.h>
#include <entente/core/result.h>
#include <sys/types.h>

#include <filesystem>

namespace entente {

// All of them, from where the descriptor stands. Not yet durable.
Status write_all(int descriptor, ByteView bytes);

// The bytes of a file, or the names in a directory, those that a rename gave among them.
Status sync_path(const std::filesystem::path& path);

// Fails with file_invalid if the file is there. Its name is durable once its directory is.
Status write_new_file(const std::filesystem::path& file, ByteView bytes, mode_t mode = 0644);

// Whole or not at all: written beside it as NAME.new, which then takes its name. What failed leaves
// no such file.
Status replace_file(const std::filesystem::path& file, ByteView bytes, mode_t mode = 0600);

}  // namespace entente
