#include "crossing_tables.h"

namespace entente {
namespace {

using namespace crossing;
using enum Standing;
using Code = ErrorCode;

constexpr Choice pending = refused(Code::handoff_pending);
constexpr Choice shut = refused(Code::closed);

// What is owed goes on, whatever stands: a row says only where it differs.
template <class... E>
constexpr CrossingRow brand_row(Verbs verbs, E... entries) {
  CrossingRow made = row(verbs, at(exercise, binds()), at(agreement, binds()),
                         at(performance, binds()), at(ended_offer, binds()), at(answered, binds()),
                         at(lapsed, binds()), at(close_proposed, binds()), at(close_final, binds()),
                         at(handoff, binds()), at(left, binds()), at(revoked, binds()));
  ((made.cells[static_cast<std::size_t>(entries.standing)] = entries.cell), ...);
  return made;
}

constexpr std::array rows = {
    brand_row(verbs(Verb::accept), at(exercise, refused(Code::ended_by_exercise)),
              at(agreement, refused_when(When::same_offer, Code::already_answered),
                 binds_when(When::superseding), refused(Code::ended_by_agreement)),
              at(performance, refused(Code::performance_started)),
              at(ended_offer, refused(Code::no_offer)),
              at(answered, refused(Code::already_answered)), at(lapsed, refused(Code::lapsed)),
              at(close_proposed, binds("close void")), at(close_final, shut), at(handoff, pending),
              at(left, refused(Code::left)), at(revoked, refused(Code::ended_by_revoke))),
    brand_row(verbs(Verb::decline), at(exercise, refused(Code::ended_by_exercise)),
              at(agreement, refused_when(When::same_offer, Code::already_answered),
                 refused(Code::ended_by_agreement)),
              at(ended_offer, refused(Code::no_offer)),
              at(answered, refused(Code::already_answered)), at(lapsed, refused(Code::lapsed)),
              at(close_final, shut), at(left, refused(Code::left)),
              at(revoked, refused(Code::ended_by_revoke))),
    brand_row(verbs(Verb::propose),
              at(exercise, binds_when(When::wanted), refused(Code::right_exercised)),
              at(agreement, binds_when(When::superseding), refused(Code::agreement_stands)),
              at(performance, refused_when(When::superseding, Code::performance_started), binds()),
              at(close_proposed, binds("close void")), at(close_final, shut),
              at(handoff, binds_when(When::continuing), pending), at(left, refused(Code::left))),
    brand_row(
        verbs(Verb::retract), at(exercise, none(Code::ended_by_exercise)),
        at(agreement, none_when(When::same_offer, Code::accepted), none(Code::ended_by_agreement)),
        at(ended_offer, none(Code::no_offer)), at(answered, none(Code::already_answered)),
        at(lapsed, none(Code::lapsed)), at(close_final, shut), at(handoff, pending)),
    brand_row(verbs(Verb::determine), at(exercise, binds("never against the right")),
              at(agreement, refused(Code::agreement_stands)), at(close_final, shut),
              at(handoff, binds_when(When::upholding), pending)),
    brand_row(verbs(Verb::grant, Verb::perform, Verb::exercise, Verb::handoff)),
    brand_row(verbs(Verb::confirm, Verb::dispute, Verb::notice), at(close_final, shut)),
    brand_row(verbs(Verb::link), at(close_final, shut), at(left, refused(Code::left)),
              at(revoked, refused(Code::mandate_revoked))),
    brand_row(verbs(Verb::inform), at(close_final, shut), at(left, refused(Code::left))),
    brand_row(verbs(Verb::ask), at(close_final, shut),
              at(handoff, binds_when(When::optional_only), pending), at(left, refused(Code::left))),
    brand_row(
        verbs(Verb::close), at(exercise, binds_when(When::performed), refused(Code::duty_open)),
        at(agreement, binds_when(When::performed), refused(Code::term_open)),
        at(close_proposed, binds("replaces it")), at(close_final, shut), at(handoff, pending)),
};

}  // namespace

std::span<const CrossingRow> brand_rows() { return rows; }

}  // namespace entente
