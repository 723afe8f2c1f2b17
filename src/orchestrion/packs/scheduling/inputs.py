"""What Monitor Date/Time is told."""

from typing import Literal, TypeAlias

from orchestrion.sdk import ActivityInputs, field

AT, INTERVAL, SECONDS = "At", "Every [x] days [y] hours [z] minutes", "Every [x] seconds"
SKIP, RUN_ONCE = "Skip", "Run once"
ScheduleMode: TypeAlias = Literal["At", "Every [x] days [y] hours [z] minutes", "Every [x] seconds"]
MissedStarts: TypeAlias = Literal["Skip", "Run once"]


class MonitorDateTimeInputs(ActivityInputs):
    """When to start."""

    schedule_mode: ScheduleMode = field("Schedule mode")
    at: str = field("At", default="00:00", help="Time of day, every day.", shown_when=("schedule_mode", [AT]))
    days: int = field("Days", default=0, help="0 to 48.", shown_when=("schedule_mode", [INTERVAL]))
    hours: int = field("Hours", default=0, help="0 to 23.", shown_when=("schedule_mode", [INTERVAL]))
    minutes: int = field("Minutes", default=0, help="0 to 59.", shown_when=("schedule_mode", [INTERVAL]))
    starting: int | None = field(
        "Starting",
        default=None,
        help="Minute past the hour; only with 0 minutes.",
        shown_when=("schedule_mode", [INTERVAL]),
    )
    at_time_slices_within_the_hour: bool = field(
        "At time slices within the hour",
        default=False,
        help="With 15 minutes: at 0, 15, 30 and 45 past each hour.",
        shown_when=("schedule_mode", [INTERVAL]),
    )
    seconds: int = field("Seconds", default=60, help="5 to 300.", shown_when=("schedule_mode", [SECONDS]))
    trigger_immediately: bool = field(
        "Trigger immediately", default=False, help="The first start at once when it is armed."
    )
    missed_starts: MissedStarts = field(
        "Missed starts", default=SKIP, help="What becomes of starts while no server listened."
    )
    time_zone: str = field("Time zone", default="", help="For instance Europe/Berlin; empty: the runbook server's.")
