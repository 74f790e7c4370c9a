#include <entente/auditor.h>
#include <entente/crypto/hash.h>
#include <entente/replay/sample.h>

#include "../commands.h"
#include "../custody_record.h"
#include "../progress.h"
#include "../trust_options.h"

namespace entente::cli {
namespace {

constexpr std::int64_t size_max = 1'000'000;
constexpr std::size_t seed_bytes_min = 16;

Result<std::vector<std::string>> fields_of(const Arguments& arguments) {
  std::vector<std::string> fields;
  std::string rest = arguments.text_or("strata", "");
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    fields.push_back(rest.substr(0, comma));
    rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
  }
  return fields;
}

Result<Bytes> seed_of(const Arguments& arguments) {
  const auto seed = from_hex(arguments.text_or("seed", ""));
  if (!seed || seed->size() < seed_bytes_min) {
    return fail(ErrorCode::wrong_use,
                "--seed needs at least 32 hex digits of chance, taken after the log was acquired");
  }
  return *seed;
}

Result<Report> replay(const Arguments& arguments) {
  ProgressLine line("entries");
  ENTENTE_LET(trust, trust_of(arguments));
  const std::filesystem::path directory = arguments.operand(0);
  ENTENTE_LET(auditor, Auditor::open({&directory, 1},
                                     {.trust = std::move(trust),
                                      .master_key_file = arguments.text_or("master-key", ""),
                                      .progress = [&line](std::uint64_t done, std::uint64_t all) {
                                        line.tell(done, all);
                                      }}));
  return auditor.replay();
}

std::string join(const std::vector<std::string>& values, const SamplePlan& plan) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += (i == 0 ? "" : ", ") + plan.fields[i] + " " + values[i];
  }
  return text.empty() ? "all cases" : text;
}

std::string text_of(const Sample& sample, const SamplePlan& plan, const Digest& seed) {
  std::string text = std::to_string(sample.drawn.size()) + " of " + std::to_string(sample.cases) +
                     " cases, seed " + to_hex(seed) + "\n";
  for (std::size_t at = 0; at < sample.strata.size(); ++at) {
    const SampleStratum& stratum = sample.strata[at];
    text += harmless(join(stratum.values, plan)) + ": " + std::to_string(stratum.drawn) + " of " +
            std::to_string(stratum.cases) + "\n";
    for (const SampledCase& each : sample.drawn) {
      if (each.stratum == at) text += "  " + to_hex(each.case_id) + "\n";
    }
  }
  return text;
}

std::string json_of(const Sample& sample, const SamplePlan& plan, const Digest& seed) {
  Json strata = Json::array();
  for (const SampleStratum& each : sample.strata) {
    Json values = Json::object();
    for (std::size_t i = 0; i < plan.fields.size(); ++i) values.add(plan.fields[i], each.values[i]);
    strata.push(Json::object({{"values", values}, {"cases", each.cases}, {"drawn", each.drawn}}));
  }
  Json drawn = Json::array();
  for (const SampledCase& each : sample.drawn) {
    drawn.push(Json::object({{"case", to_hex(each.case_id)},
                             {"stratum", each.stratum},
                             {"ticket", to_hex(each.ticket)}}));
  }
  return to_json(Json::object({{"format", "entente/sample/v1"},
                               {"cases", sample.cases},
                               {"seed", to_hex(seed)},
                               {"strata", std::move(strata)},
                               {"drawn", std::move(drawn)}}),
                 JsonStyle::pretty);
}

Result<ExitCode> run_sample(const Arguments& arguments, Console& console) {
  ENTENTE_LET(seed, seed_of(arguments));
  ENTENTE_LET(fields, fields_of(arguments));
  ENTENTE_LET(size, arguments.integer_or("size", 0, size_max));
  if (!is_custody(arguments.operand(0))) {
    return fail(ErrorCode::wrong_use,
                "a sample is drawn from a log in custody: entente audit acquire");
  }
  ENTENTE_LET(custody, open_custody(arguments.operand(0)));
  if (custody.checkpoint.empty()) {
    return fail(ErrorCode::wrong_use, "the log had no checkpoint that the seed could come after");
  }
  ENTENTE_LET(report, replay(arguments));
  const SamplePlan plan{.fields = std::move(fields), .size = static_cast<std::uint64_t>(size)};
  const Digest mixed = sample_seed(custody.checkpoint, seed);
  ENTENTE_LET(sample, draw_sample(report.cases, plan, mixed));
  const std::string text =
      arguments.has("json") ? json_of(sample, plan, mixed) : text_of(sample, plan, mixed);
  show(console, text);
  ENTENTE_TRY(note_in_custody("audit sample", arguments, sha256(view(text))));
  if (report.broken() == 0) return ExitCode::ok;
  console.complain(std::to_string(report.broken()) +
                   " rules are broken in this log: entente audit replay says which");
  return ExitCode::finding;
}

}  // namespace

Verb audit_sample() {
  return {.path = "audit sample",
          .summary = "draw cases to be read by a person, so that everybody can repeat it",
          .operands = {{"DIR", "made by audit acquire"}},
          .options = {{"size", "N", "how many cases", true},
                      {"seed", "HEX", "chance, taken after the log was acquired", true},
                      {"strata", "FIELDS",
                       "category, remedy, outcome, handoff, phase, month; with commas"},
                      trust_option,
                      log_key_option,
                      {"master-key", "FILE", "of the store (default: master.key in it)"},
                      json_option},
          .run = run_sample,
          .example = "entente audit sample custody --size 20 --strata remedy,month --seed 5f3a..."};
}

}  // namespace entente::cli
