#include "goal.h"

#include "call.h"

namespace retail {
namespace {

// JSON strings are YAML strings, and nothing in them can be taken for a key.
std::string quoted(const std::string& text) { return Json(text).dump(); }

std::string address_of(const Json& kwargs) {
  std::string text;
  for (const char* key : address_keys) {
    if (!kwargs.contains(key)) continue;
    text += (text.empty() ? "" : ", ") + std::string(key) + ": " + quoted(text_of(kwargs, key));
  }
  return "{" + text + "}";
}

// Old and new items side by side. Should their numbers differ, the rest stands alone.
std::string lines_of(const Json& kwargs) {
  const auto old_items = texts_of(kwargs, "item_ids");
  const auto new_items = texts_of(kwargs, "new_item_ids");
  std::string text;
  for (std::size_t i = 0; i < std::max(old_items.size(), new_items.size()); ++i) {
    std::string line;
    if (i < old_items.size()) line = "line: " + quoted(old_items[i]);
    if (i >= old_items.size()) line = "order: " + quoted(text_of(kwargs, "order_id"));
    if (i < new_items.size()) line += ", replacement: " + quoted(new_items[i]);
    text += (text.empty() ? "{" : ", {") + line + "}";
  }
  return "[" + text + "]";
}

struct Want {
  std::string claim;
  std::string remedy;
  std::string content;  // the key and value of the exact wish; empty: none
};

Want change(std::string claim, std::string remedy, const Json& kwargs, const std::string& what) {
  std::string method;
  // A change of payment names the method as what is asked; everywhere else it settles the price.
  if (kwargs.contains("payment_method_id") && !what.starts_with("payment:")) {
    method = ", method: " + quoted(text_of(kwargs, "payment_method_id"));
  }
  return {
      std::move(claim), std::move(remedy),
      "order_change: {order: " + quoted(text_of(kwargs, "order_id")) + ", " + what + method + "}"};
}

Want want_of(const Action& action) {
  const Json& kwargs = action.kwargs;
  if (action.name == "cancel_pending_order") {
    return change("contract.cancellation", "cancellation", kwargs,
                  "cancel: " + quoted(to_code(text_of(kwargs, "reason"))));
  }
  if (action.name == "modify_pending_order_address") {
    return change("delivery.wrong_address", "correction_of_record", kwargs,
                  "address: " + address_of(kwargs));
  }
  if (action.name == "modify_pending_order_payment") {
    return change("contract.x-retail:payment_change", "correction_of_record", kwargs,
                  "payment: " + quoted(text_of(kwargs, "payment_method_id")));
  }
  if (action.name == "modify_pending_order_items") {
    return change("contract.x-retail:item_change", "exchange", kwargs,
                  "items: " + lines_of(kwargs));
  }
  if (action.name == "return_delivered_order_items") {
    return change("return_refund.return_request", "refund_partial", kwargs,
                  "return: " + lines_of(kwargs));
  }
  if (action.name == "exchange_delivered_order_items") {
    return change("return_refund.x-retail:exchange", "exchange", kwargs,
                  "exchange: " + lines_of(kwargs));
  }
  if (action.name == "modify_user_address") {
    return {"privacy.rectification", "correction_of_record",
            "record: {subject: " + quoted(text_of(kwargs, "user_id")) +
                ", field: address, value: " + address_of(kwargs) + "}"};
  }
  return {"other.other", "human_review", ""};  // the shop has no such call
}

// One mandate for every task, so that a customer who comes again needs no new one.
constexpr const char* mandate = R"(mandate:
  categories: [delivery, contract, return_refund, privacy, other]
  verbs: [open, link, inform, ask, propose, accept, decline, perform, confirm, dispute,
          handoff, leave, close]
  remedies: [correction_of_record, cancellation, exchange, refund_partial, human_review]
  expires: 24h
  approval:
    never: [correction_of_record, cancellation, exchange, refund_partial]
    otherwise: always
acceptable:
  exact: true
  pays_at_most: {cur: USD, amt: 10000000}
  rounds_at_most: 3
)";

}  // namespace

TaskGoal goal_of(const Task& task, const std::string& brand_did, const std::string& email) {
  TaskGoal goal;
  std::string wants;
  const auto add = [&](const Want& want) {
    wants += "  - claim: " + want.claim + "\n    remedy: " + want.remedy + "\n";
    if (!want.content.empty()) wants += "    " + want.content + "\n";
  };
  for (const Action& action : task.actions) {
    if (action.name == transfer) {
      goal.wants_person = true;
      continue;
    }
    add(want_of(action));
    goal.claims.push_back(&action);
  }
  // Who wants a person and nothing else says so first.
  const bool person_first = goal.claims.empty() && goal.wants_person;
  if (person_first) add({"other.other", "human_review", ""});
  goal.yaml =
      "entente: goal/1\nbrand: " + quoted(brand_did) +
      "\nlanguage: en\njurisdiction: us-tx\nlink: {method: knowledge, email: " + quoted(email) +
      "}\n" + mandate + (person_first ? "handoff: first\n" : "") + "wants:\n" + wants;
  return goal;
}

}  // namespace retail
