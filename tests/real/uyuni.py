"""A thin UYUNI over the real fleet: what it says of packages is what dpkg says, and what it applies is installed by Salt.

Only the XML-RPC calls that SPM Orchestrator makes exist. Everything about sessions, faults and odd answers is the sandbox's business.
"""
import datetime
import itertools
import socketserver
import threading
import xmlrpc.client
import xmlrpc.server

SYSTEM = 1000010001
GROUP = "test-debian-12"


class Erratum:
    def __init__(self, number, name, package, version, synopsis):
        self.number, self.name, self.package, self.version, self.synopsis = number, name, package, version, synopsis


class _Handler(xmlrpc.server.SimpleXMLRPCRequestHandler):
    rpc_paths = ("/rpc/api",)


class _Server(socketserver.ThreadingMixIn, xmlrpc.server.SimpleXMLRPCServer):
    daemon_threads = True


class Uyuni:
    def __init__(self, fleet, errata, user="patcher", password="uyuni-password"):
        self.fleet, self.errata, self.user, self.password = fleet, errata, user, password
        self.ids = itertools.count(501)
        self.actions = {}
        self.notes = []
        self.server = _Server(("127.0.0.1", 0), _Handler, logRequests=False, allow_none=False)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        for name in [word for word in dir(self) if "__" in word and not word.startswith("_")]:
            self.server.register_function(getattr(self, name), name.replace("__", "."))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    # --- what it knows ---

    def _installed(self, package):
        return self.fleet.inside("dpkg-query", "-W", "-f", "${Version}", package).stdout

    def _relevant(self):
        return [{"id": erratum.number, "advisory_name": erratum.name, "advisory_synopsis": erratum.synopsis, "advisory_type": "Security Advisory",
                 "date": "11/20/26", "update_date": "11/20/26", "advisory_status": "final"}
                for erratum in self.errata if self._installed(erratum.package) not in ("", erratum.version)]

    def _erratum(self, name):
        for erratum in self.errata:
            if erratum.name == name:
                return erratum
        raise xmlrpc.client.Fault(-208, f"No such patch: {name}")

    def auth__login(self, user, password):
        if (user, password) != (self.user, self.password):
            raise xmlrpc.client.Fault(2950, "redstone.xmlrpc.XmlRpcFault: Either the password or username is incorrect.")
        return "1x" + "0" * 64

    def api__systemVersion(self):
        return "2026.03"

    def api__getVersion(self):
        return "27"

    def user__listAssignableRoles(self, key):
        return ["system_group_admin"]

    def systemgroup__listAllGroups(self, key):
        return [{"id": 1, "name": GROUP, "description": "real", "org_id": 1, "system_count": 1}]

    def systemgroup__listSystemsMinimal(self, key, group):
        return [{"id": SYSTEM, "name": "test1"}]

    def system__listSystems(self, key):
        return [{"id": SYSTEM, "name": "test1", "last_checkin": xmlrpc.client.DateTime(datetime.datetime.utcnow())}]

    def system__getMinionIdMap(self, key):
        return {"test1": SYSTEM}

    def system__getNetworkForSystems(self, key, systems):
        return [{"system_id": SYSTEM, "ip": "127.0.0.1", "ip6": "::1", "hostname": "test1"}]

    def system__getSubscribedBaseChannel(self, key, system):
        return {"id": 101, "label": "debian-12-pool-amd64", "name": "Debian 12 (bookworm) pool for amd64"}

    def system__getDetails(self, key, system):
        return {"id": SYSTEM, "profile_name": "test1", "release": "12"}

    def system__getRelevantErrata(self, key, systems):
        if isinstance(systems, list):
            return [{"system_id": str(system), "errata": self._relevant()} for system in systems]
        return self._relevant()

    def errata__getDetails(self, key, name):
        erratum = self._erratum(name)
        return {"id": erratum.number, "synopsis": erratum.synopsis, "type": "Security Advisory", "issue_date": "11/20/26", "update_date": "11/20/26",
                "severity": "Important", "description": erratum.synopsis, "reboot_suggested": False, "restart_suggested": False}

    def errata__listCves(self, key, name):
        return ["CVE-2026-0001"]

    def errata__listPackages(self, key, name):
        erratum = self._erratum(name)
        return [{"id": erratum.number, "name": erratum.package, "epoch": " ", "version": erratum.version, "release": "X", "arch_label": "all-deb",
                 "size": "2000", "providing_channels": ["debian-12-pool-amd64"]}]

    # --- what it does ---

    def system__scheduleApplyErrata(self, key, system, ids, earliest, allow_modules):
        chosen = [erratum for erratum in self.errata if erratum.number in ids]
        if not chosen or not {erratum.name for erratum in chosen} <= {entry["advisory_name"] for entry in self._relevant()}:
            raise xmlrpc.client.Fault(2600, "com.redhat.rhn.frontend.xmlrpc.InvalidErrataException: not applicable")
        number = next(self.ids)
        self.actions[number] = {"state": "queued", "message": "", "created": datetime.datetime.utcnow(), "name": f"Patch Update: {chosen[0].name}"}
        threading.Thread(target=self._apply, args=(number, chosen), daemon=True).start()
        return [number]

    def _apply(self, number, chosen):
        action = self.actions[number]
        action["state"] = "picked up"
        packages = ",".join(f'{{"{erratum.package}": "{erratum.version}"}}' for erratum in chosen)
        answer = self.fleet.salt("test1", "pkg.install", f"pkgs=[{packages}]", "refresh=True", timeout=120)
        action["message"] = str(answer)
        action["state"] = "completed" if isinstance(answer, dict) else "failed"

    def _systems_of(self, action, *states):
        if action not in self.actions:
            raise xmlrpc.client.Fault(-1, "Could not find action")
        known = self.actions[action]
        return [{"server_id": SYSTEM, "server_name": "test1", "message": known["message"]}] if known["state"] in states else []

    def schedule__listInProgressSystems(self, key, action):
        return self._systems_of(action, "queued", "picked up")

    def schedule__listCompletedSystems(self, key, action):
        return self._systems_of(action, "completed")

    def schedule__listFailedSystems(self, key, action):
        return self._systems_of(action, "failed")

    def system__listSystemEvents(self, key, system, kind):
        events = []
        for number, action in self.actions.items():
            event = {"id": number, "name": action["name"], "scheduler_user": self.user, "created_date": xmlrpc.client.DateTime(action["created"]),
                     "additional_info": [{"detail": action["name"]}]}
            if action["state"] != "queued":
                event["pickup_date"] = xmlrpc.client.DateTime(action["created"])
            events.append(event)
        return events

    def system__addNote(self, key, system, subject, body):
        self.notes.append((subject, body))
        return 1
