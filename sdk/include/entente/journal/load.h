#pragma once
// What an endpoint takes on when more comes than it can carry: so much per key, per case and per
// network, no more work in the queue than is done in time, and room kept for what nothing may shed.
//
//     EndpointOptions{..., .load = {.messages_per_key = {.per_minute = 60, .burst = 20}}}
//
// Rules: protocol/spec/11-transport.md (Load). Guide: docs/guides/run-an-endpoint.md.

#include <entente/core/limits.h>

namespace entente {

// A bucket of tokens: `burst` at once, refilled by `per_minute`. per_minute 0: no limit.
struct Rate {
  std::int64_t per_minute = 0;
  std::int64_t burst = 0;
};

struct LoadLimits {
  // Of one author's key; of one case, whoever speaks in it.
  Rate messages_per_key{.per_minute = 600, .burst = 200};
  Rate messages_per_case{.per_minute = 300, .burst = 100};
  Rate reads_per_key{.per_minute = 1'200, .burst = 400};
  // Of one network (an IPv4 address, an IPv6 /64), whatever keys it comes with: cases opened, and
  // answers that there is no such case.
  Rate openings_per_network{.per_minute = 1'200, .burst = 400};
  Rate strangers_per_network{.per_minute = 600, .burst = 200};
  // Signed "busy" for openings that are shed, and those of accepts, which go to the log.
  Rate refused_openings{.per_minute = 30'000, .burst = 1'000};
  Rate refused_accepts_per_case{.per_minute = 10, .burst = 5};
  std::size_t buckets_max = 65'536;     // of each kind; the longest unused is forgotten first
  std::size_t members_max = 2'000'000;  // (case, key) pairs known to I/O threads

  // Ordinary work is taken on while it would be done within this time; an opening that stood longer
  // in its socket is told to come back, before its signature is looked at.
  std::int64_t queue_ms_target = 75;
  std::size_t queue_max = limits::submission_queue_max;
  std::size_t queue_bytes_max = std::size_t{128} * 1024 * 1024;
  // Handoff, leave, exercise, revoke. Of one source (a member's key, a stranger's network) so many
  // wait for their receipt; the next ones are acknowledged at once, unlogged, and keep their place.
  std::size_t reserved_batch_share = limits::batch_submissions_max / 2;
  std::size_t reserved_prompt_max = 16;
  std::size_t reserved_per_source_max = 256;
  std::size_t reserved_max = 4'096;
  std::size_t reserved_bytes_max = std::size_t{128} * 1024 * 1024;

  // Work asked of who opens a case while the endpoint is loaded, as zero bits of a hash
  // (entente/journal/challenge.h): 0 asks for none, 18 takes a laptop about a tenth of a second.
  unsigned challenge_bits = 0;

  // What a shed author is told to wait, at least and at most.
  std::int64_t retry_ms_min = 1'000;
  std::int64_t retry_ms_max = 30'000;
};

// Counted since the start; `waiting` and `reserved_waiting` are of now.
struct LoadStats {
  std::uint64_t admitted = 0;     // submissions that reached the log's thread
  std::uint64_t shed = 0;         // told to come back, or that there is no such case
  std::uint64_t unlogged = 0;     // acknowledged before their entry was written
  std::uint64_t challenged = 0;   // asked for work first
  std::uint64_t turned_away = 0;  // reserved ones of a source with too many waiting
  std::uint64_t waiting = 0;
  std::uint64_t reserved_waiting = 0;
  std::uint64_t waiting_bytes = 0;
};

}  // namespace entente
