#include <entente/core/clock.h>
#include <entente/protocol/render.h>
#include <entente/protocol/vocabulary.h>

#include "phrases.h"
#include "quote.h"

namespace entente {
namespace {

constexpr std::int64_t second_ms = 1'000;
constexpr std::int64_t minute_ms = 60 * second_ms;
constexpr std::int64_t hour_ms = 60 * minute_ms;
constexpr std::int64_t day_ms = 24 * hour_ms;
constexpr std::size_t shown_digest_digits = 16;

// As short as it can be without losing anything.
std::string exact_instant(std::int64_t at_ms) {
  if (at_ms % day_ms == 0) return format_utc_date(at_ms);
  if (at_ms % minute_ms == 0) return format_utc_minute(at_ms);
  return format_rfc3339(at_ms);
}

std::string exact_duration(std::int64_t ms) {
  if (ms % hour_ms == 0) return std::to_string(ms / hour_ms) + " h";
  if (ms % minute_ms == 0) return std::to_string(ms / minute_ms) + " min";
  if (ms % second_ms == 0) return std::to_string(ms / second_ms) + " s";
  return std::to_string(ms) + " ms";
}

std::string show(const Digest& digest) {
  return "sha256:" + to_hex(digest).substr(0, shown_digest_digits);
}

// A code that has no words here. Its characters cannot mislead; anything else is a stranger's text.
std::string raw(std::string_view code) {
  return check_code(code) ? std::string(code) : quote(code);
}

template <class Items, class Print>
std::string join(const Items& items, std::string_view between, Print print) {
  std::string text;
  for (const auto& item : items) {
    if (!text.empty()) text += between;
    text += print(item);
  }
  return text;
}

// The name under which people know a did:web; any other DID in quotes.
std::string brand_name(std::string_view did) {
  constexpr std::string_view web = "did:web:";
  const std::string_view domain = did.starts_with(web) ? did.substr(web.size()) : did;
  const bool plain = domain.size() != did.size() &&
                     domain.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-%:A") ==
                         std::string_view::npos;
  return plain ? std::string(domain) : quote(did);
}

class Writer {
 public:
  Writer(const std::vector<PartRef>& parts, std::string_view language)
      : parts_(parts), language_(find_language(language)) {}

  std::string say(Phrase phrase, std::initializer_list<std::string_view> with = {}) const {
    return entente::say(language_, phrase, with);
  }

  // A sentence or line for each term, in the order of the offer.
  std::string line(const Term& term) const {
    const std::string due = ", " + print(term.due) + ".";
    std::string text = " " + std::to_string(term.id) + ". ";
    if (term.standby) text += say(Phrase::standby);
    if (term.obligor == Party::consumer) text += say(Phrase::from_you);
    text += say(Phrase::purpose, {words(Topic::purpose, term.purpose), print(term.shape) + due});
    text += print(term.condition);
    if (term.blocks) text += " " + say(Phrase::blocks);
    text += print_ground(term);
    text += " " + print(term.on_failure);
    return text + print_claims(term.claims) + "\n";
  }

  std::string deed(const Term& term) const {
    return say(Phrase::purpose, {words(Topic::purpose, term.purpose), print(term.shape)}) + ".";
  }
  // Begins with a space, unless there is none.
  std::string condition(const Term& term) const { return print(term.condition); }

  // Of a code, in the language; quoted if it has none.
  std::string words(Topic topic, std::string_view code) const {
    const auto found = find_words(language_, topic, code);
    return found ? std::string(*found) : quote(code);
  }

  std::string instant(std::int64_t at_ms) const {
    return at_ms == 0 ? say(Phrase::no_date) : exact_instant(at_ms);
  }

  std::string part(PartIndex index) const {
    if (index == no_part) return "-";
    if (index >= parts_.size()) return "#" + std::to_string(index);  // names nothing
    return show(parts_[index].digest);
  }

  std::string print_claims(const std::vector<std::uint16_t>& claims) const {
    if (claims.empty()) return {};
    return " " +
           say(Phrase::claims,
               {join(claims, ", ", [](std::uint16_t claim) { return std::to_string(claim); })});
  }

