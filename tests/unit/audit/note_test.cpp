#include <entente/audit/note.h>
#include <entente/core/limits.h>
#include <entente/crypto/signature.h>

#include "catch.h"

using namespace entente;

namespace {

const std::string dash = "\xe2\x80\x94 ";

KeyPair key_of(std::uint8_t seed) { return std::move(*KeyPair::from_seed(Bytes(32, seed))); }

Vkey vkey_of(const KeyPair& key, std::string_view name,
             SignatureType type = SignatureType::ed25519) {
  return *Vkey::make(name, type, key.public_key());
}

Result<VerifiedNote> read_note(std::string_view note, std::initializer_list<Vkey> known) {
  const auto parsed = parse_note(note);
  if (!parsed) return std::unexpected<Error>(parsed.error());
  return verify_note(*parsed, std::span(known.begin(), known.size()));
}

std::string line_of(std::string_view name, ByteView blob) {
  return dash + std::string(name) + " " + to_base64(blob) + "\n";
}

}  // namespace

TEST_CASE("the specification's verifier key is read and written", "[audit][note]") {
  const char* text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
  const auto key = Vkey::decode(text);
  REQUIRE(key);
  CHECK(key->name() == "example.com/foo");
  CHECK(key->key_id() == 0x530d903a);
  CHECK(key->type() == SignatureType::ed25519);
  CHECK(key->encode() == text);
}

TEST_CASE("a verifier key in any other form is refused", "[audit][note][negative]") {
  const std::string good = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
  REQUIRE(Vkey::decode(good));
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = changed[i] == 'a' ? 'b' : 'a';
    CAPTURE(changed);
    CHECK_FALSE(Vkey::decode(changed));
    CHECK_FALSE(Vkey::decode(good.substr(0, i)));
  }
  const auto with = [](std::string_view name, std::string_view id, const Bytes& key) {
    return std::string(name) + "+" + std::string(id) + "+" + to_base64(key);
  };
  const auto pair = key_of(1);
  Bytes key{1};
  append(key, ByteView(pair.public_key()));
  const std::string id = vkey_of(pair, "a").encode().substr(2, 8);
  REQUIRE(Vkey::decode(with("a", id, key)));
  CHECK_FALSE(Vkey::decode(with("b", id, key)));
  CHECK_FALSE(Vkey::decode(with("", id, key)));
  CHECK_FALSE(Vkey::decode(with("a", "", key)));
  CHECK_FALSE(Vkey::decode(with("a", id, {})));
  CHECK_FALSE(Vkey::decode(with("a", id, {1})));
  CHECK_FALSE(Vkey::decode(with("a", id, key) + "\n"));
  CHECK_FALSE(Vkey::decode(" " + with("a", id, key)));
  for (const int type : {0x00, 0x02, 0x03, 0x05, 0x06, 0xff}) {
    key[0] = static_cast<std::uint8_t>(type);
    CHECK(Vkey::decode(with("a", id, key)).error().code == ErrorCode::unknown_type);
  }
  CHECK(Vkey::make("a", SignatureType::ed25519, PublicKey{}).error().code ==
        ErrorCode::key_invalid);
}

TEST_CASE("the same key under another name or type has another id", "[audit][note]") {
  const auto pair = key_of(1);
  const auto log = vkey_of(pair, "kettle.example/log");
  CHECK(log.key_id() != vkey_of(pair, "kettle.example/log2").key_id());
  const auto witness = vkey_of(pair, "kettle.example/log", SignatureType::cosignature_v1);
  CHECK(log.key_id() != witness.key_id());
  CHECK(Vkey::decode(witness.encode()) == witness);
}

