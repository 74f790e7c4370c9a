#include "custody_files.h"

#include <entente/core/clock.h>

#include "auditor_source.h"

namespace entente {
namespace {

constexpr JsonLimits manifest_limits{.bytes_max = source_file_bytes_max, .depth_max = 8};

Json tool_json(const Tool& tool) {
  return Json::object({{"name", tool.name},
                       {"version", tool.version},
                       {"program", to_hex(tool.program)},
                       {"library", to_hex(tool.library)}});
}

Result<Tool> tool_from(const Json& json) {
  const Json* tool = json.find("tool");
  if (tool == nullptr) return fail(ErrorCode::json_invalid, "no tool");
  ENTENTE_TRY(check_members(
      *tool, std::array<std::string_view, 4>{"name", "version", "program", "library"}));
  ENTENTE_LET(name, tool->get_text("name"));
  ENTENTE_LET(version, tool->get_text("version"));
  ENTENTE_LET(program, digest_from(*tool, "program"));
  ENTENTE_LET(library, digest_from(*tool, "library"));
  return Tool{name, version, program, library};
}

Json texts_json(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push(text);
  return list;
}

Result<std::vector<std::string>> texts_from(const Json& json, std::string_view key) {
  ENTENTE_LET(items, json.get_array(JsonPath(key)));
  std::vector<std::string> texts;
  for (const Json& item : items) {
    if (item.text() == nullptr) return fail(ErrorCode::json_invalid, "a list of other than text");
    texts.push_back(*item.text());
  }
  return texts;
}

// A path below the directory, and nothing that leads out of it.
Status check_path(const std::string& path) {
  const std::filesystem::path given(path);
  bool inside = !path.empty() && given.is_relative();
  for (const auto& step : given) inside = inside && step != ".." && step != ".";
  if (inside) return {};
  return fail(ErrorCode::json_invalid, "a file outside the directory: " + path);
}

Result<KeptFiles> files_from(const Json& json) {
  ENTENTE_LET(items, json.get_array("files"));
  if (items.size() > source_items_max) return fail(ErrorCode::too_large, "a list of files");
  KeptFiles files;
  for (const Json& item : items) {
    ENTENTE_TRY(check_members(item, std::array<std::string_view, 3>{"path", "bytes", "sha256"}));
    ENTENTE_LET(path, item.get_text("path"));
    ENTENTE_TRY(check_path(path));
    ENTENTE_LET(bytes, item.get_integer("bytes", 0, limits::integer_max));
    ENTENTE_LET(digest, digest_from(item, "sha256"));
    files[path] = {static_cast<std::uint64_t>(bytes), digest};
  }
  return files;
}

}  // namespace

Result<std::string> write_manifest(const CustodyManifest& manifest) {
  Json files = Json::array();
  for (const auto& [path, file] : manifest.files) {
    files.push(
        Json::object({{"path", path}, {"bytes", file.bytes}, {"sha256", to_hex(file.digest)}}));
  }
  return canonical_json(Json::object({{"format", custody_format},
                                      {"source", manifest.source},
                                      {"taken_from", manifest.taken_from},
                                      {"acquired_at", format_rfc3339(manifest.acquired_ms)},
                                      {"checkpoint", manifest.checkpoint},
                                      {"trouble", manifest.trouble},
                                      {"left_out", texts_json(manifest.left_out)},
                                      {"timestamp", to_base64(manifest.timestamp)},
                                      {"tool", tool_json(manifest.tool)},
                                      {"files", std::move(files)}}));
}

Result<CustodyManifest> read_custody_manifest(std::string_view text) {
  ENTENTE_LET(json, parse_canonical_json(text, manifest_limits));
  ENTENTE_TRY(check_members(json, std::array<std::string_view, 10>{
                                      "format", "source", "taken_from", "acquired_at", "checkpoint",
                                      "trouble", "left_out", "timestamp", "tool", "files"}));
  ENTENTE_LET(format, json.get_text("format"));
  if (format != custody_format) return fail(ErrorCode::json_invalid, "custody of another format");
  CustodyManifest manifest;
  ENTENTE_LET(source, json.get_text("source"));
  ENTENTE_TRY(check_path(source));
  manifest.source = source;
  ENTENTE_LET(taken_from, json.get_text("taken_from"));
  manifest.taken_from = taken_from;
  ENTENTE_LET(acquired_at, json.get_text("acquired_at"));
  ENTENTE_LET(acquired_ms, parse_instant_ms(acquired_at));
  manifest.acquired_ms = acquired_ms;
  ENTENTE_LET(checkpoint, json.get_text("checkpoint"));
  manifest.checkpoint = checkpoint;
  ENTENTE_LET(trouble, json.get_text("trouble"));
  manifest.trouble = trouble;
  ENTENTE_LET(left_out, texts_from(json, "left_out"));
  manifest.left_out = std::move(left_out);
  ENTENTE_LET(token, json.get_text("timestamp"));
  ENTENTE_LET(timestamp, from_base64(token));
  manifest.timestamp = std::move(timestamp);
  ENTENTE_LET(tool, tool_from(json));
  manifest.tool = std::move(tool);
  ENTENTE_LET(files, files_from(json));
  manifest.files = std::move(files);
  return manifest;
}

Result<std::string> write_line(const CustodyLine& line, const Digest& previous) {
  return canonical_json(Json::object({{"command", line.command},
                                      {"arguments", texts_json(line.arguments)},
                                      {"at", format_rfc3339(line.at_ms)},
                                      {"tool", tool_json(line.tool)},
                                      {"result", to_hex(line.result)},
                                      {"previous", to_hex(previous)}}));
}

Result<ReadLine> read_line(std::string_view text) {
  ENTENTE_LET(json, parse_canonical_json(text, manifest_limits));
  ENTENTE_TRY(check_members(json, std::array<std::string_view, 6>{"command", "arguments", "at",
                                                                  "tool", "result", "previous"}));
  ReadLine read;
  ENTENTE_LET(command, json.get_text("command"));
  read.line.command = command;
  ENTENTE_LET(arguments, texts_from(json, "arguments"));
  read.line.arguments = std::move(arguments);
  ENTENTE_LET(at, json.get_text("at"));
  ENTENTE_LET(at_ms, parse_instant_ms(at));
  read.line.at_ms = at_ms;
  ENTENTE_LET(tool, tool_from(json));
  read.line.tool = std::move(tool);
  ENTENTE_LET(result, digest_from(json, "result"));
  read.line.result = result;
  ENTENTE_LET(previous, digest_from(json, "previous"));
  read.previous = previous;
  return read;
}

}  // namespace entente
