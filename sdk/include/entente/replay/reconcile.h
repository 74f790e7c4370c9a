#pragma once
// Two logs of the same cases, laid side by side: the same messages at the same positions, every
// receipt backed by an entry, every checkpoint that one party saw a state the other's log has been
// in.
//
//     ENTENTE_LET(brand, replay(brand_source));
//     ENTENTE_LET(consumer, replay(consumer_source));
//     Report both = reconcile(&brand, {&consumer, 1});
//
// Rules: protocol/spec/07-replay.md, `both.*`.

#include <entente/replay/replay.h>

#include <span>

namespace entente {

// The reports of all logs and what the comparison adds. `brand` may be null: then the consumers'
// checkpoints are compared with each other.
Report reconcile(const ReplayedLog* brand, std::span<const ReplayedLog> consumers);

}  // namespace entente
