"""The independent checker: the sandbox's own record of what really happened on every system, held against the database.

It knows nothing of the orchestrator's code: it reads two records and compares them.
"""
import collections


def _own_word(expect, run):
    """Does the result of a run contradict the script? Errors and aborts claim nothing about the erratum."""
    if run["status"] == "passed":
        return expect["result"] == "passed"
    if run["status"] == "failed":
        return expect["result"] == "failed" and run["failure_class"] == expect["failure_class"] and run["failure_phase"] == expect["failure_phase"]
    return True


class Changes:
    """System → errata whose packages are on it, by what really happened there."""

    def __init__(self, scenario):
        self.name_of = {package["name"]: erratum["advisory"] for erratum in scenario["errata"] for package in erratum["packages"]}
        self.fixed = {package["name"]: package["evr"] for erratum in scenario["errata"] for package in erratum["packages"]}
        self.on = collections.defaultdict(set)

    def follow(self, event):
        for change in event.get("packages", []):
            name = self.name_of.get(change["name"])
            if name is not None and change["new"] == self.fixed[change["name"]]:
                self.on[event["system_id"]].add(name)
            elif name is not None:
                self.on[event["system_id"]].discard(name)


def changes_on(scenario, record):
    changes = Changes(scenario)
    for event in record:
        changes.follow(event)
    return changes.on


def passed_on(database):
    return {(row["system_id"], row["advisory_name"])
            for row in database.rows("SELECT system_id, advisory_name FROM patch_tests WHERE status = 'passed'")}


def _applied_twice(scenario, record, runs):
    """An erratum applied on a system that has it already, or scheduled there more often than it was tested."""
    started = collections.Counter((run["system_id"], run["advisory_name"]) for run in runs)
    scheduled = collections.Counter()
    changes = Changes(scenario)
    for event in record:
        system = event["system_id"]
        for name in event["errata"] if event["event"] == "patch_scheduled" else []:
            scheduled[system, name] += 1
        for name in event["errata"] if event["event"] == "errata_applied" else []:
            if name in changes.on[system]:
                yield f"{name} on system {system}"
        changes.follow(event)
    for (system, name), times in scheduled.items():
        if times > started[system, name]:
            yield f"{name} scheduled {times} times on system {system} in {started[system, name]} tests"


def _left_changed(systems, quarantined, changed, passed):
    for system in systems:
        if not system["test"] or system["id"] in quarantined:
            continue
        for name in sorted(changed[system["id"]]):
            if (system["id"], name) not in passed:
                yield f"{system['name']}: {name}"
        for name in system["effects"]:
            if (system["id"], name) in passed:
                continue  # one that slows a patch down, say; what breaks a system does not pass
            yield f"{system['name']}: {name} has an effect"


def judge(scenario, record, systems, database):
    """Returns findings: a dict of lists of sentences, all empty when all is well."""
    findings = {"errata lost": [], "results differing from the script": [], "patches applied twice": [],
                "systems left changed without a quarantine or a passed result": []}
    expected = {erratum["advisory"]: erratum["expect"] for erratum in scenario["errata"]}
    items = database.rows("SELECT advisory_name, status, failure_phase, failure_class, failure_reason FROM patch_test_queue")
    runs = database.rows("SELECT id, advisory_name, system_id, status, failure_phase, failure_class, failure_reason FROM patch_tests")
    quarantined = {row["id"] for row in database.rows("SELECT id FROM systems WHERE quarantined_at IS NOT NULL")}

    by_name = collections.defaultdict(list)
    for item in items:
        by_name[item["advisory_name"]].append(item)
    for name, expect in expected.items():
        if len(by_name[name]) != 1:
            findings["errata lost"].append(f"{name}: {len(by_name[name])} items")
            continue
        item = by_name[name][0]
        if item["status"] not in ("pending_approval", "failed"):
            findings["errata lost"].append(f"{name}: still {item['status']}")
        elif item["status"] != expect["final_status"] or (item["status"] == "failed" and item["failure_class"] != expect["failure_class"]):
            findings["results differing from the script"].append(
                f"{name}: {item['status']} ({item['failure_class']}: {item['failure_reason']}), not {expect['final_status']}")
    for run in runs:
        if run["status"] == "running":
            findings["errata lost"].append(f"test {run['id']} of {run['advisory_name']} still runs")
        elif not _own_word(expected[run["advisory_name"]], run):
            findings["results differing from the script"].append(
                f"test {run['id']} of {run['advisory_name']}: {run['status']} in {run['failure_phase']} ({run['failure_class']}): {run['failure_reason']}")

    findings["patches applied twice"] += _applied_twice(scenario, record, runs)
    findings["systems left changed without a quarantine or a passed result"] += _left_changed(
        systems, quarantined, changes_on(scenario, record), passed_on(database))
    return findings
