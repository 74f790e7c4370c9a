#pragma once
// A consumer as the benchmarks play one: opens a case about a late parcel and asks for more than
// the brand offers, again and again. Believes nothing: every answer is verified as an assistant
// verifies it, signature, receipt and inclusion proof.

#include <entente/audit/checkpoint.h>
#include <entente/crypto/system.h>
#include <entente/protocol/message.h>
#include <entente/protocol/parcel.h>

#include "kettle.h"

namespace entente::bench {

// Of the brand that the server process plays; both sides make it from the same instant.
struct Counterpart {
  explicit Counterpart(std::int64_t now_ms);

  tests::Brand brand;
  Digest card;
  Vkey log;
  // The newest checkpoint whose signature was verified: one note serves a whole batch.
  std::string verified_note;
  Checkpoint verified;
};

class Shopper {
 public:
  Shopper(Counterpart& brand, SystemEntropy& entropy);

  // Parcels to be posted.
  Bytes open();
  Bytes propose();
  Bytes accept();
  // Agrees to the brand's proposal to close, and confirms what was accepted.
  Bytes close();
  // The value of the authorization field of a read of this path, by GET.
  std::string sign_read(const std::string& path);

  // Gives up unless everything in it holds and the brand has said such a thing, or nothing where
  // it has nothing to say.
  void hear(ByteView parcel, Verb answer = Verb::propose);
  void hear_closed(ByteView parcel);

  std::string case_path() const;  // "/entente/v1/cases/..."
  std::uint64_t next_position() const { return next_position_; }
  // What the last message signed: what a signature over it costs is the bound of a hop.
  std::size_t signed_bytes() const { return signed_bytes_; }

 private:
  Message frame(Body body);
  Bytes seal(const Message& message);
  std::size_t hear_all(const Parcel& answer, Verb wanted);
  void check_receipt(const Receipt& receipt, std::span<const Bytes> envelopes);

  Counterpart& brand_;
  SystemEntropy& entropy_;
  KeyPair principal_;
  KeyPair key_;
  Bytes mandate_;
  Digest mandate_id_;
  CaseId case_id_;
  MessageId head_;
  MessageId own_offer_;
  MessageId their_last_;
  MessageId accepted_;
  Bytes said_;  // envelope of the last message
  std::uint64_t next_position_ = 0;
  std::size_t signed_bytes_ = 0;
};

// The policy both sides of a hop live by: a ladder with this many steps.
std::string ladder_policy(int steps);

}  // namespace entente::bench
