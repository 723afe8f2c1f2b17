"""The one list of metrics: nothing is exposed that does not stand here, and docs/guide/observability.md shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Upper bounds in seconds: of what takes milliseconds at best and a day at worst.
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
#: Upper bounds in seconds: of a commit, a request, a turn of the event loop.
SHORT_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
ROWS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: `help` says what it tells, in base units; `labels` are its dimensions, each with bounded values."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


def _counter(name: str, text: str, *labels: str) -> Metric:
    return Metric(f"orchestrion_{name}_total", "counter", text, labels)


def _gauge(name: str, text: str, *labels: str) -> Metric:
    return Metric(f"orchestrion_{name}", "gauge", text, labels)


def _histogram(name: str, text: str, bounds: tuple[float, ...], *labels: str) -> Metric:
    return Metric(f"orchestrion_{name}", "histogram", text, labels, bounds)


# what the runbook server of this process did ------------------------------------------------------------------
JOBS_STARTED = _counter("jobs_started", "Jobs whose first instance this process began.")
JOBS_ENDED = _counter("jobs_ended", "Jobs that ended with an instance of this process, by how.", "status")
CLAIMED = _counter("instances_claimed", "Instances this process took up: new, woken or taken over.")
ENDED = _counter("instances_ended", "Instances that ended in this process, by how.", "status")
PARKED = _counter("instances_parked", "Times an instance left memory to wait.")
HELD = _counter("instances_held", "Times an instance was held for a person.")
INSTANCES_TAKEN = _counter("instances_taken_over", "Instances this process took up after the death of their server.")
SERVERS_TAKEN = _counter("servers_taken_over", "Runbook servers that this process, as leader, found dead.")
CLAIM_WAIT = _histogram("claim_wait_seconds", "From being ready until claimed, of new instances.", SECONDS)
ACTIVITY_SECONDS = _histogram(
    "activity_duration_seconds", "How long executions took, by type and how they ended.", SECONDS, "type", "status"
)
COMMIT_ROWS = _histogram("journal_commit_rows", "Journal entries in one transaction.", ROWS)
COMMIT_SECONDS = _histogram("journal_commit_seconds", "How long a transaction of the journal took.", SHORT_SECONDS)
QUEUE = _gauge("journal_queue_slices", "What waited for the next transaction of the journal, after the last one.")
AWAY = _counter("journal_away_seconds", "Time during which the journal could not be written.")
TRIGGERS_STORED = _counter("triggers_stored", "Triggers that monitors of this process stored.")
TRIGGERS_DROPPED = _counter("triggers_dropped", "Triggers that flood control dropped in this process.")

# the whole installation, as its database knows it --------------------------------------------------------------
DATABASE_UP = _gauge("database_up", "1 when the orchestration database answered, else 0.")
DATABASE_SECONDS = _gauge("database_query_seconds", "How long the query for these figures took.")
JOBS = _gauge("jobs", "Jobs that have not ended, by status.", "status")
OLDEST_PENDING = _gauge("oldest_pending_job_seconds", "Age of the oldest pending job; 0 for none.")
INSTANCES = _gauge("instances", "Instances that have not ended, by state.", "state")
OLDEST_READY = _gauge("oldest_ready_instance_seconds", "Age of the oldest instance that waits to be claimed.")
IN_DOUBT = _gauge("activities_in_doubt", "Executions that wait for a person's answer.")
MONITORS = _gauge("monitors", "Monitors by the state of their watch.", "state")
TRIGGERS_WAITING = _gauge("triggers_waiting", "Stored triggers whose instance waits for its turn.")
SERVER_UP = _gauge("server_up", "1 while a runbook server is heard of within its lease, else 0.", "server")
HEARTBEAT = _gauge("server_heartbeat_age_seconds", "Since a runbook server was last heard of.", "server")
LEASE = _gauge("server_lease_left_seconds", "Until a silent runbook server is taken for dead.", "server")
EPOCH = _gauge("server_epoch", "Rises with each life of a runbook server.", "server")
CAPACITY = _gauge("server_capacity", "Instances a runbook server runs at once at most.", "server")
RUNNING = _gauge("server_running_instances", "Instances a runbook server owns.", "server")
LEADER = _gauge("server_is_leader", "1 for the runbook server that watches over the others.", "server")

# the web service ------------------------------------------------------------------------------------------------
REQUESTS = _counter("http_requests", "Requests by route and status.", "method", "route", "status")
REQUEST_SECONDS = _histogram(
    "http_request_duration_seconds", "How long requests took, by route.", SHORT_SECONDS, "method", "route"
)

# the process ----------------------------------------------------------------------------------------------------
LOOP_LAG = _histogram("event_loop_lag_seconds", "How late the event loop comes to what is due.", SHORT_SECONDS)
MEMORY = _gauge("process_resident_memory_bytes", "Resident memory.")
CPU = _counter("process_cpu_seconds", "Processor time, of user and system.")
FILES = _gauge("process_open_fds", "Open files and connections.")
BORN = _gauge("process_start_time_seconds", "When the process began, in seconds since 1970.")
BUILD = _gauge("build_info", "Always 1; says which release runs, and on which Python.", "version", "python")
SPANS = _counter("spans", "Spans handed to the exporter of traces.")

ALL: tuple[Metric, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Metric))
