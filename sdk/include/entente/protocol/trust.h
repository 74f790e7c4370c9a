#pragma once
// Trust as a type. Bytes from outside are bytes; `admit` (entente/wire/admission.h) turns them into
// Verified<T>: this key signed exactly these bytes. `authorise` (entente/identity/authority.h)
// turns that into Authorised<T>: this key may say this, here and now. Only the latter enters a
// case.
//
// Neither has a public constructor: holding one is proof that the check was made.

#include <entente/core/key.h>
#include <entente/protocol/primitives.h>

#include <memory>
#include <utility>

namespace entente {

// A thing, the digest of what was signed, the envelope bytes it came in, and the key that signed.
template <class T>
class Verified {
 public:
  const T& operator*() const { return held_->value; }
  const T* operator->() const { return &held_->value; }
  // SHA-256 of the PAE.
  const Digest& id() const { return held_->id; }
  const PublicKey& signer() const { return held_->signer; }
  // The bytes as they arrived: these are stored and logged, never a re-encoding.
  ByteView envelope() const { return held_->envelope; }

 private:
  friend class Admission;  // entente/wire/admission.h
  struct Held {
    T value;
    Digest id;
    PublicKey signer;
    Bytes envelope;
  };
  explicit Verified(Held held) : held_(std::make_shared<const Held>(std::move(held))) {}
  std::shared_ptr<const Held> held_;  // immutable, so copies may share
};

// A verified thing that its author was entitled to say. `lapsed` marks the few acts that no mandate
// can be too old for: they are acknowledged and dated, and a person turns to the principal.
template <class T>
class Authorised {
 public:
  const T& operator*() const { return *verified_; }
  const T* operator->() const { return verified_.operator->(); }
  const Digest& id() const { return verified_.id(); }
  const Verified<T>& verified() const { return verified_; }
  bool lapsed() const { return lapsed_; }
  // True if the act carries a valid approval of the principal.
  bool approved() const { return approved_; }

 private:
  friend class Authority;  // entente/identity/authority.h
  Authorised(Verified<T> verified, bool lapsed, bool approved)
      : verified_(std::move(verified)), lapsed_(lapsed), approved_(approved) {}
  Verified<T> verified_;
  bool lapsed_;
  bool approved_;
};

}  // namespace entente
