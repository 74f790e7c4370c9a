@0xd1a3f5c7b9e2a460;
# One step of a negotiation, before signing. A Message is the payload of a DSSE envelope of type
# application/vnd.entente.message+capnp; its identity is SHA-256 of the signed bytes (the PAE).
# Who may say what, and what it does, is in protocol/spec/05-lifecycle.md.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("entente::wire");
using T = import "terms.capnp";

enum Environment { unset @0; sandbox @1; production @2; }
enum Actor { unset @0; person @1; ai @2; rules @3; }

struct Author {
  party @0 :T.Party;
  actor @1 :Actor;       # who decided the words: a person, a model, or rules
  key @2 :Data;          # 32 bytes: the key that signs this envelope
  authority @3 :Data;    # digest of the mandate or card; empty = the principal's own key
}

struct Audience {
  party @0 :Text;        # DID spoken to
  card @1 :Data;         # to a brand: digest of the card relied on; else empty
}

struct Seen {
  # The newest checkpoint of the other party that the author verified; size 0 and empty root: none.
  origin @0 :Text;
  size @1 :UInt64;
  root @2 :Data;
}

struct Part {
  # What may be personal or bulky travels beside the message, bound by a salted digest.
  digest @0 :Data;
  mediaType @1 :Text;
  bytes @2 :UInt64;
  class @3 :Class;

  enum Class { unset @0; contact @1; special @2; media @3; prose @4; reference @5; }
}

struct Extension { id @0 :Text; critical @1 :Bool; bytes @2 :Data; }

struct Message {
  version @0 :UInt16;
  environment @1 :Environment;
  caseId @2 :Data;       # id of the opening message; empty in `open`
  actId @3 :Data;        # 16 bytes, stable when the author signs the same act again
  nonce @4 :Data;        # 32 bytes, fresh in each envelope
  prev @5 :Data;         # newest message of the case the author has seen; empty in `open`
  sentAtMs @6 :Int64;
  admitByMs @7 :Int64;
  author @8 :Author;
  audience @9 :Audience;
  seen @10 :Seen;
  parts @11 :List(Part);
  ext @12 :List(Extension);
  body :union {
    unset @13 :Void;
    open @14 :Open;
    link @15 :Link;
    inform @16 :Inform;
    ask @17 :Ask;
    propose @18 :Offer;
    accept @19 :Accept;
    decline @20 :Decline;
    retract @21 :Retract;
    determine @22 :Determine;
    grant @23 :Grant;
    exercise @24 :Exercise;
    perform @25 :Perform;
    confirm @26 :Confirm;
    dispute @27 :Dispute;
    handoff @28 :Handoff;
    leave @29 :Leave;
    close @30 :Close;
    revoke @31 :Revoke;
    notice @32 :Notice;
  }
}

struct Open {
  claims @0 :List(T.Claim);          # at least one, unless a handoff is asked for
  jurisdiction @1 :Text;             # code: es, us-tx
  language @2 :Text;                 # code: BCP 47, lower case
  relatedCases @3 :List(Data);
  handoff @4 :HandoffRequest;        # present: a person is asked for in the first message
}

struct Link {
  # Which account of the brand this consumer is. Never gates a handoff.
  union {
    unset @0 :Void;
    start @1 :Start;
    require @2 :Require;
    prove @3 :Prove;
    granted @4 :Granted;
    failed @5 :Text;                 # code; never tells whether an account exists
  }
  struct Start { method @0 :Text; contact @1 :UInt16 = 0xffff; }
  struct Require { methods @0 :List(Text); assurance @1 :Text; challenge @2 :Text; }
  struct Prove { method @0 :Text; challenge @1 :Text; proof @2 :UInt16 = 0xffff; }
  struct Granted { accountRef @0 :UInt16 = 0xffff; assurance @1 :Text; expiresMs @2 :Int64; }
}

struct Inform {
  text @0 :UInt16 = 0xffff;          # part: prose; never binds
  canned @1 :Bool;                   # written before this case existed
  claims @2 :List(T.Claim);          # later claims, from the consumer
  answers @3 :List(Answer);
  awaitingPrincipalUntilMs @4 :Int64;
  struct Answer { question @0 :UInt16; text @1 :UInt16 = 0xffff; }
}

struct Ask {
  questions @0 :List(Question);
  struct Question {
    id @0 :UInt16;                   # from 1, unique per asker in the case
    topic @1 :Text;                  # code: what is asked; the same topic is not asked twice
    text @2 :UInt16 = 0xffff;        # part
    optional @3 :Bool;
    answerByMs @4 :Int64;
  }
}

struct Offer {
  terms @0 :List(T.Term);            # all of them, or none
  validUntilMs @1 :Int64;
  inventoryUntilMs @2 :Int64;        # how long seats or stock are kept; 0 = not
  replaces @3 :Data;                 # an own standing offer, which ends
  answers @4 :Data;                  # the other side's offer this counters, which stays
  supersedes @5 :List(Data);         # agreements that acceptance would replace
  waives @6 :List(Text);             # codes of rights given up; not empty needs approval
  lapseIf @7 :Text;                  # code of a fact, rendered, that ends the offer early
  tollMaxMs @8 :Int64;               # most that a pending handoff extends concessions, once
  approval @9 :Data;                 # a consumer's offer, where its mandate needs one
}

struct Accept { offer @0 :Data; approval @1 :Data; }
struct Decline { offer @0 :Data; reason @1 :Text; }
struct Retract { offer @0 :Data; }

