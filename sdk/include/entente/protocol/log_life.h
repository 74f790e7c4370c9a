#pragma once
// What a log says about itself: who else saw it grow, who read it, which key signs it, when it was
// dated, copied, brought back, or went on under another name. None of it is of a case. Twins of
// protocol/schema/log.capnp; rules in protocol/spec/06-audit-log.md.

#include <entente/protocol/log_entry.h>

#include <array>

namespace entente {

// Kind cosignature: over this log's checkpoint if received, over another log's if sent.
struct CosignatureRecord {
  std::string note;  // the checkpoint with the lines of its witnesses
  std::int64_t at_ms = 0;
  bool operator==(const CosignatureRecord&) const = default;
};

// Says who saw the log, or when: a log that grew by such entries alone has nothing new to show, or
// showing it would go on for ever.
constexpr bool is_attestation(EntryKind kind) {
  return kind == EntryKind::cosignature || kind == EntryKind::timestamp;
}

// Kind timestamp.
struct TimestampRecord {
  std::string note;  // a checkpoint of this log
  Bytes token;       // RFC 3161 TimeStampToken, DER, over the bytes of the note
  bool operator==(const TimestampRecord&) const = default;
};

// Kind access: written before the bytes leave.
struct AccessRecord {
  std::string reader;  // "did:key:z6Mk..."
  std::string path;
  std::int64_t at_ms = 0;
  bool operator==(const AccessRecord&) const = default;
};

// Kind key: from here on the new key signs, and both do until `both_until_ms`. Each signs
// log_key_statement(), entente/wire/log_life.h.
struct LogKeyRecord {
  std::string old_vkey;
  std::string new_vkey;
  std::int64_t both_until_ms = 0;
  std::int64_t at_ms = 0;
  std::array<std::uint8_t, 64> old_signature{};
  std::array<std::uint8_t, 64> new_signature{};
  bool operator==(const LogKeyRecord&) const = default;
};

// Kind rollover: the last entry of a log, which names the next, or the first that is only of that
// one: the next log begins with all the entries of the old.
struct RolloverRecord {
  bool begins = false;  // the first entry of the new log alone
  std::string origin;   // of the other log
  std::string vkey;
  std::uint64_t size = 0;  // of the tree that is the old log's here, before this entry; 0 and zero
  Digest root;             // in the old log's last entry
  std::string reason;      // code
  std::int64_t at_ms = 0;
  bool operator==(const RolloverRecord&) const = default;
};

// Kind backup.
struct BackupRecord {
  Digest backup;           // names the copy
  std::uint64_t size = 0;  // entries in it
  Digest root;
  std::int64_t at_ms = 0;
  bool operator==(const BackupRecord&) const = default;
};

// Kind restore.
struct RestoreRecord {
  Digest backup;
  std::uint64_t size = 0;  // entries in the copy; what stands between came from elsewhere
  Digest root;
  std::string by;
  std::string reason;  // code
  std::int64_t at_ms = 0;
  bool operator==(const RestoreRecord&) const = default;
};

// A consumer's log is named by its principal, and once it goes on under another name by what that
// is extended to: "did:key:z6Mk.../2".
inline bool is_log_of(std::string_view name, std::string_view principal) {
  return name.starts_with(principal) &&
         (name.size() == principal.size() || name[principal.size()] == '/');
}

}  // namespace entente
