#include "arguments.h"

#include <algorithm>
#include <charconv>

namespace entente::cli {
namespace {

const OptionRule* find_rule(const Verb& verb, std::string_view word) {
  for (const OptionRule& rule : verb.options) {
    if (word.starts_with("--") && word.substr(2) == rule.name) return &rule;
    if (word.size() == 2 && rule.letter != 0 && word[1] == rule.letter) return &rule;
  }
  return nullptr;
}

Status check_operands(const Verb& verb, std::size_t given) {
  using Count = OperandRule::Count;
  const auto needed = static_cast<std::size_t>(std::ranges::count_if(
      verb.operands, [](const OperandRule& rule) { return rule.count != Count::optional; }));
  const bool unbounded = std::ranges::any_of(
      verb.operands, [](const OperandRule& rule) { return rule.count == Count::several; });
  if (given < needed) {
    return fail(ErrorCode::wrong_use,
                std::string(verb.path) + " needs " + std::string(verb.operands[given].name));
  }
  if (!unbounded && given > verb.operands.size()) {
    return fail(ErrorCode::wrong_use, std::string(verb.path) + " takes no further argument");
  }
  return {};
}

std::string usage_of(const Verb& verb) {
  std::string usage = "entente " + std::string(verb.path);
  for (const OperandRule& rule : verb.operands) {
    const std::string operand(rule.name);
    usage += rule.count == OperandRule::Count::optional  ? " [" + operand + "]"
             : rule.count == OperandRule::Count::several ? " " + operand + "..."
                                                         : " " + operand;
  }
  for (const OptionRule& rule : verb.options) {
    if (rule.required) usage += " --" + std::string(rule.name) + " " + std::string(rule.value);
  }
  return usage + (verb.options.empty() ? "" : " [options]");
}

std::string row(std::string left, std::string_view right, std::size_t width) {
  left.resize(std::max(left.size() + 2, width), ' ');
  return "  " + left + std::string(right) + "\n";
}

std::string spell(const OptionRule& rule) {
  std::string text = "--" + std::string(rule.name);
  if (rule.letter != 0) text = std::string("-") + rule.letter + ", " + text;
  if (!rule.value.empty()) text += " " + std::string(rule.value);
  return text;
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// The words that may follow `prefix`: second words of a noun, or its first word.
std::vector<std::string> words_after(std::span<const Verb> verbs, std::string_view prefix) {
  std::vector<std::string> words;
  for (const Verb& verb : verbs) {
    std::string_view rest = verb.path;
    if (!prefix.empty()) {
      if (!rest.starts_with(prefix) || rest.size() <= prefix.size()) continue;
      if (rest[prefix.size()] != ' ') continue;
      rest.remove_prefix(prefix.size() + 1);
    }
    const std::string word(rest.substr(0, rest.find(' ')));
    if (std::ranges::find(words, word) == words.end()) words.push_back(word);
  }
  return words;
}

std::vector<std::string> option_words(const Verb& verb) {
  std::vector<std::string> words;
  for (const OptionRule& rule : verb.options) words.push_back("--" + std::string(rule.name));
  words.emplace_back("--help");
  return words;
}

}  // namespace

Result<Arguments> Arguments::read(const Verb& verb, std::span<const std::string> words) {
  Arguments read;
  read.words_.assign(words.begin(), words.end());
  bool only_operands = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string word = words[i];
    if (only_operands || !word.starts_with('-') || word == "-") {
      read.operands_.push_back(word);
      continue;
    }
    if (word == "--") {
      only_operands = true;
      continue;
    }
    std::optional<std::string> value;
    if (const auto equals = word.find('=');
        word.starts_with("--") && equals != std::string_view::npos) {
      value = word.substr(equals + 1);
      word.resize(equals);
    }
    const OptionRule* rule = find_rule(verb, word);
    if (rule == nullptr) return fail(ErrorCode::wrong_use, "no such option: " + word);
    if (rule->value.empty() && value) return fail(ErrorCode::wrong_use, word + " takes no value");
    if (!rule->value.empty() && !value) {
      if (i + 1 == words.size()) return fail(ErrorCode::wrong_use, word + " needs a value");
      value = words[++i];
    }
    if (!read.options_.emplace(rule->name, value.value_or("")).second) {
      return fail(ErrorCode::wrong_use, word + " is given twice");
    }
  }
  ENTENTE_TRY(check_operands(verb, read.operands_.size()));
  for (const OptionRule& rule : verb.options) {
    if (rule.required && !read.has(rule.name)) {
      return fail(ErrorCode::wrong_use, "--" + std::string(rule.name) + " is needed");
    }
  }
  return read;
}

bool Arguments::has(std::string_view option) const { return options_.contains(option); }

std::optional<std::string> Arguments::find(std::string_view option) const {
  const auto found = options_.find(option);
  if (found == options_.end()) return std::nullopt;
  return found->second;
}

std::string Arguments::text_or(std::string_view option, std::string_view otherwise) const {
  return find(option).value_or(std::string(otherwise));
}

Result<std::int64_t> Arguments::integer_or(std::string_view option, std::int64_t otherwise,
                                           std::int64_t max) const {
  const auto text = find(option);
  if (!text) return otherwise;
  std::int64_t value = 0;
  const char* const end = text->data() + text->size();
  const auto [stopped, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc{} || stopped != end || value < 0 || value > max) {
    return fail(ErrorCode::wrong_use,
                "--" + std::string(option) + " needs a number up to " + std::to_string(max));
  }
  return value;
}

std::string help_of(const Verb& verb) {
  std::string text = "usage: " + usage_of(verb) + "\n\n" + std::string(verb.summary) + "\n";
  if (!verb.operands.empty()) text += "\n";
  for (const OperandRule& rule : verb.operands) {
    text += row(std::string(rule.name), rule.meaning, 24);
  }
  text += "\n";
  for (const OptionRule& rule : verb.options) {
    text += row(spell(rule), std::string(rule.meaning) + (rule.required ? " (needed)" : ""), 24);
  }
  text += row("--help", "this text", 24);
  if (!verb.example.empty()) text += "\nexample: " + std::string(verb.example) + "\n";
  return text;
}

std::string help_of(std::span<const Verb> verbs, std::string_view prefix) {
  std::string text =
      "usage: entente " + std::string(prefix.empty() ? "COMMAND" : prefix) + " ...\n\n";
  for (const Verb& verb : verbs) {
    if (verb.path == prefix || prefix.empty() || verb.path.starts_with(std::string(prefix) + " ")) {
      text += row(std::string(verb.path), verb.summary, 20);
    }
  }
  return text +
         "\nAdd --help to a command to see what it takes. Exit status: 0 yes or done, 1 no "
         "or a finding,\n2 usage, 3 refused, 4 network, 5 store, 70 a fault of this "
         "program.\n";
}

std::string completion_for(std::string_view shell, std::span<const Verb> verbs) {
  if (shell != "bash" && shell != "zsh") return {};
  std::string text;
  if (shell == "zsh") text += "#compdef entente\nautoload -U +X bashcompinit && bashcompinit\n";
  text += "_entente() {\n  local cur=${COMP_WORDS[COMP_CWORD]} words=\n";
  text += "  case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n";
  for (const Verb& verb : verbs) {
    const bool two = verb.path.find(' ') != std::string_view::npos;
    text += "    \"" + std::string(verb.path) + (two ? "\"" : " \"*") + ") words='" +
            join(option_words(verb)) + "' ;;\n";
  }
  text += "  esac\n  if [[ $COMP_CWORD -eq 1 ]]; then words='" + join(words_after(verbs, "")) +
          "'; fi\n  if [[ $COMP_CWORD -eq 2 ]]; then\n    case ${COMP_WORDS[1]} in\n";
  for (const std::string& noun : words_after(verbs, "")) {
    const auto second = words_after(verbs, noun);
    if (!second.empty()) text += "      " + noun + ") words='" + join(second) + "' ;;\n";
  }
  text +=
      "    esac\n  fi\n"
      "  if [[ $cur == -* || $COMP_CWORD -le 2 ]]; then\n"
      "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n  fi\n}\n"
      "complete -o default -F _entente entente\n";
  return text;
}

}  // namespace entente::cli
