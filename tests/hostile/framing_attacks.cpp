#include "attack.h"

namespace entente::tests {
namespace {

Attack row(const char* name, std::string bytes, const char* verdict, const char* why) {
  return {name, says(std::move(bytes) + std::string(smuggled)), verdict, why};
}

std::string chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n") + body;
}

Attacks length_attacks() {
  return {
      row("negative length", post("Content-Length: -1\r\n") + "hello", "400",
          "a huge number to whoever reads it unsigned"),
      row("signed length", post("Content-Length: +5\r\n") + "hello", "400",
          "digits alone are a length"),
      row("hexadecimal length", post("Content-Length: 0x5\r\n") + "hello", "400",
          "0 to one reader, 5 to another"),
      row("length with a leading zero", post("Content-Length: 05\r\n") + "hello", "400",
          "octal to some"),
      row("length as a list", post("Content-Length: 5, 5\r\n") + "hello", "400",
          "which of them counts is a guess"),
      row("length with a fraction", post("Content-Length: 5.0\r\n") + "hello", "400",
          "digits alone are a length"),
      row("empty length", post("Content-Length:\r\n") + "hello", "400", "no length is no 0"),
      row("two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n") + "hello", "400",
          "whoever repeats it may differ next time"),
      row("two different lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n") + "hello",
          "400", "a proxy may have believed the other"),
      row("length beyond 64 bits", post("Content-Length: 18446744073709551621\r\n") + "hello",
          "413", "5 to whoever lets it wrap"),
      row("length over the cap", post("Content-Length: 100001\r\n") + std::string(100'001, 'x'),
          "413", "refused before a byte of it is kept"),
      row("length over the cap, nothing sent", post("Content-Length: 99999999\r\n"), "413",
          "the announcement is enough"),
      row("no length", post("") + "hello", "411", "a body to the end of the connection is none"),
      row("body of a GET", get("Content-Length: 5\r\n") + "hello", "400",
          "some would read the body as a request"),
      row("body of a DELETE", "DELETE /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
          "400", "some would read the body as a request"),
      row("body of a HEAD", "HEAD /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
          "400", "some would read the body as a request"),
      row("space before the colon of a length", post("Content-Length : 5\r\n") + "hello", "400",
          "a field to some and none to others"),
      row("length hidden in a folded line", post("X: y\r\n Content-Length: 5\r\n") + "hello", "400",
          "one reader's value, another's field"),
      row("length with a tab", post("Content-Length:\t5\r\n") + "hello", "400",
          "no control but a line end stands in a head"),
      row("length and a NUL", post(std::string("Content-Length: 5\0\r\n", 20)) + "hello", "400",
          "C strings end there"),
  };
}

Attacks encoding_attacks() {
  return {
      row("chunked", chunked("5\r\nhello\r\n0\r\n\r\n"), "501",
          "two ways to end a message are one too many"),
      row("length, then chunked",
          post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n", "501",
          "the classic of smuggling"),
      row("chunked, then length",
          post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") + "0\r\n\r\n", "501",
          "the other order of the same"),
      row("chunk size of 2^64 + 5", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"), "501",
          "5 to whoever lets it wrap"),
      row("chunk size of 2^63", chunked("8000000000000000\r\nhello"), "501",
          "negative to whoever reads it signed"),
      row("trailer", chunked("5\r\nhello\r\n0\r\nX: y\r\n\r\n"), "501",
          "fields after the body reach checks too late"),
      row("trailer that is a request", chunked("5\r\nhello\r\n0\r\nGET /smuggled HTTP/1.1\r\n\r\n"),
          "501", "the next request to whoever stops at the last chunk"),
      row("no line end after a chunk", chunked("5\r\nhello0\r\n\r\n"), "501",
          "readers disagree on where the next chunk starts"),
      row("chunk with an extension", chunked("5;a=b\r\nhello\r\n0\r\n\r\n"), "501",
          "what some skip and others parse"),
      row("chunks ended by LF alone", chunked("5\nhello\n0\n\n"), "501", "readers disagree"),
      row("xchunked", post("Transfer-Encoding: xchunked\r\n") + "5\r\nhello\r\n0\r\n\r\n", "501",
          "chunked to whoever looks for the word within"),
      row("xchunked and length",
          post("Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n") + "hello", "501",
          "framed by its length to whoever ignores what it does not know"),
      row("chunked amid spaces", post("Transfer-Encoding:  chunked \r\n") + "0\r\n\r\n", "501",
          "some compare untrimmed"),
      row("chunked in capitals", post("TRANSFER-ENCODING: CHUNKED\r\n") + "0\r\n\r\n", "501",
          "some compare case"),
      row("chunked twice", post("Transfer-Encoding: chunked, chunked\r\n") + "0\r\n\r\n", "501",
          "decoded once by one, twice by another"),
      row("chunked, then identity",
          post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n") + "0\r\n\r\n",
          "501", "the last to some, the first to others"),
      row("gzip, then length", post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n") + "hello",
          "501", "framed by its length by one of our own candidates"),
      row("empty transfer encoding", post("Transfer-Encoding:\r\nContent-Length: 5\r\n") + "hello",
          "501", "present to some, absent to others"),
      row("chunked by HTTP/1.0",
          "POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "505",
          "1.0 knows no chunks, and a proxy may speak it"),
      row("chunked GET", get("Transfer-Encoding: chunked\r\n") + "0\r\n\r\n", "501",
          "a body where none is expected"),
  };
}

}  // namespace

Attacks framing_attacks() {
  Attacks all = length_attacks();
  for (auto& attack : encoding_attacks()) all.push_back(std::move(attack));
  return all;
}

}  // namespace entente::tests