TEST_CASE("a name has no spaces of any script, no plus, no control characters, and an end",
          "[audit][note][negative]") {
  for (const char* good : {"a", "kettle.example/log", "caf\xc3\xa9", "\xf0\x9f\x8d\x8b", "a\x7f"}) {
    CAPTURE(good);
    CHECK(check_note_name(good));
  }
  const std::string_view bad[] = {"",
                                  " ",
                                  "a b",
                                  "a+b",
                                  "a\n",
                                  "\t",
                                  std::string_view("a\0b", 3),
                                  "a\xc2\xa0",         // no-break space
                                  "a\xc2\x85",         // next line
                                  "a\xe1\x9a\x80",     // ogham space
                                  "a\xe2\x80\x83",     // em space
                                  "a\xe2\x80\xa8",     // line separator
                                  "a\xe2\x80\xaf",     // narrow no-break space
                                  "a\xe3\x80\x80",     // ideographic space
                                  "\xff",              // no UTF-8 at all
                                  "\xc0\xaf",          // two bytes where one is enough
                                  "\xe0\x80\xaf",      // three bytes where one is enough
                                  "\xf0\x80\x80\xaf",  // four bytes where one is enough
                                  "\xed\xa0\x80",      // a surrogate
                                  "\xf4\x90\x80\x80",  // beyond Unicode
                                  "a\xc3",             // cut off
                                  "\xe2\x80",          // cut off
                                  "\x80",              // starts in the middle
                                  "\xc3("};            // no continuation
  for (const std::string_view name : bad) {
    CAPTURE(name);
    CHECK_FALSE(check_note_name(name));
    CHECK_FALSE(sign_note("text\n", name, key_of(1)));
  }
  // The spaces of U+2000 to U+206F that Unicode calls white.
  for (const int last :
       {0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0xa8, 0xa9, 0xaf}) {
    CHECK_FALSE(check_note_name("a\xe2\x80" + std::string(1, static_cast<char>(last))));
  }
  CHECK_FALSE(check_note_name("a\xe2\x81\x9f"));
  CHECK(check_note_name("a\xe2\x80\x8b"));
  CHECK(check_note_name(std::string(limits::origin_bytes_max, 'a')));
  CHECK_FALSE(check_note_name(std::string(limits::origin_bytes_max + 1, 'a')));
}

TEST_CASE("a signed note is read back by who knows the key", "[audit][note]") {
  const auto pair = key_of(1);
  for (const char* text : {"text\n", "\n", "two\n\nparagraphs\n", "caf\xc3\xa9\n", "a\n\n\n"}) {
    const auto note = sign_note(text, "kettle.example", pair);
    REQUIRE(note);
    const auto verified = read_note(*note, {vkey_of(pair, "kettle.example")});
    REQUIRE(verified);
    CHECK(verified->text == text);
    REQUIRE(verified->signatures.size() == 1);
    CHECK(verified->signatures[0].key == vkey_of(pair, "kettle.example"));
    CHECK_FALSE(verified->signatures[0].time_s);
  }
}

TEST_CASE("an empty line in the text does not make a signature line of it", "[audit][note]") {
  const auto pair = key_of(1);
  const auto inner = *sign_note("inner\n", "kettle.example", pair);
  const auto outer = *sign_note(inner, "kettle.example", pair);
  CHECK(read_note(outer, {vkey_of(pair, "kettle.example")})->text == inner);
}

TEST_CASE("lines of unknown keys are ignored, even under a known name or id", "[audit][note]") {
  const auto known = key_of(1);
  const auto stranger = key_of(2);
  const auto key = vkey_of(known, "kettle.example");
  auto note = *sign_note("text\n", "kettle.example", known);
  const auto id_of = [](const Vkey& vkey) {
    Bytes id;
    for (int shift = 24; shift >= 0; shift -= 8) {
      id.push_back(static_cast<std::uint8_t>(vkey.key_id() >> shift));
    }
    return id;
  };
  const auto foreign = *sign_note("text\n", "kettle.example", stranger);
  Bytes same_id = id_of(key);
  same_id.resize(68);
  note = *add_signature(note, foreign.substr(foreign.find(dash)));
  note = *add_signature(note, line_of("other.example", same_id));
  note = *add_signature(note, line_of("pq.example", Bytes(2424, 6)));
  const auto verified = read_note(note, {key});
  REQUIRE(verified);
  CHECK(verified->signatures.size() == 1);
  CHECK(read_note(note, {vkey_of(key_of(3), "kettle.example")}).error().code ==
        ErrorCode::signature_invalid);
  CHECK(read_note(note, {}).error().code == ErrorCode::signature_invalid);
}

