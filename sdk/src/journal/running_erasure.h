#pragma once
// Erasing while the writer runs: what a log at rest has erased, with what memory holds of it.

#include "batch.h"

namespace entente {

// Requires that nothing is gathered, i.e. between two batches; everything of a case may go only
// once it has ended and nobody works for it. Its parts leave memory; whoever calls lets go of a
// case that is erased whole. Fails with wrong_use, and as erase() does.
Result<std::vector<std::uint64_t>> erase_running(Batch& batch,
                                                 std::span<const ErasureRecord> erasures);

}  // namespace entente
