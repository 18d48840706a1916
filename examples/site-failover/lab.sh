# What the scripts of this folder share. lab.env names the two sites; `lab up` writes it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./lab.env    # LAB, EAST_PORT, WEST_PORT, FRONT_PORT, SOCKET, LINK_PAUSE

say() { printf '%s\n' "$*"; }
output() { if [ -n "${RUNG_OUTPUT_FILE:-}" ]; then say "$1=$2" >>"$RUNG_OUTPUT_FILE"; fi; say "$1=$2"; }
die() { say "$*" >&2; exit 1; }

# One line for each time that an effect really begins. The demo counts them: twice would be a lie.
witness() { say "${RUNG_STEP:-by-hand} ${RUNG_IDEMPOTENCY_KEY:-none}" >>"$LAB/witness"; }

port_of() { local name=${1^^}_PORT; say "${!name}"; }

# until_true SECONDS COMMAND...: asks ten times a second.
until_true() {
  local tries=$(($1 * 10)); shift
  until "$@"; do
    [ $((tries--)) -gt 0 ] || return 1
    sleep 0.1
  done
}