  std::string effective(std::string_view code) const {
    return code.empty() ? "" : say(Phrase::effective, {words(Topic::effective, code)});
  }

 private:
  std::string print(const Shape& shape) const {
    return std::visit([this](const auto& each) { return print(each); }, shape);
  }

  std::string print(const MoneyTo& money) const {
    std::string text = print(money.amount);
    if (money.to.empty()) return text;
    const auto found = find_words(language_, Topic::destination, money.to);
    return text + " " +
           (found ? std::string(*found) : say(Phrase::unknown_destination, {quote(money.to)}));
  }

  std::string print(const Credit& credit) const {
    if (credit.expires_ms == 0) return say(Phrase::credit_without_end, {print(credit.amount)});
    return say(Phrase::credit, {print(credit.amount), exact_instant(credit.expires_ms)});
  }

  std::string print(const Goods& goods) const { return say(Phrase::goods, {print(goods.lines)}); }

  std::string print(const Repair& repair) const {
    return say(Phrase::repair, {print(repair.lines)}) + (repair.loaner ? say(Phrase::loaner) : "");
  }

  std::string print(const OrderChange& order) const {
    std::string text = say(Phrase::order, {part(order.order), print_change(order.change)});
    if (order.settlement) text += "; " + print(*order.settlement);
    return text;
  }

  std::string print(const ContractChange& change) const {
    const std::string contract = part(change.contract);
    const std::string text = change.plan.empty()
                                 ? say(Phrase::contract_ends, {contract})
                                 : say(Phrase::plan, {contract, quote(change.plan)});
    return text + effective(change.effective);
  }

  std::string print(const Hold& hold) const {
    return say(Phrase::held, {words(Topic::held, hold.what), instant(hold.until_ms)});
  }

  std::string print(const Instalments& instalments) const {
    if (instalments.list.empty()) return say(Phrase::no_amount);
    return join(instalments.list, "; ", [this](const Instalment& each) {
      return say(Phrase::instalment, {print(each.amount), instant(each.due_ms)});
    });
  }

  std::string print(const Travel& travel) const {
    std::string text = say(Phrase::travel, {part(travel.booking), part(travel.itinerary)});
    if (travel.depart_by_ms != 0) {
      text += say(Phrase::depart_by, {exact_instant(travel.depart_by_ms)});
    }
    return text;
  }

  std::string print(const Visit& visit) const {
    return say(Phrase::visit, {instant(visit.from_ms), instant(visit.to_ms)});
  }

  std::string print(const Record& record) const {
    std::string text =
        say(Phrase::record, {words(Topic::field, record.field), part(record.subject)});
    if (record.value != no_part) text += say(Phrase::new_content, {part(record.value)});
    return text;
  }

  std::string print(const NoAction& none) const {
    return say(Phrase::nothing_done, {raw(none.reason)});
  }

  std::string print(const Payment& payment) const { return print(payment.settlement); }

  std::string print_change(const decltype(OrderChange::change)& change) const {
    struct Print {
      const Writer& writer;
      std::string operator()(const OrderChange::Address& to) const {
        return writer.say(Phrase::new_address, {writer.part(to.part)});
      }
      std::string operator()(const OrderChange::Payment& by) const {
        return writer.say(Phrase::new_means, {writer.part(by.part)});
      }
      std::string operator()(const OrderChange::Items& items) const {
        return writer.say(Phrase::new_items, {writer.print(items.lines)});
      }
      std::string operator()(const OrderChange::Cancel& cancel) const {
        return writer.say(Phrase::cancelled, {raw(cancel.reason)});
      }
      std::string operator()(const OrderChange::Return& back) const {
        return writer.say(Phrase::order_return, {writer.print(back.lines)});
      }
      std::string operator()(const OrderChange::Exchange& exchange) const {
        return writer.say(Phrase::order_exchange, {writer.print(exchange.lines)});
      }
    };
    return std::visit(Print{*this}, change);
  }

  std::string print(const Money& money) const {
    if (!money.is_said()) return say(Phrase::no_amount);
    return check_money(money) ? format_money(money) : quote(format_money(money));
  }

