"""Random calendars: what programs write, and what RFC 5545 allows beside that."""

import dataclasses
import datetime as dt

from dateutil.rrule import rrulestr

PEOPLE = ["alpha", "bravo", "charlie"]
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

# How a file names a zone, and which it is.
ZONES = [
    ("Europe/Berlin", "Europe/Berlin"), ("America/New_York", "America/New_York"), ("Asia/Tokyo", "Asia/Tokyo"),
    ("Australia/Sydney", "Australia/Sydney"), ("Asia/Kolkata", "Asia/Kolkata"),
    ("W. Europe Standard Time", "Europe/Berlin"), ("Eastern Standard Time", "America/New_York"),
    ("Customized Time Zone", "Europe/Berlin"),
]

DEFINITION = """BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE"""

# Marks a rule without an end, of an event of whole days, of UTC or a zone, of no zone.
NEVER = {";NEVER-DAY": "20290101", ";NEVER-UTC": "20290101T000000Z", ";NEVER-LOCAL": "20290101T000000"}

# Windows of time, most with a change of clocks in Europe, America and Australia.
WINDOWS = [dt.datetime(2026, 3, 1), dt.datetime(2026, 10, 1), dt.datetime(2026, 6, 1), dt.datetime(2027, 12, 15)]


@dataclasses.dataclass
class Calendar:
    """A calendar, and what is in it."""
    ics: str
    # The same with an end far behind the window for each rule without one: the libraries look for what never comes.
    bounded: str
    zone: str
    begin: dt.datetime
    kinds: set


