#include "consumer.h"

#include <entente/crypto/system.h>
#include <entente/text/yaml_reader.h>
#include <entente/wire/envelope.h>

#include "files.h"
#include "own_log.h"
#include "transcript.h"

namespace fs = std::filesystem;

namespace entente::cli {
namespace {

Status read_connection(const YamlReader& root, const fs::path& file, ConsumerConfig& config) {
  if (const auto brand = root.find("brand")) {
    ENTENTE_LET(url, brand->text());
    config.brand.url = url;
  }
  if (const auto ca = root.find("ca")) {
    ENTENTE_LET(path, ca->text());
    config.brand.client.ca_file = beside(file, path).string();
  }
  if (const auto resolve = root.find("resolve")) {
    ENTENTE_LET(entry, resolve->text());
    config.brand.client.resolve = {entry};
  }
  if (const auto allowed = root.find("allow_private")) {
    ENTENTE_LET(yes, allowed->boolean());
    config.brand.client.allow_private = yes;
  }
  return {};
}

Status override_by(const Arguments& arguments, ConsumerConfig& config) {
  config.brand.url = arguments.text_or("brand", config.brand.url);
  config.goal = arguments.text_or("goal", config.goal.string());
  config.mandate = arguments.text_or("mandate", config.mandate.string());
  HttpClientOptions& client = config.brand.client;
  client.ca_file = arguments.text_or("ca", client.ca_file);
  if (const auto resolve = arguments.find("resolve")) client.resolve = {*resolve};
  client.allow_private = client.allow_private || arguments.has("allow-private");
  if (config.brand.url.empty()) {
    return fail(ErrorCode::wrong_use, "--brand is needed: there is no consumer.yaml in " +
                                          config.home.string() + " that names one");
  }
  return {};
}

// Files named as evidence lie beside the goal.
Result<std::map<std::string, Bytes>> read_evidence(const Goal& goal, const fs::path& goal_file) {
  std::map<std::string, Bytes> files;
  for (const std::string& file : goal.files()) {
    ENTENTE_LET(bytes, read_file(beside(goal_file, file)));
    files.emplace(file, std::move(bytes));
  }
  return files;
}

// As it happens. What was said is in the store before it is told, with its parts.
void show_spoken(Console& console, const fs::path& data, const Message& message,
                 std::string_view brand_did) {
  const MessageId id = id_of(message);
  const CaseId case_id = message.case_id.is_zero() ? id : message.case_id;
  const auto store = PartyStore::open(data);
  std::optional<Part> part;
  const FindPart find = [&](const PartRef& ref) -> const Part* {
    part.reset();
    if (!store) return nullptr;
    if (auto read = store->read_part(case_id, ref)) part = std::move(*read);
    return part ? &*part : nullptr;
  };
  print(console,
        {.message = message, .id = id, .at_ms = message.sent_at_ms, .effect = {}, .because = {}},
        find, brand_did);
}

// What waits for the principal, and the command that goes on.
std::string sentence_for_principal(const Ending& ending, const Case& casefile,
                                   const fs::path& home) {
  const CaseId& case_id = casefile.id();
  const std::string at = " --home " + home.string();
  if (!ending.waiting_for.is_zero()) {
    return "The offer " + short_hex(ending.waiting_for) + " waits for you: entente approve " +
           short_hex(case_id) + at;
  }
  const std::string go_on = "entente negotiate --resume " + short_hex(case_id) + at;
  if (ending.outcome == "not_confirmed") {
    return "The brand says that this is done. If it is: " + go_on +
           "; if not: entente handoff " + short_hex(case_id) + at;
  }
  if (ending.outcome == "not_done") return "This is for you to do. Once it is done: " + go_on;
  for (const auto& [key, question] : casefile.questions()) {
    if (question.by != Party::brand || question.answered_by || question.question.optional) continue;
    return "The brand asks for " + question.question.topic +
           ": put it under `answers` in your goal, then " + go_on;
  }
  return "This waits for you (" + ending.outcome + "): " + go_on;
}

std::string sentence_of(const Ending& ending, const Case& casefile, const fs::path& home) {
  switch (ending.kind) {
    case Ending::Kind::closed:
      return "The case is closed: " + ending.outcome + ".";
    case Ending::Kind::needs_principal:
      return sentence_for_principal(ending, casefile, home);
    case Ending::Kind::with_a_person:
      return "A person has been asked for; the case is in the brand's queue.";
    case Ending::Kind::left:
      return "The case was left: " + ending.outcome + ".";
    case Ending::Kind::gave_up:
      if (ending.outcome == "awaiting_performance") {
        return "It is agreed, and the brand has still to do it: entente negotiate --resume " +
               short_hex(casefile.id()) + " --home " + home.string();
      }
      return "It came to nothing: " + ending.outcome + ".";
    case Ending::Kind::broken_off:
      return "Broken off, nothing of it was believed: " + ending.outcome + ".";
  }
  return {};
}

}  // namespace

std::vector<OptionRule> consumer_options() {
  return {{"home", "DIR", "the consumer's directory (default: where the goal is, or .)"},
          {"brand", "URL", "the brand's endpoint (default: from consumer.yaml)"},
          {"goal", "FILE", "what is wanted (default: goal.yaml in the home)"},
          {"mandate", "FILE", "a mandate issued before (default: made from the goal)"},
          {"ca", "FILE", "trust this certificate authority alone"},
          {"resolve", "HOST:PORT:ADDR", "connect there for that name"},
          {"allow-private", "", "allow addresses of your own network"},
          {"timeout", "SECONDS", "how long to go on (default 60)"},
          {"yes", "", "say yes without asking"}};
}

Result<ConsumerConfig> read_consumer_file(const fs::path& home) {
  ConsumerConfig config{.home = home, .goal = home / "goal.yaml", .mailbox = {}, .brand = {}};
  const fs::path file = home / "consumer.yaml";
  if (!fs::exists(file)) return config;
  ENTENTE_LET(text, read_text(file));
  ENTENTE_LET(tree, parse_yaml(text, file.string()));
  const YamlReader root(tree, file.string(), ErrorCode::config_invalid);
  ENTENTE_TRY(
      root.closed({"brand", "goal", "ca", "resolve", "allow_private", "mailbox", "environment"}));
  ENTENTE_TRY(read_connection(root, file, config));
  if (const auto goal = root.find("goal")) {
    ENTENTE_LET(path, goal->text());
    config.goal = beside(file, path);
  }
  if (const auto mailbox = root.find("mailbox")) {
    ENTENTE_LET(path, mailbox->text());
    config.mailbox = beside(file, path);
  }
  if (const auto environment = root.find("environment")) {
    ENTENTE_LET(word, environment->one_of({"sandbox", "production"}));
    if (word == "production") config.environment = Environment::production;
  }
  return config;
}

Result<ConsumerConfig> read_consumer_config(const Arguments& arguments) {
  fs::path home = arguments.text_or("home", "");
  if (home.empty()) {
    home = fs::path(arguments.text_or("goal", "goal.yaml")).parent_path();
    if (home.empty()) home = ".";
  }
  ENTENTE_LET(config, read_consumer_file(home));
  ENTENTE_TRY(override_by(arguments, config));
  return std::move(config);
}

// Declared so that what is used outlives its user.
struct Consumer::State {
  ConsumerConfig config;
  Goal goal;
  HttpBrand brand;
  Person person;
  LogKeys keys;
  std::unique_ptr<Assistant> assistant;
};

Consumer::Consumer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Consumer::~Consumer() = default;

Result<std::unique_ptr<Consumer>> Consumer::start(const ConsumerConfig& config, Console& console,
                                                  Person::Answers answers) {
  SystemEntropy entropy;
  ENTENTE_LET(text, read_text(config.goal));
  ENTENTE_LET(goal, Goal::parse(text, config.goal.filename().string()));
  ENTENTE_LET(files, read_evidence(goal, config.goal));
  Bytes mandate;
  if (!config.mandate.empty()) {
    ENTENTE_LET(issued, read_armoured(config.mandate, "MANDATE"));
    mandate = issued;
  }
  ENTENTE_LET(principal, read_or_make_key_file(config.home / "keys/principal.key", entropy));
  const fs::path key_file = config.home / "keys/assistant.key";
  ENTENTE_TRY(read_or_make_key_file(key_file, entropy));
  ENTENTE_LET(keys, LogKeys::take(key_file, {}, config.home / "data"));
  auto state = std::unique_ptr<State>(
      new State{.config = config,
                .goal = goal,
                .brand = HttpBrand(config.brand),
                .person = Person(std::move(principal), console, answers, config.mailbox),
                .keys = std::move(keys),
                .assistant = nullptr});
  const auto tell = [&console, &config = state->config,
                     did = goal.brand()](const Message& message) {
    show_spoken(console, config.home / "data", message, did);
  };
  ENTENTE_LET(assistant, Assistant::start({.directory = config.home / "data",
                                           .goal = &state->goal,
                                           .files = files,
                                           .brand = &state->brand,
                                           .principal = &state->person,
                                           .key = &state->keys.key,
                                           .mandate = mandate,
                                           .environment = config.environment,
                                           .on_message = tell}));
  state->assistant = std::move(assistant);
  return std::unique_ptr<Consumer>(new Consumer(std::move(state)));
}

Assistant& Consumer::assistant() { return *state_->assistant; }
const ConsumerConfig& Consumer::config() const { return state_->config; }

void show_ways_on(Console& console, const Assistant& assistant) {
  std::string ways;
  for (const std::string& way : assistant.card().human.alternatives) {
    ways += (ways.empty() ? "" : ", ") + way;
  }
  if (!ways.empty()) console.line("The brand's other ways to a person: " + ways);
  for (const fs::path& file : assistant.evidence()) {
    console.line("What it signed against itself: entente audit replay " + file.string());
  }
}

Result<ExitCode> run_to_the_end(Consumer& consumer, const CaseId& case_id, Console& console,
                                std::int64_t timeout_ms) {
  ENTENTE_LET(ending, consumer.assistant().run(case_id, timeout_ms));
  const bool good =
      ending.kind == Ending::Kind::closed || ending.kind == Ending::Kind::with_a_person;
  console.line();
  console.line(console.paint(
      good ? Ink::good : Ink::bad,
      sentence_of(ending, *consumer.assistant().find_case(case_id), consumer.config().home)));
  if (ending.kind == Ending::Kind::gave_up || ending.kind == Ending::Kind::broken_off) {
    show_ways_on(console, consumer.assistant());
  }
  return good ? ExitCode::ok : ExitCode::finding;
}

}  // namespace entente::cli
