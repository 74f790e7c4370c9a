#!/usr/bin/env bash
# The unit that docs/guides/deploy.md shows: systemd understands it and finds it confined.
#   systemd.sh UNIT
set -euo pipefail
if ! command -v systemd-analyze >/dev/null; then
  echo "skipped: systemd-analyze is not installed"
  exit 0
fi
# The program need not be installed here; nothing else may be wrong.
complaints=$(systemd-analyze verify "$1" 2>&1 | grep -v 'is not executable: No such file' || true)
if [[ -n $complaints ]]; then
  echo "$complaints"
  exit 1
fi
systemd-analyze security --offline=true --threshold=20 "$1" | tail -1
