#include <entente/agent/custody.h>
#include <entente/auditor.h>
#include <entente/core/clock.h>
#include <entente/replay/judge.h>
#include <entente/replay/reconcile.h>
#include <entente/text/json.h>

#include <algorithm>

#include "auditor_source.h"
#include "auditor_spool.h"

namespace entente {

struct Auditor::State {
  struct Source {
    std::filesystem::path path;
    Bytes timestamp;                // over its checkpoint; empty: none
    std::vector<Finding> findings;  // of its custody
  };
  std::vector<Source> sources;
  std::vector<Contradiction> contradictions;
  Trust trust;
  std::filesystem::path master_key;
  std::function<void(std::uint64_t, std::uint64_t)> progress;

  Result<std::vector<ReplayedLog>> replay_all(ReplayOptions options) const {
    options.trust = trust;
    options.keep_for_comparison = sources.size() > 1;
    options.progress = progress;
    std::vector<ReplayedLog> logs;
    for (const Source& given : sources) {
      ENTENTE_LET(source, open_source(given.path, master_key));
      options.timestamp = given.timestamp;
      ENTENTE_LET(log, entente::replay(*source, options));
      for (Finding finding : given.findings) {
        finding.log = log.owner;
        log.report.add(std::move(finding));
      }
      log.report.sort();
      logs.push_back(std::move(log));
    }
    return logs;
  }

  // Of all sources, and of what they show together.
  Result<Report> report(ReplayOptions options) const {
    ViewSpool views;
    options.each_view = [&](std::string_view origin, const LogView& view) {
      views.add(origin, view);
    };
    ENTENTE_LET(logs, replay_all(std::move(options)));
    Report report = reconcile(logs, [&](const auto& take) { views.each(take); });
    ENTENTE_TRY(views.status());
    return with_contradictions(std::move(report));
  }

  // What each file proves alone, beside what the logs show.
  Report with_contradictions(Report report) const {
    for (const Contradiction& each : contradictions) {
      auto finding = judge(each, trust.logs);
      if (!finding) {
        finding = Finding{.rule = Rule::log_fork,
                          .judgement = Judgement::not_checkable,
                          .entries = {},
                          .case_id = {},
                          .sentence = "the file proves nothing: " + finding.error().detail};
      } else if (finding->grade == Grade::asserted) {
        report.add({.rule = Rule::log_key,
                    .judgement = Judgement::not_checkable,
                    .entries = {},
                    .case_id = {},
                    .sentence = "the file was checked with the keys it names itself"});
      }
      report.add(std::move(*finding));
    }
    report.sort();
    return report;
  }
};

namespace {

bool is_source(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path / "store.db", error) ||
         std::filesystem::exists(path / "manifest.json", error);
}

// A directory of sources, such as the stores of several customers, stands for all of them.
std::vector<std::filesystem::path> sources_at(const std::filesystem::path& path) {
  std::error_code error;
  std::vector<std::filesystem::path> inside;
  if (!is_source(path) && std::filesystem::is_directory(path, error)) {
    std::filesystem::directory_iterator at(path, error);
    for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
      if (is_source(at->path())) inside.push_back(at->path());
    }
  }
  if (inside.empty()) return {path};
  std::ranges::sort(inside);
  return inside;
}

// What an assistant keeps of a brand that contradicted itself; nothing if the file is another.
Result<std::optional<Contradiction>> contradiction_at(const std::filesystem::path& path) {
  std::error_code error;
  const bool small = std::filesystem::is_regular_file(path, error) &&
                     std::filesystem::file_size(path, error) <= contradiction_bytes_max;
  if (!small || error) return std::optional<Contradiction>();
  ENTENTE_LET(text, read_whole_file(path));
  if (!is_contradiction_json(text)) return std::optional<Contradiction>();
  ENTENTE_LET(read, contradiction_from_json(text));
  return std::optional(std::move(read));
}

// For a question that no report answers.
ReplayOptions unreported(ReplayOptions options) {
  options.each_case = [](const CaseSummary&) {};
  options.each_view = [](std::string_view, const LogView&) {};
  return options;
}

// The same message in two logs is one message.
Result<std::vector<Trace>> traces_of_one(std::vector<ReplayedLog>& logs) {
  std::vector<Trace> traces;
  for (ReplayedLog& log : logs) {
    for (Trace& trace : log.traces) {
      if (!traces.empty() && traces.front().message.id != trace.message.id) {
        return fail(ErrorCode::wrong_use, "several messages begin so");
      }
      traces.push_back(std::move(trace));
    }
  }
  if (traces.empty()) return fail(ErrorCode::not_found, "no message begins so");
  return traces;
}

