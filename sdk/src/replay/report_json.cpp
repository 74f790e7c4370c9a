#include <entente/replay/finding.h>
#include <entente/text/json.h>

#include "report_form.h"

namespace entente {
namespace {

Json party(Party value) { return value == Party::unset ? Json() : Json(name(value)); }

Json interval(const Interval& value) {
  return Json::object({{"earliest_ms", value.earliest_ms}, {"latest_ms", value.latest_ms}});
}
Json interval(const std::optional<Interval>& value) { return value ? interval(*value) : Json(); }

template <class T, class Write>
Json list(const std::vector<T>& values, Write write) {
  std::vector<Json> items;
  items.reserve(values.size());
  for (const T& value : values) items.push_back(write(value));
  return Json::array(std::move(items));
}

Json witness(const WitnessSummary& value) {
  return Json::object({{"name", value.name}, {"time_s", value.time_s}});
}

Json log(const LogSummary& value) {
  return Json::object({{"owner", party(value.owner)},
                       {"origin", value.origin},
                       {"size", value.size},
                       {"root", to_hex(value.root)},
                       {"partial", value.partial},
                       {"grade", name(value.grade)},
                       {"witnesses", list(value.witnesses, witness)}});
}

Json finding(const Finding& value) {
  return Json::object({{"rule", name(value.rule)},
                       {"judgement", name(value.judgement)},
                       {"at_fault", party(value.at_fault)},
                       {"log", party(value.log)},
                       {"entries", list(value.entries, [](std::uint64_t at) { return Json(at); })},
                       {"case", value.case_id ? Json(to_hex(*value.case_id)) : Json()},
                       {"grade", name(value.grade)},
                       {"sentence", value.sentence}});
}

Json claim(const ClaimSummary& value) {
  return Json::object({{"claim", value.claim},
                       {"category", value.category},
                       {"code", value.code},
                       {"outcome", value.outcome}});
}

Json term(const TermSummary& value) {
  return Json::object({{"source", to_hex(value.source)},
                       {"term", value.term},
                       {"obligor", party(value.obligor)},
                       {"purpose", value.purpose},
                       {"value", value.value},
                       {"state", value.state},
                       {"due_ms", value.due_ms}});
}

Json handoff(const HandoffSummary& value) {
  return Json::object({{"hid", to_hex(value.hid)},
                       {"stage", value.stage},
                       {"asked", interval(value.asked)},
                       {"acknowledged", interval(value.acknowledged)},
                       {"joined", interval(value.joined)}});
}

Json one_case(const CaseSummary& value) {
  return Json::object({{"case", to_hex(value.case_id)},
                       {"phase", value.phase},
                       {"messages", value.messages},
                       {"opened_ms", value.opened_ms},
                       {"state", to_hex(value.state)},
                       {"claims", list(value.claims, claim)},
                       {"terms", list(value.terms, term)},
                       {"handoffs", list(value.handoffs, handoff)}});
}

Json counts(const Report& report) {
  Json rules = Json::object();
  for (const Rule rule : replay_rules()) {
    Json row = Json::object();
    for (const Judgement judgement : {Judgement::holds, Judgement::broken, Judgement::not_checkable,
                                      Judgement::not_applicable}) {
      row.add(name(judgement), report.count_of(rule, judgement));
    }
    rules.add(name(rule), std::move(row));
  }
  return rules;
}

// A hostile log may hold numbers that canonical JSON cannot say, or text that is not UTF-8; the
// plain writer is as deterministic.
std::string render(const Json& json) {
  const auto text = canonical_json(json);
  return text ? *text : to_json(json);
}

template <class T, class Write>
void append_list(std::string& text, const std::vector<T>& values, Write write) {
  text += '[';
  for (const T& value : values) {
    if (text.back() != '[') text += ',';
    text += render(write(value));
  }
  text += ']';
}

}  // namespace

// Member by member and case by case, in the order of RFC 8785: as one tree in memory, a report on a
// large log would take many times its length.
std::string json_before_cases(const Report& report) {
  return "{\"broken\":" + std::to_string(report.broken()) + ",\"cases\":[";
}

std::string json_of_case(const CaseSummary& summary) { return render(one_case(summary)); }

std::string json_after_cases(const Report& report) {
  std::string text = "],\"findings\":";
  append_list(text, report.findings, finding);
  text += ",\"format\":\"entente/report/v1\",\"left_out\":" + std::to_string(report.left_out) +
          ",\"logs\":";
  append_list(text, report.logs, log);
  return text + ",\"rules\":" + render(counts(report)) + "}\n";
}

std::string to_json(const Report& report) {
  std::string text = json_before_cases(report);
  for (const CaseSummary& summary : report.cases) {
    if (text.back() != '[') text += ',';
    text += json_of_case(summary);
  }
  return text + json_after_cases(report);
}

}  // namespace entente
