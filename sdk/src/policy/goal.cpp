#include <entente/policy/goal.h>
#include <entente/protocol/media_type.h>
#include <entente/protocol/verbs.h>
#include <entente/protocol/vocabulary.h>

#include <algorithm>

#include "goal_rules.h"
#include "reading.h"

namespace entente {
namespace {

using Representation = Mandate::Representation;
using Present = HandoffRequest::Present;

constexpr std::array representations = {Representation::self, Representation::family,
                                        Representation::guardian, Representation::professional};
constexpr std::array presences = {Present::live, Present::callback, Present::async};

Result<std::vector<std::string>> read_remedies(const YamlReader& place) {
  std::vector<std::string> remedies;
  ENTENTE_LET(items, place.items());
  for (const YamlReader& item : items) {
    ENTENTE_LET(remedy, policy::read_remedy_word(item));
    remedies.push_back(std::move(remedy));
  }
  return remedies;
}

Status read_mandate_lists(const YamlReader& place, Mandate& mandate) {
  ENTENTE_LET(categories, place.field("categories").items());
  for (const YamlReader& category : categories) {
    ENTENTE_LET(code, category.code());
    if (!find_category(code) && !is_extension_code(code)) {
      return category.expected("a category of the vocabulary");
    }
    mandate.categories.push_back(std::move(code));
  }
  ENTENTE_LET(verbs, place.field("verbs").items());
  for (const YamlReader& verb : verbs) {
    ENTENTE_LET(code, verb.code());
    if (!find_verb(code)) return verb.expected("a verb of the protocol");
    mandate.verbs.push_back(std::move(code));
  }
  ENTENTE_LET(remedies, read_remedies(place.field("remedies")));
  mandate.remedies = std::move(remedies);
  return {};
}

Status read_mandate(const YamlReader& place, GoalRules& rules) {
  ENTENTE_TRY(
      place.closed({"categories", "verbs", "remedies", "expires", "approval", "representation"}));
  ENTENTE_TRY(read_mandate_lists(place, rules.mandate));
  ENTENTE_LET(expires, place.field("expires").duration_ms());
  rules.mandate_lasts_ms = expires;
  if (const auto approval = place.find("approval")) {
    ENTENTE_TRY(approval->closed({"never", "otherwise"}));
    ENTENTE_TRY(approval->field("otherwise").one_of({"always"}));
    if (const auto never = approval->find("never")) {
      ENTENTE_LET(exempt, read_remedies(*never));
      rules.mandate.approval_exempt = std::move(exempt);
    }
  }
  if (const auto representation = place.find("representation")) {
    ENTENTE_LET(value, policy::read_enum(*representation, representations));
    rules.mandate.representation = value;
  }
  return {};
}

// A want beyond the mandate would be refused by the brand; better told here.
Status check_against_mandate(const YamlReader& place, const policy::Want& want,
                             const Mandate& mandate) {
  const auto lists = [](const std::vector<std::string>& words, const std::string& word) {
    return std::ranges::find(words, word) != words.end();
  };
  if (!lists(mandate.categories, want.claim.category)) {
    return place.refuse("the mandate does not list the category " + want.claim.category);
  }
  for (const Wish& wish : want.claim.desired) {
    if (!lists(mandate.remedies, wish.remedy)) {
      return place.refuse("the mandate does not list the remedy " + wish.remedy);
    }
  }
  return {};
}

Status read_acceptable_remedies(const YamlReader& place, std::vector<std::string>& any_of,
                                std::map<std::string, Money>& at_least) {
  if (const auto remedies = place.find("remedies")) {
    ENTENTE_LET(read, read_remedies(*remedies));
    any_of = std::move(read);
  }
  if (const auto least = place.find("at_least")) {
    ENTENTE_LET(read, policy::read_amounts(*least));
    at_least = std::move(read);
  }
  return {};
}

Status read_evidence(const YamlReader& place, GoalRules& rules) {
  const auto evidence = place.find("evidence");
  if (!evidence) return {};
  ENTENTE_LET(items, evidence->items());
  for (const YamlReader& item : items) {
    ENTENTE_TRY(item.closed({"file", "media_type"}));
    ENTENTE_LET(file, item.field("file").text());
    const YamlReader type = item.field("media_type");
    ENTENTE_LET(media_type, type.text(limits::media_type_bytes_max));
    if (!is_media_type(media_type)) return type.refuse("expected a media type like image/jpeg");
    if (std::ranges::find(rules.files, file) == rules.files.end()) rules.files.push_back(file);
    rules.evidence.push_back({std::move(file), std::move(media_type)});
  }
  return {};
}

Status read_wants(const YamlReader& root, GoalRules& rules) {
  ENTENTE_LET(items, root.field("wants").items());
  if (items.empty()) return root.field("wants").refuse("expected at least one want");
  for (const YamlReader& item : items) {
    ENTENTE_LET(want, policy::read_want(item, {"story", "evidence", "acceptable"}, rules.parts));
    ENTENTE_TRY(check_against_mandate(item, want, rules.mandate));
    if (const auto acceptable = item.find("acceptable")) {
      ENTENTE_TRY(acceptable->closed({"remedies", "at_least"}));
      ENTENTE_TRY(read_acceptable_remedies(*acceptable, want.any_of, want.at_least));
    }
    if (const auto story = item.find("story")) {
      ENTENTE_LET(text, story->text(limits::json_bytes_max));
      rules.stories.push_back(std::move(text));
    }
    ENTENTE_TRY(read_evidence(item, rules));
    want.claim.claim_id = static_cast<std::uint16_t>(rules.wants.size() + 1);
    rules.wants.push_back(std::move(want));
  }
  return {};
}

// What holds for every want that says nothing of its own.
Status read_acceptable(const YamlReader& root, GoalRules& rules) {
  const auto place = root.find("acceptable");
  if (!place) return {};
  ENTENTE_TRY(place->closed({"exact", "pays_at_most", "rounds_at_most", "remedies", "at_least"}));
  if (const auto exact = place->find("exact")) {
    ENTENTE_LET(value, exact->boolean());
    rules.exact = value;
  }
  if (const auto pays = place->find("pays_at_most")) {
    ENTENTE_LET(money, policy::read_exact_money(*pays));
    rules.pays_at_most = std::move(money);
  }
  if (const auto rounds = place->find("rounds_at_most")) {
    ENTENTE_LET(value, rounds->integer(0, 100));
    rules.rounds_at_most = static_cast<std::size_t>(value);
  }
  std::vector<std::string> any_of;
  std::map<std::string, Money> at_least;
  ENTENTE_TRY(read_acceptable_remedies(*place, any_of, at_least));
  if (rules.exact && (!any_of.empty() || !at_least.empty())) {
    return place->refuse("exact leaves nothing to choose: no remedies, no at_least");
  }
  for (policy::Want& want : rules.wants) {
    if (want.any_of.empty()) want.any_of = any_of;
    if (!want.at_least.empty()) continue;
    for (const auto& [remedy, money] : at_least) {
      const auto& desired = want.claim.desired;
      if (std::ranges::find(desired, remedy, &Wish::remedy) != desired.end()) {
        want.at_least[remedy] = money;
      }
    }
  }
  return {};
}

Status read_handoff(const YamlReader& root, GoalRules& rules) {
  const auto place = root.find("handoff");
  if (!place) return {};
  if (place->kind() == YamlKind::scalar) {
    ENTENTE_TRY(place->one_of({"first"}));
    rules.handoff_first = true;
    return {};
  }
  ENTENTE_TRY(place->closed({"when", "present", "channels", "needs"}));
  if (const auto when = place->find("when")) {
    ENTENTE_LET(value, when->one_of({"first", "needed"}));
    rules.handoff_first = value == "first";
  }
  if (const auto present = place->find("present")) {
    ENTENTE_LET(value, policy::read_enum(*present, presences));
    rules.present = value;
  }
  if (const auto channels = place->find("channels")) {
    const Words known = words(Vocabulary::channel);
    ENTENTE_LET(value, channels->codes_of(YamlReader::Names(known.begin(), known.end())));
    if (value.empty()) return channels->refuse("expected at least one channel");
    rules.channels = std::move(value);
  }
  if (const auto needs = place->find("needs")) {
    ENTENTE_LET(text, needs->text());
    rules.needs = std::move(text);
  }
  return {};
}

Status read_ask_me(const YamlReader& item, GoalRules& rules) {
  ENTENTE_TRY(item.closed({"waives", "pays", "asked", "offer"}));
  if (const auto waives = item.find("waives")) {
    ENTENTE_TRY(waives->one_of({"any"}));
    rules.ask_me.waives = true;
  }
  if (const auto pays = item.find("pays")) {
    ENTENTE_TRY(pays->one_of({"above_limit"}));
    rules.ask_me.pays_above_limit = true;
  }
  if (const auto asked = item.find("asked")) {
    ENTENTE_TRY(asked->one_of({"unknown_question"}));
    rules.ask_me.unknown_question = true;
  }
  if (const auto offer = item.find("offer")) {
    ENTENTE_TRY(offer->one_of({"not_acceptable"}));
    rules.ask_me.not_acceptable = true;
  }
  return {};
}

Status read_ask_human(const YamlReader& item, GoalRules& rules) {
  ENTENTE_TRY(item.closed({"refused", "silence", "i_say", "rounds"}));
  GoalRules::AskHuman& human = rules.ask_human;
  if (const auto refused = item.find("refused")) {
    if (refused->kind() == YamlKind::scalar) {
      ENTENTE_TRY(refused->one_of({"any"}));
      human.any_refusal = true;
    } else {
      ENTENTE_LET(codes, refused->codes());
      human.refusals.insert(human.refusals.end(), codes.begin(), codes.end());
    }
  }
  if (const auto silence = item.find("silence")) {
    ENTENTE_LET(value, silence->duration_ms());
    if (value == 0) return silence->expected("a duration of at least 1s");
    human.silence_ms = value;
  }
  if (const auto i_say = item.find("i_say")) {
    ENTENTE_TRY(i_say->one_of({"any"}));
    human.i_say = true;
  }
  if (const auto rounds = item.find("rounds")) {
    ENTENTE_TRY(rounds->one_of({"exceeded"}));
    human.rounds_exceeded = true;
  }
  return {};
}

Status read_leave(const YamlReader& item, GoalRules& rules) {
  ENTENTE_TRY(item.closed({"rounds"}));
  ENTENTE_TRY(item.field("rounds").one_of({"exceeded"}));
  rules.leave_when_rounds_exceeded = true;
  return {};
}

Status read_whens(const YamlReader& root, std::string_view key, GoalRules& rules,
                  Status (*read)(const YamlReader&, GoalRules&)) {
  const auto list = root.find(key);
  if (!list) return {};
  ENTENTE_LET(items, list->items());
  for (const YamlReader& item : items) ENTENTE_TRY(read(item, rules));
  return {};
}

Status read_head(const YamlReader& root, GoalRules& rules) {
  ENTENTE_TRY(
      root.closed({"entente", "brand", "language", "jurisdiction", "link", "mandate", "handoff",
                   "wants", "acceptable", "answers", "ask_me_when", "human_when", "leave_when"}));
  ENTENTE_TRY(root.field("entente").one_of({"goal/1"}));
  ENTENTE_LET(brand, root.field("brand").text());
  if (!brand.starts_with("did:web:")) {
    return root.field("brand").expected("the DID of a brand such as did:web:shop.example");
  }
  ENTENTE_LET(language, root.field("language").code());
  ENTENTE_LET(jurisdiction, root.field("jurisdiction").code());
  rules.brand = std::move(brand);
  rules.language = std::move(language);
  rules.jurisdiction = std::move(jurisdiction);
  const auto link = root.find("link");
  if (!link) return {};
  ENTENTE_TRY(link->closed({"method", "email", "contact"}));
  const Words methods = words(Vocabulary::link_method);
  ENTENTE_LET(method,
              link->field("method").one_of(YamlReader::Names(methods.begin(), methods.end())));
  rules.link_method = std::move(method);
  if (const auto contact = link->find(link->find("email") ? "email" : "contact")) {
    ENTENTE_LET(text, contact->text());
    rules.link_contact = std::move(text);
  }
  return {};
}

Status read_answers(const YamlReader& root, GoalRules& rules) {
  const auto answers = root.find("answers");
  if (!answers) return {};
  ENTENTE_LET(entries, answers->entries());
  for (const YamlEntry& entry : entries) {
    ENTENTE_LET(topic, entry.key.code());
    ENTENTE_LET(text, entry.value.text());
    rules.answers[topic] = std::move(text);
  }
  return {};
}

}  // namespace

Result<Goal> Goal::parse(std::string_view text, std::string_view file_name) {
  ENTENTE_LET(tree, parse_yaml(text, file_name));
  const YamlReader root(tree, file_name, ErrorCode::goal_invalid);
  auto rules = std::make_shared<GoalRules>();
  ENTENTE_TRY(read_head(root, *rules));
  ENTENTE_TRY(read_mandate(root.field("mandate"), *rules));
  ENTENTE_TRY(read_wants(root, *rules));
  ENTENTE_TRY(read_acceptable(root, *rules));
  ENTENTE_TRY(read_handoff(root, *rules));
  ENTENTE_TRY(read_answers(root, *rules));
  ENTENTE_TRY(read_whens(root, "ask_me_when", *rules, &read_ask_me));
  ENTENTE_TRY(read_whens(root, "human_when", *rules, &read_ask_human));
  ENTENTE_TRY(read_whens(root, "leave_when", *rules, &read_leave));
  return Goal(std::move(rules));
}

const std::string& Goal::brand() const { return rules_->brand; }
const std::string& Goal::language() const { return rules_->language; }
const std::vector<std::string>& Goal::files() const { return rules_->files; }
const std::string& Goal::link_method() const { return rules_->link_method; }

Mandate Goal::mandate(std::int64_t now_ms) const {
  Mandate mandate = rules_->mandate;
  mandate.audience = rules_->brand;
  mandate.versions = {protocol_version};
  mandate.issued_ms = now_ms;
  mandate.expires_ms = now_ms + rules_->mandate_lasts_ms;
  return mandate;
}

}  // namespace entente
