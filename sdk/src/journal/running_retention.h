#pragma once
// Keeping and forgetting while the writer runs: what is done to a log at rest, with what memory
// holds of it. Between two batches, i.e. nothing may be gathered.

#include "batch.h"

namespace entente {

// Everything of a case may go only once it has ended and nobody works for it. Its parts leave
// memory; whoever calls lets go of a case that is erased whole. What is on record as erased is not
// put there again; with `notify` the consumers of the other cases get a notice. `cases` are those
// in memory; the batch may load more. Fails with wrong_use, and as erase() does.
Result<std::vector<std::uint64_t>> erase_running(Batch& batch, Batch::Cases& cases,
                                                 std::span<const ErasureRecord> erasures,
                                                 bool notify);

// What is on record already, word for word, is not put there again. Fails as put_holds() does.
Result<std::vector<std::uint64_t>> hold_running(Ledger& ledger, Batch::Cases& cases,
                                                std::span<const HoldRecord> holds);

}  // namespace entente
