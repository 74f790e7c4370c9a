@0xc7d20b9f5e314a86;
# Who may speak: a brand's card, a principal's mandate, an approval of one act, a signed read.
# Each is the payload of a DSSE envelope of its own type; rules in protocol/spec/03-identity.md.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("entente::wire");
using M = import "message.capnp";

struct Card {
  # application/vnd.entente.card+capnp, signed by the brand's root key. This layout is frozen as
  # version 1 and grows by `ext` only, because a stranger reads it before any version is agreed.
  number @0 :UInt32;                 # from 1, one more than the card before
  prevCard @1 :Data;                 # digest of the card before; empty in the first
  rootKey @2 :Data;                  # 32 bytes: signs this card
  nextRootDigest @3 :Data;           # SHA-256 of the root key that may sign a later card
  issuedMs @4 :Int64;
  expiresMs @5 :Int64;
  environment @6 :M.Environment;
  domain @7 :Text;                   # the brand is did:web:<domain>
  entity @8 :Entity;
  endpoints @9 :List(Text);          # https URLs
  versions @10 :List(UInt16);        # protocol versions spoken
  keys @11 :List(Key);
  logVkey @12 :Text;                 # C2SP vkey of the brand's log
  human @13 :Human;
  linkMethods @14 :List(Text);
  periods @15 :Periods;
  adr @16 :M.Determine.Adr;
  privacyContact @17 :Text;
  ext @18 :List(M.Extension);

  struct Entity { name @0 :Text; address @1 :Text; register @2 :Text; country @3 :Text; }
  struct Key {
    key @0 :Data;
    purpose @1 :Purpose;
    custody @2 :Custody;
    validFromIndex @3 :UInt64;       # index in the brand's log
    revokedAtIndex @4 :UInt64;       # 0 = not revoked; reaches forwards only
  }
  enum Purpose { unset @0; message @1; log @2; cosign @3; operator @4; bridge @5; }
  enum Custody { unset @0; device @1; server @2; brandHosted @3; webauthn @4; }
  struct Human {
    # How a person is reached. Published, so it can be compared and held against the brand.
    hours @0 :List(Hours);
    timeZone @1 :Text;               # IANA name
    languages @2 :List(Text);
    channels @3 :List(Text);
    targetMs @4 :Int64;              # time to a person, from the request
    longestWaitMs @5 :Int64;         # for the lowest class of the queue
    alternatives @6 :List(Text);     # codes of other ways: phone, post, branch
    utcOffsetMinutes @7 :Int16;      # the zone's offset that `hours` are in
  }
  struct Hours { weekday @0 :UInt8; fromMinute @1 :UInt16; toMinute @2 :UInt16; }   # 1 = Monday
  struct Periods { offerMs @0 :Int64; contestMs @1 :Int64; reopenMs @2 :Int64; answerMs @3 :Int64; }
}

struct Mandate {
  # application/vnd.entente.mandate+capnp, signed by the principal: what its assistant may do with
  # one audience. An empty list means none. Private limits never travel.
  principal @0 :Data;                # 32 bytes
  assistant @1 :Data;                # 32 bytes: the key that may speak
  role @2 :Role;
  audience @3 :Text;                 # one brand's DID
  environment @4 :M.Environment;
  versions @5 :List(UInt16);
  categories @6 :List(Text);
  verbs @7 :List(Text);
  remedies @8 :List(Text);
  approvalExempt @9 :List(Text);     # remedies whose accept needs no approval
  representation @10 :Representation;
  issuedMs @11 :Int64;
  expiresMs @12 :Int64;
  nonce @13 :Data;                   # 32 bytes

  enum Role { unset @0; assistant @1; serviceAgent @2; operator @3; }
  enum Representation { unset @0; self @1; family @2; guardian @3; professional @4; }
}

struct Approval {
  # application/vnd.entente.approval+capnp, signed by the principal's key, nested in the act it
  # approves. The text is what render() makes of the act: replay makes it again and compares.
  offer @0 :Data;                    # the offer accepted; empty: the act named below
  caseId @1 :Data;
  actId @2 :Data;
  audience @3 :Text;
  environment @4 :M.Environment;
  mandate @5 :Data;
  textDigest @6 :Data;
  language @7 :Text;
  expiresMs @8 :Int64;
  nonce @9 :Data;
}

struct Read {
  # application/vnd.entente.read+capnp: a signed, expiring request to read one case.
  key @0 :Data;
  authority @1 :Data;
  audience @2 :Text;
  environment @3 :M.Environment;
  method @4 :Text;                   # GET
  path @5 :Text;                     # path and query as sent
  expiresMs @6 :Int64;
  nonce @7 :Data;
  seenSize @8 :UInt64;               # entries of the brand's log under the newest checkpoint held
}

struct ErasureNotice {
  # application/vnd.entente.erasure-notice+capnp: the author has erased these classes of a case, and
  # asks the other to do likewise. Advice: each decides under its own duties.
  caseId @0 :Data;
  classes @1 :List(Text);            # of content: contact, terms, decision ...
  reason @2 :Text;                   # code
  key @3 :Data;                      # 32 bytes: signs
  authority @4 :Data;                # digest of the mandate or card; empty: the principal's key
  audience @5 :Text;                 # DID spoken to
  environment @6 :M.Environment;
  atMs @7 :Int64;
  nonce @8 :Data;                    # 32 bytes
}

struct ErasureAck {
  # application/vnd.entente.erasure-ack+capnp: what came of a notice.
  notice @0 :Data;                   # digest of what was signed
  caseId @1 :Data;
  answer @2 :Answer;
  basis @3 :Text;                    # code: why it is held or refused; empty if erased
  untilMs @4 :Int64;                 # how long it is held; 0 = not said
  classes @5 :List(Text);            # those erased
  key @6 :Data;
  environment @7 :M.Environment;
  atMs @8 :Int64;
  enum Answer { unset @0; erased @1; held @2; refused @3; }
}
