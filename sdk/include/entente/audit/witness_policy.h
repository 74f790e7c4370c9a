#pragma once
// Whose word makes a checkpoint good enough: a file in which an auditor, a regulator or a court
// writes down which logs it knows, which witnesses, and how many of them it wants
// (c2sp.org/tlog-policy).
//
//     log kettle.example/log+3b6a27bc+AQ...
//     witness association w.example+5d02b7e1+BA... https://w.example/
//     witness regulator r.example+0f31c8aa+BA...
//     group both all association regulator
//     quorum both
//
//     ENTENTE_LET(policy, WitnessPolicy::parse(text));
//     ENTENTE_LET(note, verify_cosigned_checkpoint(bytes, log, policy.witness_keys()));
//     if (!policy.judge(note.cosignatures).met) ...
//
// An auditor's is part of a Trust (entente/replay/trust.h), which adds windows of time.
// protocol/spec/06-audit-log.md.

#include <entente/audit/checkpoint.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace entente {

inline constexpr std::size_t witness_policy_bytes_max = std::size_t{64} * 1024;
inline constexpr std::size_t witness_policy_items_max = 64;  // logs; witnesses; groups; members

struct PolicyLog {
  Vkey key;
  std::string url;  // empty: none is given

  friend bool operator==(const PolicyLog&, const PolicyLog&) = default;
};
struct PolicyWitness {
  std::string name;  // in this file; what it signs as is the name of its key
  Vkey key;
  std::string url;  // where it takes checkpoints; empty: none is given

  friend bool operator==(const PolicyWitness&, const PolicyWitness&) = default;
};

// What a policy says of the cosignatures of one checkpoint.
struct PolicyVerdict {
  bool met = false;
  std::size_t cosigned = 0;  // by so many of its witnesses
  std::size_t witnesses = 0;

  friend bool operator==(const PolicyVerdict&, const PolicyVerdict&) = default;
};

class WitnessPolicy {
 public:
  // Fails with config_invalid, naming the line and what was expected there, or with too_large.
  static Result<WitnessPolicy> parse(std::string_view text);

  const std::vector<PolicyLog>& logs() const { return logs_; }
  const std::vector<PolicyWitness>& witnesses() const { return witnesses_; }
  // "both", or "none".
  const std::string& quorum() const { return quorum_; }
  std::vector<Vkey> witness_keys() const;
  // Whether it speaks of this log: it names the log, or it names none and is for any.
  bool covers(const Vkey& log) const;
  // Requires cosignatures that verified.
  PolicyVerdict judge(std::span<const Cosignature> cosignatures) const;

  friend bool operator==(const WitnessPolicy&, const WitnessPolicy&) = default;

 private:
  friend class PolicyReader;
  struct Group {
    std::string name;
    std::size_t wanted = 0;
    std::vector<std::string> members;

    friend bool operator==(const Group&, const Group&) = default;
  };
  WitnessPolicy() = default;

  std::vector<PolicyLog> logs_;
  std::vector<PolicyWitness> witnesses_;
  std::vector<Group> groups_;  // after every group and witness that it names
  std::string quorum_;
};

}  // namespace entente