TEST_CASE("one bad line of a known key spoils the note, whatever else is on it",
          "[audit][note][negative]") {
  const auto log = key_of(1);
  const auto second = key_of(2);
  const auto key = vkey_of(log, "kettle.example");
  const auto second_key = vkey_of(second, "kettle.example/2");
  const auto note = *sign_note("text\n", "kettle.example", log);
  const auto wrong = *sign_note("other text\n", "kettle.example/2", second);
  const auto spoiled = *add_signature(note, wrong.substr(wrong.find(dash)));
  CHECK(read_note(spoiled, {key}));
  CHECK(read_note(spoiled, {key, second_key}).error().code == ErrorCode::signature_invalid);
  // The same key twice, first well, then badly; and a signature of another length.
  const auto again = *sign_note("other text\n", "kettle.example", log);
  CHECK_FALSE(read_note(*add_signature(note, again.substr(again.find(dash))), {key}));
  for (const std::size_t length : {1u, 63u, 65u, 72u}) {
    Bytes blob = {0x53, 0x0d, 0x90, 0x3a};
    for (int i = 0; i < 4; ++i) {
      blob[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(key.key_id() >> (24 - 8 * i));
    }
    blob.resize(4 + length);
    CHECK_FALSE(read_note(*add_signature(note, line_of("kettle.example", blob)), {key}));
  }
}

TEST_CASE("no bit of a signed note can be changed unnoticed", "[audit][note][negative]") {
  const auto pair = key_of(1);
  const auto key = vkey_of(pair, "kettle.example");
  const auto note = *sign_note("kettle.example\n7\n", "kettle.example", pair);
  for (std::size_t i = 0; i < note.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = note;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      CAPTURE(i, bit);
      CHECK_FALSE(read_note(changed, {key}));
    }
    CHECK_FALSE(read_note(note.substr(0, i), {key}));
  }
}

TEST_CASE("what is no note is refused before any key is asked", "[audit][note][negative]") {
  const std::string line = line_of("a.example", Bytes(68, 1));
  REQUIRE(parse_note("text\n\n" + line));
  const std::string bad[] = {"",
                             "\n",
                             "\n\n",
                             "text\n",
                             "text\n\n",
                             "text\n" + line,
                             line,
                             "\n" + line,
                             "text\n\n" + line + "\n",
                             "text\n\n" + line.substr(0, line.size() - 1),
                             "text\n\n\n" + line + "\n" + line.substr(1),
                             "text\n\nnot a signature\n",
                             "text\n\n" + line + "not a signature\n",
                             "text\n\n- a.example " + to_base64(Bytes(68, 1)) + "\n",
                             "text\n\n" + dash + "a.example\n",
                             "text\n\n" + dash + " " + to_base64(Bytes(68, 1)) + "\n",
                             "text\n\n" + dash + "a+b " + to_base64(Bytes(68, 1)) + "\n",
                             "text\n\n" + dash + "a.example " + to_base64(Bytes(4, 1)) + "\n",
                             "text\n\n" + dash + "a.example " + to_base64(Bytes(3, 1)) + "\n",
                             "text\n\n" + dash + "a.example AAAAAAA\n",
                             "text\n\n" + dash + "a.example AAAAAAB=\n",
                             "text\n\n" + dash + "a.example AAAA-_AA\n",
                             "text\n\n" + dash + "a.example  AAAAAAAA\n",
                             "text\n\n" + dash + "a.example AAAAAAAA \n",
                             "text\r\n\r\n" + line,
                             "te\txt\n\n" + line,
                             "text\xff\n\n" + line,
                             "text\n\n" + line + std::string(1, '\0')};
  for (const std::string& note : bad) {
    CAPTURE(note);
    CHECK(parse_note(note).error().code == ErrorCode::malformed);
  }
}

TEST_CASE("sixteen signatures are accepted, one more or a longer note is too large",
          "[audit][note][negative]") {
  const std::string line = line_of("a.example", Bytes(68, 1));
  std::string note = "text\n\n";
  for (std::size_t i = 0; i < limits::note_signatures_max; ++i) note += line;
  CHECK(parse_note(note)->signatures.size() == 16);
  CHECK(parse_note(note + line).error().code == ErrorCode::too_large);
  CHECK(add_signature(note, line).error().code == ErrorCode::too_large);
  const std::string rest = "\n\n" + line;
  const std::string longest(limits::note_bytes_max - rest.size(), 'a');
  CHECK(parse_note(longest + rest));
  CHECK(parse_note("a" + longest + rest).error().code == ErrorCode::too_large);
}

