#!/usr/bin/env bash
# Make stand-ins for base images from Debian's packages, for machines that reach no registry of images; those that are there stay.
#   tests/containers/stand_ins.sh FOLDER     FOLDER keeps Debian itself; some minutes the first time; needs root and debootstrap
set -euo pipefail

folder=$1 # of the environment: DOCKER_HOST
debian=$folder/trixie
mirror=$({ cat /etc/apt/sources.list{,.d/*.list,.d/*.sources} 2>/dev/null || true; } | sed -n '/^#/d; s|.*\(http[^ ]*/debian\)\b.*|\1|p' | head -1) # this machine's own

if [[ ! -e $debian/done ]]; then
  rm -rf "$debian"
  debootstrap --variant=minbase --include=ca-certificates trixie "$debian" "$mirror" "${DEBOOTSTRAP_SCRIPT:-}"
  cp /etc/ssl/certs/ca-certificates.crt "$debian/etc/ssl/certs/" # of a proxy between here and the packages
  touch "$debian/done"
fi
missing() { ! docker image inspect "$1" >/dev/null 2>&1; }
build() { DOCKER_BUILDKIT=0 docker build --quiet --network host --tag "$1" -; }
missing debian-stand-in && tar -C "$debian" -c . | docker import - debian-stand-in

missing python:3.13-slim && build python:3.13-slim <<'X'
FROM debian-stand-in
LABEL stand-in=true
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 python3-venv && python3 -m venv /opt/python
ENV PATH=/opt/python/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 PIP_CERT=/etc/ssl/certs/ca-certificates.crt
CMD ["python3"]
X
missing haproxy:3.2 && build haproxy:3.2 <<'X'
FROM debian-stand-in
LABEL stand-in=true
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends haproxy
USER haproxy
CMD ["haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]
X
missing postgres:17 && build postgres:17 <<'X'
FROM debian-stand-in
LABEL stand-in=true
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql-17
ENV PATH=/usr/lib/postgresql/17/bin:/usr/sbin:/usr/bin:/sbin:/bin PGDATA=/var/lib/postgresql/data
RUN printf '%s\n' '#!/bin/bash' 'set -eu' \
  'if [[ $(id -u) = 0 ]]; then' \
  '  install -d -o postgres -m 700 "$PGDATA"; install -d -o postgres /run/postgresql' \
  '  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"' \
  'fi' \
  'if [[ ! -e $PGDATA/PG_VERSION ]]; then' \
  '  initdb --username="$POSTGRES_USER" --pwfile=<(echo "$POSTGRES_PASSWORD") --auth=scram-sha-256 --encoding=UTF8' \
  '  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"' \
  '  echo "CREATE DATABASE \"$POSTGRES_DB\"" | postgres --single -j postgres' \
  'fi' \
  'exec "$@"' > /entrypoint && chmod +x /entrypoint
ENTRYPOINT ["/entrypoint"]
CMD ["postgres", "-h", "*"]
X
missing edoburu/pgbouncer:v1.24.1-p1 && build edoburu/pgbouncer:v1.24.1-p1 <<'X'
FROM debian-stand-in
LABEL stand-in=true
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends pgbouncer
RUN useradd --uid 70 pooler && printf '%s\n' '#!/bin/bash' 'set -eu' \
  'echo "\"$DB_USER\" \"$DB_PASSWORD\"" > /tmp/users' \
  'printf "%s\n" "[databases]" "$DB_NAME = host=$DB_HOST port=$DB_PORT auth_user=$DB_USER" "[pgbouncer]" "listen_addr = 0.0.0.0" \' \
  '  "listen_port = $LISTEN_PORT" "auth_type = $AUTH_TYPE" "auth_file = /tmp/users" "pool_mode = $POOL_MODE" \' \
  '  "max_client_conn = $MAX_CLIENT_CONN" "default_pool_size = $DEFAULT_POOL_SIZE" "query_wait_timeout = $QUERY_WAIT_TIMEOUT" \' \
  '  "ignore_startup_parameters = ${IGNORE_STARTUP_PARAMETERS:-}" > /tmp/pgbouncer.ini' \
  'exec "$@"' > /entrypoint && chmod +x /entrypoint
USER 70
ENTRYPOINT ["/entrypoint"]
CMD ["pgbouncer", "/tmp/pgbouncer.ini"]
X
docker image ls
