// The one place that knows yaml-cpp. Its events are read rather than its nodes, because only they
// still show anchors, aliases, tags and places.
#include <entente/text/yaml.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <set>
#include <sstream>

#include "source.h"

namespace entente {
namespace {

using text::quote;

// Leaves yaml-cpp's parser; never leaves parse_yaml.
struct Refusal {
  Error error;
};

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view source, std::string_view file)
      : source_(source), file_(file), map_(source) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) refuse(position(mark), "expected one document, found another");
  }
  void OnDocumentEnd() override {}

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(position(mark), "expected a value written out, found an alias (*)");
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check_anchor(mark, anchor);
    YamlNode node = node_at(mark, YamlKind::null);
    if (!is_null_written_at(mark) && !open_.empty()) {
      const YamlNode& owner = open_.back().key ? *open_.back().key : open_.back().node;
      node.line = owner.line;
      node.column = owner.column;
    }
    put(std::move(node));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_anchor(mark, anchor);
    // yaml-cpp calls a plain scalar "?" and any other "!", which is also a tag one can write.
    const bool written = tag == "!" && character_at(mark) == '!';
    if (written || !(tag == "!" || is_plain(tag))) refuse_tag(mark);
    YamlNode node = node_at(mark, YamlKind::scalar);
    node.text = value;
    node.quoted = tag == "!";
    put(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlKind::list);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlKind::map);
  }
  void OnMapEnd() override { close(); }

  Error error_at(text::Position at, std::string_view message,
                 ErrorCode code = ErrorCode::yaml_invalid) const {
    return {code, file_ + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " +
                      std::string(message)};
  }

  text::Position position(const YAML::Mark& mark) const { return map_.at(offset(mark)); }
  text::Position position(std::size_t offset) const { return map_.at(offset); }

  YamlNode take_root() { return std::move(root_); }

 private:
  struct Level {
    YamlNode node;
    std::optional<YamlNode> key;  // of a map, until its value is complete
    std::set<std::string> keys;
  };

  [[noreturn]] void refuse(text::Position at, std::string_view message,
                           ErrorCode code = ErrorCode::yaml_invalid) const {
    throw Refusal{error_at(at, message, code)};
  }

  [[noreturn]] void refuse_tag(const YAML::Mark& mark) const {
    refuse(position(mark), "expected a value without a tag, found a tag (!)");
  }

  void check_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
    if (anchor != YAML::NullAnchor) {
      refuse(position(mark), "expected a value without a name, found an anchor (&)");
    }
  }

  static bool is_plain(std::string_view tag) { return tag.empty() || tag == "?"; }

  std::size_t offset(const YAML::Mark& mark) const {
    return mark.pos < 0 ? 0 : std::min(static_cast<std::size_t>(mark.pos), source_.size());
  }

  char character_at(const YAML::Mark& mark) const {
    return offset(mark) < source_.size() ? source_[offset(mark)] : '\0';
  }

  bool is_null_written_at(const YAML::Mark& mark) const {
    const std::string_view rest = source_.substr(offset(mark));
    return std::ranges::any_of(std::initializer_list<std::string_view>{"~", "null", "Null", "NULL"},
                               [&](std::string_view word) { return rest.starts_with(word); });
  }

  YamlNode node_at(const YAML::Mark& mark, YamlKind kind) const {
    const text::Position at = position(mark);
    YamlNode node;
    node.kind = kind;
    node.line = at.line;
    node.column = at.column;
    return node;
  }

  bool awaits_key() const {
    return !open_.empty() && open_.back().node.kind == YamlKind::map && !open_.back().key;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlKind kind) {
    check_anchor(mark, anchor);
    if (!is_plain(tag)) refuse_tag(mark);
    if (awaits_key()) set_key(node_at(mark, kind));  // refuses it: a key is text
    if (open_.size() == limits::yaml_depth_max) {
      refuse(position(mark),
             "expected at most " + std::to_string(limits::yaml_depth_max) + " levels, found more",
             ErrorCode::too_large);
    }
    open_.push_back({node_at(mark, kind), std::nullopt, {}});
  }

  void close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    put(std::move(node));
  }

  void put(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (awaits_key()) {
      set_key(std::move(node));
    } else if (open_.back().node.kind == YamlKind::list) {
      open_.back().node.items.push_back(std::move(node));
    } else {
      Level& level = open_.back();
      level.node.fields.push_back({std::move(*level.key), std::move(node)});
      level.key.reset();
    }
  }

  void set_key(YamlNode key) {
    const text::Position at{key.line, key.column};
    if (key.kind != YamlKind::scalar) refuse(at, "expected a text key, found " + describe(key));
    if (key.text == "<<") {
      refuse(at, "expected fields written out, found a merge key (<<)");
    }
    if (!open_.back().keys.insert(key.text).second) {
      refuse(at, "expected each key once, found " + quote(key.text) + " again");
    }
    open_.back().key = std::move(key);
  }

  std::string_view source_;
  std::string file_;
  text::SourceMap map_;
  int documents_ = 0;
  std::vector<Level> open_;
  YamlNode root_;
};

// Characters that yaml-cpp would take for another encoding, for the end of the file, or drop.
std::optional<std::size_t> find_forbidden(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) return 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool line_end = c == '\n' || (c == '\r' && text.substr(i + 1).starts_with('\n'));
    const std::size_t length = text::utf8_length_at(text, i);
    if (length == 0 || (c < 0x20 && c != '\t' && !line_end) || c == 0x7f) return i;
    i += length;
  }
  return std::nullopt;
}

}  // namespace

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlKind::null:
      return "nothing";
    case YamlKind::scalar:
      return text::quote(node.text);
    case YamlKind::list:
      return "a list";
    case YamlKind::map:
      return "a map";
  }
  return {};
}

const YamlNode* YamlNode::find(std::string_view key) const {
  const auto found = std::ranges::find(
      fields, key, [](const YamlField& f) -> std::string_view { return f.key.text; });
  return found == fields.end() ? nullptr : &found->value;
}

Result<YamlNode> parse_yaml(std::string_view text, std::string_view file) {
  if (text.size() > limits::yaml_bytes_max) {
    return fail(ErrorCode::too_large, std::string(file) + ": more than " +
                                          std::to_string(limits::yaml_bytes_max) + " bytes");
  }
  TreeBuilder builder(text, file);
  if (const auto at = find_forbidden(text)) {
    return std::unexpected(builder.error_at(
        builder.position(*at), "expected UTF-8 text without control characters, found another"));
  }
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    // The second call finds either the end or another document, which the builder refuses.
    if (parser.HandleNextDocument(builder)) parser.HandleNextDocument(builder);
  } catch (const Refusal& refusal) {
    return std::unexpected(refusal.error);
  } catch (const YAML::Exception& fault) {
    return std::unexpected(builder.error_at(
        builder.position(fault.mark), "expected well-formed YAML, found a fault: " + fault.msg));
  }
  return builder.take_root();
}

}  // namespace entente
