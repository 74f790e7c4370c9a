#!/usr/bin/env bash
# Logs of ours before verifiers that others wrote, and a log of theirs before ours.
#   interop.sh logs WORK WRITE_LOGS              writes the logs that the others read
#   interop.sh tlog WORK SOURCE ENTENTE          golang.org/x/mod/sumdb, both ways
#   interop.sh cosign WORK SOURCE ENTENTE        the same, as a witness of ours and before one of ours
#   interop.sh openssl WORK                      openssl, on the signatures of notes
#   interop.sh sigstore WORK SOURCE PACKAGES     @sigstore/verify, on proof files
set -euo pipefail
what=$1 work=$2
verifier=$work/tlog-$what # tests run at the same time
sizes=1025 large=70000

skip() {
  echo "skipped: $1"
  exit 0
}

fail() {
  echo "FAILED  $1"
  exit 1
}

logs() {
  rm -rf "$work"
  mkdir -p "$work"
  "$1" export "$work/large" "$large" &
  "$1" every-size "$work/growing" "$sizes"
  "$1" export "$work/export" "$sizes"
  wait $!
  echo "a log at every size to $sizes, exports of $sizes and of $large entries"
}

build_tlog() {
  command -v go >/dev/null || skip "go is not installed (apt-get install golang-go)"
  [[ -d /usr/share/gocode/src/golang.org/x/mod ]] ||
    skip "golang.org/x/mod is not installed (apt-get install golang-golang-x-mod-dev)"
  (cd "$1" && GO111MODULE=off GOFLAGS='' GOPATH=/usr/share/gocode GOCACHE="$work/../go-cache" \
    go build -o "$verifier" .)
}

# ENTENTE's word on a log: it must be what the name of the directory says.
ours_on_theirs() {
  local entente=$1 log vkey
  vkey=$(cat "$work/theirs/vkey")
  for log in "$work"/theirs/*/; do
    log=${log%/}
    if "$entente" log verify "$log" --log-key "$vkey" >"$log.said" 2>&1; then
      [[ $log == */good ]] || fail "entente accepts ${log##*/}"
      sed 's/^/  /' "$log.said"
    else
      [[ $? -eq 1 && $log != */good ]] || fail "entente on ${log##*/}: $(cat "$log.said")"
      echo "  refused ${log##*/}: $(head -n 1 "$log.said")"
    fi
  done
}

tlog() {
  build_tlog "$1"
  echo "golang.org/x/mod/sumdb on our log at every size:"
  "$verifier" growing "$(cat "$work/growing/vkey")" "$work/growing"
  echo "golang.org/x/mod/sumdb on our exports:"
  "$verifier" export "$(cat "$work/export.vkey")" "$work/export"
  "$verifier" export "$(cat "$work/large.vkey")" "$work/large"
  echo "golang.org/x/mod/sumdb writes a log:"
  "$verifier" write "$work/theirs" "$sizes"
  echo "entente log verify on that log:"
  ours_on_theirs "$2"
}

# Started here, and stopped at the end, come what may.
started=()
start() {  # name of its output, command
  local said=$1
  shift
  timeout 240 "$@" >"$said" 2>&1 &
  started+=("$!")
}
stop_all() {
  for one in "${started[@]}"; do kill "$one" 2>/dev/null || true; done
  wait
}
await() {  # what for, command
  local what=$1
  shift
  for _ in $(seq 600); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  fail "$what: not within a minute"
}

fetch_checkpoint() {
  local port
  port=$(sed -n 's/.*listens on .*:\([0-9]*\)$/\1/p' brand.said)
  curl -sf --cacert kettle/brand/tls/ca.pem --resolve "kettle.example:$port:127.0.0.1" \
    "https://kettle.example:$port/entente/v1/log/checkpoint" >served/checkpoint
}
has_both_lines() { fetch_checkpoint && grep -q ours.example served/checkpoint && grep -q theirs.example served/checkpoint; }

# A brand of ours, with a witness of ours and one that x/mod is the foundation of.
cosign() {
  local entente=$2 log ours
  command -v curl >/dev/null || skip "curl is not installed (apt-get install curl)"
  build_tlog "$1"
  rm -rf "$work/cosign"
  mkdir -p "$work/cosign/served"
  cd "$work/cosign"
  trap stop_all EXIT
  "$entente" demo --dir kettle --yes >/dev/null
  log=$("$entente" log vkey kettle/brand/card.entente)
  ours=$("$entente" witness init ours --name ours.example)
  "$verifier" key go-log
  start ours.said "$entente" witness serve ours "$log" "$(cat go-log/vkey)"
  start theirs.said "$verifier" witness theirs.example "$log" theirs
  await "our witness" grep -q Ctrl-C ours.said
  await "their witness" test -s theirs/url

  echo "a log of golang.org/x/mod/sumdb before our witness:"
  "$verifier" show go-log "$(sed -n 's/^on \([^,]*\),.*/\1/p' ours.said)" "$ours"

  printf 'witness_every: 1s\nwitnesses:\n  - {key: "%s", url: %s}\n  - {key: "%s", url: %s}\n' \
    "$ours" "$(sed -n 's/^on \([^,]*\),.*/\1/p' ours.said)" "$(cat theirs/vkey)" "$(cat theirs/url)" \
    >>kettle/brand/brand.yaml
  start brand.said "$entente" serve --config kettle/brand/brand.yaml --port 0
  await "the brand" grep -q Ctrl-C brand.said
  await "lines of both witnesses" has_both_lines
  echo "our checkpoint with the lines of both, by golang.org/x/mod/sumdb/note:"
  "$verifier" cosigned "$log" served checkpoint "$ours" "$(cat theirs/vkey)"
  kill "${started[2]}" && wait "${started[2]}" || true
  unset 'started[2]'

  "$entente" log export kettle/brand/data -o export --log-key kettle/brand/keys/log.key >/dev/null
  echo "our export, under both of its notes:"
  "$verifier" export "$log" export
  "$verifier" cosigned "$log" export checkpoint.cosigned "$ours" "$(cat theirs/vkey)"
  echo "entente on the line of their witness:"
  ours_on_their_line "$entente" "$log"
}

