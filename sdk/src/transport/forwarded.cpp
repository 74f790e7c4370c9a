#include "transport/forwarded.h"

#include <algorithm>
#include <ranges>

namespace entente::http {
namespace {

using Text = std::string_view;

// What stands between separators, the rightmost first. Read from that end, a quote that a stranger
// left open on the left swallows nothing of what a proxy wrote.
std::vector<Text> split(Text text, char separator, bool has_quotes) {
  std::vector<Text> pieces;
  bool quoted = false;
  for (std::size_t at = text.size(); at-- > 0;) {
    if (has_quotes && text[at] == '"' && (at == 0 || text[at - 1] != '\\')) quoted = !quoted;
    if (text[at] != separator || quoted) continue;
    pieces.push_back(trim(text.substr(at + 1)));
    text = text.substr(0, at);
  }
  pieces.push_back(trim(text));
  return pieces;
}

// "192.0.2.7", "192.0.2.7:4711", "2001:db8::7", "[2001:db8::7]", "[2001:db8::7]:4711".
std::optional<Address> read_node(Text node) {
  if (node.starts_with('[')) {
    const auto end = node.find(']');
    if (end == Text::npos || (end + 1 < node.size() && node[end + 1] != ':')) return std::nullopt;
    return parse_address(node.substr(1, end - 1));
  }
  if (std::ranges::count(node, ':') == 1) node = node.substr(0, node.find(':'));
  return parse_address(node);
}

bool is_for(Text name) {
  return name.size() == 3 && (name[0] | 0x20) == 'f' && (name[1] | 0x20) == 'o' &&
         (name[2] | 0x20) == 'r';
}

// `for=192.0.2.7;proto=https`, `For="[2001:db8::7]:4711"`.
std::optional<Address> read_element(Text element) {
  for (const Text pair : split(element, ';', true)) {
    const auto equals = pair.find('=');
    if (equals == Text::npos || !is_for(pair.substr(0, equals))) continue;
    Text node = pair.substr(equals + 1);
    if (node.size() >= 2 && node.starts_with('"') && node.ends_with('"')) {
      node = node.substr(1, node.size() - 2);
    }
    return read_node(node);
  }
  return std::nullopt;
}

}  // namespace

Result<TrustedProxies> TrustedProxies::make(const std::vector<std::string>& networks) {
  TrustedProxies proxies;
  for (const auto& text : networks) {
    const auto network = parse_network(text);
    if (!network) {
      return fail(ErrorCode::config_invalid,
                  "trusted_proxies: no address and no block: " + text + " (as 10.0.0.0/8)");
    }
    proxies.networks_.push_back(*network);
  }
  return proxies;
}

bool TrustedProxies::trusts(const Address& address) const {
  return std::ranges::any_of(networks_,
                             [&](const Network& network) { return is_in(address, network); });
}

std::expected<Address, Refusal> TrustedProxies::client_of(const HttpHeaders& fields,
                                                          const Address& peer) const {
  if (!trusts(peer)) return peer;
  const bool has_list = find_header(fields, "x-forwarded-for").has_value();
  const bool has_elements = find_header(fields, "forwarded").has_value();
  if (has_list && has_elements) return std::unexpected(Refusal{400, "forwarded twice"});
  const Text name = has_list ? "x-forwarded-for" : "forwarded";
  Address client = peer;
  for (const auto& field : fields | std::views::reverse) {
    if (field.name != name) continue;
    for (const Text entry : split(field.value, ',', !has_list)) {
      const auto address = has_list ? read_node(entry) : read_element(entry);
      if (!address) return client;
      client = *address;
      if (!trusts(client)) return client;
    }
  }
  return client;
}

}  // namespace entente::http
