# What the demos share: a folder of which nothing stays behind, an engine, and its death.
# `. demo.sh` sets here (the example), rung and folder (temporary, also the engine's working folder).
set -euo pipefail
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lab.sh"
here=$(dirname "$(readlink -f "$0")")
rung=$(readlink -f "${1:?usage: demo PATH-OF-RUNG}")
folder=$(mktemp -d "${TMPDIR:-/tmp}/rung-demo.XXXXXX")
FOLDER=$folder
chmod 755 "$folder"    # servers that are not root live in it

clean_up() {
  local status=$?
  set +e
  trap - EXIT; trap '' INT TERM HUP
  end_all_in "$folder"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
cd "$folder"
export RUNG_STORE=$folder/rung.db

bold=''; plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\033[1m'; plain=$'\033[0m'; fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

# rung in the background; what it prints is shown as it comes.
drive() {
  printf '$ rung %s\n' "$*"
  "$rung" "$@" </dev/null 2>&1 &
  engine=$!
}

# comes_true SECONDS WHAT COMMAND...: while the engine lives.
comes_true() {
  local tries=$(($1 * 20)) what=$2; shift 2
  until "$@"; do
    kill -0 "$engine" 2>/dev/null || die "the engine ended before this came true: $what"
    [ $((tries--)) -gt 0 ] || die "did not come true in time: $what"
    sleep 0.05
  done
}

kill_engine() {
  kill -9 "$engine"
  wait "$engine" 2>/dev/null || true
}

# ends_with STATUS: the engine ends within a minute, with this exit status.
ends_with() {
  local status=0 tries=1200
  while kill -0 "$engine" 2>/dev/null; do
    [ $((tries--)) -gt 0 ] || die "the engine goes on and on"
    sleep 0.05
  done
  wait "$engine" || status=$?
  [ "$status" -eq "$1" ] || die "rung ended with exit status $status, not $1"
}

# step_is ADDRESS STATUS: as a second terminal sees it.
step_is() {
  "$rung" show -o json 2>/dev/null | /usr/bin/python3 -c 'import json, sys
try: steps = json.load(sys.stdin)["steps"]
except ValueError: steps = []
sys.exit(not any(s["address"] == sys.argv[1] and s["status"] == sys.argv[2] for s in steps))' "$1" "$2"
}
