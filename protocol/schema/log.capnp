@0xa85d1f6e0c93b724;
# The log: what a leaf says, and the records behind the leaves that are not messages.
# Rules in protocol/spec/06-audit-log.md.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("entente::wire");
using M = import "message.capnp";
using T = import "terms.capnp";

struct LogEntry {
  # The leaf, canonical bytes. Says nothing personal: content stands behind `commit`.
  kind @0 :Kind;
  timeMs @1 :Int64;                  # when it was admitted or recorded
  blindCase @2 :Data;                # blinded case id; empty if of no case
  position @3 :UInt64;               # of an admitted message
  direction @4 :Direction;
  commit @5 :Data;                   # SHA-256("entente/commit/v1\0" || salt || content)
  partsReceived @6 :List(Data);      # digests
  prevLeaf @7 :Data;                 # leaf hash of this case's entry before; empty in the first
  effect @8 :Text;                   # of a message: binding, or the error code why not
  engine @9 :Text;                   # version of the software that wrote it

  enum Kind {
    unset @0;
    message @1; refusal @2; facts @3; decision @4; performIntent @5; performResult @6;
    handoffClock @7; card @8; mandate @9; policy @10; key @11; checkpointSeen @12;
    cosignature @13; hold @14; erasure @15; access @16; freeze @17; timestamp @18; notice @19;
    rollover @20; backup @21; restore @22;
  }
  enum Direction { unset @0; received @1; sent @2; own @3; }
}

struct Facts {
  # What the back office said, before a decision: the decision's only input beside the case.
  caseId @0 :Data;
  claim @1 :UInt16;                  # 0 = of the whole case
  atMs @2 :Int64;                    # when they were asked for: what came later they may not know
  facts @3 :List(Fact);

  struct Fact {
    name @0 :Text;
    union {
      unset @1 :Void;
      unknown @2 :Void;
      code @3 :Text;
      bool @4 :Bool;
      count @5 :Int64;
      money @6 :T.Money;
      durationMs @7 :Int64;
      instantMs @8 :Int64;
      ref @9 :Text;
      rows @10 :List(Row);
    }
  }
  struct Row { fields @0 :List(Fact); }   # one level: a row holds no rows
}

struct Decision {
  # Why the brand's agent said what it said. Replay runs the policy on the facts again.
  caseId @0 :Data;
  trigger @1 :Data;                  # message or clock that asked for it; empty: a clock
  policy @2 :Data;                   # digest of the policy text, itself an entry
  factsEntry @3 :UInt64;             # log index + 1 of the facts used; 0 = none
  claim @4 :UInt16;
  rule @5 :Text;                     # name of the rule that decided
  answer @6 :Data;                   # id of the message said; empty: nothing was said
  code @7 :Text;                     # why nothing could be said; empty otherwise
  decider @8 :M.Actor;
  atMs @9 :Int64;                    # the time the policy was given
}

struct Performance {
  # performIntent before the back office is asked, performResult after.
  caseId @0 :Data;
  key @1 :Data;                      # SHA-256("entente/perform/v1\0" || source || u16 term)
  source @2 :Data;
  term @3 :UInt16;
  state @4 :M.Perform.State;         # unset in an intent
  reference @5 :Text;
  code @6 :Text;                     # why it failed
  lookups @7 :UInt32;
}

struct HandoffClock {
  # What happens at the desk and is no message.
  caseId @0 :Data;
  hid @1 :Data;
  event @2 :Text;                    # code: offered, declined, accepted, timed_out, package ...
  operatorRef @3 :Text;
  digest @4 :Data;                   # of the context package
  atMs @5 :Int64;
}

struct Freeze {
  # The brand's automated agent is stopped, or may go on: an entry of no case. Meanwhile it promises
  # nothing, and what waits for it is with people.
  frozen @0 :Bool;
  order @1 :Data;                    # names this order, so that it is logged once
  by @2 :Text;                       # who gave it
  reason @3 :Text;
  atMs @4 :Int64;                    # when it was given; when it took effect is the entry's time
}

struct Erasure {
  # What was erased of a case, why and by whose authority. Written before anything is destroyed.
  caseId @0 :Data;
  classes @1 :List(Text);            # of content, as in the key store: contact, terms, decision ...
  reason @2 :Text;                   # code: request, consent_withdrawn, retention, order ...
  authority @3 :Text;                # who decided it, or the rule; names no customer
  atMs @4 :Int64;
  effectiveMs @5 :Int64;             # when the last backup that may hold the keys is gone
}

struct LegalHold {
  # A case must be kept until then, whatever else would erase it.
  caseId @0 :Data;
  hold @1 :Data;                     # names the hold
  ended @2 :Bool;                    # it is lifted before its time
  untilMs @3 :Int64;
  reason @4 :Text;                   # code: litigation, regulator, dispute ...
  by @5 :Text;                       # who ordered it
  atMs @6 :Int64;
}

struct CheckpointSeen {
  # A checkpoint of the counterparty, as received.
  note @0 :Text;
  consistency @1 :List(Data);
  fromSize @2 :UInt64;
}

struct Cosigned {
  # A checkpoint under the lines of those who saw it grow: of this log, received; of another's log,
  # which this party cosigned, sent.
  note @0 :Text;
  atMs @1 :Int64;
}

struct Timestamped {
  # When a checkpoint of this log existed, by the word of a time-stamp authority.
  note @0 :Text;
  token @1 :Data;                    # RFC 3161 TimeStampToken, DER, over the bytes of the note
}

struct Access {
  # Somebody outside the cases read of this log. Written before the bytes leave.
  reader @0 :Text;                   # the key that asked, as a did:key
  path @1 :Text;
  atMs @2 :Int64;
}

struct LogKey {
  # The log is signed by another key from here on, and by both until then. Each key signs
  # "entente/log-key/v1\0" and this record without signatures.
  oldVkey @0 :Text;
  newVkey @1 :Text;
  bothUntilMs @2 :Int64;
  atMs @3 :Int64;
  oldSignature @4 :Data;             # 64 bytes each, or empty in what is signed
  newSignature @5 :Data;
}

struct Rollover {
  # A log goes on under another origin, with the entries it has. The last entry of the old log names
  # the new one; the first entry that is of the new log alone names the old one and the tree that
  # stands before it, which is the old log's.
  begins @0 :Bool;                   # this is the first entry of the new log alone
  origin @1 :Text;                   # of the other log
  vkey @2 :Text;
  size @3 :UInt64;                   # entries before this one
  root @4 :Data;                     # of the tree of that size; both empty in the last entry
  reason @5 :Text;                   # code: key_lost, restored, period ...
  atMs @6 :Int64;
}

struct Backup {
  # A copy of this log was taken away.
  backup @0 :Data;                   # names the copy
  size @1 :UInt64;                   # entries in it
  root @2 :Data;
  atMs @3 :Int64;
}

struct Restore {
  # This log was brought back from a copy and goes on.
  backup @0 :Data;
  size @1 :UInt64;                   # entries in the copy; the rest came from elsewhere
  root @2 :Data;
  by @3 :Text;
  reason @4 :Text;                   # code
  atMs @5 :Int64;
}
