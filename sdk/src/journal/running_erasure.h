#pragma once
// Erasing while the writer runs: what a log at rest has erased, with what memory holds of it.

#include "batch.h"

namespace entente {

// Requires that nothing is gathered, i.e. between two batches; everything of a case may go only
// once it has ended and nobody works for it. Its parts leave memory; whoever calls lets go of a
// case that is erased whole. What is on record as erased is not put there again; with `notify` the
// consumers of the other cases get a notice. Fails with wrong_use, and as erase() does.
Result<std::vector<std::uint64_t>> erase_running(Batch& batch,
                                                 std::span<const ErasureRecord> erasures,
                                                 bool notify);

}  // namespace entente
