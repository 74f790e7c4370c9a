#include <entente/audit/checkpoint.h>
#include <entente/core/limits.h>
#include <entente/crypto/signature.h>

#include "catch.h"

using namespace entente;

namespace {

const std::string origin = "kettle.example/log";

KeyPair key_of(std::uint8_t seed) { return std::move(*KeyPair::from_seed(Bytes(32, seed))); }

Vkey log_key(const KeyPair& key, std::string_view name = origin) {
  return *Vkey::make(name, SignatureType::ed25519, key.public_key());
}

Vkey witness_key(const KeyPair& key, std::string_view name) {
  return *Vkey::make(name, SignatureType::cosignature_v1, key.public_key());
}

Checkpoint checkpoint_of(std::uint64_t size) {
  if (size == 0) return {origin, 0, empty_root()};
  return {origin, size, leaf_hash(view(std::to_string(size)))};
}

}  // namespace

TEST_CASE("a checkpoint is three lines and nothing else", "[audit][checkpoint]") {
  const auto text = encode_checkpoint_text({origin, 20852163, leaf_hash({})});
  CHECK(text == "kettle.example/log\n20852163\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n");
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, tree_size_max}) {
    const auto checkpoint = checkpoint_of(size);
    CHECK(decode_checkpoint_text(*encode_checkpoint_text(checkpoint)) == checkpoint);
  }
}

TEST_CASE("a checkpoint in any other spelling is refused", "[audit][checkpoint][negative]") {
  const std::string root = to_base64(leaf_hash({}));
  const std::string empty = to_base64(empty_root());
  REQUIRE(decode_checkpoint_text("a\n1\n" + root + "\n"));
  REQUIRE(decode_checkpoint_text("a\n0\n" + empty + "\n"));
  const std::string bad[] = {"",
                             "\n",
                             "a\n",
                             "a\n1\n",
                             "a\n1\n" + root,
                             "a\n1\n" + root + "\nextension\n",
                             "a\n1\n" + root + "\n\n",
                             "\n1\n" + root + "\n",
                             " \n1\n" + root + "\n",
                             "a b\n1\n" + root + "\n",
                             "a+b\n1\n" + root + "\n",
                             std::string(limits::origin_bytes_max + 1, 'a') + "\n1\n" + root + "\n",
                             "a\n\n" + root + "\n",
                             "a\n01\n" + root + "\n",
                             "a\n00\n" + empty + "\n",
                             "a\n+1\n" + root + "\n",
                             "a\n-1\n" + root + "\n",
                             "a\n1 \n" + root + "\n",
                             "a\n 1\n" + root + "\n",
                             "a\n0x1\n" + root + "\n",
                             "a\n1.0\n" + root + "\n",
                             "a\n" + std::to_string(tree_size_max + 1) + "\n" + root + "\n",
                             "a\n18446744073709551616\n" + root + "\n",
                             "a\n99999999999999999999999\n" + root + "\n",
                             "a\n1\n\n",
                             "a\n1\n" + root.substr(0, 43) + "\n",
                             "a\n1\n" + root.substr(0, 40) + "\n",
                             "a\n1\n" + root + "=\n",
                             "a\n1\n " + root + "\n",
                             "a\n1\n" + to_base64(Bytes(31, 1)) + "\n",
                             "a\n1\n" + to_base64(Bytes(33, 1)) + "\n",
                             "a\n1\n" + root + "\r\n",
                             "a\r\n1\r\n" + root + "\r\n",
                             "a\n0\n" + root + "\n"};
  for (const std::string& text : bad) {
    CAPTURE(text);
    CHECK(decode_checkpoint_text(text).error().code == ErrorCode::malformed);
  }
}

TEST_CASE("what is no checkpoint is not signed", "[audit][checkpoint][negative]") {
  const auto key = key_of(1);
  for (const Checkpoint& checkpoint :
       {Checkpoint{"", 1, {}}, Checkpoint{"a b", 1, {}}, Checkpoint{"a\nb", 1, {}},
        Checkpoint{origin, 0, {}}, Checkpoint{origin, tree_size_max + 1, {}}}) {
    CHECK(sign_checkpoint(checkpoint, key).error().code == ErrorCode::malformed);
    CHECK(cosign_checkpoint(checkpoint, "w.example", key, 7).error().code == ErrorCode::malformed);
  }
}

TEST_CASE("a signed checkpoint is believed under the log's key alone", "[audit][checkpoint]") {
  const auto key = key_of(1);
  const auto note = sign_checkpoint(checkpoint_of(7), key);
  REQUIRE(note);
  CHECK(verify_checkpoint(*note, log_key(key)) == checkpoint_of(7));
  CHECK(decode_unverified_checkpoint(*note) == checkpoint_of(7));
  const auto code = [&](const Vkey& vkey) { return verify_checkpoint(*note, vkey).error().code; };
  CHECK(code(log_key(key_of(2))) == ErrorCode::checkpoint_invalid);
  CHECK(code(log_key(key, "other.example/log")) == ErrorCode::checkpoint_invalid);
  CHECK(code(witness_key(key, origin)) == ErrorCode::checkpoint_invalid);
}

