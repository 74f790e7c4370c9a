#include "message_defects.h"

#include <entente/core/limits.h>

#include "samples.h"

namespace entente::vectors {
namespace {

using namespace entente::tests;

Message leave() { return samples::message(Leave{"resolved_elsewhere"}); }

template <class Spoil>
Message leave_but(Spoil spoil) {
  Message message = leave();
  spoil(message);
  return message;
}

template <class Spoil>
Message open_but(Spoil spoil) {
  Open open{.claims = {samples::claim(1)}, .jurisdiction = "es", .language = "en"};
  spoil(open);
  return samples::message(std::move(open));
}

template <class Spoil>
Message offer_but(Spoil spoil) {
  Offer offer = samples::offer({samples::term(1, MoneyTo{samples::euros(4995), "bank"})});
  spoil(offer);
  return samples::message(std::move(offer));
}

template <class Spoil>
Message term_but(Spoil spoil) {
  return offer_but([&](Offer& offer) { spoil(offer.terms.front()); });
}

Message with_shape(Shape shape) {
  return samples::message(samples::offer({samples::term(1, std::move(shape))}));
}

Settlement settle(Settlement::Direction direction, Money amount = {}) {
  return {direction, std::move(amount), no_part};
}

using Code = ErrorCode;

constexpr Defect defects[] = {
    // The head of every message.
    {"version_zero", Code::out_of_range, "versions count from 1",
     [] { return leave_but([](Message& m) { m.version = 0; }); }},
    {"environment_unset", Code::unset_value, "sandbox or production",
     [] { return leave_but([](Message& m) { m.environment = Environment::unset; }); }},
    {"case_missing", Code::malformed, "every message but open names its case",
     [] { return leave_but([](Message& m) { m.case_id = {}; }); }},
    {"prev_missing", Code::malformed, "every message but open names the one before",
     [] { return leave_but([](Message& m) { m.prev = {}; }); }},
    {"open_with_case", Code::malformed, "open makes its case",
     [] {
       Message message = open_but([](Open&) {});
       message.case_id = samples::digest(1);
       return message;
     }},
    {"open_with_prev", Code::malformed, "nothing lies before open",
     [] {
       Message message = open_but([](Open&) {});
       message.prev = samples::digest(1);
       return message;
     }},
    {"sent_at_zero", Code::out_of_range, "a message says when it was sent",
     [] { return leave_but([](Message& m) { m.sent_at_ms = 0; }); }},
    {"sent_at_negative", Code::out_of_range, "instants count from 1970",
     [] { return leave_but([](Message& m) { m.sent_at_ms = -1; }); }},
    {"sent_at_beyond_2_53", Code::out_of_range, "integers lie within 2^53-1",
     [] { return leave_but([](Message& m) { m.sent_at_ms = limits::integer_max + 1; }); }},
    {"admit_by_before_sent_at", Code::out_of_range, "no message is late when it is sent",
     [] { return leave_but([](Message& m) { m.admit_by_ms = m.sent_at_ms - 1; }); }},
    {"party_unset", Code::unset_value, "consumer or brand",
     [] { return leave_but([](Message& m) { m.author.party = Party::unset; }); }},
    {"actor_unset", Code::unset_value, "a person, a model, or rules",
     [] { return leave_but([](Message& m) { m.author.actor = Actor::unset; }); }},
    {"brand_without_card", Code::malformed, "a brand speaks under a card",
     [] {
       Message message = samples::message(Retract{samples::digest(1)});
       message.author.authority = {};
       return message;
     }},
    {"audience_empty", Code::malformed, "a message is addressed",
     [] { return leave_but([](Message& m) { m.audience.party.clear(); }); }},
    {"audience_not_a_did", Code::malformed, "parties are named by DID",
     [] { return leave_but([](Message& m) { m.audience.party = "kettle.example"; }); }},
    {"audience_turns_text_around", Code::malformed, "text shows what it is",
     [] { return leave_but([](Message& m) { m.audience.party = "did:web:\u202Eelttek"; }); }},
    {"seen_without_root", Code::malformed, "a checkpoint has a size and a root",
     [] { return leave_but([](Message& m) { m.seen.root = {}; }); }},
    {"seen_without_size", Code::malformed, "a checkpoint has a size and a root",
     [] { return leave_but([](Message& m) { m.seen.size = 0; }); }},
    {"part_without_digest", Code::malformed, "a part is bound by its digest",
     [] { return leave_but([](Message& m) { m.parts[0].digest = {}; }); }},
    {"part_twice", Code::malformed, "a message names a part once",
     [] { return leave_but([](Message& m) { m.parts[1] = m.parts[0]; }); }},
    {"part_class_unset", Code::unset_value, "a part has a class",
     [] { return leave_but([](Message& m) { m.parts[0].part_class = PartClass::unset; }); }},
    {"part_media_type_bad", Code::malformed, "a media type is type/subtype in lower case",
     [] { return leave_but([](Message& m) { m.parts[0].media_type = "Text"; }); }},
    {"part_too_large", Code::too_large, "a part has 4 MB",
     [] { return leave_but([](Message& m) { m.parts[0].bytes = limits::part_bytes_max + 1; }); }},
    {"parts_too_many", Code::too_large, "a parcel has 64 parts",
     [] {
       return leave_but([](Message& m) {
         m.parts.clear();
         for (std::uint8_t i = 0; i <= limits::parcel_parts_max; ++i) {
           m.parts.push_back({samples::digest(i), "text/plain", 1, PartClass::prose});
         }
       });
     }},
    {"extension_twice", Code::malformed, "an extension stands once",
     [] {
       return leave_but([](Message& m) { m.ext = {{"x-a:b", false, {1}}, {"x-a:b", true, {2}}}; });
     }},
    {"extension_without_id", Code::invalid_code, "an extension has an id",
     [] { return leave_but([](Message& m) { m.ext = {{"", false, {1}}}; }); }},

    // Claims.
    {"open_without_claim_or_handoff", Code::invalid_terms, "an open wants something or somebody",
     [] { return open_but([](Open& o) { o.claims.clear(); }); }},
    {"claim_id_zero", Code::out_of_range, "claims count from 1",
     [] { return open_but([](Open& o) { o.claims[0].claim_id = 0; }); }},
    {"claim_id_twice", Code::invalid_terms, "claim ids are unique",
     [] { return open_but([](Open& o) { o.claims.push_back(o.claims[0]); }); }},
    {"claim_basis_unset", Code::unset_value, "a claim has a basis",
     [] { return open_but([](Open& o) { o.claims[0].basis = Basis::unset; }); }},
    {"category_with_capital", Code::invalid_code, "codes are [a-z0-9_.:-]{1,64}",
     [] { return open_but([](Open& o) { o.claims[0].category = "Delivery"; }); }},
    {"category_empty", Code::invalid_code, "codes are [a-z0-9_.:-]{1,64}",
     [] { return open_but([](Open& o) { o.claims[0].category.clear(); }); }},
    {"category_of_65", Code::invalid_code, "codes are [a-z0-9_.:-]{1,64}",
     [] { return open_but([](Open& o) { o.claims[0].category.assign(65, 'a'); }); }},
    {"line_of_nothing", Code::out_of_range, "a line has a quantity",
     [] { return open_but([](Open& o) { o.claims[0].items[0].qty = 0; }); }},
    {"line_without_name", Code::invalid_terms, "a line names an order or an item",
     [] { return open_but([](Open& o) { o.claims[0].items = {{no_part, "", 1, ""}}; }); }},
    {"line_of_other_part", Code::out_of_range, "a part index names a part of the same message",
     [] { return open_but([](Open& o) { o.claims[0].items[0].part = 3; }); }},
    {"line_with_newline", Code::malformed, "text has no control characters",
     [] { return open_but([](Open& o) { o.claims[0].items[0].line = "a\nb"; }); }},
    {"line_not_utf8", Code::malformed, "text is UTF-8",
     [] { return open_but([](Open& o) { o.claims[0].items[0].line = "a\xFF"; }); }},
    {"line_too_long", Code::too_large, "text has 1,024 bytes",
     [] { return open_but([](Open& o) { o.claims[0].items[0].line.assign(1025, 'a'); }); }},
    {"too_many_claims", Code::too_large, "lists have 256 items",
     [] {
       return open_but([](Open& o) {
         const Claim bare{.category = "other", .code = "other", .basis = Basis::goodwill};
         o.claims.assign(257, bare);
         for (std::size_t i = 0; i < o.claims.size(); ++i) {
           o.claims[i].claim_id = static_cast<std::uint16_t>(i + 1);
         }
       });
     }},
    {"handoff_level_unset", Code::unset_value, "an agent or a supervisor",
     [] {
       return open_but([](Open& o) {
         o.handoff = HandoffRequest{.reason = "consumer_asked",
                                    .principal_present = HandoffRequest::Present::live,
                                    .level = HandoffRequest::Level::unset};
       });
     }},

    // Offers and terms.
    {"offer_of_nothing", Code::invalid_terms, "an offer has a term",
     [] { return offer_but([](Offer& o) { o.terms.clear(); }); }},
    {"offer_of_standby_alone", Code::invalid_terms, "an offer has a term that is not in reserve",
     [] { return term_but([](Term& t) { t.standby = true; }); }},
    {"offer_without_end", Code::out_of_range, "an offer says until when",
     [] { return offer_but([](Offer& o) { o.valid_until_ms = 0; }); }},
    {"supersedes_twice", Code::invalid_terms, "an agreement is superseded once",
     [] {
       return offer_but([](Offer& o) { o.supersedes = {samples::digest(1), samples::digest(1)}; });
     }},
    {"term_id_zero", Code::out_of_range, "terms count from 1",
     [] { return term_but([](Term& t) { t.id = 0; }); }},
    {"term_id_twice", Code::invalid_terms, "term ids are unique",
     [] { return offer_but([](Offer& o) { o.terms.push_back(o.terms[0]); }); }},
    {"term_without_claim", Code::invalid_terms, "a term of an offer answers a claim",
     [] { return term_but([](Term& t) { t.claims.clear(); }); }},
    {"term_of_claim_zero", Code::out_of_range, "claims count from 1",
     [] { return term_but([](Term& t) { t.claims = {0}; }); }},
    {"term_of_claim_twice", Code::invalid_terms, "a term names a claim once",
     [] { return term_but([](Term& t) { t.claims = {1, 1}; }); }},
    {"obligor_unset", Code::unset_value, "somebody owes a term",
     [] { return term_but([](Term& t) { t.obligor = Party::unset; }); }},
    {"ground_unset", Code::unset_value, "owed, or given freely",
     [] { return term_but([](Term& t) { t.ground = Ground::unset; }); }},
    {"due_twice", Code::invalid_terms, "an instant, or so long after a start",
     [] { return term_but([](Term& t) { t.due.at_ms = samples::now_ms; }); }},
    {"due_unit_unset", Code::unset_value, "hours, days or business days",
     [] { return term_but([](Term& t) { t.due.unit = Due::Unit::unset; }); }},
    {"blocks_without_condition", Code::invalid_terms, "what waits has something to wait for",
     [] { return term_but([](Term& t) { t.blocks = true; }); }},
    {"on_failure_names_nothing", Code::invalid_terms, "a failure remedy is a term of the offer",
     [] { return term_but([](Term& t) { t.on_failure = ToTerm{2}; }); }},
    {"on_failure_names_itself", Code::invalid_terms, "a term is not its own failure remedy",
     [] { return term_but([](Term& t) { t.on_failure = ToTerm{1}; }); }},
    {"on_failure_names_no_standby", Code::invalid_terms, "a failure remedy is held in reserve",
     [] {
       return offer_but([](Offer& o) {
         o.terms.push_back(samples::term(2, NoAction{"not_entitled"}));
         o.terms[0].on_failure = ToTerm{2};
       });
     }},
    {"on_failure_in_a_circle", Code::invalid_terms, "failure remedies end with a person",
     [] {
       return offer_but([](Offer& o) {
         for (const std::uint16_t id : {std::uint16_t{2}, std::uint16_t{3}}) {
           Term term = samples::term(id, NoAction{"not_entitled"});
           term.standby = true;
           term.on_failure = ToTerm{static_cast<std::uint16_t>(5 - id)};
           o.terms.push_back(term);
         }
         o.terms[0].on_failure = ToTerm{2};
       });
     }},
    {"purpose_empty", Code::invalid_code, "a term has a purpose",
     [] { return term_but([](Term& t) { t.purpose.clear(); }); }},
    {"money_negative", Code::invalid_money, "a remedy is never negative",
     [] { return with_shape(MoneyTo{{"EUR", -1, 2}, "bank"}); }},
    {"money_not_said", Code::invalid_money, "an offer says how much",
     [] { return with_shape(MoneyTo{{}, "bank"}); }},
    {"money_currency_unknown", Code::invalid_money, "currencies are those of ISO 4217",
     [] { return with_shape(MoneyTo{{"QQQ", 1, 2}, "bank"}); }},
    {"money_currency_lower_case", Code::invalid_money, "currencies are those of ISO 4217",
     [] { return with_shape(MoneyTo{{"eur", 1, 2}, "bank"}); }},
    {"money_exponent_wrong", Code::invalid_money, "the exponent is that of ISO 4217",
     [] { return with_shape(MoneyTo{{"JPY", 500, 2}, "bank"}); }},
    {"money_beyond_2_53", Code::invalid_money, "integers lie within 2^53-1",
     [] { return with_shape(Credit{{"EUR", limits::integer_max + 1, 2}, 0}); }},
    {"goods_without_lines", Code::invalid_terms, "goods are named",
     [] { return with_shape(Goods{}); }},
    {"order_without_part", Code::out_of_range, "an order change names its order",
     [] { return with_shape(OrderChange{no_part, OrderChange::Address{1}, {}}); }},
    {"address_without_part", Code::out_of_range, "an address is a part",
     [] { return with_shape(OrderChange{0, OrderChange::Address{no_part}, {}}); }},
    {"settlement_unset", Code::unset_value, "a settlement has a direction",
     [] {
       return with_shape(
           OrderChange{0, OrderChange::Address{1}, settle(Settlement::Direction::unset)});
     }},
    {"settlement_priced_in_offer", Code::invalid_terms, "only a wish leaves the price open",
     [] {
       return with_shape(
           OrderChange{0, OrderChange::Address{1}, settle(Settlement::Direction::priced)});
     }},
    {"settlement_even_with_amount", Code::invalid_terms, "even means nothing is paid",
     [] {
       return with_shape(OrderChange{0, OrderChange::Address{1},
                                     settle(Settlement::Direction::even, samples::euros(1))});
     }},
    {"settlement_without_amount", Code::invalid_terms, "what is paid has an amount",
     [] {
       return with_shape(
           OrderChange{0, OrderChange::Address{1}, settle(Settlement::Direction::receives)});
     }},
    {"payment_by_brand", Code::invalid_terms, "only the consumer owes a payment",
     [] {
       return term_but([](Term& t) {
         t.shape = Payment{settle(Settlement::Direction::pays, samples::euros(1))};
       });
     }},
    {"payment_received", Code::invalid_terms, "a payment is what the consumer pays",
     [] {
       return with_shape(Payment{settle(Settlement::Direction::receives, samples::euros(1))});
     }},
    {"instalments_none", Code::invalid_terms, "a plan has instalments",
     [] { return with_shape(Instalments{}); }},
    {"instalments_in_two_currencies", Code::invalid_terms, "a plan has one currency",
     [] {
       return with_shape(Instalments{
           {{samples::now_ms, samples::euros(1)}, {samples::now_ms, Money{"USD", 1, 2}}}});
     }},
    {"visit_ends_before_it_begins", Code::invalid_terms, "a visit takes time",
     [] { return with_shape(Visit{samples::now_ms, samples::now_ms - 1}); }},

    // The other verbs.
    {"accept_of_nothing", Code::malformed, "an accept names its offer",
     [] { return samples::message(Accept{}); }},
    {"decline_without_reason", Code::invalid_code, "a decline has a reason",
     [] { return samples::message(Decline{samples::digest(1), ""}); }},
    {"determine_unset", Code::unset_value, "refused or partial",
     [] { return samples::message(Determine{.claim = 1, .reason = "policy"}); }},
    {"grant_of_nothing", Code::invalid_terms, "a grant has a term",
     [] { return samples::message(Grant{}); }},
    {"ask_nothing", Code::invalid_terms, "an ask has a question",
     [] { return samples::message(Ask{}); }},
    {"question_twice", Code::invalid_terms, "question ids are unique",
     [] { return samples::message(Ask{{{.id = 1, .topic = "a"}, {.id = 1, .topic = "b"}}}); }},
    {"perform_unset", Code::unset_value, "a performance has a state",
     [] { return samples::message(Perform{samples::digest(1), {{.term = 1}}}); }},
    {"perform_twice", Code::invalid_terms, "a message says one thing of a term",
     [] {
       const Performed done{.term = 1, .state = Performed::State::done};
       const Performed failed{.term = 1, .state = Performed::State::failed};
       return samples::message(Perform{samples::digest(1), {done, failed}});
     }},
    {"confirm_nothing", Code::invalid_terms, "a confirm names terms",
     [] { return samples::message(Confirm{samples::digest(1), {}}); }},
    {"prove_without_proof", Code::out_of_range, "a proof is a part",
     [] { return samples::message(Link{LinkProve{"email_otp", "c-81", no_part}}); }},
    {"handoff_request_with_id", Code::malformed, "a request is its own id",
     [] {
       return samples::message(Handoff{
           samples::digest(1), HandoffRequest{.reason = "consumer_asked",
                                              .principal_present = HandoffRequest::Present::live}});
     }},
    {"handoff_without_id", Code::malformed, "whatever answers a request names it",
     [] { return samples::message(Handoff{{}, Resumed{}}); }},
    {"async_without_date", Code::out_of_range, "an answer later has a date",
     [] { return samples::message(Handoff{samples::digest(1), Acked{AnswerLater{}}}); }},
    {"close_final_of_nothing", Code::malformed, "a final close names the proposed one",
     [] { return samples::message(Close{CloseFinal{}}); }},
    {"revoke_nothing", Code::malformed, "a revoke names its mandate",
     [] { return samples::message(Revoke{}); }},
};

}  // namespace

std::span<const Defect> message_defects() { return defects; }

}  // namespace entente::vectors
