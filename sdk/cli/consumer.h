#pragma once
// A consumer's directory: who the brand is, the goal, the keys and the store of one (principal,
// brand). What `entente negotiate`, `approve`, `exercise` and `handoff` have in common.
//
//     consumer.yaml   goal.yaml   keys/principal.key   keys/assistant.key   data/

#include <entente/assistant.h>

#include "arguments.h"
#include "person.h"

namespace entente::cli {

struct ConsumerConfig {
  std::filesystem::path home;
  std::filesystem::path goal;
  std::filesystem::path mandate;  // issued before; empty: made from the goal
  std::filesystem::path mailbox;  // of a sandbox; empty: the person is asked
  HttpBrandOptions brand;
  Environment environment = Environment::sandbox;
};

// The options that all of them take.
std::vector<OptionRule> consumer_options();
// consumer.yaml in the home, if it is there; options override it. Fails with file_missing,
// config_invalid, yaml_invalid, wrong_use (no brand).
Result<ConsumerConfig> read_consumer_config(const Arguments& arguments);
Result<ConsumerConfig> read_consumer_file(const std::filesystem::path& home);

class Consumer {
 public:
  // Makes the keys if there are none.
  static Result<std::unique_ptr<Consumer>> start(const ConsumerConfig& config, Console& console,
                                                 Person::Answers answers);
  ~Consumer();

  Assistant& assistant();
  const ConsumerConfig& config() const;

 private:
  struct State;
  explicit Consumer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Where the agents get no further: the brand's other ways to a person, and what it signed against
// itself.
void show_ways_on(Console& console, const Assistant& assistant);

// Runs the case and tells how it ended. The exit code is `finding` unless it came to a close or to
// a person.
Result<ExitCode> run_to_the_end(Consumer& consumer, const CaseId& case_id, Console& console,
                                std::int64_t timeout_ms);

}  // namespace entente::cli