TEST_CASE("a key signs for the origin it is named after and for no other",
          "[audit][checkpoint][negative]") {
  const auto key = key_of(1);
  const auto text = *encode_checkpoint_text(checkpoint_of(7));
  const auto note = *sign_note(text, "other.example/log", key);
  CHECK(verify_checkpoint(note, log_key(key, "other.example/log")).error().code ==
        ErrorCode::checkpoint_invalid);
  CHECK_FALSE(verify_checkpoint(note, log_key(key)));
}

TEST_CASE("a cosignature is no checkpoint's signature, even under the log's name",
          "[audit][checkpoint][negative]") {
  const auto key = key_of(1);
  const auto note = *encode_checkpoint_text(checkpoint_of(7)) + "\n" +
                    *cosign_checkpoint(checkpoint_of(7), origin, key, 100);
  CHECK(verify_checkpoint(note, witness_key(key, origin)).error().code ==
        ErrorCode::checkpoint_invalid);
}

TEST_CASE("a note that is signed but no checkpoint is refused", "[audit][checkpoint][negative]") {
  const auto key = key_of(1);
  const auto root = to_base64(leaf_hash({}));
  for (const std::string& text :
       {std::string("hello\n"), origin + "\n1\n" + root + "\nLog frozen\n",
        origin + "\n01\n" + root + "\n", origin + "\n0\n" + root + "\n"}) {
    CAPTURE(text);
    const auto note = *sign_note(text, origin, key);
    CHECK(verify_checkpoint(note, log_key(key)).error().code == ErrorCode::checkpoint_invalid);
    CHECK(decode_unverified_checkpoint(note).error().code == ErrorCode::checkpoint_invalid);
  }
  CHECK(verify_checkpoint("", log_key(key)).error().code == ErrorCode::checkpoint_invalid);
  CHECK(decode_unverified_checkpoint("").error().code == ErrorCode::checkpoint_invalid);
}

TEST_CASE("no bit of a checkpoint can be changed unnoticed", "[audit][checkpoint][negative]") {
  const auto key = key_of(1);
  const auto note = *sign_checkpoint(checkpoint_of(7), key);
  for (std::size_t i = 0; i < note.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = note;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      if (verify_checkpoint(changed, log_key(key))) FAIL("bit " << bit << " of byte " << i);
    }
  }
  SUCCEED();
}

TEST_CASE("cosignatures of known witnesses are listed with their times", "[audit][checkpoint]") {
  const auto key = key_of(1);
  const auto one = key_of(2);
  const auto two = key_of(3);
  const std::vector witnesses = {witness_key(one, "one.example"), witness_key(two, "two.example")};
  const auto checkpoint = checkpoint_of(7);
  auto note = *sign_checkpoint(checkpoint, key);
  note = *add_signature(note, *cosign_checkpoint(checkpoint, "two.example", two, 200));
  note = *add_signature(note, *cosign_checkpoint(checkpoint, "one.example", one, 100));
  note = *add_signature(note, *cosign_checkpoint(checkpoint, "two.example", two, 150));
  note = *add_signature(note, *cosign_checkpoint(checkpoint, "unknown.example", two, 300));
  const auto cosigned = verify_cosigned_checkpoint(note, log_key(key), witnesses);
  REQUIRE(cosigned);
  CHECK(cosigned->checkpoint == checkpoint);
  REQUIRE(cosigned->cosignatures.size() == 2);
  CHECK(cosigned->cosignatures[0] == Cosignature{witnesses[1], 200});
  CHECK(cosigned->cosignatures[1] == Cosignature{witnesses[0], 100});
  CHECK(verify_cosigned_checkpoint(note, log_key(key), {})->cosignatures.empty());
  CHECK(verify_checkpoint(note, log_key(key)) == checkpoint);
}

TEST_CASE("witnesses cannot stand in for the log, and a bad cosignature spoils the checkpoint",
          "[audit][checkpoint][negative]") {
  const auto key = key_of(1);
  const auto witness = key_of(2);
  const std::vector witnesses = {witness_key(witness, "one.example")};
  const auto line = *cosign_checkpoint(checkpoint_of(7), "one.example", witness, 100);
  const auto unsigned_by_log = *encode_checkpoint_text(checkpoint_of(7)) + "\n" + line;
  CHECK(verify_cosigned_checkpoint(unsigned_by_log, log_key(key), witnesses).error().code ==
        ErrorCode::checkpoint_invalid);
  const auto other = *sign_checkpoint(checkpoint_of(8), key);
  const auto moved = *add_signature(other, line);
  CHECK(verify_checkpoint(moved, log_key(key)));
  CHECK(verify_cosigned_checkpoint(moved, log_key(key), witnesses).error().code ==
        ErrorCode::checkpoint_invalid);
}

TEST_CASE("one size with two roots is a fork; growth and other logs are not",
          "[audit][checkpoint]") {
  const auto seven = checkpoint_of(7);
  auto forged = seven;
  forged.root.bytes[31] ^= 1;
  auto other_log = forged;
  other_log.origin = "other.example/log";
  CHECK(compare({}));
  CHECK(compare(std::vector{seven}));
  CHECK(compare(std::vector{seven, checkpoint_of(8), seven, checkpoint_of(6), other_log}));
  const std::vector all = {checkpoint_of(8), seven, other_log, checkpoint_of(9), forged};
  CHECK(compare(all).error().code == ErrorCode::log_forked);
  CHECK(compare(std::vector{forged, seven}).error().code == ErrorCode::log_forked);
}
