#include "endpoint_http.h"

#include <entente/audit/tiles.h>
#include <entente/core/clock.h>
#include <entente/core/limits.h>
#include <entente/identity/reader.h>
#include <entente/replay/key_change.h>
#include <entente/wire/admission.h>
#include <entente/wire/log_life.h>

#include <algorithm>
#include <charconv>

#include "transport/network.h"
#include "witness_client.h"

namespace entente {
namespace {

constexpr std::string_view read_scheme = "Entente ";
constexpr std::string_view forever = "public, max-age=31536000, immutable";

// Whoever comes from this machine comes from anywhere: a proxy that brand.yaml does not name, or a
// test of the brand's own.
std::string network_of(const std::string& address) {
  const auto parsed = http::parse_address(address);
  const bool own = !parsed || address.starts_with("127.") || address == "::1";
  return own ? std::string() : std::to_string(http::place_of(*parsed));
}

std::string answer_in(const HttpRequest& request) {
  return std::string(find_header(request.headers, answer_header).value_or(""));
}

HttpResponse plain(int status, std::string_view text) {
  return {.status = status, .content_type = "text/plain; charset=utf-8", .body = to_bytes(text)};
}

Result<std::int64_t> number_in(std::string_view query, std::string_view name, std::int64_t max) {
  ENTENTE_LET(text, find_query(query, name));
  if (!text) return 0;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || value < 0) {
    return fail(ErrorCode::malformed, "a number was expected");
  }
  return std::min(value, max);
}

// "/entente/v1/cases/<64 hex>[/status/<64 hex>]"
struct CasePath {
  CaseId case_id;
  std::optional<MessageId> status_of;
};

Result<CasePath> parse_case_path(std::string_view rest) {
  constexpr std::size_t id_digits = 64;
  constexpr std::string_view status = "/status/";
  ENTENTE_LET(bytes, from_hex(rest.substr(0, id_digits)));
  ENTENTE_LET(case_id, to_digest(bytes));
  rest.remove_prefix(std::min(rest.size(), id_digits));
  if (rest.empty()) return CasePath{case_id, std::nullopt};
  if (!rest.starts_with(status)) return fail(ErrorCode::malformed, "no such path");
  ENTENTE_LET(message_bytes, from_hex(rest.substr(status.size())));
  ENTENTE_LET(message, to_digest(message_bytes));
  return CasePath{case_id, message};
}

void submit_parcel(Sequencer& sequencer, const HttpRequest& request, std::optional<CaseId> case_id,
                   const HttpReply& reply) {
  const auto wait_ms = number_in(request.query, "wait", limits::wait_ms_max);
  auto parcel = decode<Parcel>(request.body);
  if (!wait_ms || !parcel) {
    return reply.send(plain(400, describe(parcel ? wait_ms.error() : parcel.error())));
  }
  const bool says_nothing = parcel->envelopes.empty() && (!case_id || parcel->notices.empty());
  if (says_nothing) return reply.send(plain(400, "malformed: an empty parcel"));
  sequencer.submit({.parcel = std::move(*parcel),
                    .case_id = case_id,
                    .network = network_of(request.remote_address),
                    .answer = answer_in(request),
                    .waited_ms = request.waited_ms,
                    .wait_ms = *wait_ms,
                    .done = [reply](const Delivery& d) { reply.send(response_of(d)); }});
}

// One of the brand's cards, for whoever knows an older one and finds its digest on a newer.
void serve_card(const Sequencer& sequencer, std::string_view digest, const HttpReply& reply) {
  const auto bytes = from_hex(digest);
  const auto asked = bytes ? to_digest(*bytes) : std::unexpected(bytes.error());
  const Bytes* card = asked ? sequencer.find_card(*asked) : nullptr;
  if (card == nullptr) return reply.send(plain(404, "not_found"));
  reply.send({.content_type = std::string(card_media_type),
              .body = *card,
              .headers = {{"cache-control", std::string(forever)}}});
}

// A read is signed over the path and query as sent, so it cannot be turned to another case.
Result<Bytes> signed_read(const HttpRequest& request) {
  const auto header = find_header(request.headers, "authorization");
  if (!header || !header->starts_with(read_scheme)) return fail(ErrorCode::signature_invalid);
  return from_base64(header->substr(read_scheme.size()));
}

bool reads_this(ByteView envelope, const HttpRequest& request) {
  const auto read = Admission::admit<Read>(envelope);
  std::string target = request.path;
  if (!request.query.empty()) target += "?" + request.query;
  return read && (*read)->method == request.method && (*read)->path == target;
}

void read_case(Sequencer& sequencer, const HttpRequest& request, const CasePath& path,
               const HttpReply& reply) {
  auto read = signed_read(request);
  if (!read || !reads_this(*read, request)) return reply.send(plain(404, "not_found"));
  if (path.status_of) {
    const auto tell = [reply](Result<Receipt> receipt) {
      const bool final = !receipt && (receipt.error().code == ErrorCode::not_found ||
                                      receipt.error().code == ErrorCode::not_admitted);
      if (!receipt && !final) {
        return reply.send(response_of({.kind = Delivery::Kind::busy, .parcel = {}}));
      }
      if (!receipt) return reply.send(plain(404, name(receipt.error().code)));
      Parcel parcel;
      parcel.receipts.push_back(std::move(*receipt));
      reply.send({.content_type = std::string(parcel_media_type), .body = encode(parcel)});
    };
    return sequencer.ask_status({.case_id = path.case_id,
                                 .message = *path.status_of,
                                 .read = std::move(*read),
                                 .network = network_of(request.remote_address)},
                                tell);
  }
  const auto after = number_in(request.query, "after", limits::integer_max);
  const auto wait_ms = number_in(request.query, "wait", limits::wait_ms_max);
  if (!after || !wait_ms) return reply.send(plain(400, "malformed: after or wait"));
  sequencer.submit({.case_id = path.case_id,
                    .after = static_cast<std::uint64_t>(*after),
                    .read = std::move(*read),
                    .network = network_of(request.remote_address),
                    .wait_ms = *wait_ms,
                    .done = [reply](const Delivery& d) { reply.send(response_of(d)); }});
}

void serve_case(Sequencer& sequencer, const HttpRequest& request, const HttpReply& reply) {
  const auto path = parse_case_path(std::string_view(request.path).substr(cases_path.size() + 1));
  if (!path) return reply.send(plain(404, "not_found"));
  if (request.method == "POST" && !path->status_of) {
    return submit_parcel(sequencer, request, path->case_id, reply);
  }
  if (request.method == "GET") return read_case(sequencer, request, *path, reply);
  reply.send(plain(405, "method not allowed"));
}

// Rendered on the writer thread, which owns the tree; a loaded writer has better things to do.
void serve_tile(Sequencer& sequencer, const Tile& tile, const HttpReply& reply) {
  if (sequencer.is_loaded()) {
    return reply.send(response_of({.kind = Delivery::Kind::busy, .parcel = {}}));
  }
  sequencer.inspect([tile, reply](const Ledger& ledger) {
    if (!has_tile(ledger.size(), tile)) return reply.send(plain(404, "not_found"));
    auto bytes = render_hash_tile(ledger, tile);
    if (!bytes) return reply.send(plain(503, "the log cannot be read"));
    reply.send({.content_type = "application/octet-stream",
                .body = std::move(*bytes),
                .headers = {{"cache-control", std::string(forever)}}});
  });
}

// The leaves as they are hashed, without what stands behind them.
class StoredLeaves final : public LeafReader {
 public:
  explicit StoredLeaves(const Ledger& ledger) : ledger_(ledger) {}
  Result<Bytes> read_leaf(std::uint64_t index) const override {
    ENTENTE_LET(row, ledger_.store().read_entry(index));
    return std::move(row.leaf);
  }

