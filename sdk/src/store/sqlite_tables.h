#pragma once
// The tables of store.db (docs/reference/store.md), and everything that is asked of them.

#include "database.h"

namespace entente {

extern const Database::Kind store_kind;

// Compiled once: those that write are there in write mode only.
struct Statements {
  // Written by a batch.
  Statement add_owner, add_entry, count_up, add_tile, add_part, add_receipt, add_case, close_case;
  Statement add_revoked, add_retention, add_rows, put_head;
  // Written by an erasure.
  Statement empty_entry, delete_parts, delete_receipts, no_receipts, settle;
  // Read.
  Statement get_head, get_rows, get_owner, get_count, get_entry, get_entries, get_tile;
  Statement get_case_entries, get_parts, get_part, get_receipts, get_case, get_open, get_cases;
  Statement get_revoked, get_retention;
};

Result<Statements> prepare_statements(const Database& database, StoreMode mode);

}  // namespace entente
