#include "event_log.h"

namespace entente {

EventLog::EventLog(Sink sink, Clock& clock) : sink_(std::move(sink)), clock_(clock) {}

void EventLog::write(std::string_view event, std::vector<JsonMember> fields) {
  if (!is_on()) return;
  Json line = Json::object({{"at", format_rfc3339(clock_.now_ms())}, {"event", event}});
  for (JsonMember& field : fields) line.add(field.key, std::move(field.value));
  const std::string text = to_json(line, JsonStyle::compact);
  const std::scoped_lock lock(mutex_);
  sink_(text);
}

void EventLog::request(const RequestSeen& request) {
  if (!is_on()) return;
  std::vector<JsonMember> fields = {
      {"method", request.method},           {"route", request.route},
      {"status", request.status},           {"took_us", request.took_us},
      {"trace_id", request.trace.trace_id}, {"span_id", request.trace.span_id}};
  if (!request.trace.parent_id.empty()) fields.push_back({"parent_id", request.trace.parent_id});
  write("request", std::move(fields));
}

}  // namespace entente
