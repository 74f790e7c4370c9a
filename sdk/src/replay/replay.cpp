#include <entente/replay/replay.h>

#include <entente/identity/gate.h>
#include <entente/protocol/log_life.h>

#include "party_log.h"

namespace entente {
namespace {

bool is_document(EntryKind kind) {
  return kind == EntryKind::card || kind == EntryKind::mandate || kind == EntryKind::policy;
}

// A brand writes its own card and policy, a consumer the card that it received; and a consumer's
// message is received by the one and sent by the other.
Party owner_by(const OpenEntry& entry) {
  const Direction direction = entry.leaf.direction;
  if (entry.leaf.kind == EntryKind::policy) return Party::brand;
  if (entry.leaf.kind != EntryKind::card) return Party::unset;
  return direction == Direction::own ? Party::brand : Party::consumer;
}

// Reads a log once, entry by entry; what comes before its owner is known are documents.
class LogReplay {
 public:
  LogReplay(EntrySource& source, LogHeader header, const ReplayOptions& options,
            ReplayedLog& result)
      : source_(source),
        options_(options),
        result_(result),
        notes_(result.report),
        pass_(source, std::move(header), options, notes_),
        documents_(notes_, options.trust),
        owner_(pass_.header().owner) {
    if (options.keep_for_comparison) pass_.keep_leaves(result.leaves);
  }

  Status run() {
    for (;;) {
      ENTENTE_LET(entry, source_.next());
      if (!entry) break;
      tell(entry->index);
      if (auto opened = pass_.take(std::move(*entry))) take(*opened);
    }
    finish();
    return {};
  }

 private:
  void take(const OpenEntry& entry) {
    if (owner_ == Party::unset) owner_ = owner_by(entry);
    if (is_document(entry.leaf.kind)) documents_.take(entry, owner_);
    if (options_.integrity_only || owner_ == Party::unset) {
      note_opening(entry);
    } else {
      if (!log_)
        log_ = owner_ == Party::brand ? make_brand_log(parts()) : make_consumer_log(parts());
      log_->take(entry);
      note_speaker(entry);
    }
    if (!entry.ends_case || owner_ == Party::unset) return;
    if (log_) log_->end_case(entry.leaf.blind_case);
    if (owner_ == Party::brand) documents_.end_case(entry.leaf.blind_case);
    pass_.end_case(entry.leaf.blind_case, owner_);
  }

  PartyLogParts parts() {
    return {.source = source_,
            .documents = documents_,
            .notes = notes_,
            .options = options_,
            .result = result_,
            .is_partial = pass_.header().partial,
            .last_ms = pass_.header().last_ms.value_or(0)};
  }

  // Where cases are not folded, who has opened them is still compared.
  void note_opening(const OpenEntry& entry) {
    const bool may_open = entry.leaf.kind == EntryKind::message && entry.leaf.position == 0;
    if (!may_open || !entry.content) return;
    const auto message = Admission::admit<Message>(*entry.content);
    if (message && (*message)->verb() == Verb::open) source_.compare_opening(*message);
  }

  void tell(std::uint64_t done) const {
    constexpr std::uint64_t every = 256;  // entries
    if (options_.progress && done % every == 0) options_.progress(done, pass_.header().size);
  }

  // A consumer's log is signed by the key that speaks for it, under the principal's name.
  void note_speaker(const OpenEntry& entry) {
    if (owner_ != Party::consumer || consumer_key_ || !documents_.authority) return;
    if (entry.leaf.kind != EntryKind::message || !entry.content) return;
    const auto message = Admission::admit<Message>(*entry.content);
    if (!message || (*message)->author.party != Party::consumer) return;
    const std::string did = consumer_did(*documents_.authority, **message);
    const std::string& origin = pass_.header().origin;
    const auto key = Vkey::make(is_log_of(origin, did) ? origin : did, SignatureType::ed25519,
                                (*message)->author.key);
    if (key) consumer_key_ = *key;
  }

  void finish() {
    pass_.finish(owner_ == Party::brand ? documents_.brand_vkey() : consumer_key_, owner_);
    if (log_) log_->finish();
    const EndOfReplay end{
        .head = pass_.head(), .owner = owner_, .folded = !options_.integrity_only};
    for (Finding& finding : source_.findings(end)) result_.report.add(std::move(finding));
    result_.owner = owner_;
    result_.checkpoint = pass_.checkpoint();
    result_.grade = pass_.grade();
    result_.consumer_key = consumer_key_;
    result_.cards = documents_.cards;
    result_.has_trusted_root = documents_.has_trusted_root;
    if (result_.checkpoint.size > 0) {
      const bool is_trusted = result_.grade != Grade::asserted;
      keep_view(consumer_key_ ? consumer_key_->encode() : result_.checkpoint.origin,
                {result_.checkpoint.head(), is_trusted ? owner_ : Party::unset}, options_, result_);
    }
    grade_findings();
    result_.report.logs.push_back({.owner = owner_,
                                   .origin = result_.checkpoint.origin,
                                   .size = result_.checkpoint.size,
                                   .root = result_.checkpoint.root,
                                   .partial = pass_.header().partial,
                                   .grade = result_.grade,
                                   .witnesses = pass_.witnesses()});
    result_.report.sort();
  }

  // What the owner signed is the owner's doing; where the entries are not what was signed, a file
  // may have suffered on its way. What a consumer's log shows against the brand rests on the
  // brand's receipts, if they are the brand's for the auditor, too.
  void grade_findings() {
    const bool is_as_signed = result_.report.count_of(Rule::log_root, Judgement::broken) == 0;
    for (Finding& finding : result_.report.findings) {
      finding.log = owner_;
      const bool of_leaf = finding.rule == Rule::log_leaf || finding.rule == Rule::log_time ||
                           finding.rule == Rule::log_chain;
      if (of_leaf && is_as_signed) finding.at_fault = owner_;
      const bool by_receipt = owner_ == Party::consumer && finding.at_fault == Party::brand &&
                              documents_.is_known_brand();
      const Grade grade = pass_.grade_of(finding.entries);
      finding.grade = by_receipt ? std::max(Grade::receipted, grade) : grade;
    }
  }

  EntrySource& source_;
  const ReplayOptions& options_;
  ReplayedLog& result_;
  Notes notes_;
  LogPass pass_;
  Documents documents_;
  Party owner_;
  std::unique_ptr<PartyLog> log_;
  std::optional<Vkey> consumer_key_;
};

}  // namespace

Result<ReplayedLog> replay(EntrySource& source, const ReplayOptions& options) {
  ENTENTE_LET(header, source.header());
  ReplayedLog result;
  LogReplay reading(source, std::move(header), options, result);
  ENTENTE_TRY(reading.run());
  return result;
}

}  // namespace entente