struct Determine {
  # The brand's answer to a claim that it does not uphold in full.
  claim @0 :UInt16;
  result @1 :Result;
  reason @2 :Text;                   # code
  facts @3 :List(Text);              # codes of the facts that decided
  basis @4 :Text;                    # code of the law or clause
  contestUntilMs @5 :Int64;
  adr @6 :Adr;
  text @7 :UInt16 = 0xffff;          # part: the reason in words
  afterContest @8 :Bool;
  enum Result { unset @0; refused @1; partial @2; }
  struct Adr { body @0 :Text; url @1 :Text; participates @2 :Bool; }   # empty body: none named
}

struct Grant { terms @0 :List(T.Term); }   # adds only; binding at once

struct Exercise {
  union {
    unset @0 :Void;
    invoke @1 :Invoke;
    acknowledged @2 :Acknowledged;
  }
  struct Invoke {
    right @0 :Text;                  # code: withdrawal, cancellation, access, erasure ...
    claims @1 :List(UInt16);
    subject @2 :UInt16 = 0xffff;     # part: the contract, order or account
    effective @3 :Text;              # code
    offersWanted @4 :Bool;
    approval @5 :Data;               # irreversible rights wait for it
  }
  struct Acknowledged {
    of @0 :Data;
    right @1 :Text;
    receivedMs @2 :Int64;
    awaitingLinkUntilMs @3 :Int64;   # 0 = no link needed
    duties @4 :List(T.Term);
  }
}

struct Perform {
  source @0 :Data;                   # the accept, grant or exercise that made the terms binding
  items @1 :List(Item);
  struct Item {
    term @0 :UInt16;
    state @1 :State;
    ofCondition @2 :Bool;            # the term's condition, by the consumer
    amount @3 :T.Money;              # money done; absent currency: none
    qty @4 :UInt32;
    reference @5 :UInt16 = 0xffff;   # part: the outside reference
  }
  enum State { unset @0; started @1; partial @2; done @3; failed @4; unknown @5; }
}

struct Confirm { source @0 :Data; terms @1 :List(UInt16); }
struct Dispute {
  source @0 :Data;
  terms @1 :List(UInt16);
  reason @2 :Text;
  text @3 :UInt16 = 0xffff;
}

struct HandoffRequest {
  reason @0 :Text;                   # code
  principalPresent @1 :Present;
  channels @2 :List(Text);           # codes: case, phone ...
  language @3 :Text;
  needs @4 :UInt16 = 0xffff;         # part, class special
  level @5 :Level;
  enum Present { unset @0; live @1; callback @2; async @3; }
  enum Level { unset @0; agent @1; supervisor @2; }
}

struct Handoff {
  hid @0 :Data;                      # id of the message that asked; empty in the request
  union {
    unset @1 :Void;
    request @2 :HandoffRequest;
    ack @3 :Route;                   # acknowledgement and routing in one
    route @4 :Route;
    choose @5 :Choice;
    joined @6 :Joined;
    onHold @7 :Int64;                # resume by
    resumed @8 :Void;
    transferring @9 :Transfer;
    missed @10 :Void;                # the brand was not there for a slot
    returnOffered @11 :Void;         # the person would hand back to the agent
    returned @12 :Void;              # the consumer's person consents
    concluded @13 :Text;             # code: the disposition
    confirmed @14 :Void;
    disputed @15 :Text;              # code
    withdrawn @16 :Void;
    continueWhileWaiting @17 :Continue;
  }
  struct Route {
    union {
      unset @0 :Void;
      queued @1 :Queued;
      scheduled @2 :Slot;
      unavailable @3 :Unavailable;
      async @4 :Int64;               # reply by
    }
  }
  struct Queued {
    firstInLine @0 :Bool;
    place @1 :UInt32;                # from 1; 0 = not said
    etaMs @2 :Int64;                 # an instant; 0 = unknown
    basis @3 :Text;                  # code: how the estimate came about
    nextUpdateByMs @4 :Int64;
    alternatives @5 :List(Alternative);   # other ways, for whoever would rather not wait
  }
  struct Slot { id @0 :Text; fromMs @1 :Int64; toMs @2 :Int64; channel @3 :Text; }
  struct Unavailable { why @0 :Text; nextOpenMs @1 :Int64; alternatives @2 :List(Alternative); }
  struct Alternative { union { unset @0 :Void; slot @1 :Slot; async @2 :Int64; contact @3 :Text; } }
  struct Choice { union { unset @0 :Void; slot @1 :Text; async @2 :Void; } }
  struct Joined {
    operatorRef @0 :Text;
    role @1 :Text;                   # code
    channel @2 :Text;                # code
    assurance @3 :Text;              # code: operator_key, idp_attested, platform_asserted
    event @4 :UInt16 = 0xffff;       # part
    package @5 :Data;                # digest of the context package
  }
  struct Transfer { to @0 :Text; cause @1 :Text; }
  enum Continue { unset @0; nothing @1; updates @2; offers @3; }
}

struct Leave { reason @0 :Text; }

struct Close {
  union {
    unset @0 :Void;
    proposed @1 :Proposed;
    final @2 :Final;
  }
  struct Proposed { outcome @0 :Text; contestUntilMs @1 :Int64; reopenUntilMs @2 :Int64; }
  struct Final { of @0 :Data; confirms @1 :List(Data); }
}

struct Revoke { mandate @0 :Data; }
struct Notice { of @0 :Data; code @1 :Text; }   # not understood, by error code
