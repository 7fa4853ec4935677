"""Holds the rules, alerts and dashboards of ops/ against the metrics of a running service.

usage: rules_on_metrics.py OPS METRICS [ALERT…]

METRICS is an answer of /metrics. It must be what `promtool check metrics` accepts; every metric that a rule or a dashboard names must be in it; and if all
of it stays as it is for half a day, exactly these alerts fire. docs/operations.md must say what each alert means.
"""
import pathlib
import re
import subprocess
import sys
import tempfile


def named_metrics(ops):
    files = [*ops.glob("prometheus/rules.yml"), *ops.glob("prometheus/alerts.yml"), *ops.glob("grafana/*.json")]
    return {name for file in files for name in re.findall(r"\bspm_[a-z_]+", file.read_text())}


def series(metrics):
    """promtool's own notation: the series, and its value for ever."""
    for line in metrics.splitlines():
        if line and not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            labelled = name.replace("{", '{job="spm-orchestrator",', 1) if "{" in name else f'{name}{{job="spm-orchestrator"}}'
            yield labelled, "1e300" if value == "+Inf" else value


def unit_test(ops, metrics, alerts):
    lines = [f"rule_files: [{ops}/prometheus/rules.yml, {ops}/prometheus/alerts.yml]", "evaluation_interval: 5m", "tests:", "  - interval: 5m", "    input_series:"]
    for labelled, value in [('up{job="spm-orchestrator"}', "1"), *series(metrics)]:
        lines.append(f"      - {{series: '{labelled}', values: '{value}x144'}}")
    lines += ["    promql_expr_test:", "      - expr: count by (alertname) (ALERTS{alertstate=\"firing\"})", "        eval_time: 12h",
              "        exp_samples: [" + ", ".join(f"{{labels: '{{alertname=\"{alert}\"}}', value: 1}}" for alert in alerts) + "]"]
    return "\n".join(lines) + "\n"


def main():
    ops, metrics, alerts = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).read_text(), sys.argv[3:]
    subprocess.run(["promtool", "check", "metrics"], input=metrics, text=True, check=True)
    exported = {line.split("{")[0].split(" ")[0] for line in metrics.splitlines() if not line.startswith("#")}
    if missing := sorted(named_metrics(ops) - exported):
        sys.exit("rules or dashboards name what the service does not export: " + ", ".join(missing))
    page = (ops.parent / "docs/operations.md").read_text()
    alerts_there_are = re.findall(r"- alert: (\w+)", (ops / "prometheus/alerts.yml").read_text())
    if missing := [alert for alert in alerts_there_are if f"\n### {alert}\n" not in page]:
        sys.exit("docs/operations.md does not say what this means: " + ", ".join(missing))
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        file.write(unit_test(ops, metrics, alerts))
        file.flush()
        sys.exit(subprocess.run(["promtool", "test", "rules", file.name]).returncode)


main()