TEST_CASE("a cosignature says when, and holds for that text and time only", "[audit][note]") {
  const auto log = key_of(1);
  const auto witness = key_of(2);
  const auto key = vkey_of(log, "kettle.example");
  const auto witness_key = vkey_of(witness, "witness.example", SignatureType::cosignature_v1);
  const auto note = *sign_note("text\n", "kettle.example", log);
  for (const std::int64_t time_s : {std::int64_t{0}, std::int64_t{1'796'000'000}, INT64_MAX}) {
    const auto line = cosign_text("text\n", "witness.example", witness, time_s);
    REQUIRE(line);
    const auto cosigned = *add_signature(note, *line);
    const auto verified = read_note(cosigned, {key, witness_key});
    REQUIRE(verified);
    CHECK(verified->signatures.at(1) == VerifiedSignature{witness_key, time_s});
    CHECK(read_note(cosigned, {key}));
    // The bytes of the time are signed, too.
    auto parsed = *parse_note(cosigned);
    for (std::size_t i = 0; i < 8; ++i) {
      auto changed = parsed;
      changed.signatures.at(1).signature[i] ^= 1;
      CHECK_FALSE(verify_note(changed, std::vector{key, witness_key}));
    }
  }
  const auto other = *cosign_text("other\n", "witness.example", witness, 7);
  CHECK_FALSE(read_note(*add_signature(note, other), {key, witness_key}));
  CHECK(cosign_text("text\n", "witness.example", witness, -1).error().code ==
        ErrorCode::out_of_range);
}

TEST_CASE("a cosignature dated beyond what the format allows is refused",
          "[audit][note][negative]") {
  const auto witness = key_of(2);
  const auto key = vkey_of(witness, "witness.example", SignatureType::cosignature_v1);
  const std::uint64_t time_s = std::uint64_t{1} << 63;
  const std::string message = "cosignature/v1\ntime " + std::to_string(time_s) + "\ntext\n";
  UnverifiedNote note{"text\n", {{"witness.example", key.key_id(), {}}}};
  append_u64(note.signatures[0].signature, time_s);
  append(note.signatures[0].signature, ByteView(*witness.sign(view(message))));
  CHECK_FALSE(verify_note(note, std::vector{key}));
}

TEST_CASE("a log's signature cannot pose as a cosignature, nor the reverse",
          "[audit][note][negative]") {
  const auto pair = key_of(1);
  const auto as_log = vkey_of(pair, "a.example");
  const auto as_witness = vkey_of(pair, "a.example", SignatureType::cosignature_v1);
  const auto note = *sign_note("text\n", "a.example", pair);
  CHECK_FALSE(read_note(note, {as_witness}));
  const auto cosigned = "text\n\n" + *cosign_text("text\n", "a.example", pair, 7);
  CHECK(read_note(cosigned, {as_witness}));
  CHECK_FALSE(read_note(cosigned, {as_log}));
}

TEST_CASE("only one signature line can be added to a note", "[audit][note][negative]") {
  const auto note = *sign_note("text\n", "a.example", key_of(1));
  const auto line = line_of("b.example", Bytes(68, 1));
  CHECK(add_signature(note, line));
  CHECK_FALSE(add_signature(note, ""));
  CHECK_FALSE(add_signature(note, line + line));
  CHECK_FALSE(add_signature(note, "\n" + line));
  CHECK_FALSE(add_signature(note, "\n" + line + line));
  CHECK_FALSE(add_signature(note, line.substr(0, line.size() - 1)));
  CHECK_FALSE(add_signature("text\n", line));
}

TEST_CASE("what could not be read back is not signed", "[audit][note][negative]") {
  for (const char* text : {"", "no newline", "tab\t\n", "carriage\r\n", "\xff\n"}) {
    CAPTURE(text);
    CHECK(sign_note(text, "a.example", key_of(1)).error().code == ErrorCode::malformed);
    CHECK(cosign_text(text, "a.example", key_of(1), 7).error().code == ErrorCode::malformed);
  }
}

TEST_CASE("a signer's failure is the caller's to see", "[audit][note]") {
  struct Locked final : Signer {
    PublicKey key;
    const PublicKey& public_key() const override { return key; }
    Result<Signature> sign(ByteView) const override { return fail(ErrorCode::store_locked); }
  };
  CHECK(sign_note("text\n", "a.example", Locked{}).error().code == ErrorCode::store_locked);
  CHECK(cosign_text("text\n", "a.example", Locked{}, 7).error().code == ErrorCode::store_locked);
}
