@0xb1f0a4c6d2e83910;
# Claims, wishes and terms: what a consumer asks for and what a party promises. The vocabulary of
# codes (categories, remedies, reasons) is in protocol/spec/10-vocabulary.md; a new remedy is a new
# code over one of the shapes below, never a new struct.
#
# Conventions of every schema file. Discriminant 0 of each union and enumerant 0 of each enum is
# `unset` and refused. `code` means text in [a-z0-9_.:-]{1,64}. A `part` is the place of a part in
# `parts` of the same message; 0xffff means none. Instants are Unix milliseconds; 0 means not said.
# Integers lie within +-(2^53 - 1).

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("entente::wire");

enum Party { unset @0; consumer @1; brand @2; }

enum Basis { unset @0; statutory @1; contract @2; goodwill @3; }
# What a claim rests on, in the consumer's words.

enum Ground { unset @0; entitlement @1; concession @2; }
# Owed by law or contract, and never haggled; or given freely.

struct Money {
  cur @0 :Text;    # ISO 4217 alphabetic code
  amt @1 :Int64;   # in minor units; never negative in a remedy
  exp @2 :UInt8;   # the currency's exponent, as ISO has it: EUR 2, JPY 0, TND 3
}

struct Line {
  part @0 :UInt16 = 0xffff;  # the order this line is of
  line @1 :Text;             # the brand's own line or item number
  qty @2 :UInt32;            # at least 1
  replacement @3 :Text;      # the item wanted instead; empty if none
}

struct Settlement {
  # A price difference or payment, seen from the consumer.
  direction @0 :Direction;
  amount @1 :Money;                  # absent if even, if priced, or kept back in a duty
  method @2 :UInt16 = 0xffff;        # part: the means of payment

  enum Direction {
    unset @0;
    pays @1;
    receives @2;
    even @3;
    priced @4;   # only in a wish: the brand computes it
  }
}

struct OrderChange {
  # One write to one order, price difference included.
  order @0 :UInt16 = 0xffff;         # part: the order
  union {
    unset @1 :Void;
    address @2 :UInt16;              # part: the new address
    payment @3 :UInt16;              # part: the new means of payment
    items @4 :List(Line);
    cancel @5 :Text;                 # code: the reason
    return @6 :List(Line);
    exchange @7 :List(Line);
  }
  settlement @8 :Settlement;
}

struct Goods { lines @0 :List(Line); }
struct Repair { lines @0 :List(Line); loaner @1 :Bool; }
struct Credit { amount @0 :Money; expiresMs @1 :Int64; }
struct MoneyTo {
  amount @0 :Money;   # absent currency: not disclosed yet (a duty that waits for the link)
  to @1 :Text;        # code: original_payment, bank, card ...
}
struct ContractChange {
  contract @0 :UInt16 = 0xffff;      # part
  plan @1 :Text;                     # the brand's own plan name; empty in a termination
  effective @2 :Text;                # code: at_once, next_period ...
}
struct Hold { what @0 :Text; untilMs @1 :Int64; }          # code: collection, disconnection, debt
struct Instalment { dueMs @0 :Int64; amount @1 :Money; }
struct Travel { booking @0 :UInt16 = 0xffff; itinerary @1 :UInt16 = 0xffff; departByMs @2 :Int64; }
struct Window { fromMs @0 :Int64; toMs @1 :Int64; }
struct Record {
  subject @0 :UInt16 = 0xffff;       # part: whose record
  field @1 :Text;                    # code: address, export, erasure, explanation ...
  value @2 :UInt16 = 0xffff;         # part: the new content
}

struct Return {
  lines @0 :List(Line);
  how @1 :Text;                      # code: by_mail, in_store, kiosk, pickup, keep
  fees @2 :Party;                    # who pays them
  byMs @3 :Int64;
}

struct Due {
  # Either an instant, or n units after a start.
  atMs @0 :Int64;
  n @1 :UInt16;
  unit @2 :Unit;
  calendar @3 :Text;                 # code of the business calendar, for unit bd
  from @4 :Start;

  enum Unit { unset @0; hours @1; days @2; businessDays @3; }
  enum Start { unset @0; agreement @1; condition @2; exercise @3; }
}

struct Term {
  # One act of one obligor: one write of the back office, executed at most once.
  id @0 :UInt16;                     # from 1, unique in the offer
  claims @1 :List(UInt16);
  obligor @2 :Party;
  ground @3 :Ground;
  basis @4 :Text;                    # code of the law or clause; empty for a concession
  due @5 :Due;
  condition :union {
    unset @6 :Void;
    none @7 :Void;
    return @8 :Return;
    evidence @9 :Text;               # code of the evidence
    payment @10 :Settlement;
  }
  blocks @11 :Bool;                  # true: performance waits for the condition
  onFailure :union {
    unset @12 :Void;
    person @13 :Void;
    term @14 :UInt16;                # a standby term of the same offer
  }
  standby @15 :Bool;                 # performed only when another term fails
  purpose @16 :Text;                 # the remedy code
  union {
    unset @17 :Void;
    money @18 :MoneyTo;
    credit @19 :Credit;
    goods @20 :Goods;
    repair @21 :Repair;
    orderChange @22 :OrderChange;
    contractChange @23 :ContractChange;
    hold @24 :Hold;
    instalments @25 :List(Instalment);
    travel @26 :Travel;
    visit @27 :Window;
    record @28 :Record;
    none @29 :Text;                  # reason code: nothing is done
    payment @30 :Settlement;         # the consumer pays by an act of its own
  }
}

struct Wish {
  remedy @0 :Text;                   # a remedy code
  union {
    unset @1 :Void;
    any @2 :Void;                    # the remedy, however the brand words it
    orderChange @3 :OrderChange;     # or exactly this
    goods @4 :Goods;
    contractChange @5 :ContractChange;
    record @6 :Record;
    money @7 :MoneyTo;
    credit @8 :Credit;
  }
}

struct Claim {
  claimId @0 :UInt16;                # from 1, unique in the case, never reused
  category @1 :Text;                 # code
  code @2 :Text;                     # code
  basis @3 :Basis;
  items @4 :List(Line);
  occurredMs @5 :Int64;
  desired @6 :List(Wish);
}
