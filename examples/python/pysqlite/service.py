"""The calls of backend.proto."""

import difflib
import functools
import os
import re

import backend_pb2 as pb
import backend_pb2_grpc
import clock
import fault
from deadline import Deadline
from store import Store

PATH = pb.Option(key="path", required=True, help="file that holds the locks; absolute")
OPTIONS = {option.key: option for option in (PATH,)}

MOST_TTL = 10 * 365 * 24 * 60 * 60 * 1000  # milliseconds
ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def answers(response):
    """Make a method of a call: it returns the fields of the response, and a fault
    is an answer, too. What else is raised becomes a gRPC status, after which
    stormlock takes the state of the lock to be unknown."""

    def decorate(call):
        @functools.wraps(call)
        def method(self, request, context):
            try:
                return response(**call(self, request, Deadline(context)))
            except fault.Fault as why:
                return response(fault=why.message)

        return method

    return decorate


class Backend(backend_pb2_grpc.BackendServicer):
    def __init__(self, name, version):
        self._about = pb.DescribeResponse(name=name, version=version, options=OPTIONS.values())

    def Describe(self, request, context):
        return self._about

    @answers(pb.AcquireResponse)
    def Acquire(self, request, deadline):
        want = acquirable(request.lease)
        with opened(request.config).ledger(deadline) as ledger:
            got = ledger.acquire(want)
        return {"acquired" if got.id == want.id else "held": got}

    @answers(pb.RenewResponse)
    def Renew(self, request, deadline):
        lease = lasting(named(request.lease))
        with opened(request.config).ledger(deadline) as ledger:
            renewed = ledger.renew(lease)
        return {"renewed": renewed} if renewed else {"not_held": pb.NotHeld()}

    @answers(pb.ReleaseResponse)
    def Release(self, request, deadline):
        with opened(request.config).ledger(deadline) as ledger:
            released = ledger.release(named(request.lease))
        return {"released": pb.Done()} if released else {"not_held": pb.NotHeld()}

    @answers(pb.CurrentResponse)
    def Current(self, request, deadline):
        with opened(request.config).ledger(deadline) as ledger:
            current = ledger.current(request.resource)
        return {"current": current} if current else {"not_held": pb.NotHeld()}

    def List(self, request, context):
        try:
            for page in opened(request.config).list(request.prefix, Deadline(context)):
                yield pb.ListResponse(leases=pb.Leases(leases=page))
        except fault.Fault as why:
            yield pb.ListResponse(fault=why.message)

    @answers(pb.SetupResponse)
    def Setup(self, request, deadline):
        return {"statements": opened(request.config).set_up(request.dry_run, deadline), "done": pb.Done()}

    @answers(pb.CheckResponse)
    def Check(self, request, deadline):
        store = opened(request.config)
        with store.ledger(deadline) as ledger:
            locks = ledger.count()
        return {"findings": findings(store.path, locks), "done": pb.Done()}


def opened(config):
    """Return the store of a configuration section. An unknown key is an error: it
    may be the misspelt name of one that decides which store is meant."""
    for key in sorted(config):
        if key not in OPTIONS:
            near = difflib.get_close_matches(key, OPTIONS, 1)
            hint = f'did you mean "{near[0]}"?' if near else "it knows " + ", ".join(OPTIONS)
            raise fault.config(key, f"is not known to this backend; {hint}")
    path = config["path"] if "path" in config else ""
    if not path:
        raise fault.config("path", "is required: " + PATH.help)
    if not os.path.isabs(path):
        raise fault.config("path", "is not absolute; write the whole path, beginning at the root")
    return Store(path)


def acquirable(lease):
    """Return what Acquire is asked for. stormlock sends nothing else; for other
    hosts, what would not be stored as it is, or never end, is refused."""
    texts = ((lease.resource, 1, 255), (lease.principal, 1, 255), (lease.reason, 0, 4096))
    if any(not least <= len(text.encode()) <= most for text, least, most in texts):
        raise fault.invalid("the resource, the principal or the reason is out of its bounds")
    if not ID.fullmatch(lease.id.lower()):
        raise fault.invalid("the lease id is not 32 hexadecimal digits")
    return lasting(named(lease))


def lasting(lease):
    if not 1000 <= lease.ttl_millis <= MOST_TTL:
        raise fault.invalid("the TTL is not between one second and ten years")
    return lease


def named(lease):
    """Return a lease with its id in the one spelling that is stored. A text that
    no spelling of an id is stays as it is: it is not the current one."""
    spelling = lease.id.lower()
    if ID.fullmatch(spelling):
        lease.id = spelling.replace("-", "")
    return lease


def findings(path, locks):
    level = pb.Finding
    content = f"{path} is whole and has {locks} locks"
    yield pb.Finding(about="content", level=level.LEVEL_OK, message=content)
    mode = os.stat(path).st_mode
    if mode & 0o002:
        text = f"every user of this machine can change {path}; run: chmod o-w {path}"
        yield pb.Finding(about="path", level=level.LEVEL_WARNING, message=text)
    if not clock.boot_id():
        text = "this system does not name its boots, so that leases end by its clock: whoever sets it ahead ends them early"
        yield pb.Finding(about="clock", level=level.LEVEL_WARNING, message=text)
