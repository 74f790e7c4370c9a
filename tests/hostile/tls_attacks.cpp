#include <openssl/err.h>

#include "attack.h"
#include "hello.h"

namespace entente::tests {
namespace {

std::string record(char type, std::string_view body, char version = '\x01') {
  std::string bytes = {type, '\x03', version};
  bytes += static_cast<char>(body.size() >> 8);
  bytes += static_cast<char>(body.size() & 0xff);
  return bytes.append(body);
}

constexpr char change_cipher = 20;
constexpr char alert = 21;
constexpr char handshake = 22;
constexpr char application = 23;
constexpr char heartbeat = 24;

Attack raw(const char* name, std::string bytes, const char* verdict, const char* why) {
  return {name,      [bytes = std::move(bytes)](Peer& peer) { peer.send_raw(bytes); },
          verdict,   why,
          Wire::tls, {},
          false};
}

Attack under(const char* name, const std::string& bytes, const char* verdict, const char* why) {
  Attack attack = raw(name, bytes, verdict, why);
  attack.shakes_hands = true;
  return attack;
}

Attack meets(const char* name, std::function<void(SSL*)> adjust, const char* verdict,
             const char* why) {
  return {name, says(std::string(last)), verdict, why, Wire::tls, std::move(adjust), true};
}

// In the midst of the hello's random bytes, where no rule of the format is broken.
std::string bent_hello(std::size_t at, char byte) {
  std::string bytes = client_hello();
  bytes.at(at) = byte;
  return bytes;
}

Attacks before_the_handshake() {
  const std::string hello = client_hello();
  return {
      raw("HTTP to the TLS port", get(""), "closed", "no answer in the clear"),
      raw("garbage", std::string(100, '\xff'), "closed", "no TLS"),
      raw("zeros", std::string(70'000, '\0'), "closed", "no TLS"),
      raw("SSL 2 hello",
          std::string("\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10", 11) + std::string(37, 'x'),
          "alert", "long broken"),
      raw("record of 65,535 bytes",
          std::string("\x16\x03\x01\xff\xff", 5) + std::string(65'535, 'x'), "alert",
          "longer than a record may be"),
      raw("hello of 16 MB", record(handshake, std::string("\x01\xff\xff\xff", 4) + hello.substr(9)),
          "alert", "refused by its announced length, before memory is taken"),
      raw("hello longer than its record says", bent_hello(8, '\x02'), "alert",
          "lengths that contradict each other"),
      raw("fifty empty records", repeat(record(handshake, ""), 50), "alert",
          "work without content"),
      raw("warnings before a hello", repeat(record(alert, std::string("\x01\x5a", 2)), 50), "alert",
          "CVE-2016-8610: warnings without end"),
      raw("change of cipher before a hello", record(change_cipher, "\x01"), "alert",
          "nothing to change yet (CVE-2014-0224)"),
      raw("heartbeat before a hello", record(heartbeat, std::string("\x01\x40\x00", 3)), "alert",
          "CVE-2014-0160: asks for more than it brings"),
      raw("data before a hello", record(application, get("")), "alert", "nothing in the clear"),
      raw("two hellos", hello + hello, "closed", "one is enough"),
      raw("hello, then data in the clear", hello + record(application, get(""), '\x03'), "closed",
          "nothing in the clear"),
      raw("server's hello from a client", bent_hello(5, '\x02'), "alert", "a role is a role"),
  };
}

Attacks after_the_handshake() {
  return {
      under("record that was not sealed", record(application, std::string(64, 'x'), '\x03'),
            "alert: sslv3 alert bad record mac", "nothing of it is read"),
      under("empty record that was not sealed", record(application, "", '\x03'),
            "alert: sslv3 alert bad record mac", "nothing of it is read"),
      under("request in the clear", get(""), "alert: tlsv1 alert protocol version",
            "nothing of it is read"),
      under("handshake in the clear", client_hello(), "alert: sslv3 alert unexpected message",
            "nothing of it is read"),
      under("heartbeat", record(heartbeat, std::string("\x01\x40\x00", 3), '\x03'),
            "alert: sslv3 alert unexpected message", "CVE-2014-0160: asks for more than it brings"),
      under("alert in the clear", record(alert, std::string("\x02\x28", 2), '\x03'),
            "alert: sslv3 alert unexpected message", "anybody on the way could send it"),
      {"end in the midst of a record",
       [](Peer& peer) {
         peer.send("GET /ec");
         peer.send_raw(std::string("\x17\x03\x03\x01\x00", 5) + "xyz");
         peer.end_sending();
       },
       "alert: tlsv1 alert decode error", "half a record is nothing", Wire::tls},
  };
}

// TLS 1.2, the last version in which a client may ask to begin anew.
void stay_at_12(SSL* ssl) { SSL_set_max_proto_version(ssl, TLS1_2_VERSION); }

Attacks bad_terms() {
  const auto at_most = [](int version) {
    return [version](SSL* ssl) { SSL_set_max_proto_version(ssl, version); };
  };
  return {
      meets("TLS 1.0", at_most(TLS1_VERSION), "alert: tlsv1 alert protocol version", "withdrawn"),
      meets("TLS 1.1", at_most(TLS1_1_VERSION), "alert: tlsv1 alert protocol version",
            "withdrawn (RFC 8996)"),
      meets("TLS 1.2", at_most(TLS1_2_VERSION), "200", "the oldest that is safe"),
      meets(
          "CBC ciphers",
          [](SSL* ssl) {
            stay_at_12(ssl);
            SSL_set_cipher_list(ssl, "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384");
          },
          "alert: sslv3 alert handshake failure", "padding tells too much"),
      meets(
          "no authentication",
          [](SSL* ssl) {
            stay_at_12(ssl);
            SSL_set_cipher_list(ssl, "aNULL:@SECLEVEL=0");
          },
          "alert: sslv3 alert handshake failure", "anybody could answer"),
      meets(
          "HTTP/2 alone",
          [](SSL* ssl) {
            SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>("\x02h2"), 3);
          },
          "alert: tlsv1 alert no application protocol",
          "bytes of one protocol are never read as another"),
      meets(
          "HTTP/2 or HTTP/1.1",
          [](SSL* ssl) {
            SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>("\x02h2\x08http/1.1"),
                                12);
          },
          "200", "the one we speak"),
      {"renegotiation",
       [](Peer& peer) {
         SSL_renegotiate(peer.ssl());
         peer.note_tls(SSL_do_handshake(peer.ssl()));
         peer.send(last);
         peer.read_all();
       },
       "alert: no renegotiation", "a handshake costs the server more than the client", Wire::tls,
       stay_at_12},
  };
}

}  // namespace

std::string client_hello() {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* ssl = SSL_new(context);
  SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_connect(ssl);
  ERR_clear_error();
  char* data = nullptr;
  const long size = BIO_get_mem_data(SSL_get_wbio(ssl), &data);
  std::string bytes(data, static_cast<std::size_t>(size));
  SSL_free(ssl);
  SSL_CTX_free(context);
  return bytes;
}

Attacks tls_attacks() {
  Attacks all = before_the_handshake();
  for (auto& attack : after_the_handshake()) all.push_back(std::move(attack));
  for (auto& attack : bad_terms()) all.push_back(std::move(attack));
  return all;
}

}  // namespace entente::tests
