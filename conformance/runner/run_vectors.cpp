// Runs every vector of a folder against the SDK: what it says must be what it expects.
#include <entente/wire/admission.h>
#include <entente/wire/part.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

using namespace entente;

namespace {

using Fields = std::map<std::string, std::string>;

struct Vector {
  std::string expect;
  Fields fields;
  Bytes bytes;
};

std::optional<Vector> read_vector(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  Vector vector;
  std::string line;
  while (std::getline(in, line) && !line.empty()) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) return std::nullopt;
    vector.fields[line.substr(0, colon)] = line.substr(colon + 2);
  }
  std::string base64;
  while (std::getline(in, line)) base64 += line;
  auto bytes = from_base64(base64);
  vector.expect = vector.fields["expect"];
  if (!bytes || vector.fields["comment"].empty()) return std::nullopt;
  if (vector.expect != "ok" && !find_error_code(vector.expect)) return std::nullopt;
  vector.bytes = std::move(*bytes);
  return vector;
}

template <class T>
std::string word_of(const Result<T>& result) {
  return result ? "ok" : std::string(name(result.error().code));
}

std::string admit(const std::string& kind, ByteView bytes) {
  if (kind == "message") return word_of(Admission::admit<Message>(bytes));
  if (kind == "card") return word_of(Admission::admit<Card>(bytes));
  if (kind == "mandate") return word_of(Admission::admit<Mandate>(bytes));
  if (kind == "approval") return word_of(Admission::admit<Approval>(bytes));
  if (kind == "read") return word_of(Admission::admit<Read>(bytes));
  if (kind == "refusal") return word_of(Admission::admit<Refusal>(bytes));
  return "no such kind";
}

std::optional<PartClass> find_class(const std::string& spelled) {
  for (const auto part_class : {PartClass::contact, PartClass::special, PartClass::media,
                                PartClass::prose, PartClass::reference}) {
    if (name(part_class) == spelled) return part_class;
  }
  return std::nullopt;
}

std::string run_part(Fields& fields, const Bytes& content) {
  const auto said = from_hex(fields["said_digest"]);
  const auto salt = from_hex(fields["came_salt"]);
  const auto said_class = find_class(fields["said_class"]);
  const auto came_class = find_class(fields["came_class"]);
  if (!said || said->size() != 32 || !salt || salt->size() != 32 || !said_class || !came_class) {
    return "not a vector of a part";
  }
  Part part{*came_class, fields["came_media_type"], {}, content};
  std::copy(salt->begin(), salt->end(), part.salt.begin());
  Message message;
  message.parts = {{*to_digest(*said), fields["said_media_type"], std::stoull(fields["said_bytes"]),
                    *said_class}};
  return word_of(check_parts(message, {&part, 1}));
}

std::string run_perform_key(Fields& fields) {
  const auto source = from_hex(fields["source"]);
  if (!source || source->size() != 32) return "not a vector of a key";
  const auto term = static_cast<std::uint16_t>(std::stoul(fields["term"]));
  const bool same = to_hex(perform_key(*to_digest(*source), term)) == fields["digest"];
  return same ? "ok" : "another digest";
}

std::string run(const std::string& area, Vector& vector) {
  const std::string& kind = vector.fields["kind"];
  if (area == "envelope") return admit(kind, vector.bytes);
  if (area == "message") return word_of(decode<Message>(vector.bytes));
  if (kind == "part") return run_part(vector.fields, vector.bytes);
  if (kind == "perform_key") return run_perform_key(vector.fields);
  return "no such kind";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " <folder>\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::size_t count = 0;
  std::size_t negative = 0;
  std::size_t wrong = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    auto vector = read_vector(entry.path());
    const std::string got =
        vector ? run(folder.filename().string(), *vector) : std::string("not a vector");
    ++count;
    if (vector && vector->expect != "ok") ++negative;
    if (vector && got == vector->expect) continue;
    ++wrong;
    std::cerr << entry.path().filename().string() << ": "
              << (vector ? "expected " + vector->expect + ", got " : "") << got << "\n";
  }
  std::cout << count << " vectors, " << negative << " negative, " << wrong << " wrong\n";
  return count > 0 && wrong == 0 ? 0 : 1;
}
