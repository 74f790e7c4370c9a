#pragma once
// Two logs of the same cases, laid side by side: the same messages at the same positions, every
// receipt backed by an entry, every checkpoint that one party saw a state the other's log has been
// in.
//
//     ReplayedLog logs[] = {*replay(brand_source), *replay(consumer_source)};
//     Report both = reconcile(logs);
//
// Rules: protocol/spec/07-replay.md, `both.*`.

#include <entente/replay/replay.h>

#include <span>

namespace entente {

// Tells the views that were kept elsewhere, in order of origin, size and root.
using ViewReader =
    std::function<void(const std::function<void(std::string_view, const LogView&)>&)>;

// The reports of all logs, taken out of them, and what comparing every brand's with every
// consumer's adds; and what all views together prove. No `views`: those in the logs.
Report reconcile(std::span<ReplayedLog> logs, const ViewReader& views = {});

}  // namespace entente
