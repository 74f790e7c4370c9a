#include "agent/trace_context.h"

#include <entente/crypto/system.h>

#include "catch.h"

using namespace entente;

namespace {

// The bytes 1, 2, 3 ...; or only zeros.
class Counting final : public Entropy {
 public:
  explicit Counting(bool zeros = false) : zeros_(zeros) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = zeros_ ? 0 : ++next_;
  }

 private:
  bool zeros_;
  std::uint8_t next_ = 0;
};

constexpr std::string_view trace = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr std::string_view parent = "00f067aa0ba902b7";

std::string header(std::string_view trace_id, std::string_view parent_id) {
  return "00-" + std::string(trace_id) + "-" + std::string(parent_id) + "-01";
}

}  // namespace

TEST_CASE("a trace that began elsewhere goes on, in a span of ours") {
  Counting entropy;
  const TraceContext context = continue_trace(header(trace, parent), entropy);
  CHECK(context.trace_id == trace);
  CHECK(context.parent_id == parent);
  CHECK(context.span_id == "0102030405060708");
}

TEST_CASE("without a traceparent a trace begins") {
  Counting entropy;
  const TraceContext context = continue_trace(std::nullopt, entropy);
  CHECK(context.span_id == "0102030405060708");
  CHECK(context.trace_id == "090a0b0c0d0e0f101112131415161718");
  CHECK(context.parent_id.empty());
}

TEST_CASE("a traceparent that is none begins a trace, and nothing of it goes on") {
  const std::string good = header(trace, parent);
  std::vector<std::string> bad = {"",
                                  "00",
                                  header(std::string(32, '0'), parent),
                                  header(trace, std::string(16, '0')),
                                  header("4BF92F3577B34DA6A3CE929D0E0E4736", parent),
                                  "01" + good.substr(2),
                                  "ff" + good.substr(2),
                                  good + "-x",
                                  good + "\n",
                                  good.substr(1) + "0"};
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = '"';
    bad.push_back(changed);
  }
  for (const std::string& text : bad) {
    INFO(text);
    Counting entropy;
    const TraceContext context = continue_trace(text, entropy);
    CHECK(context.parent_id.empty());
    CHECK(context.trace_id == "090a0b0c0d0e0f101112131415161718");
  }
}

TEST_CASE("an id of ours is never all zero") {
  Counting entropy(true);
  const TraceContext context = continue_trace(std::nullopt, entropy);
  CHECK(context.trace_id.find_first_not_of('0') != std::string::npos);
  CHECK(context.span_id.find_first_not_of('0') != std::string::npos);
}