 private:
  const Ledger& ledger_;
};

void send_bundle(Sequencer& sequencer, const Tile& tile, const HttpReply& reply) {
  sequencer.inspect([tile, reply](const Ledger& ledger) {
    auto bytes = render_entry_bundle(StoredLeaves(ledger), tile);
    if (!bytes) return reply.send(plain(503, "the log cannot be read"));
    reply.send({.content_type = "application/octet-stream",
                .body = std::move(*bytes),
                .headers = {{"cache-control", "private, no-store"}}});
  });
}

// For auditors whom the brand has named, and for nobody else is there anything here. That it was
// read is on record before the bytes leave.
void serve_bundle(const EndpointDoors& doors, const Tile& tile, const HttpRequest& request,
                  const HttpReply& reply) {
  const auto envelope = signed_read(request);
  const auto read = envelope ? Admission::admit<Read>(*envelope)
                             : Result<Verified<Read>>(std::unexpected(envelope.error()));
  const std::int64_t now_ms = doors.clock.now_ms();
  const Card& card = doors.sequencer.card();
  const bool may = read && reads_this(*envelope, request) &&
                   std::ranges::find(doors.auditors, read->signer()) != doors.auditors.end() &&
                   check_read(**read, {card.did(), card.environment}, now_ms);
  if (!may) return reply.send(plain(404, "not_found"));
  if (doors.sequencer.is_loaded()) {
    return reply.send(response_of({.kind = Delivery::Kind::busy, .parcel = {}}));
  }
  const AccessRecord access{
      .reader = to_did_key(read->signer()), .path = request.path, .at_ms = now_ms};
  Sequencer& sequencer = doors.sequencer;
  sequencer.inspect([&sequencer, access, tile, reply](const Ledger& ledger) {
    if (!has_tile(ledger.size(), tile)) return reply.send(plain(404, "not_found"));
    sequencer.note(EntryKind::access, Direction::own, encode(access),
                   [&sequencer, tile, reply](bool on_record) {
                     if (on_record) return send_bundle(sequencer, tile, reply);
                     reply.send(response_of({.kind = Delivery::Kind::busy, .parcel = {}}));
                   });
  });
}

// Whoever knows an older key of this log learns the newest one, from what both have signed.
void serve_key_change(Sequencer& sequencer, std::uint64_t entry, const HttpReply& reply) {
  if (sequencer.is_loaded()) {
    return reply.send(response_of({.kind = Delivery::Kind::busy, .parcel = {}}));
  }
  sequencer.inspect([entry, reply](const Ledger& ledger) {
    const auto stored = ledger.read(entry);
    const auto receipt = ledger.receipt(entry);
    const auto file = stored && receipt ? encode_key_change(*receipt, stored->content)
                                        : fail(ErrorCode::store_failed);
    if (!file) return reply.send(plain(503, "the log cannot be read"));
    HttpResponse response = plain(200, *file);
    response.headers.push_back({"cache-control", "no-cache"});
    reply.send(std::move(response));
  });
}

// As c2sp.org/tlog-tiles has it, and the changes of key beside the tiles.
void serve_log(const EndpointDoors& doors, std::string_view path, const HttpRequest& request,
               const HttpReply& reply) {
  if (path == "checkpoint") {
    const std::string newest = doors.sequencer.checkpoint_note();
    HttpResponse response =
        plain(200, doors.witnesses != nullptr ? doors.witnesses->published(newest) : newest);
    response.headers.push_back({"cache-control", "no-cache"});
    return reply.send(std::move(response));
  }
  for (std::size_t i = 0; i < doors.key_entries.size(); ++i) {
    if (path != key_change_path(i + 1)) continue;
    return serve_key_change(doors.sequencer, doors.key_entries[i], reply);
  }
  const auto tile = parse_tile_path(path);
  if (!tile) return reply.send(plain(404, "not_found"));
  if (tile->kind == TileKind::entries) return serve_bundle(doors, *tile, request, reply);
  serve_tile(doors.sequencer, *tile, reply);
}

// What follows a prefix, from its '/' on; nothing if the path is not below it.
std::optional<std::string_view> below(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix) || !path.substr(prefix.size()).starts_with('/')) return {};
  return path.substr(prefix.size());
}

}  // namespace

