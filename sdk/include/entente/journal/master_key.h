#pragma once
// The key above all keys of a store: 64 hex digits in a file, or what a command prints, such as the
// client of a key management service, so that the key lies on no disk here.
//
//     ENTENTE_LET(master, read_master_key("brand/data", {}));              // brand/data/master.key
//     ENTENTE_LET(master, read_master_key("brand/data", "/etc/entente/kms"));
//
// The file named is one line: 64 hex digits, or "key_command: vault kv get -field=key secret/shop".

#include <entente/core/clock.h>
#include <entente/store/key_store.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace entente {

// Of the store in `directory`: from the file that was named, or from master.key in it. The one in
// the store may come from a stranger, so a command in it is never run.
// Fails with file_missing, file_invalid, and as run_key_command() does.
Result<WrapKey> read_master_key(const std::filesystem::path& directory,
                                const std::filesystem::path& named);
// Makes the file with mode 0600 if it is not there.
Result<WrapKey> read_or_make_master_key(const std::filesystem::path& directory,
                                        const std::filesystem::path& named, Entropy& entropy);

inline constexpr std::chrono::milliseconds key_command_timeout{30'000};

// The first line that `sh -c COMMAND` prints, as a key. What it says on standard error is shown to
// the operator. Fails with timed_out (it is killed, with all it started), file_invalid (it ends
// with an error, or prints something else).
Result<WrapKey> run_key_command(const std::string& command,
                                std::chrono::milliseconds timeout = key_command_timeout);

}  // namespace entente
