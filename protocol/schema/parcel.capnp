@0x9e4c17d3b8a052f6;
# What travels between the parties, and what they sign about each other's messages. A Parcel itself
# is not signed: everything in it that matters is. Rules in protocol/spec/02-envelope.md.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("entente::wire");
using M = import "message.capnp";

struct Envelope {
  # DSSE v1.0.2 in Cap'n Proto clothes: the signature is over the PAE of type and payload.
  payloadType @0 :Text;
  payload @1 :Data;
  signatures @2 :List(Signature);    # exactly one
  struct Signature { keyid @0 :Data; sig @1 :Data; }   # keyid: the public key, only a hint
}

struct PartContent {
  class @0 :M.Part.Class;
  mediaType @1 :Text;
  salt @2 :Data;                     # 32 bytes
  content @3 :Data;
}

struct Receipt {
  # leaf + salt open the commitment; the proof shows the leaf in the log. Position, effect and
  # admit time stand in the leaf.
  leaf @0 :Data;                     # canonical LogEntry
  salt @1 :Data;                     # 32 bytes
  proof @2 :Text;                    # C2SP tlog-proof, checkpoint included
}

struct Refusal {
  # application/vnd.entente.refusal+capnp, signed by the brand's message key.
  message @0 :Data;
  code @1 :Text;                     # an error code
  head @2 :Data;                     # newest message of the case; empty if there is none
  headPos @3 :UInt64;
  atMs @4 :Int64;
  retryAfterMs @5 :Int64;            # with busy
  environment @6 :M.Environment;
  caseId @7 :Data;
  unlogged @8 :Bool;                 # acknowledgement of a handoff, leave, exercise or revoke while
                                     # the log cannot be written: fixes the time, to be backfilled
}

struct Parcel {
  envelopes @0 :List(Data);          # canonical Envelope messages, in order
  parts @1 :List(PartContent);
  receipts @2 :List(Receipt);
  checkpoint @3 :Text;               # the sender's newest signed note
  consistency @4 :List(Data);        # from the size the peer last named in `seen` to it
  cosignatures @5 :List(Text);       # note lines over the peer's checkpoints
  cards @6 :List(Data);              # envelopes the peer lacks
  mandates @7 :List(Data);
  packages @8 :List(Data);
  notices @9 :List(Data);            # of erasure, and the answers to them
}
