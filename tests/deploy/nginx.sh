#!/usr/bin/env bash
# nginx as docs/guides/deploy.md sets it up, in front of a real endpoint: a negotiation through it.
#   nginx.sh ENTENTE NGINX_CONF
set -euo pipefail
entente=$1 example=$2
if ! command -v nginx >/dev/null && [[ ! -x /usr/sbin/nginx ]]; then
  echo "skipped: nginx is not installed"
  exit 0
fi
export PATH=$PATH:/usr/sbin

work=$(mktemp -d)
served= proxied=
cleanup() {
  [[ -z $proxied ]] || kill "$proxied" 2>/dev/null || true
  [[ -z $served ]] || kill "$served" 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap cleanup EXIT
cd "$work"

wait_for() {  # file, words
  for _ in $(seq 200); do
    if grep -qs -- "$2" "$1"; then return; fi
    sleep 0.1
  done
  echo "never saw '$2' in $1:"
  cat "$1"
  exit 1
}

"$entente" demo --dir kettle --yes >demo.out
public=$(sed -n 's/.*port: \([0-9]*\).*/\1/p' kettle/brand/brand.yaml)
inner=$((public == 18080 ? 18081 : 18080))
sed -i "s|^listen:.*|listen: {address: 127.0.0.1, port: $inner, trusted_proxies: [127.0.0.1]}|" \
  kettle/brand/brand.yaml
"$entente" serve --config kettle/brand/brand.yaml >served.out 2>&1 &
served=$!
wait_for served.out "listens on http://127.0.0.1:$inner"

{
  echo "daemon off; pid $work/nginx.pid; error_log $work/error.log;"
  echo "events { worker_connections 256; }"
  echo "http { access_log off; client_body_temp_path $work/body; proxy_temp_path $work/proxy;"
  echo "fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;"
  sed -e "s|HOST;|kettle.example;|" -e "s|listen PORT|listen 127.0.0.1:$public|" \
    -e "s|127.0.0.1:BACKEND|127.0.0.1:$inner|" \
    -e "s|ssl_certificate CERTIFICATE|ssl_certificate $work/kettle/brand/tls/chain.pem|" \
    -e "s|ssl_certificate_key KEY|ssl_certificate_key $work/kettle/brand/tls/key.pem|" "$example"
  echo "}"
} >nginx.conf
nginx -p "$work" -c nginx.conf -t
nginx -p "$work" -c nginx.conf &
proxied=$!
wait_for nginx.pid .

"$entente" negotiate --home kettle/consumer --yes >said.out
grep -q "The case is closed: resolved_agreed." said.out
status=$(curl -s -o /dev/null -w '%{http_code}' --cacert kettle/brand/tls/ca.pem \
  --resolve "kettle.example:$public:127.0.0.1" "https://kettle.example:$public/metrics")
[[ $status == 404 ]]
echo "a case was closed through nginx"