class Generator:
    """Makes calendars from random numbers."""

    def __init__(self, rng):
        self.rng = rng
        self.kinds = set()

    def calendar(self):
        """One calendar, of one to four series."""
        self.kinds = set()
        begin = self.rng.choice(WINDOWS)
        events = [line for uid in range(self.rng.choice([1, 1, 2, 3, 4])) for line in self.series(uid, begin)]
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//random//EN"]
        if any("Customized" in line for line in events):
            lines += DEFINITION.splitlines()
        # The place in the file tells an event from others of the same begin.
        begins = [index for index, line in enumerate(events) if line == "BEGIN:VEVENT"]
        for order, index in enumerate(begins):
            events[index] = f"BEGIN:VEVENT\r\nX-ORDER:{order}"
        zone = self.rng.choice(["Europe/Berlin", "America/New_York", "UTC"])
        ics = "\r\n".join([*lines, *events, "END:VCALENDAR", ""])
        without, bounded = ics, ics
        for mark, end in NEVER.items():
            without, bounded = without.replace(mark, ""), bounded.replace(mark, f";UNTIL={end}")
        return Calendar(without, bounded, zone, begin, self.kinds)

    def series(self, uid, begin):
        """A series, with what changes it."""
        self.is_day = self.rng.random() < 0.2
        self.tzid = None if self.is_day else self.rng.choice([None, "UTC", *(name for name, _ in ZONES)])
        first = self.first(begin)
        length = self.length()
        rules, moments = self.rules(first, begin)
        sequence = self.rng.choice([0, 0, 0, 1, 4])
        lines = [*self.times(first, length), *rules, *self.dates(first, moments), *self.except_dates(moments)]
        events = [self.event(uid, sequence, lines)]
        if sequence and self.rng.random() < 0.5:
            self.kinds.add("older version")
            events.insert(self.rng.choice([0, 1]), self.event(uid, sequence - 1, self.times(first, length)))
        if self.tzid and "Customized" in self.tzid and (first.hour in (1, 2, 3) or "BYHOUR" in "".join(rules)):
            self.kinds.add("a missing hour in a zone of the file's own")
        if length <= dt.timedelta(hours=1) and (first.hour in (1, 2, 3) or "BYHOUR" in "".join(rules)):
            self.kinds.add("an hour or less that may begin in a missing hour")
        if moments and self.rng.random() < 0.4:
            if any(line.startswith("EXDATE;VALUE=DATE") for line in lines) and not self.is_day:
                self.kinds.add("exception beside an EXDATE as a date")
            events += self.exceptions(uid, sequence, moments, length)
        text = "\n".join(line for event in events for line in event)
        if "BYHOUR" in text and ("EXDATE" in text or "RECURRENCE-ID" in text):
            self.kinds.add("EXDATE or an exception beside BYHOUR")
        self.rng.shuffle(events)
        return [line for event in events for line in event]

    def event(self, uid, sequence, lines, more=()):
        """A VEVENT."""
        status = ["STATUS:CANCELLED"] if "cancelled" in more else []
        who = self.rng.choice(PEOPLE)
        head = ["BEGIN:VEVENT", f"UID:{uid}@random", *([f"SEQUENCE:{sequence}"] if sequence else []), f"SUMMARY:{who}"]
        return [*head, *lines, *status, *self.attendees(who), "END:VEVENT"]

    def attendees(self, who):
        """Sometimes whom the SUMMARY names is invited too, and sometimes they have declined."""
        if self.rng.random() > 0.15:
            return []
        status = self.rng.choice(["ACCEPTED", "TENTATIVE", "DECLINED", "DECLINED"])
        self.kinds.add("ATTENDEE who has declined" if status == "DECLINED" else "ATTENDEE")
        return [f"ATTENDEE;PARTSTAT={status};CN={who}:mailto:{who}@example.com"]

    def first(self, begin):
        """When it begins: some time before the window or in it, often at an hour that clocks change at."""
        day = begin + dt.timedelta(days=self.rng.choice([-365, -100, -30, -30, -7, -7, 0, 3, 25]) + self.rng.randrange(20))
        hour, minute = self.rng.choice([(9, 0), (0, 0), (2, 30), (1, 30), (3, 0), (18, 15), (23, 59), (17, 0)])
        return day if self.is_day else day.replace(hour=hour, minute=minute)

    def length(self):
        """How long it is."""
        if self.is_day:
            return dt.timedelta(days=self.rng.choice([1, 1, 2, 7]))
        return dt.timedelta(minutes=self.rng.choice([30, 60, 480, 720, 1440, 1441, 2880, 7 * 1440]))

    def stamp(self, name, *times):
        """A property of one or several times."""
        if self.is_day:
            return f"{name};VALUE=DATE:" + ",".join(time.strftime("%Y%m%d") for time in times)
        values = ",".join(time.strftime("%Y%m%dT%H%M%S") + ("Z" if self.tzid == "UTC" else "") for time in times)
        zone = f";TZID={self.tzid}" if self.tzid not in (None, "UTC") else ""
        return f"{name}{zone}:{values}"

    def times(self, first, length):
        """When an event begins and ends."""
        how = self.rng.choice(["end", "duration", "hours"])
        if how == "end":
            return [self.stamp("DTSTART", first), self.stamp("DTEND", first + length)]
        minutes = int(length.total_seconds()) // 60
        days, hours = divmod(minutes, 1440)
        if self.is_day or (how == "duration" and not hours):
            return [self.stamp("DTSTART", first), f"DURATION:P{days}D"]
        return [self.stamp("DTSTART", first), f"DURATION:PT{minutes}M" if minutes % 60 else f"DURATION:PT{minutes // 60}H"]

    def rules(self, first, begin):
        """Rules, and moments that they may mean."""
        count = self.rng.choice([0, 1, 1, 1, 1, 2])
        if count > 1:
            self.kinds.add("several rules")
        rules = [self.rule(first, begin) for _ in range(count)]
        moments = [first + dt.timedelta(days=days) for days in (0, 1, 2, 7, 14, 28, 30, 365)] if rules else []
        moments += [begin.replace(hour=first.hour, minute=first.minute) + dt.timedelta(days=days) for days in range(28)]
        moments = list(dict.fromkeys(moment for moment in moments if moment >= first)) if rules else []
        return [f"RRULE:{rule}" for rule in rules], moments

    def rule(self, first, begin):
        """One RRULE."""
        some = lambda values, most=3: ",".join(str(value) for value in sorted(self.rng.sample(values, self.rng.randint(1, most))))
        every = self.rng.choice(["DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "YEARLY"])
        parts = [f"FREQ={every}"]
        if self.rng.random() < 0.4:
            parts.append(f"INTERVAL={self.rng.choice([1, 2, 2, 3, 5])}")
        if self.rng.random() < 0.3:
            parts.append(f"WKST={self.rng.choice(DAYS)}")
        numbered = lambda: ",".join(self.rng.choice(["1", "2", "-1", "", "4"]) + day for day in self.rng.sample(DAYS, 2))
        options = {
            "DAILY": ["", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYHOUR"],
            "WEEKLY": ["", "BYDAY", "BYDAY", "BYMONTH", "BYDAY BYSETPOS", "BYDAY BYHOUR"],
            "MONTHLY": ["", "NUMBERED", "BYMONTHDAY", "BYDAY BYSETPOS", "BYDAY BYMONTHDAY", "BYMONTH NUMBERED", "BYMONTHDAY BYSETPOS"],
            "YEARLY": ["", "BYMONTH", "BYMONTH NUMBERED", "BYMONTH BYMONTHDAY", "BYWEEKNO BYDAY", "BYYEARDAY", "NUMBERED",
                       "BYWEEKNO", "BYMONTHDAY", "BYMONTH BYDAY BYSETPOS", "BYDAY"],
        }
        chosen = self.rng.choice(options[every])
        for part in chosen.split():
            parts.append({
                "BYDAY": lambda: f"BYDAY={some(DAYS)}",
                "NUMBERED": lambda: f"BYDAY={numbered()}",
                "BYMONTH": lambda: f"BYMONTH={some(range(1, 13), 6)}",
                "BYMONTHDAY": lambda: f"BYMONTHDAY={some([1, 2, 13, 15, 28, 29, 30, 31, -1, -2])}",
                "BYWEEKNO": lambda: f"BYWEEKNO={some([1, 9, 10, 14, 20, 44, 45, 51, 52, 53, -1])}",
                "BYYEARDAY": lambda: f"BYYEARDAY={some([1, 60, 61, 70, 90, 100, 280, 300, 365, 366, -1, -366])}",
                "BYSETPOS": lambda: f"BYSETPOS={some([1, 2, -1, 3], 2)}",
                "BYHOUR": lambda: f"BYHOUR={some([0, 2, 8, 9, 20])}",
            }[part]())
        numbers = [day[:-2] for part in parts if part.startswith("BYDAY=") for day in part[6:].split(",")]
        if any(numbers) and not all(numbers):
            self.kinds.add("BYDAY with and without a number")
        if every == "WEEKLY" and "BYSETPOS" in chosen:
            self.kinds.add("BYSETPOS in weeks")
        if chosen == "BYWEEKNO":
            self.kinds.add("BYWEEKNO without BYDAY")
        if "BYHOUR" in chosen and self.is_day:
            parts = [part for part in parts if not part.startswith("BYHOUR")]
        end = self.rng.choice(["none", "none", "count", "date", "time"])
        until = max(begin, first + dt.timedelta(days=2)) + dt.timedelta(days=self.rng.randrange(0, 80))
        if end == "count" and "BYSETPOS" in chosen:
            end = "none"
        if end == "none":
            parts.append("NEVER-DAY" if self.is_day else "NEVER-UTC" if self.tzid else "NEVER-LOCAL")
        elif end == "count":
            parts.append(f"COUNT={self.rng.choice([1, 2, 5, 30, 400])}")
            if next(iter(rrulestr(";".join(parts), dtstart=first)), None) != first:
                self.kinds.add("COUNT with a first event off its rule")
        elif end == "date" and (self.is_day or self.rng.random() < 0.5):
            parts.append(f"UNTIL={until:%Y%m%d}")
            if not self.is_day:
                self.kinds.add("UNTIL as a date")
        elif self.is_day:
            parts.append(f"UNTIL={until:%Y%m%d}")
        else:
            parts.append(f"UNTIL={until:%Y%m%dT%H%M%S}Z" if self.tzid else f"UNTIL={until:%Y%m%dT%H%M%S}")
        return ";".join(parts)

    def dates(self, first, moments):
        """Dates beside the rules."""
        if self.rng.random() > 0.25:
            return []
        dates = [first + dt.timedelta(days=self.rng.randrange(1, 60)) for _ in range(self.rng.choice([1, 2, 3]))]
        if not self.is_day and self.tzid == "UTC" and self.rng.random() < 0.3:
            self.kinds.add("RDATE as a period")
            return ["RDATE;VALUE=PERIOD:" + ",".join(f"{date:%Y%m%dT%H%M%SZ}/PT{self.rng.randint(1, 9)}H" for date in dates)]
        return [self.stamp("RDATE", *dates)]

    def except_dates(self, moments):
        """Dates that do not count."""
        if not moments or self.rng.random() > 0.4:
            return []
        dates = self.rng.sample(moments, min(len(moments), self.rng.choice([1, 3])))
        if not self.is_day and self.rng.random() < 0.2:
            self.kinds.add("EXDATE as a date")
            return ["EXDATE;VALUE=DATE:" + ",".join(f"{date:%Y%m%d}" for date in dates)]
        return [self.stamp("EXDATE", *dates)]

    def exceptions(self, uid, sequence, moments, length):
        """Events that stand for one of the series."""
        for moment in self.rng.sample(moments, min(len(moments), self.rng.choice([1, 2, 4]))):
            own = max(0, sequence + self.rng.choice([0, 0, 1, 2, -1]))
            self.kinds.add("older exception" if own < sequence else "exception")
            moved = moment + dt.timedelta(minutes=0 if self.is_day else self.rng.choice([0, 0, 120, -60, 1440]))
            lines = [self.stamp("RECURRENCE-ID", moment), *self.times(moved, length)]
            if self.rng.random() < 0.2:
                self.kinds.add("exception with a rule")
                lines.append("RRULE:FREQ=DAILY")
            more = ["cancelled"] if self.rng.random() < 0.2 else []
            yield self.event(uid, own, lines, more)
