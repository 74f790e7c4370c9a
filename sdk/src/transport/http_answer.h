#pragma once
// An answer as the bytes that go out: one string, so that a small answer is one write and one TLS
// record.

#include <entente/transport/http.h>

#include <string>

namespace entente::http {

inline constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";

struct AnswerContext {
  bool closes = false;     // say so
  bool head_only = false;  // the request was HEAD
};

// Whether HTTP can carry it: a final status, and fields that neither split the answer nor
// contradict the ones written here.
bool is_sendable(const HttpResponse& response);

// Requires is_sendable.
std::string write_answer(const HttpResponse& response, AnswerContext context);

}  // namespace entente::http
