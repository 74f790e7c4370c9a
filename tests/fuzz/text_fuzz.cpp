// Files that people write, and JSON of strangers: one text has one meaning or is refused with the
// place where it goes wrong.
#include <entente/policy/goal.h>
#include <entente/policy/policy_test_file.h>
#include <entente/text/json.h>
#include <entente/text/yaml.h>
#include <entente/wire/codec.h>
#include <entente/wire/part.h>

#include "fuzz.h"
#include "samples.h"
#include "shared_data.h"

namespace entente::fuzz {
namespace {

namespace samples = tests::samples;

constexpr std::string_view file = "a.yaml";

std::string example(const char* name) {
  return tests::read_file(std::filesystem::path(ENTENTE_SOURCE_DIR) / "examples/policies" / name);
}

void check_refusal(const Error& error) {
  require(error.code != ErrorCode::internal, "a text is not our fault");
  require(!error.detail.empty(), "a refusal says why");
}

void check_yaml_refusal(const Error& error) {
  check_refusal(error);
  require(error.detail.starts_with(file), "a refusal of YAML names the file first");
}

void json(std::string_view text) {
  const auto value = parse_json(text);
  const auto strict = parse_canonical_json(text);
  if (!value) {
    check_refusal(value.error());
    return require(!strict, "canonical JSON is JSON");
  }
  require(gives(parse_json(to_json(*value)), *value), "what is written compactly reads the same");
  constexpr JsonLimits as_large{.bytes_max = std::size_t{1} << 24};
  require(gives(parse_json(to_json(*value, JsonStyle::pretty), as_large), *value),
          "what is written for people reads the same");
  const auto canonical = canonical_json(*value);
  require(strict.has_value() == (canonical && *canonical == text),
          "canonical is what canonical_json() writes");
  if (!canonical) return;
  const auto again = parse_canonical_json(*canonical);
  require(again && *canonical_json(*again) == *canonical, "the canonical form is a fixed point");
}

std::size_t check_places(const YamlNode& node, std::size_t depth) {
  require(node.line >= 1 && node.column >= 1, "a node has a place");
  require(depth <= limits::yaml_depth_max, "a tree is no deeper than it may be");
  std::size_t nodes = 1;
  for (const YamlNode& item : node.items) nodes += check_places(item, depth + 1);
  for (const YamlField& field : node.fields) {
    require(field.key.kind == YamlKind::scalar, "a key is a scalar");
    require(node.find(field.key.text) == &field.value, "no key stands there twice");
    nodes += check_places(field.value, depth + 1);
  }
  return nodes;
}

void yaml(std::string_view text) {
  const auto root = parse_yaml(text, file);
  if (!root) return check_yaml_refusal(root.error());
  require(check_places(*root, 0) <= 2 * text.size() + 2, "a tree grows with its text, no faster");
  require(!describe(*root).empty() || root->kind == YamlKind::scalar, "a node can be named");
}

void policy(std::string_view text) {
  static const std::string tests = example("kettle.test.yaml");
  const auto parsed = Policy::parse(text, file);
  if (!parsed) return check_yaml_refusal(parsed.error());
  require(parsed->text() == text, "a policy is kept as it was read");
  for (const FactDeclaration& fact : parsed->facts()) {
    require(parsed->find_fact(fact.name) == &fact, "a fact is declared once");
  }
  const auto first = run_policy_tests(*parsed, tests, "kettle.test.yaml");
  const auto second = run_policy_tests(*parsed, tests, "kettle.test.yaml");
  require(first.has_value() == second.has_value(), "tests of a policy have one outcome");
  if (first) require(*first == *second, "a policy decides the same twice");
}

void policy_tests(std::string_view text) {
  static const Policy kettle = *Policy::parse(example("kettle.policy.yaml"), "kettle.policy.yaml");
  const auto outcomes = run_policy_tests(kettle, text, file);
  if (!outcomes) return check_yaml_refusal(outcomes.error());
  for (const TestOutcome& outcome : *outcomes) {
    require(outcome.where.starts_with(file), "a test has a place");
    require(!outcome.expected.empty() && !outcome.found.empty(), "a test says what it saw");
  }
}

// What a goal makes the assistant say must be what the wire carries.
void check_mandate(const Goal& goal) {
  Mandate mandate = goal.mandate(samples::now_ms);
  mandate.principal = samples::key(samples::principal_key).public_key();
  mandate.assistant = samples::key(samples::assistant_key).public_key();
  mandate.environment = Environment::sandbox;
  require(gives(decode<Mandate>(encode(mandate)), mandate), "a goal's mandate can be sent");
}

void check_opening(const Goal& goal) {
  std::map<std::string, Bytes> files;
  for (const std::string& name : goal.files()) files[name] = to_bytes("a photo");
  const auto speech = opening(goal, files);
  require(speech.has_value(), "a goal whose files are there opens a case");
  Message message = samples::message(speech->body);
  message.parts.clear();
  tests::SeededEntropy entropy(1);
  for (const NewPart& part : speech->added) {
    message.parts.push_back(
        reference(make_part(part.part_class, part.media_type, part.content, entropy)));
  }
  require(gives(decode<Message>(encode(message)), message), "a goal's opening can be sent");
}

void goal(std::string_view text) {
  const auto parsed = Goal::parse(text, file);
  if (!parsed) return check_yaml_refusal(parsed.error());
  require(parsed->brand().starts_with("did:web:"), "a goal names a brand");
  check_mandate(*parsed);
  check_opening(*parsed);
}

}  // namespace

void text(ByteView bytes) {
  Input input(bytes);
  const std::size_t kind = input.below(5);
  const std::string_view rest = text_of(input.rest());
  switch (kind) {
    case 0:
      return json(rest);
    case 1:
      return yaml(rest);
    case 2:
      return policy(rest);
    case 3:
      return goal(rest);
    default:
      return policy_tests(rest);
  }
}

}  // namespace entente::fuzz
