#include "compose.h"

#include <entente/core/limits.h>

namespace entente {

Composition compose(const Speech& speech, std::int64_t now_ms, Entropy& entropy) {
  Composition made;
  made.message.body = speech.body;
  made.message.parts = speech.repeated;
  for (const NewPart& added : speech.added) {
    made.new_parts.push_back(make_part(added.part_class, added.media_type, added.content, entropy));
    made.message.parts.push_back(reference(made.new_parts.back()));
  }
  entropy.fill(made.message.act_id);
  entropy.fill(made.message.nonce);
  made.message.sent_at_ms = now_ms;
  made.message.admit_by_ms = now_ms + limits::admit_window_ms;
  return made;
}

}  // namespace entente
