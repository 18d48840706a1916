# What the labs of the examples share: a folder with copies of the example's files, servers on loopback that
# work inside it, and their end. Read by `. shared/lab.sh`; it sets FOLDER.
set -euo pipefail
PATH=$PATH:/usr/sbin

die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# until_true SECONDS WHAT COMMAND...: asks twenty times a second.
until_true() {
  local tries=$(($1 * 20)) what=$2; shift 2
  until "$@"; do
    [ $((tries--)) -gt 0 ] || die "did not come true in time: $what; look into ${FOLDER:-the lab}"
    sleep 0.05
  done
}
answers() { curl -sf -o /dev/null --max-time 1 "$1"; }

# A port below the range from which outgoing connections take theirs, in $picked.
taken=' '
pick_port() {
  local try
  for try in {1..100}; do
    picked=$((20000 + RANDOM % 12000))
    if [[ "$taken" != *" $picked "* ]] && ! (exec 3<>"/dev/tcp/127.0.0.1/$picked") 2>/dev/null; then
      taken+="$picked "
      return
    fi
  done
  die "no free port between 20000 and 32000 after $try tries"
}

needs() {    # needs "DEBIAN PACKAGES" PROGRAM...
  local packages=$1 program; shift
  for program in "$@"; do
    command -v "$program" >/dev/null || die "needs $program: apt-get install --no-install-recommends $packages"
  done
}

# Starts a process of the lab. It works in a folder inside the lab, by which it is found again.
launch() {    # FOLDER LOG COMMAND...
  local folder=$1 log=$2; shift 2
  ( cd "$folder"; exec setsid "$@" >>"$log" 2>&1 </dev/null ) &
  launched=$!
}

# Every process that works in or below a folder.
at_work_in() {    # find fails where a process ends meanwhile
  { find /proc -maxdepth 2 -path '/proc/[0-9]*/cwd' -lname "$1*" -printf '%h\n' 2>/dev/null || true; } | cut -d/ -f3
}

# Ends all that works in a folder, and removes it. What PostgreSQL leaves when it is killed goes too.
end_all_in() {
  local round pids file
  cd /
  for round in {1..50}; do
    pids=$(at_work_in "$1")
    [ -n "$pids" ] || break
    # shellcheck disable=SC2086
    kill -"$([ "$round" -le 10 ] && echo TERM || echo KILL)" $pids 2>/dev/null || true
    sleep 0.1
  done
  find "$1" -name postmaster.pid 2>/dev/null | while read -r file; do
    ipcrm -m "$(awk 'NR == 7 {print $2}' "$file")" 2>/dev/null || true
  done
  rm -rf "$1"
}

# ---- PostgreSQL ----------------------------------------------------------------------------------------

# It refuses to be root.
as_postgres() {
  if [ "$(id -u)" -ne 0 ]; then "$@"; else setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"; fi
}

postgres_programs() {
  local folders=(/usr/lib/postgresql/*/bin)
  [ -x "${folders[-1]}/initdb" ] || die "needs PostgreSQL: apt-get install --no-install-recommends postgresql-15"
  PATH=${folders[-1]}:$PATH
}

# make_database FOLDER PORT: a cluster in FOLDER/data for start_database; trusts everybody on loopback.
make_database() {
  mkdir -p "$1"
  [ "$(id -u)" -ne 0 ] || chown postgres "$1"
  ( cd "$1"; as_postgres initdb -D data -U postgres -A trust --no-sync --no-instructions -E UTF8 --locale=C >initdb.log )
  configure_database "$1" "$2"
}
configure_database() {    # FOLDER PORT
  cat >>"$1/data/postgresql.conf" <<CONFIG
listen_addresses = '127.0.0.1'
port = $2
unix_socket_directories = ''
shared_buffers = 16MB
max_prepared_transactions = 20
fsync = off    # a lab: nothing here outlives it
CONFIG
}

start_database() {    # FOLDER PORT
  if [ "$(id -u)" -ne 0 ]; then
    launch "$1" "$1/postgres.log" postgres -D data
  else
    launch "$1" "$1/postgres.log" setpriv --reuid=postgres --regid=postgres --init-groups -- postgres -D data
  fi
  until_true 15 "an answer of PostgreSQL in $1" pg_isready -q -h 127.0.0.1 -p "$2"
}

sql() { psql -X -q -At -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$1" -U postgres -d "$2"; }    # PORT DATABASE; statements from stdin

# ---- The folder of a lab -------------------------------------------------------------------------------

# new_folder FOLDER FILE...: FOLDER, new or empty, with copies of the example's files.
new_folder() {
  FOLDER=$(realpath -m "${1:?a folder for the lab}"); shift
  mkdir -p "$FOLDER"
  chmod 755 "$FOLDER"    # servers that are not root look into it
  [ -z "$(ls "$FOLDER")" ] || die "$FOLDER is not empty"
  cp "$@" "$FOLDER"
  mkdir "$FOLDER/lab.d"
  trap 'end_all_in "$FOLDER"' EXIT    # until the lab is up
}
