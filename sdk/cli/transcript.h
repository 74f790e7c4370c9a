#pragma once
// A case on the screen, as a conversation and what came of it; or as JSON.

#include "console.h"
#include "record.h"
#include "words.h"

namespace entente::cli {

// One message: who and the verb in one line, what was said below.
struct Spoken {
  const Message& message;
  MessageId id;
  std::int64_t at_ms = 0;  // when the brand's log took it; else when it was sent
  std::string effect;      // empty: it counts
  std::string because;     // the rule behind it, if this log says; else empty
};
void print(Console& console, const Spoken& spoken, const FindPart& find_part,
           std::string_view brand_did);

// The whole conversation, then offers, agreements, the request for a person and deadlines.
void print(Console& console, const ReadCase& read);
// What stands after it, alone.
void print_state(Console& console, const Case& casefile);

Result<Json> to_json_value(const ReadCase& read);

}  // namespace entente::cli
