#pragma once
// Fields of the shapes in terms.capnp, one by one, both ways.

#include <entente/protocol/shapes.h>
#include <terms.capnp.h>

#include "wire/decoder.h"

namespace entente::wire {

void write(const entente::Money& from, Money::Builder to);
void read(Money::Reader from, entente::Money& to, Decoder& in);
// Any currency and exponent, negative too: a balance the back office reports.
void read_balance(Money::Reader from, entente::Money& to, Decoder& in);
// An absent struct is money not said.
entente::Money find_money(bool is_said, Money::Reader from, Decoder& in);
entente::Money require_money(bool is_said, Money::Reader from, Decoder& in);

void write(const entente::Line& from, Line::Builder to);
void read(Line::Reader from, entente::Line& to, Decoder& in);
std::vector<entente::Line> require_lines(capnp::List<Line>::Reader from, Decoder& in);

// Where a shape stands decides what may be left open: a wish may leave the price to the brand, a
// duty that waits for the link may keep its amounts back.
enum class Place { wish, duty, offer };

void write(const entente::Settlement& from, Settlement::Builder to);
void read(Settlement::Reader from, entente::Settlement& to, Place place, Decoder& in);
void write(const entente::OrderChange& from, OrderChange::Builder to);
void read(OrderChange::Reader from, entente::OrderChange& to, Place place, Decoder& in);
void write(const entente::Goods& from, Goods::Builder to);
void read(Goods::Reader from, entente::Goods& to, Place place, Decoder& in);
void write(const entente::Credit& from, Credit::Builder to);
void read(Credit::Reader from, entente::Credit& to, Place place, Decoder& in);
void write(const entente::MoneyTo& from, MoneyTo::Builder to);
void read(MoneyTo::Reader from, entente::MoneyTo& to, Place place, Decoder& in);
void write(const entente::ContractChange& from, ContractChange::Builder to);
void read(ContractChange::Reader from, entente::ContractChange& to, Place place, Decoder& in);
void write(const entente::Record& from, Record::Builder to);
void read(Record::Reader from, entente::Record& to, Place place, Decoder& in);

// The union of a term.
void write_shape(const Shape& from, Term::Builder to);
Shape read_shape(Term::Reader from, Place place, Decoder& in);

}  // namespace entente::wire
