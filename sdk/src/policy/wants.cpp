#include "wants.h"

#include <entente/protocol/vocabulary.h>
#include <entente/text/json.h>

#include <algorithm>

#include "parts.h"

namespace entente::policy {
namespace {

constexpr std::array<std::string_view, 6> changes = {"address", "items",    "cancel",
                                                     "return",  "exchange", "payment"};

Result<std::uint32_t> read_quantity(const YamlReader& line) {
  const auto qty = line.find("qty");
  if (!qty) return std::uint32_t{1};
  ENTENTE_LET(value, qty->integer(1, 1'000'000));
  return static_cast<std::uint32_t>(value);
}

Result<Line> read_line(const YamlReader& place, PartPool& pool) {
  ENTENTE_TRY(place.closed({"order", "line", "qty", "replacement"}));
  Line line;
  if (const auto order = place.find("order")) {
    ENTENTE_LET(text, order->text());
    line.part = pool.add_reference(text);
  }
  if (const auto number = place.find("line")) {
    ENTENTE_LET(text, number->code());
    line.line = std::move(text);
  }
  if (const auto replacement = place.find("replacement")) {
    ENTENTE_LET(text, replacement->code());
    line.replacement = std::move(text);
  }
  ENTENTE_LET(qty, read_quantity(place));
  line.qty = qty;
  return line;
}

Result<std::vector<Line>> read_lines(const YamlReader& place, PartPool& pool) {
  std::vector<Line> lines;
  ENTENTE_LET(items, place.items());
  if (items.empty()) return place.refuse("expected at least one line");
  for (const YamlReader& item : items) {
    ENTENTE_LET(line, read_line(item, pool));
    lines.push_back(std::move(line));
  }
  return lines;
}

// Text as it is; a map of texts as JSON with its keys in order, so that equal content is equal.
Result<NewPart> read_content(const YamlReader& place, PartClass part_class) {
  if (place.kind() == YamlKind::scalar) {
    ENTENTE_LET(text, place.text());
    return NewPart{part_class, "text/plain", to_bytes(text)};
  }
  Json object = Json::object();
  ENTENTE_LET(entries, place.entries());
  for (const YamlEntry& entry : entries) {
    ENTENTE_LET(text, entry.value.text());
    object.add(entry.key.node()->text, text);
  }
  ENTENTE_LET(json, canonical_json(object));
  return NewPart{part_class, "application/json", to_bytes(json)};
}

Result<PartIndex> read_reference(const YamlReader& place, PartPool& pool) {
  ENTENTE_LET(text, place.text());
  return pool.add_reference(text);
}

Status read_change(const YamlReader& place, std::string_view kind, PartPool& pool,
                   OrderChange& change) {
  if (kind == "address") {
    ENTENTE_LET(content, read_content(place, PartClass::contact));
    change.change = OrderChange::Address{pool.add(std::move(content))};
  } else if (kind == "payment") {
    ENTENTE_LET(part, read_reference(place, pool));
    change.change = OrderChange::Payment{part};
  } else if (kind == "cancel") {
    ENTENTE_LET(reason, place.code());
    change.change = OrderChange::Cancel{reason};
  } else {
    ENTENTE_LET(lines, read_lines(place, pool));
    if (kind == "items") change.change = OrderChange::Items{lines};
    if (kind == "return") change.change = OrderChange::Return{lines};
    if (kind == "exchange") change.change = OrderChange::Exchange{lines};
  }
  return {};
}

Result<OrderChange> read_order_change(const YamlReader& place, PartPool& pool) {
  YamlReader::Names keys = {"order", "method"};
  keys.insert(keys.end(), changes.begin(), changes.end());
  ENTENTE_TRY(place.closed(keys));
  OrderChange change;
  ENTENTE_LET(order, read_reference(place.field("order"), pool));
  change.order = order;
  std::size_t kinds = 0;
  for (const std::string_view kind : changes) {
    const auto content = place.find(kind);
    if (!content) continue;
    if (++kinds > 1) return content->refuse("expected one change, found a second");
    ENTENTE_TRY(read_change(*content, kind, pool, change));
  }
  if (kinds == 0) {
    return place.refuse("expected a change: address, items, cancel, return, exchange or payment");
  }
  if (const auto method = place.find("method")) {
    ENTENTE_LET(part, read_reference(*method, pool));
    change.settlement = Settlement{Settlement::Direction::priced, {}, part};
  }
  return change;
}

Result<Record> read_record(const YamlReader& place, PartPool& pool) {
  ENTENTE_TRY(place.closed({"subject", "field", "value"}));
  Record record;
  if (const auto subject = place.find("subject")) {
    ENTENTE_LET(part, read_reference(*subject, pool));
    record.subject = part;
  }
  ENTENTE_LET(field, place.field("field").code());
  record.field = std::move(field);
  if (const auto value = place.find("value")) {
    ENTENTE_LET(content, read_content(*value, PartClass::contact));
    record.value = pool.add(std::move(content));
  }
  return record;
}

Result<ContractChange> read_contract_change(const YamlReader& place, PartPool& pool) {
  ENTENTE_TRY(place.closed({"contract", "plan", "effective"}));
  ContractChange change;
  ENTENTE_LET(contract, read_reference(place.field("contract"), pool));
  change.contract = contract;
  if (const auto plan = place.find("plan")) {
    ENTENTE_LET(code, plan->code());
    change.plan = std::move(code);
  }
  if (const auto effective = place.find("effective")) {
    ENTENTE_LET(code, effective->code());
    change.effective = std::move(code);
  }
  return change;
}

Result<MoneyTo> read_money_to(const YamlReader& place) {
  ENTENTE_TRY(place.closed({"amount", "to"}));
  ENTENTE_LET(amount, read_exact_money(place.field("amount")));
  MoneyTo money{amount, "original_payment"};
  if (const auto to = place.find("to")) {
    const Words allowed = words(Vocabulary::money_destination);
    ENTENTE_LET(value, to->one_of(YamlReader::Names(allowed.begin(), allowed.end())));
    money.to = std::move(value);
  }
  return money;
}

// The exact content of a wish, if the want gives one.
Status read_exactly(const YamlReader& place, PartPool& pool, Wish& wish) {
  if (const auto change = place.find("order_change")) {
    ENTENTE_LET(value, read_order_change(*change, pool));
    wish.exactly = std::move(value);
  } else if (const auto record = place.find("record")) {
    ENTENTE_LET(value, read_record(*record, pool));
    wish.exactly = std::move(value);
  } else if (const auto contract = place.find("contract_change")) {
    ENTENTE_LET(value, read_contract_change(*contract, pool));
    wish.exactly = std::move(value);
  } else if (const auto money = place.find("money")) {
    ENTENTE_LET(value, read_money_to(*money));
    wish.exactly = std::move(value);
  } else if (const auto goods = place.find("goods")) {
    ENTENTE_LET(value, read_lines(*goods, pool));
    wish.exactly = Goods{std::move(value)};
  } else {
    return {};
  }
  const auto shape = std::visit(
      [](const auto& exactly) -> std::optional<Shape> {
        if constexpr (std::is_same_v<std::decay_t<decltype(exactly)>, AnyShape>) {
          return std::nullopt;
        } else {
          return Shape(exactly);
        }
      },
      wish.exactly);
  if (shape && !check_remedy(wish.remedy, *shape)) {
    return place.refuse(wish.remedy + " does not come in this shape");
  }
  return {};
}

Status read_desired(const YamlReader& place, PartPool& pool, Claim& claim) {
  if (const auto many = place.find("remedies")) {
    if (place.find("remedy")) return many->refuse("expected remedy or remedies, not both");
    ENTENTE_LET(items, many->items());
    if (items.empty()) return many->refuse("expected at least one remedy");
    for (const YamlReader& item : items) {
      ENTENTE_LET(remedy, read_remedy_word(item));
      claim.desired.push_back({std::move(remedy), AnyShape{}});
    }
    for (const char* key : {"order_change", "record", "contract_change", "money", "goods"}) {
      if (const auto exact = place.find(key)) {
        return exact->refuse("an exact request belongs to one remedy");
      }
    }
    return {};
  }
  Wish wish;
  ENTENTE_LET(remedy, read_remedy_word(place.field("remedy")));
  wish.remedy = std::move(remedy);
  ENTENTE_TRY(read_exactly(place, pool, wish));
  claim.desired.push_back(std::move(wish));
  return {};
}

Result<Claim> read_claim(const YamlReader& place, PartPool& pool) {
  Claim claim;
  const YamlReader named = place.field("claim");
  ENTENTE_LET(spelled, named.code());
  const std::size_t dot = spelled.find('.');
  claim.category = spelled.substr(0, dot);
  claim.code = dot == std::string::npos ? "" : spelled.substr(dot + 1);
  if (!check_claim_code(claim.category, claim.code)) {
    return named.expected("a claim of the vocabulary such as goods_nonconformity.defective");
  }
  claim.basis = Basis::contract;
  if (const auto basis = place.find("basis")) {
    ENTENTE_LET(value, basis->one_of({"statutory", "contract", "goodwill"}));
    if (value == "statutory") claim.basis = Basis::statutory;
    if (value == "goodwill") claim.basis = Basis::goodwill;
  }
  if (const auto items = place.find("items")) {
    ENTENTE_LET(lines, read_lines(*items, pool));
    claim.items = std::move(lines);
  }
  if (const auto occurred = place.find("occurred")) {
    ENTENTE_LET(at_ms, occurred->instant_ms());
    claim.occurred_ms = at_ms;
  }
  ENTENTE_TRY(read_desired(place, pool, claim));
  return claim;
}

}  // namespace

PartIndex PartPool::add(NewPart part) {
  auto found = std::ranges::find(parts_, part);
  if (found == parts_.end()) found = parts_.insert(parts_.end(), std::move(part));
  return static_cast<PartIndex>(found - parts_.begin());
}

PartIndex PartPool::add_reference(std::string_view text) { return add(reference_part(text)); }

Result<Money> read_exact_money(const YamlReader& place) {
  ENTENTE_LET(written, place.money());
  const auto exponent = find_exponent(written.currency);
  if (!exponent) return place.field("cur").expected("a currency in use, as ISO 4217 has it");
  return Money{written.currency, written.amount, *exponent};
}

Result<std::string> read_remedy_word(const YamlReader& place) {
  ENTENTE_LET(code, place.code());
  if (!find_remedy(code) && !is_extension_code(code)) {
    return place.expected("a remedy of the vocabulary");
  }
  return code;
}

Result<std::map<std::string, Money>> read_amounts(const YamlReader& place) {
  std::map<std::string, Money> amounts;
  ENTENTE_LET(entries, place.entries());
  for (const YamlEntry& entry : entries) {
    ENTENTE_LET(remedy, read_remedy_word(entry.key));
    ENTENTE_LET(money, read_exact_money(entry.value));
    amounts[remedy] = std::move(money);
  }
  return amounts;
}

Result<Want> read_want(const YamlReader& place, YamlReader::Names beside, PartPool& pool) {
  beside.insert(beside.end(),
                {"claim", "basis", "items", "occurred", "remedy", "remedies", "order_change",
                 "record", "contract_change", "money", "goods", "ask"});
  ENTENTE_TRY(place.closed(beside));
  Want want;
  ENTENTE_LET(claim, read_claim(place, pool));
  want.claim = std::move(claim);
  if (const auto ask = place.find("ask")) {
    ENTENTE_LET(amounts, read_amounts(*ask));
    for (const auto& entry : amounts) {
      if (std::ranges::find(want.claim.desired, entry.first, &Wish::remedy) ==
          want.claim.desired.end()) {
        return ask->refuse(entry.first + " is not among the remedies wanted");
      }
    }
    want.asks = std::move(amounts);
  }
  return want;
}

}  // namespace entente::policy
