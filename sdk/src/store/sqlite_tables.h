#pragma once
// The tables of store.db (docs/reference/store.md), and everything that is asked of them.

#include "database.h"

namespace entente {

extern const Database::Kind store_kind;

// Compiled once: those that write are there in write mode only.
struct Statements {
  Statement add_owner, count_up, get_owner, get_count, add_entry, add_tile, add_part, add_receipt,
      put_case, add_revoked;
  Statement put_head, get_head, get_entry, get_entries, get_tile, get_case_entries, get_parts;
  Statement get_receipts, get_case, get_open, get_cases, count_cases, get_revoked, get_retention;
  Statement add_retention, settle, empty_entry, delete_parts, delete_receipts, no_receipts;
};

Result<Statements> prepare_statements(const Database& database, StoreMode mode);

}  // namespace entente
