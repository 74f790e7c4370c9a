// Where a stranger can send us: URLs, domains and cards, and the socket addresses at the end.
#include <curl/curl.h>
#include <entente/identity/authority.h>
#include <entente/wire/admission.h>
#include <netinet/in.h>

#include <algorithm>

#include "fuzz.h"
#include "identity/card_rules.h"
#include "samples.h"
#include "transport/address_filter.h"
#include "transport/url.h"

namespace entente::fuzz {
namespace {

namespace samples = tests::samples;

// Whatever is absent reads as empty.
std::string part_of(const http::Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.handle.get(), part, &text, 0) != CURLUE_OK) return {};
  const std::string owned = text;
  curl_free(text);
  return owned;
}

// What stands between "//" and the path, as anybody reads it who is not curl.
std::string_view authority_in(std::string_view text) {
  const std::size_t slashes = text.find("//");
  if (slashes == std::string_view::npos) return {};
  const std::string_view rest = text.substr(slashes + 2);
  return rest.substr(0, rest.find_first_of("/?#"));
}

void url(const std::string& text) {
  const auto read = http::read_url(text, {});
  if (!read) {
    return require(read.error().code == ErrorCode::address_refused, "a URL is taken or refused");
  }
  require(http::read_url(text, {.allow_plain = true, .allow_any_port = true}).has_value(),
          "a tolerant reader takes what a strict one does");
  const std::string host = part_of(*read, CURLUPART_HOST);
  require(part_of(*read, CURLUPART_SCHEME) == "https", "a scheme is https");
  require(part_of(*read, CURLUPART_USER).empty() && part_of(*read, CURLUPART_PASSWORD).empty(),
          "nobody's password is in it");
  require(!host.empty() && host.find_first_of("@/?#\\ \r\n\t") == std::string::npos,
          "a host is a host");
  const std::string_view authority = authority_in(text);
  require(authority.find('@') == std::string_view::npos, "nobody is named before the host");
  require(authority.find('\\') == std::string_view::npos, "a browser sees the same host");
  const std::string whole = part_of(*read, CURLUPART_URL);
  const auto again = http::read_url(whole, {});
  require(again.has_value(), "a URL written again is taken again");
  for (const CURLUPart part : {CURLUPART_HOST, CURLUPART_PORT, CURLUPART_PATH, CURLUPART_QUERY}) {
    require(part_of(*again, part) == part_of(*read, part), "a URL written again means the same");
  }
}

// A brand's domain is the host its card is fetched from, and no other.
void domain(const std::string& text) {
  if (!is_domain(text)) return;
  std::string host = text;
  std::string port;
  if (const std::size_t at = host.find("%3A"); at != std::string::npos) {
    port = host.substr(at + 3);
    host.resize(at);
  }
  const std::string address = "https://" + host + (port.empty() ? "" : ":" + port) + "/";
  const auto read = http::read_url(address, {.allow_any_port = true});
  require(read.has_value(), "a domain makes a URL");
  require(part_of(*read, CURLUPART_HOST) == host, "a URL leads to the domain it was made of");
  require(part_of(*read, CURLUPART_PORT) == port, "a URL leads to the port it was made of");
}

// The first card is given; the second is whatever a brand signs after it.
void chain(Card next, Input& input) {
  const KeyPair root = samples::key(samples::root_key);
  Card first = samples::card();
  first.domain = "kettle.example";
  const std::int64_t now_ms = samples::now_ms;
  Authority authority("did:web:kettle.example", Environment::sandbox);
  const auto first_signed = Admission::admit<Card>(*sign(first, root));
  require(first_signed && authority.learn(*first_signed, now_ms), "the sample card is learned");
  const std::uint8_t honest = input.byte();
  next.root_key = root.public_key();
  if ((honest & 1) != 0) next.number = first.number + 1;
  if ((honest & 2) != 0) next.prev_card = first_signed->id();
  if ((honest & 4) != 0) next.domain = first.domain;
  if ((honest & 8) != 0) next.keys = first.keys;
  if ((honest & 16) != 0) next.expires_ms = now_ms + samples::day_ms;
  const auto next_signed = Admission::admit<Card>(*sign(next, root));
  if (!next_signed) return;
  const Status learned = authority.learn(*next_signed, now_ms);
  const bool newest = authority.newest_card_digest() == next_signed->id();
  require(learned.has_value() == newest, "a card that is refused changes nothing");
  if (!learned || next == first) return;
  require(next.number == first.number + 1 && next.prev_card == first_signed->id(),
          "cards follow each other");
  require(next.did() == "did:web:kettle.example" && next.expires_ms > now_ms,
          "a card is of this brand, and not expired");
  for (const CardKey& key : next.keys) {
    require(check_key(key.key).has_value(), "every key of a card is sound");
    require(key.key != next.root_key, "the root signs cards and nothing else");
    require(std::ranges::count(next.keys, key.key, &CardKey::key) == 1, "a key has one role");
  }
  for (const CardKey& key : first.keys) {
    const bool is_live = key.revoked_at_index == 0;
    require(!is_live || find_key(next, key.key) != nullptr, "no live key is left out");
  }
}

void card(Input input) {
  const ByteView choices = input.take(1);
  const auto decoded = decode<Card>(input.rest());
  if (!decoded) return;
  Input honest(choices);
  domain(decoded->domain);
  chain(*decoded, honest);
}

void socket_address(Input input) {
  std::array<std::uint8_t, 16> bytes{};
  std::ranges::copy(input.take(bytes.size()), bytes.begin());
  const auto v4 = std::span<const std::uint8_t, 4>(bytes.data(), 4);
  const bool is_public = http::is_public_v4(v4);
  require(!is_public || (v4[0] != 127 && v4[0] != 10 && v4[0] != 0 && v4[0] < 224),
          "nobody's own address is public");
  std::array<std::uint8_t, 16> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  std::ranges::copy(v4, mapped.begin() + 12);
  require(http::is_public_v6(mapped) == is_public, "a mapped address is what it carries");
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  std::ranges::copy(bytes, v6.sin6_addr.s6_addr);
  require(http::is_public(reinterpret_cast<const sockaddr&>(v6)) == http::is_public_v6(bytes),
          "an address is judged by its bytes");
}

void did(const std::string& text) {
  const auto key = from_did_key(text);
  require(!key || to_did_key(*key) == text, "a did:key is what would be written");
}

}  // namespace

void address(ByteView bytes) {
  Input input(bytes);
  const std::size_t kind = input.below(5);
  switch (kind) {
    case 0:
      return url(to_text(input.rest()));
    case 1:
      return domain(to_text(input.rest()));
    case 2:
      return card(input);
    case 3:
      return socket_address(input);
    default:
      return did(to_text(input.rest()));
  }
}

}  // namespace entente::fuzz
