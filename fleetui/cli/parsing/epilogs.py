"""What the help of the commands that change something says below their options."""

from __future__ import annotations

CHANGE = """\
Every one first makes a plan, which the rules of [policy] judge, and asks before anything is sent.
At a terminal the plan is shown and asked about: y, or the name of the target where losing it
would hurt (in production, and where data is lost); anything else: nothing is sent. Elsewhere
--yes goes ahead, and --confirm NAME where the name is wanted. Several REFs are one plan, asked
about once (the name is their number then), and go one after another.

A gate of the config that is bad, or cannot be read, refuses. --ignore-gate goes ahead all the same,
where mending needs the change: it is shown and decides nothing, before, meanwhile or after. All
other rules hold. That it was ignored is in the audit, and the --reason that must be given.

The change is followed to its end; --timeout is how long that may take before it counts as timed
out. Ctrl-C leaves it going on and sends nothing more; it stays in the audit, and fleetui rollouts
tells what became of it. --no-wait comes back when all has been sent, or, where it is done step by
step from here, as a container is redeployed, when it is done.

json, on stdout: {"verb", "dry_run", "plans", "failed", "verdict", "undoes", "request", "outcomes"}
  a plan      ref, uid, values, changes ([{name, before, after}]), facts ([{name, text}]),
              cautions ([{text, grave}]), steps, undo, can_undo, permission, refused, members,
              gate (null, or expr, max, min, for_s, roll_back, place, ignored, reading)
  failed      [{ref, error}]: for these no plan could be made
  verdict     allowed, refusals ([{rule, text, place}]), confirm (key or name), word,
              needs_reason, production
  an outcome  ref, id, phase, reason, updated, ready, total, duration_s; phase is done, failed,
              timed out, cancelled, rolled back or unknown, or how far it is with --no-wait
  undoes is the id of what `undo` takes back; request null and outcomes [] when nothing was sent

exit codes: 0 done, or it is so already; with --dry-run: it would be allowed
            1 it failed, timed out, was cancelled or rolled back; nothing is called REF
            2 wrong usage, or REF could be several things, which are listed
            3 refused: read-only, a rule, the back end, or not confirmed; with --dry-run, too
            4 the back end cannot be reached, or nobody knows whether it was done
          130 Ctrl-C while waiting: what was sent goes on"""

EDIT = """\
  fleetui edit deploy/web
  fleetui describe deploy/web -o yaml        to look only, secrets hidden
  fleetui edit deploy/web --file web.yaml --dry-run

The editor is $VISUAL, $EDITOR or vi. What is saved is planned field by field, tried by the server,
and asked about. What cannot be read opens again, with the line and the column on top. What could
not be applied stays in its file, which only you can read, and --file goes on with it. A file with
a resourceVersion is refused where the thing has changed since; one without is put over what is
there.

"""

EXEC = """\
  fleetui exec shop-web-1 -- ls -l /srv
  fleetui exec -t shop-web-1 -- sh

Standard input, output and error are the command's own; with -t it has a terminal that follows
the size of this one, which is given back whatever happens. It is written down in the audit before
it begins, and its exit code after; secrets in its words are hidden there. Only in production it is
asked about: type the name, or give --confirm NAME.

The exit code is the command's: 126 when it may not be run, 127 when there is none of that name.
Where it was not run at all, stderr says why: 1 it failed, 2 usage, 3 refused, 4 unreachable."""

DEBUG = """\
  fleetui debug pod/checkout-7c9f
  fleetui debug pod/checkout-7c9f --image nicolaka/netshoot -- dig db

A container of another image comes into the pod, sees the processes of --target, and this terminal
is led into it. Without IMAGE it is debug_image of [kubernetes.NAME]. Where one runs there already
that fits, it is attached to; --new adds another. It cannot be taken away: it stays as long as the
pod does. So the plan is shown first and asked about, as with all changes; with --dry-run only that.

Ctrl-C while it is waited for leaves it there. Once inside, exit ends it, and Ctrl-] leaves it
running. Where standard input is no terminal it has none either, and its input ends where ours does.

exit codes: the command's own, 0 where it was left running; else as those of a change:
            1 it does not run, and why; 2 usage, 3 refused, 4 unreachable, 130 Ctrl-C"""

FORWARD = """\
  fleetui forward svc/web 8080:80
  fleetui forward sts/db 5432
  fleetui forward svc/web http 9090:metrics

REF is a service, a pod, or a workload, of which one ready pod answers. PORT is its number or name
there; LOCAL is the port here, 0 any free one. Without LOCAL it is the same number where that is
free and not the system's, else another; without PORT the only one that REF has.

It stays open until Ctrl-C: where the pod goes, another ready one answers the next connection, and
a connection waits some seconds for one. It listens at 127.0.0.1; --address 0.0.0.0 lets everybody
in who reaches this machine, which is asked about: type the name, or give --confirm NAME. So is
production. Opening and closing are written down in the audit.

stdout has one line for each forward; what happens to them goes to stderr.

exit codes: 0 ended by Ctrl-C
            1 it failed: the port here is taken, or nothing is called REF
            2 wrong usage: no such port, or REF could be several things
            3 refused: read-only, a rule, the back end, or not confirmed
            4 the back end cannot be reached"""

ROLLOUTS = """\
What is under way stands there whatever its age, also when another process began it. Nothing is
sent: what an ended process left is only asked about, and how it ended is written down.

json: {"kind", "items", "sources"}, as fleetui get rollouts -o json
csv:  the same fields, one row a change"""
