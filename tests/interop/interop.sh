#!/usr/bin/env bash
# Logs of ours before verifiers that others wrote, and a log of theirs before ours.
#   interop.sh logs WORK WRITE_LOGS              writes the logs that the others read
#   interop.sh tlog WORK SOURCE ENTENTE          golang.org/x/mod/sumdb, both ways
#   interop.sh openssl WORK                      openssl, on the signatures of notes
#   interop.sh sigstore WORK SOURCE PACKAGES     @sigstore/verify, on proof files
set -euo pipefail
what=$1 work=$2
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
    go build -o "$work/tlog" .)
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
  "$work/tlog" growing "$(cat "$work/growing/vkey")" "$work/growing"
  echo "golang.org/x/mod/sumdb on our exports:"
  "$work/tlog" export "$(cat "$work/export.vkey")" "$work/export"
  "$work/tlog" export "$(cat "$work/large.vkey")" "$work/large"
  echo "golang.org/x/mod/sumdb writes a log:"
  "$work/tlog" write "$work/theirs" "$sizes"
  echo "entente log verify on that log:"
  ours_on_theirs "$2"
}

# The signature line of a note, as the bytes after the key id.
signature_of() {
  tail -n 1 "$1" | cut -d' ' -f3 | base64 -d | tail -c 64
}

openssl_says() {  # note text
  signature_of "$1" >"$work/signature"
  openssl pkeyutl -verify -pubin -inkey "$work/key.pem" -rawin -in "$2" \
    -sigfile "$work/signature" >/dev/null 2>&1
}

openssl_on_notes() {
  local note checked=0 refused=0
  command -v openssl >/dev/null || skip "openssl is not installed (apt-get install openssl)"
  {
    printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'
    cut -d+ -f3- "$work/growing/vkey" | base64 -d | tail -c 32
  } | openssl pkey -pubin -inform DER -out "$work/key.pem"
  for note in "$work"/growing/checkpoint.{0,1,2,3,255,256,257,512,1024,1025} "$work/large/checkpoint"; do
    sed '/^$/,$d' "$note" >"$work/text"
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
  openssl) openssl_on_notes ;;
  sigstore) sigstore "$@" ;;
esac