  std::string print(const Settlement& settlement) const {
    std::string text = print_direction(settlement.direction, print(settlement.amount));
    if (settlement.method != no_part) text += say(Phrase::means, {part(settlement.method)});
    return text;
  }

  std::string print_direction(Settlement::Direction direction, std::string_view amount) const {
    switch (direction) {
      case Settlement::Direction::unset:
        return "?";
      case Settlement::Direction::pays:
        return say(Phrase::you_pay, {amount});
      case Settlement::Direction::receives:
        return say(Phrase::you_receive, {amount});
      case Settlement::Direction::even:
        return say(Phrase::no_difference, {amount});
      case Settlement::Direction::priced:
        return say(Phrase::priced_later, {amount});
    }
    return {};
  }

  // 2 x "kettle-17" -> "kettle-18" (sha256:...): how many, of what, for what, of which order.
  std::string print(const std::vector<Line>& lines) const {
    if (lines.empty()) return say(Phrase::no_items);
    return join(lines, ", ", [this](const Line& line) {
      std::string text = std::to_string(line.qty) + " x";
      if (!line.line.empty()) text += " " + quote(line.line);
      if (!line.replacement.empty()) text += " -> " + quote(line.replacement);
      if (line.part != no_part) text += " (" + part(line.part) + ")";
      return text;
    });
  }

  std::string print(const Due& due) const {
    if (due.at_ms != 0) return say(Phrase::due_by, {exact_instant(due.at_ms)});
    const std::string span = print_span(due);
    std::string text = due.n == 0 ? say(Phrase::due_at_once) : say(Phrase::due_within, {span});
    if (!due.calendar.empty()) text += say(Phrase::calendar, {raw(due.calendar)});
    switch (due.from) {
      case Due::Start::unset:
        return text;
      case Due::Start::agreement:
        return text + say(Phrase::from_agreement);
      case Due::Start::condition:
        return text + say(Phrase::from_condition);
      case Due::Start::exercise:
        return text + say(Phrase::from_exercise);
    }
    return text;
  }

  std::string print_span(const Due& due) const {
    const std::string n = std::to_string(due.n);
    const bool one = due.n == 1;
    switch (due.unit) {
      case Due::Unit::unset:
        return n;
      case Due::Unit::hours:
        return say(one ? Phrase::hour : Phrase::hours, {n});
      case Due::Unit::days:
        return say(one ? Phrase::day : Phrase::days, {n});
      case Due::Unit::business_days:
        return say(one ? Phrase::business_day : Phrase::business_days, {n});
    }
    return n;
  }

  std::string print(const Condition& condition) const {
    struct Print {
      const Writer& writer;
      std::string operator()(const NoCondition&) const { return {}; }
      std::string operator()(const GoodsReturn& back) const {
        return " " + writer.print_return(back) + ".";
      }
      std::string operator()(const EvidenceCondition& evidence) const {
        return " " + writer.say(Phrase::evidence, {raw(evidence.code)});
      }
      std::string operator()(const PaymentCondition& payment) const {
        return " " + writer.say(Phrase::condition, {writer.print(payment.settlement)});
      }
    };
    return std::visit(Print{*this}, condition);
  }

  std::string print_return(const GoodsReturn& back) const {
    const bool keeps = back.how == "keep";
    std::string text = say(keeps ? Phrase::you_keep : Phrase::you_return, {print(back.lines)});
    if (!keeps) text += ", " + words(Topic::how, back.how);
    if (back.fees == Party::brand) text += ", " + say(Phrase::fees_brand);
    if (back.fees == Party::consumer) text += ", " + say(Phrase::fees_consumer);
    if (back.by_ms != 0) text += ", " + say(Phrase::due_by, {exact_instant(back.by_ms)});
    return text;
  }

  std::string print_ground(const Term& term) const {
    std::string text = " ";
    switch (term.ground) {
      case Ground::unset:
        text += "?";
        break;
      case Ground::entitlement:
        text += say(Phrase::owed);
        break;
      case Ground::concession:
        text += say(Phrase::goodwill);
        break;
    }
    return text + (term.basis.empty() ? "." : " (" + raw(term.basis) + ").");
  }

