//! A file with random mistakes is read without a panic, and in bounded time.

use super::*;
use crate::domain::schedule::calendar::calendar_text;

const SEEDS: [&str; 3] = [
    "BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nX-WR-TIMEZONE:Europe/Berlin\r\nBEGIN:VTIMEZONE\r\nTZID:Home\r\nBEGIN:STANDARD\r\n\
     DTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\n\
     END:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n\
     RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nRDATE:20260101T000000\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1\r\n\
     SEQUENCE:2\r\nSUMMARY:alpha für 田中\r\nDTSTART;TZID=Home:20260105T090000\r\nDTEND;TZID=Home:20260106T090000\r\n\
     RRULE:FREQ=MONTHLY;BYDAY=1MO,-1FR;BYSETPOS=1;COUNT=30\r\nRRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU\r\n\
     RDATE;VALUE=PERIOD:20260107T090000Z/PT4H\r\nEXDATE;VALUE=DATE:20260202\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:1\r\nSEQUENCE:3\r\n\
     RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Home:20260302T090000\r\nDTSTART;TZID=Home:20260302T100000\r\nDURATION:PT4H\r\n\
     SUMMARY:bravo\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Duty\nDTSTART;VALUE=DATE:20260105\nDTEND;VALUE=DATE:20260112\n\
     ATTENDEE;CN=\"charlie\";X-ID=delta:mailto:charlie@x.example\nRRULE:FREQ=YEARLY;BYWEEKNO=1,20,-1;BYDAY=MO;UNTIL=20300101\n\
     BEGIN:VALARM\nDURATION:PT5M\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\n",
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:2\nSUMMARY:alpha\nDTSTART:20260105T090000Z\nDURATION:P1DT2H\n\
     RRULE:FREQ=DAILY;BYHOUR=1,13;BYMINUTE=30;BYMONTH=1,2\nEXDATE:20260106T013000Z,20260107T013000Z\nEND:VEVENT\n\
     BEGIN:VEVENT\nUID:2\nRECURRENCE-ID:20260108T013000Z\nDTSTART:20260108T023000Z\nDURATION:PT1H\nSTATUS:CANCELLED\n\
     SUMMARY:alpha\nEND:VEVENT\nEND:VCALENDAR\n",
];

/// Pieces that are likely to hurt.
const FRAGMENTS: [&[u8]; 26] = [
    b"\r\n ",
    b"\n\t",
    b"BEGIN:VEVENT\n",
    b"END:VEVENT\n",
    b"BEGIN:X\n",
    b"99999999999999999999",
    b"-1",
    b"00010101T000000Z",
    b"99991231T235959",
    b"COUNT=1000000000;",
    b"INTERVAL=10000;",
    b"BYYEARDAY=366,-366;",
    b"BYMONTHDAY=31;",
    b"FREQ=YEARLY;",
    b"FREQ=DAILY;",
    b"\xff",
    b"\xc3",
    b"\xf0\x9f\x98\x80",
    b"\"",
    b":",
    b";",
    b"\0",
    b"RANGE=THISANDFUTURE;",
    b"TZID=Home;",
    b"P9999W",
    b"SUMMARY:alpha bravo charlie\n",
];

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit.max(1)
    }
}

fn mutated(random: &mut Random) -> Vec<u8> {
    let mut bytes = SEEDS[random.below(SEEDS.len())].as_bytes().to_vec();
    for _ in 0..=random.below(12) {
        let at = random.below(bytes.len());
        let until = (at + random.below(40)).min(bytes.len());
        match random.below(6) {
            0 => bytes[at] = u8::try_from(random.below(256)).unwrap_or(0),
            1 => drop(bytes.drain(at..until)),
            2 => bytes.truncate(at),
            3 => {
                let part = bytes[at..until].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, part);
            }
            4 => bytes[at] = b'0' + u8::try_from(random.below(10)).unwrap_or(0),
            _ => {
                drop(bytes.splice(at..at, FRAGMENTS[random.below(FRAGMENTS.len())].iter().copied()))
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

#[test]
fn mutated_file_neither_panics_nor_hangs() {
    let mut random = Random(20_260_105);
    let berlin = zone("Europe/Berlin");
    let (mut slowest, mut readable) = (Duration::ZERO, 0);
    for _ in 0..10_000 {
        let bytes = mutated(&mut random);
        let began = Instant::now();
        let Ok(text) = calendar_text(&bytes) else { continue };
        let read = Calendar::read(&text, Some(&berlin), &names());
        readable += usize::from(read.broken.is_none() && read.complaints.is_empty());
        let schedule = Schedule {
            name: "c".to_owned(),
            zone: berlin.clone(),
            source: Source::Calendar(Arc::new(read.calendar)),
            overrides: Vec::new(),
        };
        let shifts = schedule.shifts(at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z"));
        assert!(
            shifts
                .windows(2)
                .all(|pair| pair[0].until == pair[1].from && pair[0].from < pair[0].until)
        );
        slowest = slowest.max(began.elapsed());
    }
    println!(
        "{readable} of 10000 mutated files had nothing to complain of; the slowest took {slowest:?}"
    );
    assert!(readable > 500 && slowest < HANG, "{readable} {slowest:?}");
}