std::string describe(const Trace& trace) {
  const ReplayedMessage& message = trace.message;
  std::string text = "message " + to_hex(message.id) + "\n";
  text += std::string(name(message.author)) + "'s " + message.verb + " in case " +
          short_hex(trace.case_id) + ", log entry " + std::to_string(message.entry) + "\n";
  if (message.position) {
    text += "position " + std::to_string(*message.position) + ", effect " + message.effect +
            ", admitted " + format_rfc3339(message.brand_ms) + " by the brand's clock\n";
  }
  if (message.receipt) {
    text += "receipted as entry " + std::to_string(message.brand_entry.value_or(0)) +
            " of the brand's log\n";
  }
  for (const std::string& line : trace.lines) text += line + "\n";
  return text;
}

Json to_value(const Trace& trace) {
  const ReplayedMessage& message = trace.message;
  Json lines = Json::array();
  for (const std::string& line : trace.lines) lines.push(line);
  Json json = Json::object({{"case", to_hex(trace.case_id)},
                            {"message", to_hex(message.id)},
                            {"author", name(message.author)},
                            {"verb", message.verb},
                            {"entry", message.entry},
                            {"effect", message.effect},
                            {"admitted_ms", message.brand_ms},
                            {"receipted", message.receipt.has_value()},
                            {"grounds", std::move(lines)}});
  json.add("position", message.position ? Json(*message.position) : Json());
  return json;
}

}  // namespace

Auditor::Auditor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Auditor::Auditor(Auditor&&) noexcept = default;
Auditor& Auditor::operator=(Auditor&&) noexcept = default;
Auditor::~Auditor() = default;

Result<Auditor> Auditor::open(std::span<const std::filesystem::path> sources,
                              AuditorOptions options) {
  if (sources.empty()) return fail(ErrorCode::wrong_use, "no source was given");
  auto state = std::make_unique<State>();
  for (const auto& given : sources) {
    ENTENTE_LET(contradiction, contradiction_at(given));
    if (contradiction) {
      state->contradictions.push_back(std::move(*contradiction));
      continue;
    }
    for (const auto& path : sources_at(given)) {
      if (!is_custody(path)) {
        state->sources.push_back({path, {}, {}});
        continue;
      }
      ENTENTE_LET(custody, open_custody(path, options.progress));
      state->sources.push_back({custody.source, custody.timestamp, std::move(custody.findings)});
    }
  }
  state->trust = std::move(options.trust);
  state->master_key = std::move(options.master_key_file);
  state->progress = std::move(options.progress);
  for (const auto& each : state->sources) {
    ENTENTE_LET(source, open_source(each.path, state->master_key));
    ENTENTE_TRY(source->header());
  }
  return Auditor(std::move(state));
}

Result<Report> Auditor::verify_log() const { return state_->report({.integrity_only = true}); }

Result<Report> Auditor::replay() const { return state_->report({}); }

Result<std::uint64_t> Auditor::write_replay(
    ReportForm form, const std::function<void(std::string_view)>& out) const {
  CaseSpool cases(form);
  ENTENTE_LET(report, state_->report(
                          {.each_case = [&](const CaseSummary& summary) { cases.add(summary); }}));
  out(write_before_cases(report, form));
  ENTENTE_TRY(cases.write(out));
  out(write_after_cases(report, form));
  return report.broken();
}

Result<Explanation> Auditor::why(std::string_view message) const {
  if (message.empty()) return fail(ErrorCode::wrong_use, "no message was named");
  ENTENTE_LET(logs, state_->replay_all(unreported({.explain_prefix = std::string(message)})));
  ENTENTE_LET(traces, traces_of_one(logs));
  Explanation explanation;
  Json list = Json::array();
  for (const Trace& trace : traces) {
    if (!explanation.text.empty()) explanation.text += "\n";
    explanation.text += describe(trace);
    list.push(to_value(trace));
  }
  explanation.json = to_json(Json::object({{"format", "entente/why/v1"}, {"logs", list}})) + "\n";
  return explanation;
}

Result<std::vector<Redecision>> Auditor::redecide(const Policy& older, const Policy& newer) const {
  ENTENTE_LET(logs, state_->replay_all(unreported({.older = &older, .newer = &newer})));
  std::vector<Redecision> all;
  for (ReplayedLog& log : logs) {
    for (Redecision& each : log.redecisions) all.push_back(std::move(each));
  }
  return all;
}

}  // namespace entente
