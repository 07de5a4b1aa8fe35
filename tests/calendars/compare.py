"""Who is on call in random calendars, beside what Python's `icalendar` and `recurring-ical-events` make of them.

`python tests/calendars/compare.py` makes calendars with a seed, asks both, and compares who is on call minute by minute:
of events that overlap, the one that began last. The two have to agree, but for the kinds of calendar that `MEANT` names;
each of those is counted, and why we differ is said there.
"""

import argparse
import collections
import datetime as dt
import json
import multiprocessing
import pathlib
import random
import subprocess
import sys
import time
import warnings
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from generate import PEOPLE, Generator

ROOT = pathlib.Path(__file__).resolve().parents[2]
WEEKS = 6

# Where we differ on purpose, and why.
MEANT = {
    "older exception": "one whose SEQUENCE is below its series' counts only while its date is in the series",
    "UNTIL as a date": "the last day counts as a whole, theirs ends with its begin in UTC",
    "exception beside an EXDATE as a date": "what an EXDATE takes away stays away, as theirs does for an EXDATE with a time",
    "BYDAY with and without a number": "each counts by itself, dateutil wants days that are both",
    "a missing hour in a zone of the file's own": "as much later as in any other zone, theirs is an hour earlier",
    "an hour or less that may begin in a missing hour": "it keeps its length, theirs ends as it begins and is nobody's",
    "EXDATE or an exception beside BYHOUR": "it is of that moment alone (RFC 5545, 3.8.5.1), theirs of other times of that day too",
    "COUNT with a first event off its rule": "the first event counts (RFC 5545, 3.3.10), theirs is one more",
    "BYSETPOS in weeks": "positions are of the whole week, dateutil's of the first one's rest",
    "BYWEEKNO without BYDAY": "the weekday is that of DTSTART (RFC 5545, 3.3.10), theirs is the whole week",
}

# What is complained of, but means the same to both.
HINTS = [
    "have declined (PARTSTAT=DECLINED)",
    "is no instance of its series",
    "stands for an instance that an EXDATE takes away",
]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--count", type=int, default=2_000, help="how many calendars (default: 2000)")
    arguments.add_argument("--seed", type=int, default=random.randrange(2**32), help="the calendars to make (default: others each time)")
    arguments.add_argument("--ours", type=pathlib.Path, default=ROOT / "target/debug/examples/occupancy",
                           help="the program that answers (default: target/debug/examples/occupancy)")
    arguments.add_argument("--show", type=int, default=3, help="how many that differ are shown in full (default: 3)")
    options = arguments.parse_args()
    print(f"   seed {options.seed}")
    generator = Generator(random.Random(options.seed))
    calendars = [generator.calendar() for _ in range(options.count)]
    began = time.monotonic()
    answers = ours(options.ours, calendars)
    asked = time.monotonic() - began
    kinds, differ, wrong = collections.Counter(), collections.Counter(), []
    with multiprocessing.Pool() as pool:
        painted = pool.map(oracle, calendars, chunksize=20)
    for calendar, answer, theirs in zip(calendars, answers, painted):
        kinds.update(calendar.kinds)
        complaints = [text for text in answer["complaints"] if not any(what in text for what in HINTS)]
        if not complaints and paint(answer["shifts"], calendar) == theirs:
            kinds["agree"] += 1
            continue
        reason = next((kind for kind in MEANT if kind in calendar.kinds), None)
        if reason:
            differ[reason] += 1
        else:
            wrong.append((calendar, answer, theirs))
    print(f"   {kinds.pop('agree')} of {options.count} agree to the minute over {WEEKS} weeks (ours took {asked:.1f} s)")
    for kind, count in sorted(kinds.items()):
        print(f"   {count} with: {kind}" + (f" ({differ[kind]} differ: {MEANT[kind]})" if kind in MEANT else ""))
    for calendar, answer, theirs in wrong[:options.show]:
        show(calendar, answer, theirs)
    print(f"   {len(wrong)} differ without a reason" if wrong else "   no difference without a reason")
    return 1 if wrong else 0


def window(calendar):
    """From when until when we compare, in seconds."""
    begin = calendar.begin.replace(tzinfo=dt.UTC)
    return int(begin.timestamp()), int((begin + dt.timedelta(weeks=WEEKS)).timestamp())


def ours(program, calendars):
    """What we make of them."""
    cases = []
    for calendar in calendars:
        begin, end = window(calendar)
        case = {"ics": calendar.ics, "zone": calendar.zone, "people": PEOPLE, "from": begin, "until": end}
        cases.append(json.dumps(case))
    run = subprocess.run([program], input="\n".join(cases), capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def oracle(calendar):
    """What the libraries make of it: painted minutes."""
    zone, (begin, end) = ZoneInfo(calendar.zone), window(calendar)
    around = dt.timedelta(days=10)
    start, stop = dt.datetime.fromtimestamp(begin, zone) - around, dt.datetime.fromtimestamp(end, zone) + around
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = icalendar.Calendar.from_ical(calendar.bounded)
        events = recurring_ical_events.of(parsed).between(start, stop)
    found = []
    for event in events:
        if event.get("STATUS") == "CANCELLED" or has_declined(event):
            continue
        found.append((seconds(event.start, zone), int(event["X-ORDER"]), str(event["SUMMARY"]), seconds(event.end, zone)))
    return paint([(who, begins, ends) for begins, _, who, ends in sorted(found)], calendar)


def has_declined(event):
    """Whether its one attendee has declined."""
    attendee = event.get("ATTENDEE")
    return attendee is not None and attendee.params.get("PARTSTAT") == "DECLINED"


def seconds(when, zone):
    """A date or a time in seconds since 1970; without a zone it is of this one."""
    if not isinstance(when, dt.datetime):
        when = dt.datetime.combine(when, dt.time())
    return int((when if when.tzinfo else when.replace(tzinfo=zone)).timestamp())


def paint(shifts, calendar):
    """Who is on call in each minute of the window: later shifts lie on top of those before."""
    begin, end = window(calendar)
    minutes = bytearray((end - begin) // 60)
    for who, begins, ends in shifts:
        first, last = (max(0, (max(begin, min(end, time)) - begin) // 60) for time in (begins, ends))
        minutes[first:last] = bytes([1 + PEOPLE.index(who)]) * max(0, last - first)
    return minutes


def show(calendar, answer, theirs):
    """Prints a calendar on which we differ, and the first minute of that."""
    mine = paint(answer["shifts"], calendar)
    print("-" * 40, calendar.kinds, calendar.zone, answer["complaints"])
    print(calendar.ics.replace("\r\n", "\n"))
    for minute, (one, other) in enumerate(zip(mine, theirs)):
        if one != other:
            name = lambda who: PEOPLE[who - 1] if who else "nobody"
            when = dt.datetime.fromtimestamp(window(calendar)[0] + 60 * minute, dt.UTC)
            print(f"first at {when:%Y-%m-%d %H:%M} UTC: ours {name(one)}, theirs {name(other)}; {sum(a != b for a, b in zip(mine, theirs))} minutes")
            break


if __name__ == "__main__":
    sys.exit(main())
