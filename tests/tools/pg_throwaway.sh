#!/usr/bin/env bash
# A PostgreSQL server that lives as long as the test run: made in a temporary folder, on a free port of 127.0.0.1,
# without a password, durable, since the program refuses a database that is not. Prints one line, `READY postgres://trinhky@127.0.0.1:<port>/trinhky`,
# and stops and removes everything when standard input closes (so also when the test run is killed).
# usage: pg_throwaway.sh        exit 2 with a sentence when PostgreSQL is not installed or does not start
set -euo pipefail

folder=
as_owner=()

main() {
  local bin port
  bin=$(server_programs) || die "PostgreSQL's server programs are not installed (Debian: apt-get install postgresql)"
  folder=$(mktemp -d "${TMPDIR:-/tmp}/trinhky-pg.XXXXXX")
  trap clean_up EXIT
  trap 'exit 143' TERM INT HUP
  # The server refuses to run as root.
  if [ "$(id -u)" = 0 ]; then
    id postgres >/dev/null 2>&1 || die "started as root, and there is no user postgres to run the server as"
    chown postgres "$folder"
    as_owner=(runuser -u postgres --)
  fi
  cd "$folder"
  owner "$bin/initdb" -D "$folder/data" -U trinhky --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >log 2>&1 ||
    die "initdb failed: $(tail -n 3 log)"
  settings >>"$folder/data/postgresql.conf"
  port=$(start "$bin") || die "the server did not start: $(tail -n 3 log)"
  "$bin/createdb" -h 127.0.0.1 -p "$port" -U trinhky trinhky
  echo "READY postgres://trinhky@127.0.0.1:$port/trinhky"
  cat >/dev/null
}

# Whatever the machine: no collation surprises, many connections (64 clients, two servers), nothing flushed.
settings() {
  cat <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
shared_buffers = '64MB'
fsync = on
full_page_writes = off
synchronous_commit = on
timezone = 'UTC'
CONF
}

# A free port is only free until somebody takes it: try another one when the server cannot have it.
start() {
  local bin=$1 port
  for _ in {1..20}; do
    port=$((20000 + RANDOM % 12000))
    if owner "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/log" -w -t 60 -o "-p $port" start >>log 2>&1; then
      echo "$port"
      return
    fi
  done
  cat "$folder/data/log" >>log
  return 1
}

clean_up() {
  cd /
  if [ -e "$folder/data/postmaster.pid" ]; then
    owner "$(server_programs)/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
  fi
  rm -rf "$folder"
}

# Debian keeps them out of the PATH; of several versions the newest.
server_programs() {
  local found
  found=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1 || true)
  [ -n "$found" ] || found=$(command -v initdb) || return 1
  dirname "$found"
}

owner() { "${as_owner[@]}" "$@"; }
die() { echo "pg_throwaway: $*" >&2; exit 2; }

main
