#include "crossing_tables.h"

namespace entente {
namespace {

using namespace crossing;
using enum Standing;
using Code = ErrorCode;

constexpr Choice stale = refused_when(When::unseen, Code::stale_head);
constexpr Choice over = none_when(When::reopen_over, Code::closed);

constexpr std::array against_brand = {
    row(verbs(Verb::accept), at(ended_offer, binds_when(When::unseen), none(Code::no_offer)),
        at(lapsed, none(Code::lapsed)), at(close_proposed, binds("close void")),
        at(close_final, binds_when(When::unseen, "close void"), none(Code::closed)),
        at(determination, binds()),
        at(agreement, binds_when(When::superseding), none(Code::ended_by_agreement)),
        at(performance, none(Code::performance_started)), at(other, binds())),
    row(verbs(Verb::decline), at(ended_offer, binds_when(When::unseen), none(Code::no_offer)),
        at(lapsed, none(Code::lapsed)), at(close_proposed, binds()),
        at(close_final, none(Code::closed)), at(determination, binds()),
        at(agreement, none(Code::ended_by_agreement)), at(performance, binds()),
        at(other, binds())),
    row(verbs(Verb::retract), at(answered, none(Code::already_answered)),
        at(lapsed, none(Code::lapsed)), at(close_proposed, binds()),
        at(close_final, none(Code::closed)), at(determination, binds()),
        at(agreement, none_when(When::same_offer, Code::accepted), none(Code::ended_by_agreement)),
        at(performance, none(Code::accepted)), at(other, binds())),
    row(verbs(Verb::propose), at(ended_offer, stale, binds()), at(answered, stale, binds()),
        at(lapsed, stale, binds()), at(close_proposed, stale, binds("close void")),
        at(close_final, stale, refused(Code::closed)), at(determination, stale, binds()),
        at(agreement, stale, binds_when(When::superseding), refused(Code::agreement_stands)),
        at(performance, stale, refused_when(When::superseding, Code::performance_started), binds()),
        at(other, stale, binds())),
    row(verbs(Verb::close), at(ended_offer, stale, binds()), at(answered, stale, binds()),
        at(lapsed, stale, binds()), at(close_proposed, stale, binds()),
        at(close_final, stale, refused(Code::closed)), at(determination, stale, binds()),
        at(agreement, stale, binds()), at(performance, stale, binds()), at(other, stale, binds())),
    row(verbs(Verb::exercise), at(ended_offer, binds()), at(answered, binds()), at(lapsed, binds()),
        at(close_proposed, binds("close void")), at(close_final, over, binds("reopens")),
        at(determination, binds()), at(agreement, binds("offers on the claim end")),
        at(performance, binds("what was done counts")), at(other, binds())),
    row(verbs(Verb::handoff), at(ended_offer, binds()), at(answered, binds()), at(lapsed, binds()),
        at(close_proposed, binds("close void")), at(close_final, over, binds("reopens")),
        at(determination, binds()), at(agreement, binds()), at(performance, binds()),
        at(other, binds())),
    row(verbs(Verb::dispute), at(ended_offer, binds()), at(answered, binds()), at(lapsed, binds()),
        at(close_proposed, binds("close void")), at(close_final, over, binds("reopens")),
        at(determination, binds()), at(agreement, binds()), at(performance, binds()),
        at(other, binds())),
    row(verbs(Verb::perform, Verb::confirm), at(ended_offer, binds()), at(answered, binds()),
        at(lapsed, binds()), at(close_proposed, binds()), at(close_final, binds("stays closed")),
        at(determination, binds()), at(agreement, binds()), at(performance, binds()),
        at(other, binds())),
    row(verbs(Verb::link, Verb::inform, Verb::ask, Verb::notice), at(ended_offer, binds()),
        at(answered, binds()), at(lapsed, binds()), at(close_proposed, binds()),
        at(close_final, none(Code::closed)), at(determination, binds()), at(agreement, binds()),
        at(performance, binds()), at(other, binds())),
    row(verbs(Verb::leave, Verb::revoke), at(ended_offer, binds()), at(answered, binds()),
        at(lapsed, binds()), at(close_proposed, binds()), at(close_final, binds()),
        at(determination, binds()), at(agreement, binds()), at(performance, binds()),
        at(other, binds())),
};

constexpr Choice revoked_mandate = refused(Code::mandate_revoked);

constexpr std::array against_own = {
    row(verbs(Verb::accept), at(exercise, none(Code::ended_by_exercise)),
        at(agreement, none_when(When::same_offer, Code::already_answered),
           binds_when(When::superseding), none(Code::ended_by_agreement)),
        at(answered, none(Code::already_answered)),
        at(handoff, none_when(When::unapproved, Code::approval_missing), binds()),
        at(left, none(Code::left)), at(revoked, revoked_mandate)),
    row(verbs(Verb::decline), at(exercise, none(Code::ended_by_exercise)),
        at(agreement, none_when(When::same_offer, Code::already_answered),
           none(Code::ended_by_agreement)),
        at(answered, none(Code::already_answered)), at(handoff, binds()),
        at(left, none(Code::left)), at(revoked, revoked_mandate)),
    row(verbs(Verb::retract), at(exercise, none(Code::ended_by_exercise)),
        at(agreement, none(Code::ended_by_agreement)), at(ended_offer, none(Code::no_offer)),
        at(handoff, binds()), at(left, none(Code::left)), at(revoked, revoked_mandate),
        at(offer_revoked, none(Code::ended_by_revoke))),
    row(verbs(Verb::propose), at(exercise, binds()),
        at(agreement, binds_when(When::superseding), refused(Code::agreement_stands)),
        at(ended_offer, binds()), at(answered, binds()), at(handoff, binds()),
        at(left, refused(Code::left)), at(revoked, revoked_mandate), at(offer_revoked, binds())),
    row(verbs(Verb::close), at(exercise, binds()), at(agreement, binds()), at(ended_offer, binds()),
        at(answered, binds()), at(handoff, binds("the handoff stays")),
        at(left, refused(Code::left)), at(revoked, revoked_mandate), at(offer_revoked, binds())),
    row(verbs(Verb::exercise),
        at(exercise, none_when(When::same_right, Code::already_exercised), binds()),
        at(agreement, binds("open terms on that contract end")), at(ended_offer, binds()),
        at(answered, binds()), at(handoff, binds()), at(left, binds()),
        at(revoked, none(Code::mandate_revoked, "acknowledged and dated")),
        at(offer_revoked, binds())),
    row(verbs(Verb::handoff), at(exercise, binds()), at(agreement, binds()),
        at(ended_offer, binds()), at(answered, binds()),
        at(handoff, binds_when(When::escalating),
           none(Code::ticket_live, "the live ticket is returned")),
        at(left, binds()), at(revoked, binds("acknowledged: a person turns to the principal")),
        at(offer_revoked, binds())),
    row(verbs(Verb::dispute, Verb::perform, Verb::confirm), at(exercise, binds()),
        at(agreement, binds()), at(ended_offer, binds()), at(answered, binds()),
        at(handoff, binds()), at(left, binds()), at(revoked, revoked_mandate),
        at(offer_revoked, binds())),
    row(verbs(Verb::link, Verb::inform, Verb::ask, Verb::notice), at(exercise, binds()),
        at(agreement, binds()), at(ended_offer, binds()), at(answered, binds()),
        at(handoff, binds()), at(left, none(Code::left)), at(revoked, revoked_mandate),
        at(offer_revoked, binds())),
    row(verbs(Verb::leave), at(exercise, binds()), at(agreement, binds("the agreement stands")),
        at(ended_offer, binds()), at(answered, binds()), at(handoff, binds("the handoff stays")),
        at(left, none(Code::left)), at(revoked, none(Code::mandate_revoked, "acknowledged")),
        at(offer_revoked, binds())),
    row(verbs(Verb::revoke), at(exercise, binds()), at(agreement, binds("the agreement stands")),
        at(ended_offer, binds()), at(answered, binds()), at(handoff, binds("the handoff stays")),
        at(left, binds()), at(revoked, none(Code::mandate_revoked)), at(offer_revoked, binds())),
};

}  // namespace

std::span<const CrossingRow> consumer_against_brand_rows() { return against_brand; }
std::span<const CrossingRow> consumer_against_own_rows() { return against_own; }

}  // namespace entente
