#include <entente/protocol/vocabulary.h>

#include <algorithm>

namespace entente {
namespace {

template <class... Word>
constexpr auto list(Word... word) {
  return std::array<std::string_view, sizeof...(Word)>{word...};
}

constexpr auto delivery = list("not_received", "late", "partial", "wrong_address",
                               "damaged_in_transit", "returned_to_sender");
constexpr auto goods =
    list("defective", "not_as_described", "wrong_item", "missing_parts", "counterfeit", "safety");
constexpr auto digital = list("access_lost", "malfunction", "update_issue");
constexpr auto service =
    list("not_provided", "late", "incomplete", "poor_quality", "outage", "appointment_missed");
constexpr auto billing =
    list("incorrect_amount", "duplicate", "undisclosed_fee", "tax", "tariff_wrong", "meter_reading",
         "credit_not_processed", "paid_other_means");
constexpr auto unauthorised = list("payment", "account_takeover", "sim_swap");
constexpr auto contract = list("withdrawal", "cancellation", "renewal", "term_dispute",
                               "price_change", "switching", "porting", "early_termination_fee");
constexpr auto return_refund = list("return_request", "refund_delay", "refund_amount", "label");
constexpr auto warranty = list("repair", "delay", "refused", "recurrence");
constexpr auto travel =
    list("cancelled", "delayed", "denied_boarding", "downgraded", "baggage_delayed",
         "baggage_lost_damaged", "schedule_change", "ancillary_not_provided", "accessibility");
constexpr auto financial = list("mis_sale", "advice", "claim_refused", "fraud_reimbursement",
                                "credit_decision", "account_closure");
constexpr auto debt = list("arrears", "payment_plan", "collections", "disconnection_threat");
constexpr auto privacy = list("access", "erasure", "portability", "rectification", "objection",
                              "automated_decision", "breach");
constexpr auto information = list("misleading", "missing", "bot_statement");
constexpr auto conduct = list("staff", "automated_agent", "discrimination", "accessibility");
constexpr std::string_view any_category_code = "other";

constexpr std::array category_rows = {
    Category{"delivery", delivery},
    Category{"goods_nonconformity", goods},
    Category{"digital", digital},
    Category{"service", service},
    Category{"billing", billing},
    Category{"unauthorised", unauthorised},
    Category{"contract", contract},
    Category{"return_refund", return_refund},
    Category{"warranty_repair", warranty},
    Category{"travel", travel},
    Category{"financial", financial},
    Category{"debt", debt},
    Category{"privacy", privacy},
    Category{"information", information},
    Category{"conduct", conduct},
    Category{"safety_emergency", {}},
    Category{"other", {}},
};

constexpr auto in_money = list("money");
constexpr auto in_credit = list("credit");
constexpr auto in_money_or_credit = list("money", "credit");
constexpr auto in_refund_full = list("money", "order_change.return", "order_change.cancel");
constexpr auto in_refund_partial = list("money", "order_change.return", "order_change.items");
constexpr auto in_replacement = list("goods", "order_change.exchange");
constexpr auto in_exchange = list("goods", "order_change.items", "order_change.exchange");
constexpr auto in_repair = list("repair");
constexpr auto in_goods = list("goods");
constexpr auto in_correction = list("money", "credit", "record");
constexpr auto in_goodwill = list("money", "credit", "goods");
constexpr auto in_travel = list("travel");
constexpr auto in_care = list("travel", "money", "credit");
constexpr auto in_contract = list("contract_change");
constexpr auto in_withdrawal = list("contract_change", "record", "none");
constexpr auto in_cancellation = list("contract_change", "order_change.cancel");
constexpr auto in_instalments = list("instalments");
constexpr auto in_hold = list("hold");
constexpr auto in_restoration = list("visit", "contract_change", "record");
constexpr auto in_visit = list("visit");
constexpr auto in_record = list("record");
constexpr auto in_record_correction =
    list("record", "order_change.address", "order_change.payment");
constexpr auto in_nothing = list("none");
constexpr auto in_payment = list("payment");
constexpr auto in_oc_cancel = list("order_change.cancel");
constexpr auto in_oc_address = list("order_change.address");
constexpr auto in_oc_payment = list("order_change.payment");
constexpr auto in_oc_items = list("order_change.items");
constexpr auto in_oc_return = list("order_change.return");
constexpr auto in_oc_exchange = list("order_change.exchange");

constexpr std::array remedy_rows = {
    Remedy{"refund_full", in_refund_full},
    Remedy{"refund_partial", in_refund_partial},
    Remedy{"credit_note", in_credit},
    Remedy{"store_credit", in_credit},
    Remedy{"voucher", in_credit},
    Remedy{"replacement", in_replacement},
    Remedy{"exchange", in_exchange},
    Remedy{"repair", in_repair},
    Remedy{"redelivery", in_goods},
    Remedy{"price_reduction", in_money_or_credit},
    Remedy{"fee_waiver", in_money_or_credit},
    Remedy{"bill_correction", in_correction},
    Remedy{"service_credit", in_credit},
    Remedy{"compensation_statutory", in_money_or_credit},
    Remedy{"compensation_goodwill", in_goodwill},
    Remedy{"expense_reimbursement", in_money},
    Remedy{"rerouting", in_travel},
    Remedy{"rebooking", in_travel},
    Remedy{"care", in_care},
    Remedy{"contract_termination", in_contract},
    Remedy{"withdrawal_ack", in_withdrawal},
    Remedy{"cancellation", in_cancellation},
    Remedy{"plan_change", in_contract},
    Remedy{"payment_plan", in_instalments},
    Remedy{"debt_hold", in_hold},
    Remedy{"service_restoration", in_restoration},
    Remedy{"technician_visit", in_visit},
    Remedy{"data_export", in_record},
    Remedy{"data_erasure", in_record},
    Remedy{"correction_of_record", in_record_correction},
    Remedy{"explanation", in_record},
    Remedy{"apology", in_record},
    Remedy{"human_review", in_record},
    Remedy{"no_action", in_nothing},
    Remedy{"payment", in_payment},
    Remedy{"order_change.cancel", in_oc_cancel},
    Remedy{"order_change.address", in_oc_address},
    Remedy{"order_change.payment", in_oc_payment},
    Remedy{"order_change.items", in_oc_items},
    Remedy{"order_change.return", in_oc_return},
    Remedy{"order_change.exchange", in_oc_exchange},
};

constexpr std::array right_rows = {
    Right{"withdrawal", true, true},  Right{"cancellation", true, true},
    Right{"access", false, true},     Right{"erasure", true, true},
    Right{"objection", false, false}, Right{"contest", false, false},
};

constexpr auto evidence_types = list(
    "order_ref", "receipt_invoice", "payment_proof", "bank_statement", "contract_terms",
    "policy_snapshot", "advert_listing", "photo", "video", "audio", "serial_imei", "tracking",
    "delivery_proof", "delivery_proof_signature", "return_tracking", "return_proof", "refund_proof",
    "inspection_report", "third_party_expert", "repair_history", "correspondence",
    "prior_transcript", "call_recording_ref", "usage_log", "meter_reading", "outage_record",
    "boarding_pass", "booking_ref", "disruption_statement", "expense_receipt", "baggage_report",
    "police_report", "affidavit", "id_attestation", "mandate", "needs_declaration", "warranty_card",
    "price_comparison", "cancellation_confirmation", "screenshot", "statement", "other");
constexpr auto outcomes = list(
    "resolved_agreed", "resolved_consumer_favour", "resolved_brand_favour_reasoned",
    "resolved_partial", "resolved_goodwill", "remedied_without_admission", "withdrawn_by_consumer",
    "duplicate", "out_of_scope", "not_entitled", "expired_incomplete", "deadlock", "referred_adr",
    "referred_ombudsman", "referred_chargeback", "referred_regulator", "referred_court",
    "transferred_entity", "fraud_hold", "safety_escalated");
constexpr auto decline_reasons =
    list("not_eligible", "window_ended", "final_sale", "evidence_missing", "already_remedied",
         "amount_too_high", "amount_too_low", "exceeds_authority", "policy", "legal_bar",
         "extraordinary_circumstances", "misuse", "technical", "other");
constexpr auto handoff_reasons =
    list("consumer_asked", "principal_needs_judgement", "policy_never_automate", "vulnerability",
         "legal_right_invoked", "deadlock", "authority_exceeded", "low_confidence", "loop_detected",
         "safety", "identity_problem", "complaint_about_agent", "accessibility", "language",
         "tech_failure", "regulator_or_ombudsman_contact");
constexpr auto unavailable_reasons =
    list("out_of_hours", "no_skilled_agent", "language_unavailable", "capacity", "system_down",
         "identity_required_for_scope", "abuse_cooldown");
constexpr auto link_methods = list("knowledge", "email_otp", "device_code", "oidc");
constexpr auto identifications = list("operator_key", "idp_attested", "platform_asserted");
constexpr auto money_destinations =
    list("original_payment", "bank", "card", "wallet", "credit_balance");
constexpr auto return_methods = list("by_mail", "in_store", "kiosk", "pickup", "keep");
constexpr auto channels = list("case", "phone", "chat", "video", "email", "post", "branch");

bool contains(Words words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

template <class Rows>
auto find_row(const Rows& rows, std::string_view name) {
  const auto found = std::ranges::find(rows, name, [](const auto& row) { return row.name; });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace

bool is_extension_code(std::string_view code) {
  const std::size_t colon = code.find(':');
  return code.starts_with("x-") && colon != std::string_view::npos && colon > 2 &&
         colon + 1 < code.size() && check_code(code);
}

std::span<const Category> categories() { return category_rows; }
const Category* find_category(std::string_view name) { return find_row(category_rows, name); }

Status check_claim_code(std::string_view category, std::string_view code) {
  const Category* known = find_category(category);
  if (!known && !is_extension_code(category)) {
    return fail(ErrorCode::invalid_code, "no such category");
  }
  if (!known || code == any_category_code || is_extension_code(code)) return check_code(code);
  if (contains(known->codes, code)) return {};
  return fail(ErrorCode::invalid_code, "no such code in its category");
}

bool Remedy::allows(const Shape& shape) const {
  std::string spelled(entente::name(shape));
  if (const auto* change = std::get_if<OrderChange>(&shape)) {
    spelled += "." + std::string(entente::name(*change));
  }
  return contains(shapes, spelled);
}

std::span<const Remedy> remedies() { return remedy_rows; }
const Remedy* find_remedy(std::string_view name) { return find_row(remedy_rows, name); }

Status check_remedy(std::string_view purpose, const Shape& shape) {
  if (is_extension_code(purpose)) return {};
  const Remedy* remedy = find_remedy(purpose);
  if (!remedy) return fail(ErrorCode::invalid_code, "no such remedy");
  if (!remedy->allows(shape)) {
    return fail(ErrorCode::invalid_terms,
                std::string(purpose) + " does not come as " + std::string(name(shape)));
  }
  return {};
}

std::span<const Right> rights() { return right_rows; }
const Right* find_right(std::string_view name) { return find_row(right_rows, name); }

bool is_irreversible(std::string_view right) {
  const Right* known = find_right(right);
  return known == nullptr || known->is_irreversible;
}

Words words(Vocabulary vocabulary) {
  switch (vocabulary) {
    case Vocabulary::evidence_type:
      return evidence_types;
    case Vocabulary::outcome:
      return outcomes;
    case Vocabulary::decline_reason:
      return decline_reasons;
    case Vocabulary::handoff_reason:
      return handoff_reasons;
    case Vocabulary::unavailable_reason:
      return unavailable_reasons;
    case Vocabulary::link_method:
    case Vocabulary::assurance:  // named by the method that gives it
      return link_methods;
    case Vocabulary::identification:
      return identifications;
    case Vocabulary::money_destination:
      return money_destinations;
    case Vocabulary::return_method:
      return return_methods;
    case Vocabulary::channel:
      return channels;
  }
  return {};
}

Status check_word(Vocabulary vocabulary, std::string_view code) {
  if (contains(words(vocabulary), code) || is_extension_code(code)) return {};
  return fail(ErrorCode::invalid_code, "not in the vocabulary");
}

}  // namespace entente