HttpResponse response_of(const Delivery& delivery) {
  HttpResponse response{.content_type = std::string(parcel_media_type)};
  switch (delivery.kind) {
    case Delivery::Kind::parcel:
      break;
    case Delivery::Kind::not_found:
      return plain(404, "not_found");
    case Delivery::Kind::busy:
      response.status = 503;
      response.headers.push_back(
          {"retry-after", std::to_string((delivery.retry_after_ms + 999) / 1000)});
      if (!delivery.challenge.empty()) {
        response.headers.push_back({std::string(challenge_header), delivery.challenge});
      }
      break;
    case Delivery::Kind::failed:
      return plain(500, "internal");
  }
  response.body = encode(delivery.parcel);
  return response;
}

std::string_view route_of(std::string_view path) {
  for (const std::string_view fixed : {card_path, cases_path, std::string_view("/healthz")}) {
    if (path == fixed) return fixed;
  }
  for (const std::string_view tree : {log_path, witness_path}) {
    if (path.starts_with(tree)) return tree;
  }
  if (below(path, cards_path)) return "/entente/v1/cards/{digest}";
  if (!path.starts_with(cases_path)) return "other";
  const bool of_message = path.find("/status/") != std::string_view::npos;
  return of_message ? "/entente/v1/cases/{id}/status/{message}" : "/entente/v1/cases/{id}";
}

// Under a card that is over nothing that is said holds, acknowledgements neither.
std::optional<std::string> trouble_of(const Sequencer& sequencer, std::int64_t now_ms) {
  const std::int64_t expires_ms = sequencer.card().expires_ms;
  if (expires_ms == 0 || now_ms < expires_ms) return sequencer.trouble();
  return "the card has expired at " + format_rfc3339(expires_ms) +
         ": make a new one with `entente card make`, and send SIGHUP";
}

void serve(const EndpointDoors& doors, const HttpRequest& request, const HttpReply& reply) {
  Sequencer& sequencer = doors.sequencer;
  const std::string_view path = request.path;
  if (path == card_path && request.method == "GET") {
    return reply.send({.content_type = std::string(card_media_type), .body = doors.card});
  }
  if (const auto rest = below(path, cards_path); rest && request.method == "GET") {
    return serve_card(sequencer, rest->substr(1), reply);
  }
  if (path == "/healthz") {
    if (sequencer.trouble()) return reply.send(plain(503, "the log cannot be written"));
    if (trouble_of(sequencer, doors.clock.now_ms())) {
      return reply.send(plain(503, "the card has expired"));
    }
    return reply.send(request.is_last ? plain(503, "draining") : plain(200, "ok"));
  }
  if (path == cases_path && request.method == "POST") {
    return submit_parcel(sequencer, request, std::nullopt, reply);
  }
  if (below(path, cases_path)) return serve_case(sequencer, request, reply);
  if (const auto rest = below(path, log_path); rest && request.method == "GET") {
    return serve_log(doors, rest->substr(1), request, reply);
  }
  if (const auto rest = below(path, witness_path); rest && doors.witness != nullptr) {
    return doors.witness->serve(*rest, request, reply);
  }
  reply.send(plain(404, "not_found"));
}

}  // namespace entente
