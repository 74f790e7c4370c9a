// Parts, and the digests derived from messages: each row one defect.
#include <entente/core/limits.h>
#include <entente/wire/part.h>

#include "samples.h"
#include "vector.h"

using namespace entente;
using namespace entente::tests;
using vectors::Vector;

namespace {

Part sample(std::string_view content = "It stopped heating.") {
  SeededEntropy entropy(1);
  return make_part(PartClass::prose, "text/plain", view(content), entropy);
}

// What the message says of the part, and the part as it came.
Vector vector(std::string name, std::optional<ErrorCode> expect, std::string comment,
              const PartRef& said, const Part& came) {
  return {std::move(name),
          expect,
          std::move(comment),
          {{"kind", "part"},
           {"said_bytes", std::to_string(said.bytes)},
           {"said_class", std::string(entente::name(said.part_class))},
           {"said_digest", to_hex(said.digest)},
           {"said_media_type", said.media_type},
           {"came_class", std::string(entente::name(came.part_class))},
           {"came_media_type", came.media_type},
           {"came_salt", to_hex(came.salt)}},
          came.content};
}

struct Defect {
  const char* name;
  const char* comment;
  void (*spoil)(PartRef& said, Part& came);
};

constexpr Defect defects[] = {
    {"content_bit", "the content is hashed", [](PartRef&, Part& came) { came.content[0] ^= 1; }},
    {"content_longer", "the length is hashed and said",
     [](PartRef&, Part& came) { came.content.push_back(' '); }},
    {"content_shorter", "the length is hashed and said",
     [](PartRef&, Part& came) { came.content.pop_back(); }},
    {"content_missing", "an empty part is not the part that was said",
     [](PartRef&, Part& came) { came.content.clear(); }},
    {"salt_bit", "the salt is hashed", [](PartRef&, Part& came) { came.salt[31] ^= 1; }},
    {"salt_zero", "a digest without its salt proves nothing",
     [](PartRef&, Part& came) { came.salt = {}; }},
    {"media_type_other", "the media type is hashed",
     [](PartRef&, Part& came) { came.media_type = "text/html"; }},
    {"media_type_takes_content", "lengths keep media type and content apart",
     [](PartRef&, Part& came) {
       came.media_type += static_cast<char>(came.content.front());
       came.content.erase(came.content.begin());
     }},
    {"class_other", "the class is signed in the message: it decides who may forget it",
     [](PartRef&, Part& came) { came.part_class = PartClass::special; }},
    {"digest_bit", "the digest is the signed one",
     [](PartRef& said, Part&) { said.digest.bytes[0] ^= 1; }},
    {"digest_unsalted", "a plain SHA-256 of the content can be guessed and is no digest of a part",
     [](PartRef& said, Part&) {
       said.digest = *to_digest(
           *from_hex("98a331fc34c3ee461a3c568c20fe8baf0e04026c20cbdfe9352d06cc39ae1e9d"));
     }},
    {"length_said_wrong", "the length said is the length that comes",
     [](PartRef& said, Part&) { said.bytes += 1; }},
};

Vector perform_key_vector(std::string name, const Digest& source, std::uint16_t term) {
  return {std::move(name),
          std::nullopt,
          "SHA-256(\"entente/perform/v1\\0\" || source || u16 term)",
          {{"kind", "perform_key"},
           {"source", to_hex(source)},
           {"term", std::to_string(term)},
           {"digest", to_hex(perform_key(source, term))}},
          {}};
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Vector> all;
  const Part honest = sample();
  all.push_back(vector("ok", std::nullopt, "digest, length, type and class agree",
                       reference(honest), honest));
  const Part empty = sample("");
  all.push_back(vector("ok_empty", std::nullopt, "a part may be empty", reference(empty), empty));
  for (const Defect& defect : defects) {
    PartRef said = reference(honest);
    Part came = honest;
    defect.spoil(said, came);
    all.push_back(vector(defect.name, ErrorCode::part_mismatch, defect.comment, said, came));
  }
  Part long_type = honest;
  long_type.media_type.assign(limits::media_type_bytes_max + 1, 'a');
  all.push_back(vector("media_type_too_long", ErrorCode::too_large, "a media type has a limit",
                       reference(long_type), long_type));
  all.push_back(perform_key_vector("perform_key", samples::digest(1), 1));
  all.push_back(perform_key_vector("perform_key_two_bytes", samples::digest(1), 258));
  return vectors::write_all(all, argc, argv);
}
