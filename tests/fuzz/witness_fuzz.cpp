// What reaches a witness and who wants one: requests to cosign (c2sp.org/tlog-witness), their
// answers, and policies that say whose word is enough (c2sp.org/tlog-policy). What is read is what
// would be written, nothing but growth is proved to be growth, and more witnesses are never less.
#include <entente/audit/proof.h>
#include <entente/audit/witness_policy.h>
#include <entente/audit/witness_request.h>

#include "fuzz.h"
#include "small_log.h"

namespace entente::fuzz {
namespace {

void read_request(std::string_view body) {
  const auto request = decode_witness_request(body);
  if (!request) return;
  require(body.size() <= witness_request_bytes_max, "a request has its limit");
  require(request->consistency.size() <= limits::proof_hashes_max, "a proof has its limit");
  require(gives(encode_witness_request(*request), std::string(body)),
          "a request is what would be written");
}

void read_answer(std::string_view answer) {
  if (const auto size = decode_witness_size(answer)) {
    require(std::to_string(*size) + "\n" == answer, "a size is what would be written");
  }
  const auto line = find_cosignature_line(answer, witness_vkey());
  if (!line) return;
  require(answer.find(line->substr(0, line->size() - 1)) != std::string_view::npos,
          "a line is one of the answer's");
  const auto note = parse_note("-\n\n" + *line);
  require(note && note->signatures.size() == 1, "a line holds one signature");
  require(note->signatures.front().name == witness_vkey().name(), "of the witness that was asked");
}

// The tree of a log, and a request that somebody has changed on its way.
void forge_request(Input input) {
  const SmallLog log(1 + input.below(leaves_max));
  const std::size_t old_size = input.below(log.size() + 1);
  const TreeHead& newest = log.head(log.size());
  const auto proof = consistency_proof(log.nodes(), old_size, newest.size);
  const auto note = sign_checkpoint({std::string(origin), newest.size, newest.root}, log_key());
  require(proof && note, "a log can ask");
  const WitnessRequest honest{.old_size = old_size, .consistency = *proof, .note = *note};
  std::string body = *encode_witness_request(honest);
  require(gives(decode_witness_request(body), honest), "what is asked is read");
  while (!input.is_empty()) {
    const std::size_t at = input.number(2) % body.size();
    body[at] = static_cast<char>(body[at] ^ input.byte());
  }
  const auto read = decode_witness_request(body);
  if (!read || read->old_size > log.size()) return;
  const auto shown = verify_checkpoint(read->note, log_vkey());
  if (!shown) return;
  require(shown->head() == newest, "no other checkpoint is signed");
  if (!verify_consistency(log.head(read->old_size), shown->head(), read->consistency)) return;
  require(read->consistency == *consistency_proof(log.nodes(), read->old_size, newest.size),
          "growth is proved in one way");
}

void read_policy(std::string_view text) {
  const auto policy = WitnessPolicy::parse(text);
  if (!policy) {
    require(!policy.error().detail.empty(), "a policy that is refused is told why");
    return;
  }
  require(gives(WitnessPolicy::parse("# of an auditor\n\n" + std::string(text)), *policy) ||
              text.size() + 17 > witness_policy_bytes_max,
          "a comment changes nothing");
  require(policy->logs().size() <= witness_policy_items_max &&
              policy->witnesses().size() <= witness_policy_items_max,
          "a policy has its limits");
  for (const PolicyLog& log : policy->logs()) {
    require(policy->covers(log.key), "a policy covers the logs that it names");
  }
  require(policy->covers(log_vkey()) || !policy->logs().empty(), "one without logs is for any");
  std::vector<Cosignature> cosigned;
  bool met = policy->judge(cosigned).met;
  require(met == (policy->quorum() == "none"), "nobody is enough where none is asked");
  for (const Vkey& witness : policy->witness_keys()) {
    cosigned.push_back({witness, 1});
    const PolicyVerdict verdict = policy->judge(cosigned);
    require(verdict.met || !met, "more witnesses are never less");
    require(verdict.cosigned == cosigned.size(), "each witness counts once");
    met = verdict.met;
  }
  require(met, "all of them are always enough");
  const PolicyVerdict all = policy->judge(cosigned);
  cosigned.push_back({witness_vkey(), 2});  // of the policy or not
  cosigned.insert(cosigned.end(), cosigned.begin(), cosigned.begin() + 1);
  require(policy->judge(cosigned).met == all.met, "nobody counts twice");
}

}  // namespace

void witness(ByteView bytes) {
  Input input(bytes);
  switch (input.below(4)) {
    case 0:
      return read_request(text_of(input.rest()));
    case 1:
      return read_answer(text_of(input.rest()));
    case 2:
      return read_policy(text_of(input.rest()));
    default:
      return forge_request(input);
  }
}

}  // namespace entente::fuzz
