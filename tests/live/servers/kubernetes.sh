#!/usr/bin/env bash
# Prints the folders that hold the control plane (`kube`) and the simulated kubelets (`kwok`);
# builds them, once. The first time takes ten minutes or so. With --there nothing is built: it only
# says whether they are.
set -euo pipefail
version=v1.33.4
kwok_version=v0.7.0
cache="${XDG_CACHE_HOME:-$HOME/.cache}/fleetui-tests"
kube="$cache/kubernetes-$version"
kwok="$cache/kwok-$kwok_version"

build_kube() { # one program: apiserver, controller manager and scheduler, by its first argument
  local source module staged
  cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	manager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

func main() {
	commands := map[string]func() *cobra.Command{
		"kube-apiserver":          apiserver.NewAPIServerCommand,
		"kube-controller-manager": manager.NewControllerManagerCommand,
		"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "give kube-apiserver, kube-controller-manager or kube-scheduler")
		os.Exit(2)
	}
	os.Args = os.Args[1:]
	os.Exit(cli.Run(commands[os.Args[0]]()))
}
GO
  printf 'module example/kube\n\ngo 1.24.0\n\nrequire k8s.io/kubernetes %s\n' "$version" >go.mod
  # Its own modules have no versions of theirs there: the published ones stand in for each.
  go mod download -json "k8s.io/kubernetes@$version" >found || { cat found; return 1; }
  source=$(sed -n 's/.*"GoMod": "\(.*\)".*/\1/p' found)
  staged="v0.${version#v1.}"
  sed -n 's|.*=> \./staging/src/\(k8s\.io/[a-z0-9-]*\)$|\1|p' "$source" | sort -u |
    while read -r module; do echo "replace $module => $module $staged"; done >>go.mod
  go mod tidy -e
  CGO_ENABLED=0 nice go build -trimpath -o kube -ldflags "-s -w \
    -X k8s.io/component-base/version.gitVersion=$version \
    -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=33"
}

build_kwok() {
  CGO_ENABLED=0 GOBIN="$PWD" nice go install -trimpath -ldflags "-s -w" \
    "sigs.k8s.io/kwok/cmd/kwok@$kwok_version"
}

if [ ! -x "$kube/kube" ] || [ ! -x "$kwok/kwok" ]; then
  if [ "${1-}" = --there ]; then exit 1; fi
  PATH="$PATH:/usr/local/go/bin" # where Go's own installer puts it, and few shells look
  command -v go >/dev/null || { echo "Kubernetes is not here, nor go to build it" >&2; exit 1; }
  mkdir -p "$kube" "$kwok"
  exec 9>"$cache/kubernetes.lock"
  flock 9 # a second run waits for the first one's, which costs less than two at once
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  for one in kube kwok; do
    place="${!one}"
    [ -x "$place/$one" ] && continue
    mkdir "$work/$one"
    cd "$work/$one"
    # The function runs in a shell of its own: in a condition, `set -e` would not hold in it.
    (set -e; "build_$one") >"$work/log" 2>&1 &
    wait $! || { tail -30 "$work/log" >&2; echo "$one cannot be built: see above" >&2; exit 1; }
    mv "$one" "$place/.$one.$$"
    mv "$place/.$one.$$" "$place/$one"
  done
fi
echo "$kube"
echo "$kwok"
