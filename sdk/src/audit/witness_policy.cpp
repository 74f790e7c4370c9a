#include <entente/audit/witness_policy.h>

#include <algorithm>
#include <optional>
#include <set>

#include "note_text.h"

namespace entente {

namespace {

constexpr std::string_view none = "none";

using Words = std::vector<std::string_view>;

Words split(std::string_view line) {
  constexpr std::string_view blank = " \t";
  Words words;
  for (std::size_t at = 0;;) {
    at = line.find_first_not_of(blank, at);
    if (at == std::string_view::npos) return words;
    const std::size_t end = std::min(line.find_first_of(blank, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
}

bool is_allowed(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

// What a key is for is told by its type.
Result<Vkey> key_of(std::string_view text, SignatureType type) {
  auto key = Vkey::decode(text);
  if (!key) {
    return fail(ErrorCode::config_invalid,
                "expected a key <name>+<key id>+<base64>: " + describe(key.error()));
  }
  if (key->type() != type) {
    return fail(ErrorCode::config_invalid, type == SignatureType::ed25519
                                               ? "expected a log's key, of type 0x01"
                                               : "expected a witness's key, of type 0x04");
  }
  return key;
}

}  // namespace

// Reads line by line; each line may name only what stands above it.
class PolicyReader {
 public:
  Status read_line(std::string_view line) {
    if (!std::ranges::all_of(line, is_allowed)) {
      return refuse("a control character: lines end in a newline alone");
    }
    const Words words = split(line);
    if (words.empty() || words.front().starts_with('#')) return {};
    if (words.front() == "log") return read_log(words);
    if (words.front() == "witness") return read_witness(words);
    if (words.front() == "group") return read_group(words);
    if (words.front() == "quorum") return read_quorum(words);
    return refuse("expected log, witness, group, quorum or a comment");
  }

  Result<WitnessPolicy> finish() {
    if (policy_.quorum_.empty()) return refuse("expected a line: quorum <name>|none");
    return std::move(policy_);
  }

 private:
  static std::unexpected<Error> refuse(std::string why) {
    return fail(ErrorCode::config_invalid, std::move(why));
  }

  Status read_log(const Words& words) {
    if (words.size() < 2 || words.size() > 3) return refuse("expected: log <key> [<url>]");
    ENTENTE_LET(key, key_of(words[1], SignatureType::ed25519));
    const auto same = [&](const PolicyLog& log) {
      return log.key.public_key() == key.public_key();
    };
    if (std::ranges::any_of(policy_.logs_, same)) return refuse("a log with this key stands above");
    ENTENTE_TRY(check_room(policy_.logs_.size(), "logs"));
    policy_.logs_.push_back({key, std::string(words.size() > 2 ? words[2] : "")});
    return {};
  }

  Status read_witness(const Words& words) {
    if (words.size() < 3 || words.size() > 4) {
      return refuse("expected: witness <name> <key> [<url>]");
    }
    ENTENTE_TRY(check_new_name(words[1]));
    ENTENTE_LET(key, key_of(words[2], SignatureType::cosignature_v1));
    const auto same = [&](const PolicyWitness& witness) {
      return witness.key.public_key() == key.public_key();
    };
    if (std::ranges::any_of(policy_.witnesses_, same)) {
      return refuse("a witness with this key stands above");
    }
    ENTENTE_TRY(check_room(policy_.witnesses_.size(), "witnesses"));
    policy_.witnesses_.push_back(
        {std::string(words[1]), key, std::string(words.size() > 3 ? words[3] : "")});
    names_.insert(std::string(words[1]));
    return {};
  }

  Status read_group(const Words& words) {
    if (words.size() < 4) return refuse("expected: group <name> all|any|<k> <member>...");
    ENTENTE_TRY(check_new_name(words[1]));
    ENTENTE_TRY(check_room(policy_.groups_.size(), "groups"));
    WitnessPolicy::Group group{.name = std::string(words[1])};
    for (std::size_t i = 3; i < words.size(); ++i) {
      ENTENTE_TRY(check_known(words[i]));
      if (!members_.insert(std::string(words[i])).second) {
        return refuse(quoted(words[i]) + " is a member already: each name is one once");
      }
      group.members.emplace_back(words[i]);
    }
    ENTENTE_LET(wanted, threshold(words[2], group.members.size()));
    group.wanted = wanted;
    names_.insert(group.name);
    policy_.groups_.push_back(std::move(group));
    return {};
  }

  Status read_quorum(const Words& words) {
    if (words.size() != 2) return refuse("expected: quorum <name>|none");
    if (!policy_.quorum_.empty()) return refuse("a second quorum: there is exactly one");
    if (words[1] != none) ENTENTE_TRY(check_known(words[1]));
    policy_.quorum_ = words[1];
    return {};
  }

  static Result<std::size_t> threshold(std::string_view word, std::size_t members) {
    if (word == "any") return std::size_t{1};
    if (word == "all") return members;
    const auto number = parse_decimal(word);
    if (!number || *number < 1 || *number > members) {
      return refuse("expected all, any or a number from 1 to " + std::to_string(members));
    }
    return static_cast<std::size_t>(*number);
  }

  static Status check_room(std::size_t have, std::string_view of) {
    if (have < witness_policy_items_max) return {};
    return fail(ErrorCode::too_large,
                "more than " + std::to_string(witness_policy_items_max) + " " + std::string(of));
  }
  Status check_new_name(std::string_view name) const {
    if (name == none || names_.contains(std::string(name))) {
      return refuse("expected a new name: " + quoted(name) + " is taken");
    }
    return {};
  }
  Status check_known(std::string_view name) const {
    if (names_.contains(std::string(name))) return {};
    return refuse("expected a witness or group that stands above, not " + quoted(name));
  }
  static std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

  WitnessPolicy policy_;
  std::set<std::string> names_;    // of witnesses and groups
  std::set<std::string> members_;  // of any group
};

Result<WitnessPolicy> WitnessPolicy::parse(std::string_view text) {
  if (text.size() > witness_policy_bytes_max) return fail(ErrorCode::too_large, "witness policy");
  PolicyReader reader;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    const Status read = reader.read_line(text.substr(0, end));
    if (!read) {
      return fail(read.error().code, "line " + std::to_string(number) + ": " + read.error().detail);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.finish();
}

std::vector<Vkey> WitnessPolicy::witness_keys() const {
  std::vector<Vkey> keys;
  keys.reserve(witnesses_.size());
  for (const PolicyWitness& witness : witnesses_) keys.push_back(witness.key);
  return keys;
}

bool WitnessPolicy::covers(const Vkey& log) const {
  return logs_.empty() || std::ranges::find(logs_, log, &PolicyLog::key) != logs_.end();
}

PolicyVerdict WitnessPolicy::judge(std::span<const Cosignature> cosignatures) const {
  std::set<std::string_view> witnessed;  // the names that have witnessed it, groups too
  for (const PolicyWitness& witness : witnesses_) {
    if (std::ranges::find(cosignatures, witness.key, &Cosignature::witness) != cosignatures.end()) {
      witnessed.insert(witness.name);
    }
  }
  PolicyVerdict verdict{.cosigned = witnessed.size(), .witnesses = witnesses_.size()};
  for (const Group& group : groups_) {
    const auto count = std::ranges::count_if(
        group.members, [&](const std::string& member) { return witnessed.contains(member); });
    if (static_cast<std::size_t>(count) >= group.wanted) witnessed.insert(group.name);
  }
  verdict.met = quorum_ == none || witnessed.contains(quorum_);
  return verdict;
}

}  // namespace entente
