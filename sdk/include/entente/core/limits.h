#pragma once
// Every bound of the SDK in one place, so that a reader can see what a stranger may make us hold.
// Sizes in bytes, times in milliseconds.

#include <cstddef>
#include <cstdint>

namespace entente::limits {

// What travels (protocol/spec/02-envelope.md).
inline constexpr std::size_t envelope_bytes_max = 64 * 1024;
inline constexpr std::size_t part_bytes_max = 4 * 1024 * 1024;
inline constexpr std::size_t parcel_bytes_max = 8 * 1024 * 1024;
inline constexpr std::size_t parcel_envelopes_max = 16;
inline constexpr std::size_t parcel_parts_max = 64;
inline constexpr std::size_t parcel_receipts_max = 64;
inline constexpr std::size_t code_bytes_max = 64;
inline constexpr std::size_t text_bytes_max = 1024;  // untrusted text inside a message
inline constexpr std::size_t list_items_max = 256;   // any list inside a message
inline constexpr std::size_t media_type_bytes_max = 128;
inline constexpr std::int64_t integer_max = (std::int64_t{1} << 53) - 1;
inline constexpr std::uint64_t nesting_max = 32;

// The log (protocol/spec/06-audit-log.md).
inline constexpr std::size_t leaf_bytes_max = 65'535;
inline constexpr std::size_t record_bytes_max = 1024 * 1024;  // content behind a leaf
inline constexpr std::size_t record_items_max = 4096;
inline constexpr std::size_t record_text_bytes_max = 16 * 1024;
inline constexpr std::size_t note_bytes_max = 64 * 1024;
inline constexpr std::size_t note_signatures_max = 16;
inline constexpr std::size_t origin_bytes_max = 255;
inline constexpr std::size_t proof_hashes_max = 63;

// Files people write.
inline constexpr std::size_t json_bytes_max = 64 * 1024;
inline constexpr std::size_t yaml_bytes_max = 1024 * 1024;
inline constexpr std::size_t json_depth_max = 32;
inline constexpr std::size_t yaml_depth_max = 32;

// Clocks.
inline constexpr std::int64_t skew_ms_max = 120'000;      // sent_at against the endpoint's clock
inline constexpr std::int64_t offer_grace_ms = 60'000;    // an accept this late is still in time
inline constexpr std::int64_t admit_window_ms = 600'000;  // default admit_by after sent_at
inline constexpr std::int64_t lost_contact_ms = 600'000;  // a live handoff without poll or message
inline constexpr std::int64_t wait_ms_max = 30'000;       // a long-poll

// Queues and batches.
inline constexpr std::size_t batch_submissions_max = 256;
inline constexpr std::size_t submission_queue_max = 4096;
inline constexpr std::size_t case_messages_max = 4096;

}  // namespace entente::limits
