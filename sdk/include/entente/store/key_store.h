#pragma once
// The keys of content at rest, in a file of their own so that destroying a key is forgetting, and a
// backup of the log does not bring it back. One key per case and class, wrapped by the key of the
// epoch, which the master key wraps; the master key is a file or a device of the operator.
//
//     ENTENTE_LET(keys, KeyStore::open("brand/keys.db", master, craft, StoreMode::write));
//     ENTENTE_LET(key, keys->content_key(case_id, "reference"));
//     ENTENTE_TRY(keys->destroy({{case_id, "reference"}}, now_ms));
//
// Wrapping is done by the caller's functions, so that this module needs no cryptography.

#include <entente/store/store.h>

#include <map>
#include <span>

namespace entente {

using WrapKey = std::array<std::uint8_t, 32>;

// How keys are wrapped and made: entente/journal gives the real ones.
struct KeyCraft {
  std::function<WrapKey()> generate;
  // `name` is authenticated, so a wrapped key cannot be moved to another row.
  std::function<Bytes(const WrapKey& under, const WrapKey& key, std::string_view name)> wrap;
  std::function<Result<WrapKey>(const WrapKey& under, ByteView wrapped, std::string_view name)>
      unwrap;
};

// What one key opens.
struct KeyScope {
  CaseId case_id;
  std::string content_class;
  bool operator==(const KeyScope&) const = default;
};

class KeyStore {
 public:
  // Fails with store_failed, store_corrupt, store_locked, file_missing; store_corrupt also if the
  // master key is not the one that wraps this store.
  static Result<std::unique_ptr<KeyStore>> open(const std::filesystem::path& file,
                                                const WrapKey& master, KeyCraft craft,
                                                StoreMode mode);
  ~KeyStore();

  // The key for this class of content of this case, made if there is none and we may write. New
  // keys are held back until flush(), which must precede the batch that uses them.
  // Fails with content_withheld if the key was destroyed, or when reading and there is none.
  Result<WrapKey> content_key(const CaseId& case_id, std::string_view content_class);
  // Once it is, no key is ever made in its place.
  Result<bool> is_destroyed(const KeyScope& scope);
  // A secret of the whole log, made at first use: "blind".
  Result<WrapKey> secret(std::string_view name);
  Status flush();

  // Forgets these keys for good and begins a new epoch: the keys that are left are wrapped by a new
  // epoch key, and the old one, and with it whatever still lies anywhere wrapped by it, is gone.
  // On return nothing of either is left in the file or beside it. May be called again for the same
  // keys. Requires that nothing waits for flush(). Fails with store_failed, and with store_locked
  // if somebody reads the file meanwhile: then the keys are gone, and what they lay in may be read.
  Status destroy(std::span<const KeyScope> scopes, std::int64_t now_ms);
  std::int64_t epoch() const;
  std::int64_t epoch_began_ms() const;
  // Lets go of the file without writing to it: after a failed write.
  void abandon();

 private:
  struct State;
  explicit KeyStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace entente