ours_on_their_line() {
  local line other=A
  printf 'logs:\n  - {key: "%s"}\npolicy: policy\n' "$2" >trust.yaml
  printf 'witness w %s\nquorum w\n' "$(cat theirs/vkey)" >policy
  "$1" audit replay export --trust trust.yaml >said || fail "audit replay: $(cat said)"
  grep -q "cosigned by theirs.example" said || fail "audit replay does not count it"
  cp -r export plain
  rm -r plain/content plain/parts plain/manifest.json
  "$1" log verify plain --trust trust.yaml >said || fail "log verify: $(cat said)"
  sed -n 's/^\(cosigned by\|witnessed by\)/  &/p' said
  line=$(grep theirs.example plain/checkpoint.cosigned | cut -d' ' -f3)
  [[ ${line:40:1} != A ]] || other=B
  sed -i "s|$line|${line:0:40}$other${line:41}|" plain/checkpoint.cosigned
  if "$1" log verify plain --trust trust.yaml >said 2>&1; then
    fail "entente accepts a changed line: $(cat said)"
  fi
  grep -q "checkpoint_invalid: checkpoint.cosigned" said || fail "another refusal: $(cat said)"
  cp export/checkpoint.cosigned plain/
  start another.said "$verifier" witness theirs.example "$2" another
  await "another witness" test -s another/vkey
  printf 'witness w %s\nquorum w\n' "$(cat another/vkey)" >policy
  if "$1" log verify plain --trust trust.yaml >said 2>&1; then
    fail "entente counts the line of another key: $(cat said)"
  fi
  echo "  2 refused: a changed line, and one of another key of that name"
}

# The signature line of a note, as the bytes after the key id.
signature_of() {
  tail -n 1 "$1" | cut -d' ' -f3 | base64 -d | tail -c 64
}

write_pem() {
  {
    printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'
    cut -d+ -f3- "$1" | base64 -d | tail -c 32
  } | openssl pkey -pubin -inform DER -out "$work/key.pem"
}

openssl_says() {  # note text
  signature_of "$1" >"$work/signature"
  openssl pkeyutl -verify -pubin -inkey "$work/key.pem" -rawin -in "$2" \
    -sigfile "$work/signature" >/dev/null 2>&1
}

openssl_on_notes() {
  local note checked=0 refused=0
  command -v openssl >/dev/null || skip "openssl is not installed (apt-get install openssl)"
  for note in "$work"/growing/checkpoint.{0,1,2,3,255,256,257,512,1024,1025} "$work/large/checkpoint"; do
    sed '/^$/,$d' "$note" >"$work/text"
    if [[ $note == */large/* ]]; then write_pem "$work/large.vkey"; else write_pem "$work/growing/vkey"; fi
    openssl_says "$note" "$work/text" || fail "openssl refuses $note"
    checked=$((checked + 1))
    sed '2s/$/0/' "$work/text" >"$work/other"
    if openssl_says "$note" "$work/other"; then fail "openssl accepts another size in $note"; fi
    refused=$((refused + 1))
  done
  echo "openssl pkeyutl -verify -rawin on our notes:"
  echo "  $checked checkpoints: signature"
  echo "  $refused changes refused: another size in each"
}

sigstore() {
  command -v node >/dev/null || skip "node is not installed (20.17 or later, for @sigstore/verify)"
  [[ -d $2/node_modules/@sigstore/verify ]] ||
    skip "@sigstore/verify is not installed (./dev test does it with npm: npm ci in $2)"
  echo "@sigstore/verify on our proof files:"
  node "$1/check.mjs" "$2" "$(cat "$work/growing/vkey")" \
    "$work"/growing/tile/entries/00[0-3] "$work/growing/tile/entries/004.p/1" \
    -- "$work"/growing/proof/*.tlog-proof "$work"/growing/proof/last/*.tlog-proof
}

shift 2
case $what in
  logs) logs "$@" ;;
  tlog) tlog "$@" ;;
  cosign) cosign "$@" ;;
  openssl) openssl_on_notes ;;
  sigstore) sigstore "$@" ;;
esac
