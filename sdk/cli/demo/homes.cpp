#include "demo/homes.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <entente/transport/certificate.h>

#include "card_file.h"
#include "demo/demo_files.h"
#include "files.h"
#include "key_file.h"

namespace fs = std::filesystem;

namespace entente::cli {
namespace {

constexpr std::uint16_t preferred_port = 8443;

constexpr std::string_view brand_yaml = R"(# A brand's endpoint: entente serve --config brand.yaml
data: data
card: card.entente
policy: policy.yaml
facts: facts.yaml
keys: {message: keys/message.key, log: keys/log.key}
listen: {address: 127.0.0.1, port: PORT, certificate: tls/chain.pem, key: tls/key.pem}
desk: {per_ticket: 3m, update_every: 1m, reply_within: 24h}
)";

// The photo that the goal names as evidence: one grey pixel.
constexpr std::string_view photo_base64 =
    "/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAP//////////////////////////////////////////////////////////"
    "////////////////////////////wAALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=";

// The bound port, or nothing.
std::optional<std::uint16_t> try_port(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return std::nullopt;
  const int reuse = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  const bool bound = ::bind(descriptor, plain, length) == 0 && ::listen(descriptor, 1) == 0 &&
                     ::getsockname(descriptor, plain, &length) == 0;
  ::close(descriptor);
  if (!bound) return std::nullopt;
  return ntohs(address.sin_port);
}

Result<fs::path> make_temporary() {
  std::string pattern = (fs::temp_directory_path() / "entente-demo-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return fail(ErrorCode::store_failed, pattern + ": " + std::strerror(errno));
  }
  return fs::path(pattern);
}

Result<std::string> demo_text(std::string_view name) {
  for (const DemoFile& file : demo_files()) {
    if (file.name == name) return std::string(file.text);
  }
  return fail(ErrorCode::internal, "no file " + std::string(name) + " in this build");
}

std::string with_port(std::string_view text, std::uint16_t port) {
  constexpr std::string_view mark = "PORT";
  std::string made(text);
  for (auto at = made.find(mark); at != std::string_view::npos; at = made.find(mark, at)) {
    made.replace(at, mark.size(), std::to_string(port));
  }
  return made;
}

Status write_demo_file(const fs::path& to, std::string_view name, std::uint16_t port) {
  ENTENTE_LET(text, demo_text(name));
  return write_file(to, with_port(text, port));
}

Status make_card_file(const fs::path& home, Clock& clock, Entropy& entropy) {
  ENTENTE_LET(root, make_key_file(home / "keys/root.key", entropy));
  ENTENTE_LET(message, make_key_file(home / "keys/message.key", entropy));
  ENTENTE_LET(log, make_key_file(home / "keys/log.key", entropy));
  ENTENTE_LET(text, read_text(home / "card.yaml"));
  ENTENTE_LET(card, read_card_description(text, "card.yaml", clock.now_ms()));
  const CardKeys keys{
      .root = &root, .message = message.public_key(), .log = log.public_key(), .next_root = {}};
  ENTENTE_LET(envelope, make_card(card, keys, nullptr));
  return write_armoured(home / "card.entente", "CARD", envelope);
}

}  // namespace

Result<DemoPlace> make_demo_place(const fs::path& wanted) {
  DemoPlace place;
  if (wanted.empty()) {
    ENTENTE_LET(made, make_temporary());
    place.directory = made;
  } else {
    ENTENTE_TRY(make_directory(wanted));
    std::error_code error;
    if (!fs::is_empty(wanted, error)) {
      return fail(ErrorCode::file_invalid, wanted.string() + " is not empty");
    }
    place.directory = wanted;
  }
  const auto port = try_port(preferred_port);
  const auto other = port ? port : try_port(0);
  if (!other) return fail(ErrorCode::store_failed, "no free port on 127.0.0.1");
  place.port = *other;
  return place;
}

Status lay_out_brand(const DemoPlace& place, Clock& clock, Entropy& entropy) {
  const fs::path home = place.brand();
  ENTENTE_TRY(write_file(home / "brand.yaml", with_port(brand_yaml, place.port)));
  ENTENTE_TRY(write_demo_file(home / "policy.yaml", "kettle.policy.yaml", place.port));
  ENTENTE_TRY(write_demo_file(home / "policy.test.yaml", "kettle.test.yaml", place.port));
  ENTENTE_TRY(write_demo_file(home / "facts.yaml", "kettle.facts.yaml", place.port));
  ENTENTE_TRY(write_demo_file(home / "card.yaml", "kettle.card.yaml", place.port));
  ENTENTE_TRY(make_card_file(home, clock, entropy));
  ENTENTE_LET(authority, make_test_authority({"kettle.example", "127.0.0.1"}, clock.now_ms()));
  ENTENTE_TRY(write_file(home / "tls/ca.pem", authority.ca_pem));
  ENTENTE_TRY(write_file(home / "tls/chain.pem", authority.certificate_pem));
  return write_file(home / "tls/key.pem", authority.key_pem, Access::owner);
}

Status lay_out_consumer(const DemoPlace& place, const fs::path& home, std::string_view goal) {
  constexpr std::string_view consumer_yaml = R"(# The way to one brand; the goal is goal.yaml.
brand: https://kettle.example:PORT
ca: ../brand/tls/ca.pem
resolve: kettle.example:PORT:127.0.0.1
allow_private: true
# Only here do both live on one disk: where the brand's one-time codes arrive.
mailbox: ../brand/data/outbox.jsonl
)";
  ENTENTE_TRY(write_file(home / "consumer.yaml", with_port(consumer_yaml, place.port)));
  ENTENTE_LET(photo, from_base64(photo_base64));
  ENTENTE_TRY(write_file(home / "kettle.jpg", photo));
  return write_demo_file(home / "goal.yaml", goal, place.port);
}

}  // namespace entente::cli
