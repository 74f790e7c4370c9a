#include "seeds.h"

#include <entente/audit/checkpoint.h>
#include <entente/audit/proof.h>
#include <entente/audit/tiles.h>
#include <entente/audit/witness_request.h>
#include <entente/replay/key_change.h>
#include <entente/text/json.h>
#include <entente/wire/admission.h>
#include <entente/wire/log_life.h>
#include <entente/wire/part.h>

#include <algorithm>
#include <array>
#include <map>
#include <sstream>

#include "negotiated.h"
#include "samples.h"
#include "shared_data.h"

namespace fs = std::filesystem;

namespace entente::fuzz {
namespace {

namespace samples = tests::samples;

constexpr std::size_t seed_bytes_max = 16 * 1024;

fs::path ours(const std::string& path) { return fs::path(ENTENTE_SOURCE_DIR) / path; }

Bytes seed(std::initializer_list<std::uint8_t> choices, ByteView rest) {
  Bytes made(choices);
  append(made, rest);
  return made;
}

Bytes seed(std::initializer_list<std::uint8_t> choices, std::string_view rest) {
  return seed(choices, view(rest));
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

// The test data of others; nothing if it is not there.
std::vector<fs::path> shared_in(const std::string& folder) {
  return files_in(tests::shared_folder() / "vectors" / folder);
}

// A file in the form of conformance/README.md.
struct Vector {
  std::map<std::string, std::string> fields;
  Bytes bytes;
};

Vector read_vector(const fs::path& file) {
  std::istringstream in(tests::read_file(file));
  Vector vector;
  std::string line;
  while (std::getline(in, line) && !line.empty()) {
    const std::size_t colon = line.find(": ");
    require(colon != std::string::npos, "a vector starts with lines of key: value");
    vector.fields[line.substr(0, colon)] = line.substr(colon + 2);
  }
  std::string base64;
  while (std::getline(in, line)) base64 += line;
  vector.bytes = *from_base64(base64);
  return vector;
}

// --- wire: see the numbers of kinds in wire_fuzz.cpp --------------------------------------------

std::uint8_t number_of_kind(const std::string& kind) {
  const std::vector<std::string> kinds = {"message",  "card", "mandate",
                                          "approval", "read", "refusal"};
  return static_cast<std::uint8_t>(std::ranges::find(kinds, kind) - kinds.begin());
}

void add_payload(std::vector<Bytes>& to, std::uint8_t kind, ByteView payload) {
  to.push_back(seed({kind, 0}, payload));
  for (std::uint8_t key = 0; key < 5; ++key) {
    to.push_back(seed({kind, static_cast<std::uint8_t>(3 + 4 * key)}, payload));
  }
}

std::vector<Bytes> wire_seeds() {
  std::vector<Bytes> seeds;
  for (const fs::path& file : files_in(ours("conformance/vectors/envelope"))) {
    Vector vector = read_vector(file);
    seeds.push_back(seed({6, 0}, vector.bytes));
    seeds.push_back(seed({number_of_kind(vector.fields["kind"]), 2}, vector.bytes));
  }
  for (const fs::path& file : files_in(ours("conformance/vectors/message"))) {
    seeds.push_back(seed({0, 0}, read_vector(file).bytes));
  }
  for (const Message& message : samples::messages()) {
    const auto signer = static_cast<std::uint8_t>(samples::signer_of(message) - 1);
    seeds.push_back(seed({0, 1}, encode(message)));
    seeds.push_back(seed({0, static_cast<std::uint8_t>(3 + 4 * signer)}, encode(message)));
  }
  add_payload(seeds, 1, encode(samples::card()));
  add_payload(seeds, 2, encode(samples::mandate()));
  add_payload(seeds, 3, encode(samples::approval()));
  add_payload(seeds, 4, encode(samples::read()));
  add_payload(seeds, 5, encode(samples::refusal()));
  seeds.push_back(seed({7, 0}, encode(samples::parcel())));
  seeds.push_back(seed({8, 0}, encode(samples::log_entry())));
  seeds.push_back(seed({9, 0}, encode(samples::facts())));
  seeds.push_back(seed({10, 0}, encode(samples::decision())));
  seeds.push_back(seed({11, 0}, encode(samples::performance())));
  seeds.push_back(seed({12, 0}, encode(samples::handoff_clock())));
  seeds.push_back(seed({13, 0}, encode(samples::checkpoint_seen())));
  return seeds;
}

// --- text ---------------------------------------------------------------------------------------

std::vector<Bytes> text_seeds() {
  std::vector<Bytes> seeds;
  for (const fs::path& file : shared_in("JSONTestSuite/test_parsing")) {
    seeds.push_back(seed({0}, tests::read_file(file)));
    if (file.filename().string().starts_with("n_structure")) {
      seeds.push_back(seed({1}, tests::read_file(file)));
    }
  }
  for (const fs::path& file : shared_in("jcs/testdata/input")) {
    seeds.push_back(seed({0}, tests::read_file(file)));
  }
  seeds.push_back(seed({0}, R"({"a":[1,-7,true,null,"\u00e9\ud83d\ude00"],"b":{}})"));
  seeds.push_back(seed({1}, "a: |\n  b\nc: [d, \"e\"]\n'f': {g: ~, h: >-\n  i\n}\n"));
  for (const fs::path& file : files_in(ours("examples/policies"))) {
    const std::string text = tests::read_file(file);
    const std::string name = file.filename().string();
    seeds.push_back(seed({1}, text));
    if (name.ends_with(".policy.yaml")) seeds.push_back(seed({2}, text));
    if (name.ends_with(".goal.yaml")) seeds.push_back(seed({3}, text));
    if (name.ends_with(".test.yaml")) seeds.push_back(seed({4}, text));
  }
  return seeds;
}

// --- log ----------------------------------------------------------------------------------------

std::string cosigned_note(std::uint64_t size) {
  const KeyPair log = samples::key(samples::brand_key);
  const KeyPair witness = samples::key(samples::operator_key);
  const Checkpoint checkpoint{"kettle.example/log", size, samples::digest(3)};
  const std::string note = *sign_checkpoint(checkpoint, log);
  const auto line = cosign_checkpoint(checkpoint, "witness.example", witness, 1'795'000'000);
  return *add_signature(note, *line);
}

// A change of the log's key, as it is shown beside the tiles.
std::string shown_key_change(const std::string& note) {
  const std::string origin = "kettle.example/log";
  const KeyPair before = samples::key(samples::brand_key);
  const KeyPair after = samples::key(samples::operator_key);
  const auto vkey = [&](const KeyPair& key) {
    return Vkey::make(origin, SignatureType::ed25519, key.public_key())->encode();
  };
  LogKeyRecord record{.old_vkey = vkey(before), .new_vkey = vkey(after), .at_ms = samples::now_ms};
  const Bytes statement = log_key_statement(record);
  record.old_signature = *before.sign(statement);
  record.new_signature = *after.sign(statement);
  const std::array<std::uint8_t, 32> salt{7};
  const LogEntry leaf{.kind = EntryKind::key,
                      .time_ms = samples::now_ms,
                      .direction = Direction::own,
                      .commit = commitment(salt, encode(record)),
                      .engine = "entente/test"};
  const std::string proof = *encode_proof({.index = 4, .checkpoint = note});
  return *encode_key_change({encode(leaf), salt, proof}, encode(record));
}

std::vector<Bytes> log_seeds() {
  std::vector<Bytes> seeds;
  for (const fs::path& file : shared_in("tessera-log/testdata/log")) {
    const std::string bytes = tests::read_file(file);
    const bool is_note = file.filename().string().starts_with("checkpoint");
    if (is_note) seeds.push_back(seed({0}, bytes));
    const std::string path = file.string();
    const std::size_t tile = path.find("tile/");
    if (tile == std::string::npos) continue;
    const auto width = static_cast<std::uint8_t>(std::stoi(file.filename().string()) - 1);
    seeds.push_back(seed({4}, path.substr(tile)));
    seeds.push_back(seed({5, width}, bytes));
  }
  const std::string note = cosigned_note(12);
  seeds.push_back(seed({0}, note));
  seeds.push_back(seed({1, 0, 40}, note.substr(0, note.find("\n\n") + 1)));
  seeds.push_back(
      seed({2}, *encode_checkpoint_text({"kettle.example/log", 7, samples::digest(2)})));
  const Proof proof{to_bytes("x"), 4, {samples::digest(5), samples::digest(6)}, note};
  seeds.push_back(seed({3}, *encode_proof(proof)));
  seeds.push_back(seed({3}, shown_key_change(note)));
  for (const Tile& tile : tiles_of(70'001)) {
    if (tile.index % 64 == 0) seeds.push_back(seed({4}, tile_path(tile)));
  }
  const PublicKey key = samples::key(samples::brand_key).public_key();
  for (const auto type : {SignatureType::ed25519, SignatureType::cosignature_v1}) {
    seeds.push_back(seed({6}, Vkey::make("kettle.example/log", type, key)->encode()));
  }
  for (std::uint8_t size = 0; size < 32; ++size) {
    for (const std::uint8_t kind : std::to_array<std::uint8_t>({7, 8})) {
      seeds.push_back({kind, size, size, static_cast<std::uint8_t>(size / 2), 0, 0, size, 1, 0});
    }
  }
  return seeds;
}

// --- witness ------------------------------------------------------------------------------------

std::string policy_line(const char* kind, const std::string& name, std::uint8_t number) {
  const auto type =
      std::string(kind) == "log" ? SignatureType::ed25519 : SignatureType::cosignature_v1;
  const PublicKey key = samples::key(number).public_key();
  const std::string vkey = Vkey::make(name + ".example", type, key)->encode();
  return std::string(kind) + (type == SignatureType::ed25519 ? " " : " " + name + " ") + vkey;
}

std::vector<Bytes> witness_seeds() {
  std::vector<Bytes> seeds;
  const std::string note = cosigned_note(12);
  for (std::uint8_t hashes = 0; hashes < 8; ++hashes) {
    const WitnessRequest request{hashes, std::vector<Digest>(hashes, samples::digest(hashes)),
                                 note};
    seeds.push_back(seed({0}, *encode_witness_request(request)));
  }
  seeds.push_back(seed({1}, "12\n"));
  seeds.push_back(seed({1}, note.substr(note.find("\n\n") + 2)));
  const std::string known = policy_line("log", "kettle", 40) + " https://kettle.example/\n" +
                            policy_line("witness", "a", 41) + "\n" +
                            policy_line("witness", "b", 42) + " https://b.example/\n" +
                            policy_line("witness", "c", 43) + "\n";
  for (const char* rest : {"quorum none\n", "quorum a\n", "group g all a b c\nquorum g\n",
                           "group g any a b\nquorum g\n", "group g 2 a b c\n# two\nquorum g\n",
                           "group g all a b\n\ngroup\th 1 g c\nquorum h\n"}) {
    seeds.push_back(seed({2}, known + rest));
  }
  seeds.push_back(seed({2}, "quorum none"));
  for (std::uint8_t size = 0; size < 32; ++size) {
    seeds.push_back({3, size, static_cast<std::uint8_t>(size / 2)});
    seeds.push_back({3, size, size, 0, static_cast<std::uint8_t>(4 + size), 1});
  }
  return seeds;
}

// --- http and addresses -------------------------------------------------------------------------

// llhttp keeps its requests in Markdown, one block each, a line end for CR LF.
void add_requests(std::vector<Bytes>& to, const std::string& page) {
  for (std::size_t at = page.find("```http\n"); at != std::string::npos;) {
    const std::size_t from = at + 8;
    const std::size_t end = page.find("```", from);
    if (end == std::string::npos) return;
    std::string request;
    for (const char c : page.substr(from, end - from)) {
      if (c == '\n') request += '\r';
      request += c;
    }
    to.push_back(seed({0, 0}, request));
    to.push_back(seed({0, 1}, request));
    at = page.find("```http\n", end);
  }
}

std::vector<Bytes> http_seeds() {
  std::vector<Bytes> seeds;
  for (const fs::path& file : shared_in("llhttp/test/request")) {
    add_requests(seeds, tests::read_file(file));
  }
  for (const char* request :
       {"GET / HTTP/1.1\r\nhost: a\r\n\r\n",
        "POST /entente/v1/cases?wait=5 HTTP/1.1\r\nHost: kettle.example:8443\r\n"
        "Content-Type: application/octet-stream\r\nContent-Length: 3\r\n"
        "Expect: 100-continue\r\nConnection: close\r\n\r\nabc",
        "GET /a%20b/c HTTP/1.1\r\nHost: [::1]:80\r\nX:y\r\n\r\nGET / HTTP/1.1\r\n"}) {
    seeds.push_back(seed({0, 0}, request));
    seeds.push_back(seed({0, 1}, request));
  }
  Bytes answer = {1, 0, 200, 0, 4};
  append(answer, "text");
  append(answer, ByteView(Bytes{5, 0, 5}));
  append(answer, "allow");
  append(answer, ByteView(Bytes{0, 3}));
  append(answer, "GETbody");
  seeds.push_back(answer);
  seeds.push_back(seed({2}, "a=1&b=%41%2f&a%3D=2"));
  return seeds;
}

// The addresses that browsers are tested with, where they are text that JSON can hold.
void add_web_addresses(std::vector<Bytes>& to) {
  for (const fs::path& file : shared_in("urltestdata")) {
    const std::string page = tests::read_file(file);
    constexpr std::string_view mark = "\"input\": ";
    for (std::size_t at = page.find(mark); at != std::string::npos; at = page.find(mark, at)) {
      at += mark.size();
      const auto value = parse_json(page.substr(at, page.find(",\n", at) - at));
      if (value && value->text() != nullptr) to.push_back(seed({0}, *value->text()));
    }
  }
}

std::vector<Bytes> address_seeds() {
  std::vector<Bytes> seeds;
  add_web_addresses(seeds);
  for (const char* text :
       {"https://kettle.example/", "https://kettle.example:8443/a?b#c", "https://[2001:db8::1]/",
        "https://user@kettle.example/", "https://0x7f.1/", "https://a\\@b/", "HTTPS://A.B%2Ec/"}) {
    seeds.push_back(seed({0}, text));
  }
  for (const char* text : {"kettle.example", "localhost", "kettle.example%3A8443", "a-b.c9.d"}) {
    seeds.push_back(seed({1}, text));
  }
  Card card = samples::card();
  seeds.push_back(seed({2, 31}, encode(card)));
  card.number = 2;
  for (std::uint8_t honest = 0; honest < 32; ++honest) {
    seeds.push_back(seed({2, honest}, encode(card)));
  }
  seeds.push_back(seed({3, 127, 0, 0, 1}, std::string_view()));
  seeds.push_back(seed({4}, to_did_key(samples::key(1).public_key())));
  return seeds;
}

// --- casefile and audit -------------------------------------------------------------------------

std::vector<Bytes> casefile_seeds() {
  std::vector<Bytes> seeds;
  for (std::uint64_t number = 0; number < 32; ++number) {
    Bytes seed(32 + 8 * number);
    tests::SeededEntropy(number).fill(seed);
    seeds.push_back(std::move(seed));
  }
  return seeds;
}

std::vector<Bytes> audit_seeds() {
  const Negotiated negotiated;
  const Bytes& brand = negotiated.brand;
  Bytes both = brand;
  append(both, negotiated.consumer);
  std::vector<Bytes> seeds = {
      seed({0, 0}, negotiated.evidence),
      seed({0, 1}, negotiated.evidence),
      seed({1, 3}, brand),
      seed({1, 0}, negotiated.consumer),
      seed({1, 0}, both),
      seed({2, 0}, brand),
      seed({2, 0}, negotiated.consumer),
  };
  for (std::uint8_t number = 0; number < 24; ++number) {
    const Bytes changes = {number, 0, number, 200, 0, 1};
    Bytes exported = seed({2, static_cast<std::uint8_t>(number & 1)}, brand);
    append(exported, changes);
    seeds.push_back(std::move(exported));
    seeds.push_back(seed({3, 3}, changes));
  }
  return seeds;
}

std::vector<Bytes> made_seeds(std::string_view target) {
  if (target == "address") return address_seeds();
  if (target == "audit") return audit_seeds();
  if (target == "casefile") return casefile_seeds();
  if (target == "http") return http_seeds();
  if (target == "log") return log_seeds();
  if (target == "text") return text_seeds();
  if (target == "wire") return wire_seeds();
  if (target == "witness") return witness_seeds();
  throw Broken("no such target");
}

}  // namespace

std::vector<Bytes> seeds_of(std::string_view target) {
  std::vector<Bytes> seeds = made_seeds(target);
  // A quarter of a megabyte of brackets teaches a fuzzer nothing but patience.
  std::erase_if(
      seeds, [&](const Bytes& seed) { return target != "audit" && seed.size() > seed_bytes_max; });
  for (const fs::path& file : files_in(ours("tests/fuzz/found/" + std::string(target)))) {
    seeds.push_back(read_vector(file).bytes);
  }
  return seeds;
}

}  // namespace entente::fuzz