  std::string print(const OnFailure& failure) const {
    const auto* term = std::get_if<ToTerm>(&failure);
    return term ? say(Phrase::to_term, {std::to_string(term->term)}) : say(Phrase::to_person);
  }

  const std::vector<PartRef>& parts_;
  Language language_;
};

std::string head(const Writer& writer, const Message& message, std::string_view brand_did) {
  const auto& offer = std::get<Offer>(message.body);
  const bool ours = message.author.party == Party::consumer;
  std::string text = writer.say(ours ? Phrase::you_offer : Phrase::brand_offers,
                                {brand_name(brand_did), writer.instant(offer.valid_until_ms)});
  if (!offer.lapse_if.empty()) {
    const auto fact = writer.words(Topic::fact, offer.lapse_if);
    const bool known = !fact.starts_with('"');
    text += writer.say(Phrase::or_until, {known ? fact : writer.say(Phrase::unknown_fact, {fact})});
  }
  if (offer.inventory_until_ms != 0) {
    text += writer.say(Phrase::kept, {exact_instant(offer.inventory_until_ms)});
  }
  return text + ":\n";
}

// What is given up by saying yes.
std::string tail(const Writer& writer, const Offer& offer) {
  std::string text;
  if (offer.toll_max_ms != 0) {
    text += writer.say(Phrase::toll, {exact_duration(offer.toll_max_ms)}) + "\n";
  }
  for (const Digest& agreement : offer.supersedes) {
    text += writer.say(Phrase::supersedes, {show(agreement)}) + "\n";
  }
  if (offer.waives.empty()) return text + writer.say(Phrase::gives_up_nothing) + "\n";
  const std::string rights = join(offer.waives, "; ", [&](const std::string& code) {
    return writer.words(Topic::right, code);
  });
  return text + writer.say(Phrase::gives_up, {rights}) + "\n";
}

Phrase phrase_of(std::string_view right) {
  if (right == "withdrawal") return Phrase::withdrawal;
  if (right == "cancellation") return Phrase::cancellation;
  if (right == "access") return Phrase::access;
  if (right == "erasure") return Phrase::erasure;
  if (right == "objection") return Phrase::objection;
  if (right == "contest") return Phrase::contest;
  return Phrase::other_right;
}

}  // namespace

std::string render_offer(const Message& offer, std::string_view brand_did,
                         std::string_view language) {
  const auto* body = std::get_if<Offer>(&offer.body);
  if (!body) return {};
  const Writer writer(offer.parts, language);
  std::string text = head(writer, offer, brand_did);
  for (const Term& term : body->terms) text += writer.line(term);
  if (body->terms.empty()) text += " " + writer.say(Phrase::no_terms) + "\n";
  return text + tail(writer, *body);
}

std::string render_deed(const Term& term, const std::vector<PartRef>& parts,
                        std::string_view language) {
  return Writer(parts, language).deed(term);
}

std::string render_condition(const Term& term, const std::vector<PartRef>& parts,
                             std::string_view language) {
  const std::string text = Writer(parts, language).condition(term);
  return text.empty() ? text : text.substr(1);
}

std::string render_exercise(const Message& exercise, std::string_view language) {
  const auto* body = std::get_if<Exercise>(&exercise.body);
  const auto* invoked = body ? std::get_if<Invoke>(&body->act) : nullptr;
  if (!invoked) return {};
  const Writer writer(exercise.parts, language);
  std::string text = writer.say(
      phrase_of(invoked->right),
      {brand_name(exercise.audience.party), writer.part(invoked->subject), quote(invoked->right)});
  text += writer.effective(invoked->effective) + ".";
  text += writer.print_claims(invoked->claims);
  if (is_irreversible(invoked->right)) text += " " + writer.say(Phrase::irreversible);
  text += "\n";
  text += writer.say(invoked->offers_wanted ? Phrase::offers_wanted : Phrase::no_offers);
  return text + " " + writer.say(Phrase::gives_up_nothing) + "\n";
}

}  // namespace entente
