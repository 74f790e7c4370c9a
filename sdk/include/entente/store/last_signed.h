#pragma once
// The last checkpoint this log has signed, in a file of its own: the one thing that stops two
// processes on one key, or a restored backup, from signing two histories.
//
//     ENTENTE_TRY(last->advance(previous_text, next_text));   // then, and only then, sign
//     next_text

#include <entente/store/store.h>

namespace entente {

class LastSigned {
 public:
  // Created empty in write mode. Fails with store_failed, store_corrupt, store_locked,
  // file_missing.
  static Result<std::unique_ptr<LastSigned>> open(const std::filesystem::path& file,
                                                  StoreMode mode);
  ~LastSigned();

  // The text last signed; empty if nothing ever was.
  const std::string& text() const;
  // Why nothing is signed any more, whoever asks; empty: nothing stands against it.
  const std::string& halted() const;
  // Compare and swap, durable on return. Fails with log_forked if the text is not `expected`: then
  // somebody else signs with this key and nothing may be signed; and once it was halted.
  Status advance(const std::string& expected, const std::string& next);
  // From now on advance() fails, in this process and in later ones. The first reason stays.
  Status halt(const std::string& why);
  // Another log begins here, whatever the old one had signed: what halted that one does not concern
  // it. Durable on return.
  Status begin_log(const std::string& text);
  // Lets go of the file without writing to it: after a failed write.
  void abandon();

 private:
  struct State;
  explicit LastSigned(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Holds a directory for one writing process; freed when dropped. Fails with store_locked.
class StoreLock {
 public:
  // Holds the key that signs a log for one process, whatever directories others name; where the
  // file's directory can be written, a note beside it tells the next process where the log lies.
  // Fails with store_locked, and log_forked if the key signs the log in another directory.
  static Result<StoreLock> take_key(const std::filesystem::path& key_file,
                                    const std::filesystem::path& directory);
  static Result<StoreLock> take(const std::filesystem::path& directory);
  // Keeps a writer out while the files are read, and makes nothing there. Other readers may.
  static Result<StoreLock> take_to_read(const std::filesystem::path& directory);
  StoreLock(StoreLock&&) noexcept;
  StoreLock& operator=(StoreLock&&) noexcept;
  ~StoreLock();

 private:
  explicit StoreLock(int descriptor);
  int descriptor_ = -1;
};

}  // namespace entente
