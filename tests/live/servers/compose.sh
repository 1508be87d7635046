#!/usr/bin/env bash
# Prints the folder that has a docker-compose 2; builds it, once, where the machine has none.
set -euo pipefail
version=v2.40.3
for place in "${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins" /usr/local/lib/docker/cli-plugins \
    /usr/local/libexec/docker/cli-plugins /usr/lib/docker/cli-plugins \
    /usr/libexec/docker/cli-plugins; do
  if [ -x "$place/docker-compose" ]; then
    echo "$place"
    exit
  fi
done
place="${XDG_CACHE_HOME:-$HOME/.cache}/fleetui-tests/compose-$version"
if [ ! -x "$place/docker-compose" ]; then
  PATH="$PATH:/usr/local/go/bin" # where Go's own installer puts it, and few shells look
  command -v go >/dev/null || { echo "docker-compose 2 is not here, nor go to build it" >&2; exit 1; }
  mkdir -p "$place"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cd "$work"
  printf 'module example/compose\n\ngo 1.24\n\nrequire github.com/docker/compose/v2 %s\n' "$version" >go.mod
  printf '//go:build tools\n\npackage tools\n\nimport _ "github.com/docker/compose/v2/cmd"\n' >tools.go
  {
    go mod tidy -e
    nice go build -ldflags "-s -w -X github.com/docker/compose/v2/internal.Version=$version" \
      -o docker-compose github.com/docker/compose/v2/cmd
  } >log 2>&1 || { tail -20 log >&2; exit 1; }
  # Two runs may build it at the same time: each puts a whole one there.
  mv docker-compose "$place/.docker-compose.$$"
  mv "$place/.docker-compose.$$" "$place/docker-compose"
fi
echo "$place"
